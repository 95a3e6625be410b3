"""What an adapter lacks, for a person: what it costs, and the lines that would accept it. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from contracts.gaps import Lack, State
from harness.models.outcome import Finding
from harness.models.verdict import ACCEPTED_LEVEL, ADVICE_LEVEL, UNCHECKED_LEVEL

__all__ = ["block", "finding", "toml"]

_SUGGESTED_DAYS = 90
_LABEL = 12
_HOW = "Implement what is missing, or accept it: fill in these lines, and add them to parity.toml."
_LEVELS = {
    State.MISSING: UNCHECKED_LEVEL,
    State.EXPIRED: UNCHECKED_LEVEL,
    State.ACCEPTED: ACCEPTED_LEVEL,
    State.WORKS: ADVICE_LEVEL,
}


def block(lacks: Sequence[Lack], today: date) -> str | None:
    """Return one line for each operation, and how to accept the missing ones; None if there are none."""
    if not lacks:
        return None
    lines = [f"{lack.state.value:<{_LABEL}}{_told(lack)}{_cost(lack)}" for lack in lacks]
    missing = [lack.operation for lack in lacks if lack.state is State.MISSING]
    if missing:
        lines += [
            "",
            "Implement what is missing, or accept it: fill in these lines, and add them to parity.toml.",
            "",
        ]
        lines += [f"    {line}" for line in toml(missing, today)]
    return "\n".join(lines)


def toml(operations: Sequence[str], today: date) -> list[str]:
    """Return the lines of a gap; they are an error until somebody fills in reason and owner."""
    if len(operations) == 1:
        names = [f'operation = "{operations[0]}"']
    else:
        names = ["operations = [", *(f'    "{operation}",' for operation in operations), "]"]
    expires = today + timedelta(days=_SUGGESTED_DAYS)
    return ["[[gaps]]", *names, 'reason = ""', 'owner = ""', f"expires = {expires}"]


def finding(lack: Lack) -> Finding:
    """Return what the gate reads of it."""
    works = lack.state is State.WORKS
    return Finding(
        id=f"gap.{lack.operation}",
        level=_LEVELS[lack.state],
        where=", ".join(lack.blocked) or "parity.toml",
        expected=f"no gap for {lack.operation}" if works else f"operation {lack.operation}",
        actual="a gap, and an adapter that announces it" if works else f"none{_cost(lack)}",
        message=_told(lack),
    )


def _told(lack: Lack) -> str:
    operation, gap = lack.operation, lack.gap
    if gap is None:
        return f"{operation} is not announced, and no gap accepts that"
    if lack.state is State.WORKS:
        return f"{operation} is announced, although a gap accepts that it is missing: remove the gap"
    until = "until" if lack.state is State.ACCEPTED else "expired on"
    return f"{operation} {until} {gap.expires}, {gap.owner}: {gap.reason}"


def _cost(lack: Lack) -> str:
    """Say how many cases met it: `` (12 cases of bridge:memory, 14 cases of bridge:supabase)``."""
    counted = [
        f"{number} case{'' if number == 1 else 's'} of {adapter}" for adapter, number in lack.blocked.items()
    ]
    return f" ({', '.join(counted)})" if counted else ""
