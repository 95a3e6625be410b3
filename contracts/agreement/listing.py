"""Rows in order, from two stores: where the order rests on what the stores chose, it cannot be compared.

Rows whose order column was assigned by one step of the reference, or that
stand in a tie which ids of the stores' own choice decide, form a *group*:
within it, the rows are compared as a set. Every other row has its place.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from contracts.agreement.clock import TickingClock
from contracts.agreement.correspondence import Correspondence
from contracts.expect import Divergence
from harness.models import Row

__all__ = ["Groups", "compare_in_order", "in_own_order"]

_NO_TIME = datetime.min.replace(tzinfo=UTC)
Key = Callable[[Row], Any]


class Groups:
    """Tells for the rows of a table which of them have no place of their own in an order."""

    def __init__(
        self, rows: Sequence[Row], field: str, clock: TickingClock, is_loose: Callable[[UUID], bool]
    ) -> None:
        """Take all rows before the call; `is_loose` says of an id that its order means nothing."""
        by_value: dict[Any, list[UUID]] = {}
        for row in rows:
            # Ordered by id, all rows compete for their places with each other.
            by_value.setdefault(None if field == "id" else getattr(row, field), []).append(row.id)
        self._by_id = field == "id"
        self._members = {
            value: ids
            for value, ids in by_value.items()
            if any(map(is_loose, ids)) or (value is not None and clock.moment(value) is not None)
        }
        self._group_of = {id_: value for value, ids in self._members.items() for id_ in ids}

    def key(self, row: Row) -> Any:
        """Return what a row shares with the rows of its group, and with no other."""
        return ("group", self._group_of[row.id]) if row.id in self._group_of else ("row", row.id)

    def is_open(self, value: Any, id: UUID) -> bool:
        """True if a position at a row, which may be gone, may have other rows behind it on each side."""
        members = self._members.get(None if self._by_id else value, [])
        return any(member != id for member in members)


def compare_in_order(
    reference: Sequence[Row], subject: Sequence[Row], key: Key, correspondence: Correspondence
) -> None:
    """Compare rows place by place, those of a group as a set. Raises Divergence."""
    if len(reference) != len(subject):
        raise Divergence(_ids(reference, correspondence), _ids(subject))
    begin = 0
    for _, group in groupby(reference, key):
        expected = list(group)
        found = {row.id: row for row in subject[begin : begin + len(expected)]}
        for row in expected:
            partner = found.get(correspondence.translated(row.id))
            if partner is None:
                raise Divergence(_ids(reference, correspondence), _ids(subject))
            correspondence.compare(row, partner)
        begin += len(expected)


def in_own_order(rows: Sequence[Row], field: str, *, descending: bool) -> None:
    """Check that a list keeps the order of its own values: the column, None above all, then the id."""
    places = [
        (value is None, value if isinstance(value, datetime) else _NO_TIME, str(row.id))
        for row in rows
        for value in [getattr(row, field)]
    ]
    if places != sorted(places, reverse=descending):
        raise Divergence(f"rows in the order of {field} and id", f"the order {_ids(rows)}")


def _ids(rows: Sequence[Row], correspondence: Correspondence | None = None) -> str:
    ids = [row.id if correspondence is None else correspondence.translated(row.id) for row in rows]
    return f"{len(ids)} rows: {', '.join(map(str, ids[:12]))}" + (" …" if len(ids) > 12 else "")
