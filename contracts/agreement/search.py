"""Looks for a sequence on which adapter and reference part, within a budget, and for the shortest such."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from contracts.agreement.machine import Broken, Machine
from contracts.agreement.pair import Pair
from contracts.agreement.shortest import Found, shortest
from contracts.agreement.steps import Step
from contracts.expect import Divergence
from contracts.subject import Subject

__all__ = ["SHRINKING_S", "Found", "Search", "Tally", "search"]

STEPS = 40
"""Most steps of a sequence."""
SHRINKING_S = 15.0
"""How long a sequence that failed is made shorter, whatever the budget."""
_BATCH = 9
"""Sequences that Hypothesis is asked for at once: of 10 and more, many of the first hardly do a thing."""
_BATCHES = 1_000_003
_ENDLESS = 10**9


class _Over(BaseException):
    """The search is over. Hypothesis lets this pass, where it takes an Exception for a failed example."""


@dataclass
class Tally:
    """What a search has executed."""

    sequences: int = 0
    steps: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often an operation came to ``ok``, or to an error of a kind."""
    states: set[tuple[str, str]] = field(default_factory=set)
    """Tables and statuses that were stored."""

    def add(self, pair: Pair) -> None:
        """Count a sequence that has come to its end."""
        self.sequences += 1
        self.steps += len(pair.steps)
        self.asked += pair.asked
        self.states |= pair.states


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to look for, and for how long."""

    budget_s: float
    seed: int
    names: bool = True
    """Compare the subjects of errors, too."""
    most_sequences: int = _ENDLESS
    """End after so many sequences, too: then the result does not depend on the time."""
    examples: ExampleDatabase | None = None
    """Where sequences that failed are kept, to be tried first the next time."""
    shrinking_s: float = SHRINKING_S
    without: frozenset[str] = frozenset()
    """Steps that are not taken, such as ``sync_jobs.claim``."""


def search(subject: Subject, asked: Search) -> tuple[Tally, Found | None]:
    """Run sequences until the budget is used up, or until one fails, which is then made short.

    Raises what is no matter of the two sides: servers that are gone.
    """
    run = _Run(subject, asked)
    while run.goes_on:
        _batch(run, asked)
    found = run.found
    if found is not None and asked.shrinking_s > 0:
        found = shortest(found, run.repeated, asked.shrinking_s)
    return run.tally, found


def _batch(run: "_Run", asked: Search) -> None:
    @seed(asked.seed * _BATCHES + run.batches)
    def machine() -> Machine:
        return run.machine()

    try:
        run_state_machine_as_test(cast("Any", machine), settings=run.settings())
        run.batches += 1
    except (_Over, Divergence):
        pass
    except Broken as broken:
        raise cast("Exception", broken.__cause__) from None
    except Flaky:
        # Not every adapter fails each time it is asked the same: that it did once is enough. And the end of
        # the time, in the middle of what Hypothesis does, looks like this, too.
        if run.found is None and not run.is_over:
            raise


class _Run:
    def __init__(self, subject: Subject, asked: Search) -> None:
        self.tally = Tally()
        self.found: Found | None = None
        self.is_over = False
        self.batches = 0
        self._subject = subject
        self._asked = asked
        self._until: float | None = None

    @property
    def goes_on(self) -> bool:
        """True as long as nothing was found and there is time."""
        enough = self.tally.sequences >= self._asked.most_sequences
        return self.found is None and not self.is_over and not enough

    def settings(self) -> settings:
        """Return settings that leave no limit of Hypothesis' own."""
        first = (Phase.reuse,) if self.batches == 0 else ()
        return settings(
            max_examples=_BATCH,
            stateful_step_count=STEPS,
            database=self._asked.examples,
            deadline=None,
            derandomize=False,
            phases=(*first, Phase.generate),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            verbosity=Verbosity.quiet,
        )

    def machine(self) -> Machine:
        """Return the machine of the next sequence, if there is time for one."""
        if self.found is not None:
            raise _Over  # Hypothesis would show it once more
        if self._until is None:
            # What Hypothesis needs to get going is not taken from the budget: one sequence always runs.
            self._until = time.monotonic() + self._asked.budget_s
        elif time.monotonic() > self._until:
            self.is_over = True
            raise _Over
        pair = Pair(self._subject, names=self._asked.names)
        return Machine(pair, self._subject.capabilities, self._ended, self._asked.without)

    def repeated(self, steps: Sequence[Step]) -> Found | None:
        """Take steps on empty tables; None if the two agree, or a step refers to what is not there."""
        pair = Pair(self._subject, names=self._asked.names)
        with pair:
            try:
                for step in steps:
                    if not pair.is_comparable(step):
                        return None
                    pair.take(step)
            except Divergence as divergence:
                return _found(pair, divergence)
            except LookupError:
                return None
        return None

    def _ended(self, pair: Pair, divergence: Divergence | None) -> None:
        """Count a sequence, and keep the one that fails: it ends the search."""
        self.tally.add(pair)
        if divergence is not None:
            self.found = _found(pair, divergence)


def _found(pair: Pair, divergence: Divergence) -> Found:
    return Found(steps=tuple(pair.steps), divergence=divergence, before=(*pair.before, pair.known))
