"""Finds the rows for which a statement fails, when it only says that it failed."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from migrations.loading.refusals import concerns_a_row

__all__ = ["Offender", "offenders"]


@dataclass(frozen=True)
class Offender:
    """A row that fails alone, after all rows before it that do not."""

    index: int
    error: psycopg.Error


def offenders(rows: int, attempt: Callable[[int, int], None]) -> list[Offender]:
    """Return the rows among 0 … `rows` - 1 that cannot be written, in order.

    `attempt(low, high)` writes the rows from `low` up to and without `high`,
    or none of them and raises. The halves of what fails are tried from left
    to right, so that of two rows that exclude each other the first one stays.
    About k · log2(rows / k) attempts for k offenders. An error that concerns
    no row is raised.
    """
    found: list[Offender] = []
    pending = [(0, rows)] if rows else []
    while pending:
        low, high = pending.pop()
        try:
            attempt(low, high)
        except psycopg.Error as error:
            if not concerns_a_row(error):
                raise
            if high - low == 1:
                found.append(Offender(low, error))
                continue
            middle = (low + high) // 2
            pending += [(middle, high), (low, middle)]
    return found
