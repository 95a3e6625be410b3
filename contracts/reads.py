"""Every operation that reads, and something for each to find: for cases about answers that are lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.builders import created
from contracts.entities import ROWS, repository
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.models import Row, SchedulingRequest, entity_of

__all__ = ["READS", "Scenery", "one_get", "scenery"]

_HASH = "sha256:known"


@dataclass(frozen=True)
class Scenery:
    """What there is to read: one row of each entity, and a list with a second page."""

    rows: Mapping[type[Row], Row]
    cursor: str | None

    def id(self, row: type[Row]) -> UUID:
        """Return the id of the row of an entity."""
        return self.rows[row].id


def scenery(store: Store) -> Scenery:
    """Create it."""
    made: dict[type[Row], Row] = {row: created(row, store) for row in ROWS if row is not SchedulingRequest}
    made[SchedulingRequest] = created(SchedulingRequest, store, public_token_hash=_HASH)
    return Scenery(made, store.scheduling_requests.list(limit=1).next_cursor)


def _get(row: type[Row]) -> Callable[[Store, Scenery], object]:
    """Read one row of an entity."""
    return lambda store, there: repository(store, row).get(there.id(row))


READS: dict[str, Callable[[Store, Scenery], Any]] = {
    **{f"get {entity_of(row).table}": _get(row) for row in ROWS},
    "get_by_token_hash": lambda store, _: store.scheduling_requests.get_by_token_hash(_HASH),
    "list": lambda store, _: store.bookings.list(),
    "list of a second page": lambda store, there: store.scheduling_requests.list(cursor=there.cursor),
    "iterate": lambda store, _: list(store.webhook_events.iterate()),
    "count": lambda store, _: store.bookings.count(where=[where("status", "eq", "confirmed")]),
    "ops_summary": lambda store, _: store.ops_summary(),
}
"""Each takes a store and what `scenery` created, and returns what it found."""
_GETS = [name for name in READS if name.startswith("get ")]


def one_get(turn: int) -> dict[str, Callable[[Store, Scenery], Any]]:
    """Return the reads with one of the gets, of another entity each turn."""
    spared = set(_GETS) - {_GETS[turn % len(_GETS)]}
    return {name: read for name, read in READS.items() if name not in spared}
