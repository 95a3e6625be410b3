"""Valid rows of every table, of which any policy that shows something would show at least one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from harness.models import ENTITIES, Column, ColumnType, Entity
from migrations.security.tokens import USER_EMAIL, USER_ID

__all__ = ["SENSITIVE", "Rows"]

SENSITIVE: Mapping[str, tuple[str, ...]] = {
    "scheduling_requests": ("candidate_email", "candidate_name", "public_token", "public_token_hash"),
    "webhook_events": ("signature", "payload_hash"),
}
"""Columns whose contents must not be in any answer to a stranger, errors included."""

_EPOCH = datetime(2030, 1, 15, 12, tzinfo=UTC)
_OWNER = {
    **dict.fromkeys(("created_by", "actor_id", "booked_by"), USER_ID),
    **dict.fromkeys(("candidate_email", "organizer_email"), USER_EMAIL),
}
_OWNED_EACH = 4
"""Each fourth row names the signed-in user wherever a row can name one."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """`number` rows of each table, by JSON value; no two of them alike."""

    namespace: UUID
    """Random: no id of theirs is anybody else's."""
    number: int

    def id(self, table: str, place: int) -> str:
        """Return the id of a row."""
        return str(uuid5(self.namespace, f"{table}/{place}"))

    def row(self, table: str, place: int) -> dict[str, Any]:
        """Return a row by column, without what the store assigns."""
        entity = ENTITIES[table]
        return {
            column.name: self._value(entity, column, place)
            for column in entity.columns
            if column.name not in entity.assigned
        }

    def other(self, table: str, place: int) -> dict[str, Any]:
        """Return a valid row that is not stored, of which nothing is unique to a stored one but its links."""
        return self.row(table, place + 1000 * self.number)

    def all(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table."""
        # Requests come in two halves: those of the second are referred to, so that those of the first may go.
        extent = 2 * self.number if table == "scheduling_requests" else self.number
        return [self.row(table, place) for place in range(extent)]

    def _value(self, entity: Entity[Any], column: Column, place: int) -> Any:
        if column.name == "id":
            return self.id(entity.table, place)
        if column.references is not None:
            is_request = column.references.table == "scheduling_requests"
            other = self.number + place % self.number
            return self.id("scheduling_requests", other) if is_request else None
        if place % _OWNED_EACH == 1 and column.name in _OWNER:
            return _OWNER[column.name]
        is_sensitive = column.name in SENSITIVE.get(entity.table, ())
        if column.nullable and not is_sensitive and (place + entity.columns.index(column)) % 3 == 0:
            return None
        if column.choices is not None:
            return column.choices[place % len(column.choices)]
        return _PLAIN[column.type](column.name, f"{self.namespace.hex[:12]}-{place}", place)


def _integer(name: str, _word: str, place: int) -> int:
    return {"attempts": 1, "max_attempts": 5}.get(name, 30 + place)


def _time(name: str, _word: str, place: int) -> str:
    later = timedelta(hours=1 if name.endswith("_end") else 0)
    return (_EPOCH + timedelta(days=place) + later).isoformat()


_PLAIN: Mapping[ColumnType, Callable[[str, str, int], Any]] = {
    ColumnType.BOOLEAN: lambda _name, _word, place: place % 2 == 0,
    ColumnType.INTEGER: _integer,
    ColumnType.JSONB: lambda name, word, _place: {name: word},
    ColumnType.TEXT: lambda name, word, _place: f"{name}-{word}",
    ColumnType.TEXT_ARRAY: lambda name, word, _place: [f"{name}-{word}@parity.invalid"],
    ColumnType.TIMESTAMPTZ: _time,
}
