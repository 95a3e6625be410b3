"""What follows from a capability that an adapter lacks: why a case is exempt, and if it is tried anyway."""

from collections.abc import Collection, Iterable

from harness.adapters.capabilities import Capability

__all__ = ["TRIED", "lacking", "reason", "tried"]

TRIED = frozenset(
    {
        Capability.CLIENT_IDS,
        Capability.EXACT_NUMBERS,
        Capability.MICROSECONDS,
        Capability.PYTHON_VALUES,
        Capability.WHOLE_ROWS,
    }
)
"""Lacks that a run tries out: a case that passes without them shows that the declaration may be wrong.

The others are left alone: without `Capability.SERVER` there is nothing to
connect to, without `Capability.EMPTIED` nothing to begin anew with, and a
process cannot show by itself that it is not durable.
"""

_REASONS = {
    Capability.DURABLE: "its rows end with its process",
    Capability.SERVER: "no server is known whose sessions could be observed",
    Capability.PYTHON_VALUES: "values without a JSON form cannot reach it",
    Capability.CLIENT_IDS: "it chooses the ids of rows itself",
    Capability.MICROSECONDS: "its times keep milliseconds",
    Capability.EXACT_NUMBERS: "its numbers are doubles",
    Capability.EMPTIED: "its rows cannot be emptied in the middle of a case",
    Capability.SHARED_VALUES: "values are copied on their way, and it does not change them when asked to",
    Capability.WHOLE_ROWS: "rows cannot be put in past it with the times that it assigns",
}


def lacking(needs: Iterable[Capability], capabilities: Collection[Capability]) -> tuple[Capability, ...]:
    """Return what a case needs and the adapter lacks, in a stable order."""
    return tuple(sorted(set(needs) - set(capabilities), key=lambda one: one.value))


def reason(missing: Capability) -> str:
    """Say in a few words why an adapter without this capability is exempt."""
    return f"lacks {missing.value}: {_REASONS[missing]}"


def tried(missing: Iterable[Capability]) -> bool:
    """Tell whether a case that is exempt for these lacks is run all the same, to see whether it passes."""
    return set(missing) <= TRIED
