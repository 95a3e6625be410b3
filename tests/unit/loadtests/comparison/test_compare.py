"""Rounds, looks and ends of a comparison, with rounds that are made up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from loadtests.comparison.compare import Comparison
from loadtests.comparison.rounds import Examine, Examined, Interrupted, Round, Setting, Trips
from loadtests.comparison.schedule import Profile
from loadtests.records import Arm, Recording, WindowRecord
from loadtests.verdicts import Judgement, Verdict

PROFILE = Profile(name="ci", rate_per_s=10, pairs=1, window_s=1.0, rounds=6, limit_s=100, closing_s=10)
TRIPS: Trips = {"a": {"get": (0, 0)}, "b": {"get": (1, 1)}}


def _window(number: int, arm: Arm) -> WindowRecord:
    return WindowRecord(
        round=number,
        index="ab".index(arm),
        arm=arm,
        begun_at=0.0,
        duration_s=0.8,
        offered=8,
        achieved=8,
        lag="",
        generator_cpu=0.1,
        endpoints={},
    )


def _judgement(verdict: Verdict) -> Judgement:
    return Judgement(
        endpoint="get",
        subject="supabase",
        metric="p50",
        verdict=verdict,
        decides=True,
        unit="ms",
        allowed=10.0,
        estimate=5.0,
        low=4.0,
        high=6.0,
        rounds=3,
        samples=100,
        reason="",
    )


def _measured(number: int) -> Round:
    return Round(number=number, windows=(_window(number, "a"), _window(number, "b")), duration_s=5.0)


@dataclass
class Rounds:
    """Rounds as a test wants them, on a clock that moves by their duration, and what was asked meanwhile."""

    make: Callable[[int], Round]
    verdicts: Sequence[Verdict] = ()
    """At the first look, the second one …; INCONCLUSIVE after the last."""
    examined: Examined = field(default_factory=lambda: Examined(trips=TRIPS))
    now: float = 0.0
    given: list[Trips] = field(default_factory=list)
    looks: list[tuple[int, int, int]] = field(default_factory=list)
    """Rounds, look, looks."""

    def comparison(self) -> Comparison:
        comparison = Comparison(
            run_id="run-1",
            setting=Setting(
                stack=cast("Any", None),
                launches={},
                spec=None,
                weights={"get": 1.0},
                profile=PROFILE,
                seed=1,
                workers=0,
                place=Path("/nowhere"),
            ),
            fingerprints={},
            examine=lambda _: self.examined,
            judge=self._judge,
            measure=self._measure,
            clock=lambda: self.now,
            begun=0.0,
        )
        comparison.run()
        return comparison

    def _measure(self, setting: Setting, number: int, *, trips: Trips, examine: Examine | None) -> Round:
        assert setting.profile == PROFILE
        self.given.append(trips)
        made = self.make(number)
        self.now += made.duration_s
        return made if examine is None else Round(**{**vars(made), "examined": examine({})})

    def _judge(self, recording: Recording, look: int, looks: int) -> tuple[Judgement, ...]:
        rounds = len({window.round for window in recording.windows})
        self.looks.append((rounds, look, looks))
        number = len(self.looks) - 1
        verdict = self.verdicts[number] if number < len(self.verdicts) else Verdict.INCONCLUSIVE
        return (_judgement(verdict),)


def test_it_looks_after_each_round_from_the_third_on_and_at_the_end_for_the_last_time() -> None:
    rounds = Rounds(_measured)
    comparison = rounds.comparison()
    assert rounds.looks == [(3, 1, 4), (4, 2, 4), (5, 3, 4), (6, 4, 4)]
    assert len(comparison.recording.windows) == 12
    assert comparison.recording.complete
    assert comparison.recording.remarks == ()


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.REGRESSED])
def test_it_ends_when_everything_is_decided_and_does_not_look_again(verdict: Verdict) -> None:
    rounds = Rounds(_measured, verdicts=[Verdict.INCONCLUSIVE, verdict])
    comparison = rounds.comparison()
    assert rounds.looks == [(3, 1, 4), (4, 2, 4)]
    assert comparison.notes == ("It ended after 4 of 6 rounds: everything was decided.",)


def test_what_is_invalid_is_not_decided() -> None:
    rounds = Rounds(_measured, verdicts=[Verdict.INVALID] * 9)
    assert len(rounds.comparison().rounds) == 6


def test_the_endpoints_are_examined_once_and_the_round_trips_given_on() -> None:
    rounds = Rounds(_measured)
    comparison = rounds.comparison()
    assert rounds.given == [{}, *[TRIPS] * 5]
    assert comparison.recording.round_trips == TRIPS


def test_slow_rounds_make_fewer_of_them_and_the_last_look_is_the_last() -> None:
    rounds = Rounds(lambda number: Round(**{**vars(_measured(number)), "duration_s": 20.0}))
    comparison = rounds.comparison()
    # 90 s are there, and a round is taken to last 22 s: after the first, three more are planned.
    assert [rounds_ for rounds_, _, _ in rounds.looks] == [3, 4]
    assert rounds.looks[-1][1] == rounds.looks[-1][2], "the last look spends what is left"
    assert "Of 6 rounds, 4 fitted into 100 s here." in comparison.notes


def test_too_few_rounds_are_a_remark() -> None:
    comparison = Rounds(lambda number: Round(**{**vars(_measured(number)), "duration_s": 45.0})).comparison()
    (remark,) = comparison.recording.remarks
    assert remark.startswith("Only 1 rounds could be measured within 100 s, and fewer than 3 show nothing.")


def test_a_fault_ends_it_and_is_a_remark() -> None:
    def make(number: int) -> Round:
        measured = _measured(number)
        return measured if number < 3 else Round(**{**vars(measured), "faults": ("arm b died.",)})

    rounds = Rounds(make)
    comparison = rounds.comparison()
    assert len(comparison.rounds) == 4
    assert comparison.recording.remarks == ("arm b died.",)
    assert rounds.looks[-1][0] == 4, "what the last windows say of wrong answers is judged, too"


def test_a_wrong_answer_ends_it_before_anything_is_measured() -> None:
    wrong = Examined(judgements=(_judgement(Verdict.REGRESSED),))
    comparison = Rounds(lambda number: Round(number=number), examined=wrong).comparison()
    assert len(comparison.rounds) == 1
    assert comparison.answers == wrong.judgements
    assert comparison.recording.windows == ()


def test_rounds_without_a_measurement_are_told_and_replaced() -> None:
    def make(number: int) -> Round:
        return (
            Round(number=number, skipped="round 2 was cold.", duration_s=5.0)
            if number == 1
            else _measured(number)
        )

    rounds = Rounds(make)
    comparison = rounds.comparison()
    assert [one.number for one in comparison.rounds if one.windows] == [0, 2, 3, 4, 5, 6]
    assert comparison.notes[0] == "round 2 was cold."
    assert comparison.recording.remarks == ()


def test_a_machine_on_which_nothing_gets_warm_is_not_fit() -> None:
    comparison = Rounds(
        lambda number: Round(number=number, skipped=f"round {number + 1} was cold.")
    ).comparison()
    assert len(comparison.rounds) == 3
    assert comparison.recording.remarks == tuple(f"round {number} was cold." for number in (1, 2, 3))


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), Interrupted((_window(4, "a"),))])
def test_an_interruption_leaves_what_was_measured_and_is_not_complete(interruption: BaseException) -> None:
    def make(number: int) -> Round:
        if number == 4:
            raise interruption
        return _measured(number)

    comparison = Rounds(make).comparison()
    assert not comparison.recording.complete
    expected = 9 if isinstance(interruption, Interrupted) else 8
    assert len(comparison.recording.windows) == expected


def test_rounds_that_become_faster_make_more_of_them_only_before_the_first_look() -> None:
    seconds = [40.0, 5.0, 5.0, 1.0, 1.0, 1.0]
    rounds = Rounds(lambda number: Round(**{**vars(_measured(number)), "duration_s": seconds[number]}))
    rounds.comparison()
    # After the first, one more would fit; after the third, two more do.
    assert [looks for _, _, looks in rounds.looks] == [3, 3, 3]
    assert len(rounds.given) == 5
