"""What the parent makes of what its generator says, or does not say."""

from pathlib import Path
from typing import cast

import pytest

from loadtests.errors import LoadError
from loadtests.generation.generator import Generator, RunInterrupted
from loadtests.generation.ledger import Ledger, Taken
from loadtests.generation.messages import Alive, Cancel, Cleaned, Done, Failed, Order, Progress, Ran, Report
from loadtests.generation.plan import single_plan
from loadtests.generation.process import GeneratorProcess
from loadtests.records import WindowRecord

PLAN = single_plan(windows=2, rate_per_s=10, weights={"ping": 1}, seed=1)

BOTH = tuple(Ledger().records(PLAN, PLAN.windows, [Taken(begun=0, epoch=0, cpu=0)] * 2))


class Scripted:
    """Says what it is told to say, one thing at a time; then nothing. Raises what it is told to raise."""

    log = Path("generator.log")

    def __init__(self, *reports: Report | KeyboardInterrupt | None) -> None:
        self.orders: list[Order] = []
        self._reports = list(reports)

    def send(self, order: Order) -> None:
        self.orders.append(order)

    def receive(self, _timeout_s: float) -> Report | None:
        report = self._reports.pop(0) if self._reports else None
        if isinstance(report, KeyboardInterrupt):
            raise report
        return report

    def end(self) -> None:
        """Nothing runs."""


def a_generator(process: Scripted) -> Generator:
    return Generator(cast("GeneratorProcess", process), has_guests=False)


def test_a_failure_is_told_in_the_words_of_the_generator() -> None:
    with pytest.raises(LoadError, match="nothing left to work on"):
        a_generator(Scripted(Alive(), Failed(message="nothing left to work on"))).prepare(PLAN)


def test_progress_is_passed_on() -> None:
    seen = list[int]()
    process = Scripted(Progress(window=0), Alive(), Progress(window=1), Ran(windows=BOTH, cancelled=False))
    assert a_generator(process).run(PLAN, progress=seen.append) == BOTH
    assert seen == [0, 1]


@pytest.mark.parametrize("windows", [(), BOTH[:1], BOTH[::-1]])
def test_fewer_windows_than_planned_are_no_result(windows: tuple[WindowRecord, ...]) -> None:
    with pytest.raises(LoadError, match=f"of 2 windows {len(windows)} were recorded"):
        a_generator(Scripted(Ran(windows=windows, cancelled=True))).run(PLAN)


def test_a_generator_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadtests.generation.generator._SILENCE_S", -1.0)  # at once
    with pytest.raises(LoadError, match=r"has not answered for .* its log is generator.log"):
        a_generator(Scripted(None)).clean()


def test_ctrl_c_cancels_and_brings_what_there_is() -> None:
    process = Scripted(KeyboardInterrupt(), Progress(window=0), Ran(windows=(), cancelled=True))
    with pytest.raises(RunInterrupted) as interruption:
        a_generator(process).run(PLAN)
    assert interruption.value.windows == ()
    assert isinstance(process.orders[-1], Cancel)


def test_a_second_ctrl_c_is_not_held_back() -> None:
    process = Scripted(KeyboardInterrupt(), KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as interruption:
        a_generator(process).run(PLAN)
    assert not isinstance(interruption.value, RunInterrupted)


def test_a_generator_that_does_not_come_back_after_ctrl_c_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loadtests.generation.generator._CANCEL_S", -1.0)  # at once
    with pytest.raises(RunInterrupted) as interruption:
        a_generator(Scripted(KeyboardInterrupt())).run(PLAN)
    assert interruption.value.windows == ()


def test_an_answer_to_an_earlier_order_is_not_taken_for_the_one_that_is_waited_for() -> None:
    process = Scripted(Ran(windows=(), cancelled=True), Cleaned(left=("a booking",)))
    assert a_generator(process).clean() == ("a booking",)


def test_done_ends_a_preparation() -> None:
    process = Scripted(Done())
    a_generator(process).prepare(PLAN)
    assert len(process.orders) == 1
