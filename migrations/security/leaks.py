"""Searches refusals for the contents of rows."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from migrations.security.answers import Answer, Silence
from migrations.security.cells import Cell, State

__all__ = ["without_leaks"]


def without_leaks(cell: Cell, answer: Answer | Silence, secrets: AbstractSet[str]) -> Cell:
    """Return the cell, as a leak if the answer contains one of `secrets` although it shows no row."""
    if isinstance(answer, Silence) or cell.state is State.OPEN:
        return cell
    if any(secret in answer.text for secret in secrets):
        return replace(
            cell,
            state=State.LEAK,
            reason=f"the answer ({answer.summary}) contains the contents of a row",
        )
    return cell
