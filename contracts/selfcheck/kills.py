"""From what was observed to which broken adapter was rejected by which case. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.events import Event, Finished
from contracts.selfcheck.mutant import Mutant
from harness.models.outcome import Counts, Status

__all__ = ["Fate", "KillTable", "Tally", "is_kill"]


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of one broken adapter."""

    mutant: Mutant
    killers: tuple[str, ...]
    """The cases that rejected it, in the order of the run."""
    unchecked: str | None = None
    """Why nothing can be said of it, if no case rejected it."""

    @property
    def survived(self) -> bool:
        """True if every case was run and none rejected it."""
        return not self.killers and self.unchecked is None


@dataclass(frozen=True, kw_only=True)
class KillTable:
    """The result of a self-check."""

    fates: tuple[Fate, ...]
    reasons: tuple[str, ...] = ()
    """Why the run as a whole proves nothing, the weightiest first; each a sentence."""
    idle: tuple[str, ...] | None = None
    """The cases that rejected nothing, if all were run on every broken adapter."""

    @property
    def counts(self) -> Counts:
        """A broken adapter that is rejected passed; one that survived failed."""
        unchecked = sum(fate.unchecked is not None and not fate.killers for fate in self.fates)
        survived = sum(fate.survived for fate in self.fates)
        return Counts(
            expected=len(self.fates),
            executed=len(self.fates) - unchecked,
            passed=len(self.fates) - unchecked - survived,
            failed=survived,
            unchecked=unchecked,
        )

    @property
    def status(self) -> Status:
        """Failed beats unchecked beats passed."""
        counts = self.counts
        statuses = [Status.FAILED] if counts.failed else []
        statuses += [Status.UNCHECKED] if self.reasons or not counts.complete else [Status.PASSED]
        return Status.worst(statuses)


class Tally:
    """Gathers the events of one or more runs."""

    def __init__(self) -> None:
        self._killers: dict[str, list[str]] = defaultdict(list)
        self._ended: dict[str, set[str]] = defaultdict(set)
        self._trouble: dict[str, str] = {}

    def take(self, events: Sequence[Event]) -> None:
        """Take in the events of one run."""
        for event in events:
            if not isinstance(event, Finished):
                continue
            if is_kill(event):
                self._killers[event.adapter].append(event.case)
            elif event.problem is not None or event.down is not None:
                why = event.down or (event.problem.message if event.problem is not None else "")
                self._trouble.setdefault(event.adapter, f"{event.case} could not be examined: {why}")
            elif event.skipped is not None:
                self._trouble.setdefault(event.adapter, f"{event.case} was skipped: {event.skipped}")
            else:
                self._ended[event.adapter].add(event.case)

    def killers(self, name: str) -> tuple[str, ...]:
        """Return the cases that rejected an adapter so far."""
        return tuple(dict.fromkeys(self._killers.get(name, ())))

    def fate(self, mutant: Mutant, expected: frozenset[str]) -> Fate:
        """Say what became of a broken adapter on which these cases had to run, unless one rejected it."""
        killers = self.killers(mutant.id)
        missing = expected - self._ended[mutant.id]
        why = None
        if not killers and mutant.id in self._trouble:
            why = self._trouble[mutant.id]
        elif not killers and missing:
            why = f"{len(missing)} of {len(expected)} cases did not run on it, such as {min(missing)}"
        return Fate(mutant=mutant, killers=killers, unchecked=why)

    def troubles(self, names: Sequence[str]) -> list[str]:
        """Say for which of these adapters nothing can be said, and why."""
        return [f"{name}: {self._trouble[name].rstrip('.')}." for name in names if name in self._trouble]

    def idle(self, cases: Sequence[str]) -> tuple[str, ...]:
        """Return the cases that rejected nothing."""
        busy = {case for killers in self._killers.values() for case in killers}
        return tuple(case for case in cases if case not in busy)

    def distrust(self, controls: Mapping[str, frozenset[str]]) -> list[str]:
        """Say why the kills prove nothing: a case rejects a correct adapter, too, or did not run on it."""
        sentences = []
        for name, cases in controls.items():
            if self.killers(name):
                sentences.append(
                    f"{self.killers(name)[0]} rejects the correct adapter {name}: run `harness contract`."
                )
            elif name in self._trouble:
                sentences.append(f"On the correct adapter {name}, {self._trouble[name]}.")
            elif cases - self._ended[name]:
                lost = cases - self._ended[name]
                sentences.append(f"{min(lost)} did not run on the correct adapter {name}.")
        return sentences


def is_kill(event: Finished) -> bool:
    """Say whether a case rejected the adapter: a divergence, while the servers were up."""
    return event.problem is not None and event.problem.divergence and event.down is None
