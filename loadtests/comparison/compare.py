"""A whole comparison: round after round until all is decided, or the time or the rounds are used up."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from loadtests.comparison.rounds import Examine, Examined, Interrupted, Round, Setting, Trips, run_round
from loadtests.comparison.schedule import FEWEST_ROUNDS, rounds_that_fit
from loadtests.records import Arm, Fingerprint, Load, Recording, WindowRecord
from loadtests.verdicts import Judgement, Verdict

__all__ = ["Comparison", "Judge", "Measure"]

Judge = Callable[[Recording, int, int], tuple[Judgement, ...]]
"""Judges what has been recorded, at a look, counted from 1, of so many that there will be at most."""


class Measure(Protocol):
    """Runs one round: see `run_round`."""

    def __call__(self, setting: Setting, number: int, *, trips: Trips, examine: Examine | None) -> Round:
        """Raises Interrupted and KeyboardInterrupt."""
        ...


_MOST_SKIPPED = 3
"""Rounds in which nothing could be measured, after which the machine is not fit."""


@dataclass(kw_only=True)
class Comparison:
    """One run; `run` may be interrupted at any time, and what there was until then can be recorded."""

    run_id: str
    setting: Setting
    fingerprints: Mapping[Arm, Fingerprint]
    examine: Examine
    judge: Judge
    measure: Measure = run_round
    finished: Callable[[], object] = lambda: None
    """Called after each round."""
    clock: Callable[[], float] = time.monotonic
    begun: float = field(default_factory=time.monotonic)
    """When the command began, on that clock: the time limit counts from there."""
    begun_at: float = field(default_factory=time.time)
    rounds: list[Round] = field(default_factory=list)
    judgements: tuple[Judgement, ...] = ()
    _decided_early: bool = False
    planned: int = 0
    """Rounds that will be measured at most, as far as it is known by now."""
    _cut_short: tuple[WindowRecord, ...] = ()
    _complete: bool = True

    def run(self) -> None:
        """Measure and judge until nothing is left to decide. After Ctrl-C the recording is not complete."""
        try:
            self._run()
        except Interrupted as interruption:
            self._cut_short = interruption.windows
            self._complete = False
        except KeyboardInterrupt:
            self._complete = False
        if self._measured and not self._decided_early:
            self._look(planned=len(self._measured))

    @property
    def recording(self) -> Recording:
        """All that was measured until now."""
        profile = self.setting.profile
        return Recording(
            run_id=self.run_id,
            begun_at=self.begun_at,
            ended_at=time.time(),
            load=Load(
                rate_per_s=profile.rate_per_s,
                loop="open",
                seed=self.setting.seed,
                weights=self.setting.weights,
                workers=max(1, self.setting.workers),
            ),
            fingerprints=self.fingerprints,
            windows=(*(window for one in self.rounds for window in one.windows), *self._cut_short),
            round_trips=self._trips,
            complete=self._complete,
            remarks=self._remarks,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is good to know about the number of rounds, in sentences."""
        done, limit_s = len(self._measured), self.setting.profile.limit_s
        notes = [one.skipped for one in self.rounds if one.skipped is not None]
        if self._decided_early:
            notes.append(f"It ended after {done} of {self.planned} rounds: everything was decided.")
        elif limit_s is not None and not self._remarks and done == self.planned < self.setting.profile.rounds:
            notes.append(f"Of {self.setting.profile.rounds} rounds, {done} fitted into {limit_s:.0f} s here.")
        return tuple(notes)

    @property
    def answers(self) -> tuple[Judgement, ...]:
        """What each endpoint answered when it was called alone."""
        return self._examined.judgements if self._examined is not None else ()

    def _run(self) -> None:
        self.planned = self.setting.profile.rounds
        while not self._is_over():
            examine = self.examine if self._examined is None else None
            one = self.measure(self.setting, len(self.rounds), trips=self._trips, examine=examine)
            self.rounds.append(one)
            self._plan()
            self.finished()
            if not self._is_over() and len(self._measured) >= FEWEST_ROUNDS:
                self._look(planned=self.planned)
                if self._is_decided:
                    self._decided_early = True
                    return

    def _plan(self) -> None:
        """Fit the number of measured rounds to the time that is left.

        From the first look on it does not grow again: the share of the information at a look must not turn
        out to be smaller than what alpha was spent for.
        """
        skipped = len(self.rounds) - len(self._measured)
        with_them = replace(self.setting.profile, rounds=self.setting.profile.rounds + skipped)
        fit = rounds_that_fit(with_them, self.clock() - self.begun, [one.duration_s for one in self.rounds])
        measured = len(self._measured)
        fit = max(fit - skipped, measured)
        self.planned = min(self.planned, fit) if measured > FEWEST_ROUNDS else fit

    def _is_over(self) -> bool:
        if self._examined is not None and not self._examined.is_right:
            return True
        skipped = sum(one.skipped is not None for one in self.rounds)
        return self._faults != () or skipped >= _MOST_SKIPPED or len(self._measured) >= self.planned

    def _look(self, *, planned: int) -> None:
        done = len(self._measured)
        look = max(1, done - FEWEST_ROUNDS + 1)
        self.judgements = self.judge(self.recording, look, max(look, planned - FEWEST_ROUNDS + 1))

    @property
    def _is_decided(self) -> bool:
        deciding = [one for one in self.judgements if one.decides]
        return bool(deciding) and all(one.verdict in {Verdict.PASS, Verdict.REGRESSED} for one in deciding)

    @property
    def _measured(self) -> list[Round]:
        return [one for one in self.rounds if one.windows]

    @property
    def _examined(self) -> Examined | None:
        return next((one.examined for one in self.rounds if one.examined is not None), None)

    @property
    def _trips(self) -> Trips:
        return {} if self._examined is None else self._examined.trips

    @property
    def _faults(self) -> tuple[str, ...]:
        return tuple(fault for one in self.rounds for fault in one.faults)

    @property
    def _remarks(self) -> tuple[str, ...]:
        skipped = [one.skipped for one in self.rounds if one.skipped is not None]
        remarks = [*self._faults]
        is_wrong = self._examined is not None and not self._examined.is_right
        if not remarks and not is_wrong and self._complete and len(self._measured) < FEWEST_ROUNDS:
            remarks += skipped
            limit = self.setting.profile.limit_s
            why = "" if limit is None else f" within {limit:.0f} s"
            if len(self.rounds) < self.setting.profile.rounds and not skipped:
                remarks.append(
                    f"Only {len(self._measured)} rounds could be measured{why}, and fewer than "
                    f"{FEWEST_ROUNDS} show nothing. Use --profile full, or a faster machine."
                )
        return tuple(remarks)
