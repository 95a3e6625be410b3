"""Removes what a run has made in a given project, by the ids of its journal."""

import time
from collections.abc import Callable, Collection

from harness.errors import StackError
from harness.models import ENTITIES
from harness.stack.external.api import Api
from harness.stack.external.door import Door
from harness.stack.external.journal import Journal

__all__ = ["finish", "remove", "remove_late", "strangers", "strangers_beside"]

_QUIET_S = 1.0
_POLL_S = 0.1
_LONGEST_S = 30.0


def remove(door: Door, journal: Journal) -> int:
    """Remove all rows that are noted, and note that they are gone; returns how many there were to remove."""
    ids = {table: sorted(some) for table, some in journal.rows.items() if some}
    if not ids:
        return 0
    gone = door.remove(ids)
    journal.forget(gone)
    return sum(map(len, gone.values()))


def remove_late(
    door: Door,
    journal: Journal,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """The same after a run that was broken off: requests that were under way may still store a row.

    Looks until nothing came for a second. Returns how many rows were there.
    Raises StackError if it does not become quiet.
    """
    ids = {table: sorted(some) for table, some in journal.rows.items() if some}
    if not ids:
        return 0
    there = 0
    begun = quiet_since = clock()
    while clock() - quiet_since < _QUIET_S:
        if found := sum(map(len, door.present(ids).values())):
            there += found
            door.remove(ids)
            quiet_since = clock()
        if clock() - begun > _LONGEST_S:
            raise StackError(
                f"Rows of this run still appear after {_LONGEST_S:.0f} s: does it still run somewhere?"
            )
        sleep(_POLL_S)
    door.remove(ids)
    journal.forget(ids)
    return there


def finish(
    api: Api,
    door: Door,
    journal: Journal,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Remove everything by DATABASE_URL, show by SUPABASE_URL that it is gone, and count what was there.

    Raises StackError; the journal still names the rows then.
    """
    ids = {table: sorted(some) for table, some in journal.rows.items() if some}
    removed = remove_late(door, journal, clock=clock, sleep=sleep)
    if there := {table: len(found) for table, some in ids.items() if (found := api.present(table, some))}:
        journal.add(ids)
        raise StackError(
            f"{sum(there.values())} rows of {', '.join(there)} are still there for SUPABASE_URL after they "
            "were removed by DATABASE_URL: the two are not one database."
        )
    return removed


def strangers(door: Door) -> str | None:
    """Say which tables have rows when all should be empty, as a sentence; None if all are."""
    return _said(door.occupied())


def strangers_beside(door: Door, journal: Journal) -> str | None:
    """The same while rows of this run are there: neither noted, nor hanging on what is."""
    known = {table: set(some) for table, some in journal.rows.items()}
    for table, hanging in door.children(known).items():
        known[table].update(hanging)
    return _said([table for table, some in door.ids().items() if not known[table].issuperset(some)])


def _said(found: Collection[str]) -> str | None:
    if not found:
        return None
    have = "have rows" if len(found) > 1 else "has rows"
    named = ", ".join(table for table in ENTITIES if table in found)
    return f"{named} of the project {have} that this run did not make: somebody else writes there."
