"""Searches what strangers are told for the contents of rows."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from migrations.security.answers import Answer, Silence
from migrations.security.cells import Cell, State

__all__ = ["with_leaks"]


def with_leaks(cell: Cell, answer: Answer | Silence, secrets: AbstractSet[str]) -> Cell:
    """Return the cell, as a leak if the answer has one of `secrets` in it although it shows no row."""
    if isinstance(answer, Silence) or not any(secret in answer.text for secret in secrets):
        return cell
    if cell.state is State.OPEN:
        return replace(
            cell, reason=f"{cell.reason}; names, addresses or links of candidates are in the answer"
        )
    return replace(cell, state=State.LEAK, reason=f"the refusal ({answer.summary}) quotes a row")
