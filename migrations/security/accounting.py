"""How many requests were expected of each actor, and what became of them. Pure."""

from collections.abc import Mapping, Sequence

from harness.models.outcome import Counts, Finding
from harness.models.verdict import UNCHECKED_LEVEL
from migrations.security.actors import Absent
from migrations.security.cells import BAD, Cell, State

__all__ = ["counts_of", "counts_of_keys"]

_KEYS = 2


def counts_of(cells: Sequence[Cell], absent: Sequence[Absent]) -> Mapping[str, Counts]:
    """Return the counts by actor; one who could not be sent counts as one request that nobody judged."""
    return {
        actor: _counts([cell.state for cell in cells if cell.actor == actor])
        for actor in dict.fromkeys(cell.actor for cell in cells)
    } | {one.name: _counts([State.UNCHECKED]) for one in absent}


def counts_of_keys(findings: Sequence[Finding]) -> Mapping[str, Counts]:
    """Return the counts where nothing but the keys was looked at, and something is wrong with them."""
    unchecked = sum(finding.level == UNCHECKED_LEVEL for finding in findings)
    return {
        "keys": Counts(
            expected=_KEYS,
            executed=_KEYS - unchecked,
            passed=_KEYS - len(findings),
            failed=len(findings) - unchecked,
            unchecked=unchecked,
        )
    }


def _counts(states: Sequence[State]) -> Counts:
    failed = sum(state in BAD for state in states)
    unchecked = states.count(State.UNCHECKED)
    executed = len(states) - unchecked
    return Counts(
        expected=len(states), executed=executed, passed=executed - failed, failed=failed, unchecked=unchecked
    )
