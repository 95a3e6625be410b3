"""Makes a snapshot of any size in which every awkward value occurs, the same one whenever it is asked again.

A row follows from the seed, its table and its number alone, so that a million
of them need no memory, and a row may name another one without looking at it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Column, ColumnType, Entity
from migrations.rehearsal.awkward import (
    ARRAYS,
    HUGE_BYTES,
    JSON,
    LONG_TEXT,
    NAMES,
    PAIRS,
    SHORT_TEXTS,
    TEXTS,
    TIMES,
)
from migrations.rehearsal.json_text import text_of

__all__ = ["FEWEST", "Generated", "spread"]

T = TypeVar("T")

FEWEST = 100
"""Rows of a table from which on every awkward value occurs in it."""
_AWKWARD = 1_000
"""From this row on only every tenth is awkward: a large snapshot is to look like a large application."""
_HUGE_ROW = 17
_HUGE_COLUMN = ("webhook_events", "payload")
_LONG_EACH = 97
_ATTEMPTS = (
    (0, 1),
    (1, 1),
    (0, 2**31 - 1),
    (2**31 - 1, 2**31 - 1),
    (3, 3),
    (1, 5),
)
_DURATIONS = (1, 15, 60, 2**31 - 1)
_SPANS = (("window_start", "window_end"), ("scheduled_start", "scheduled_end"))
_EXTREME_IDS = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")
_BOOKINGS_PER_REQUEST = 4
_LEFT_OUT_EACH = 11
_SHOUTED = 13
"""Some links are written in upper case: another spelling of the same id."""


def spread(total: int) -> Mapping[str, int]:
    """Share a number of rows evenly among the tables."""
    share, rest = divmod(total, len(ENTITIES))
    return {table: share + (place < rest) for place, table in enumerate(ENTITIES)}


@dataclass(frozen=True, kw_only=True)
class Generated:
    """A snapshot, not written anywhere yet."""

    seed: int
    counts: Mapping[str, int]
    """Rows by table."""

    def __post_init__(self) -> None:
        if self.counts["bookings"] and not self.counts["scheduling_requests"]:
            raise ConfigurationError("bookings need scheduling_requests that they refer to; generate some.")

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield the rows in order: JSON values by camelCase name, numbers exact (int or Decimal).

        A column that may be NULL is left out of some rows in which it is.
        """
        return (self.row(table, number) for number in range(self.counts[table]))

    def lines(self, table: str) -> Iterator[str]:
        """Yield the rows as lines of JSON; every second one has escapes for what is not ASCII."""
        return (text_of(row, escaped=number % 2 == 1) for number, row in enumerate(self.rows(table)))

    def row(self, table: str, number: int) -> dict[str, Any]:
        """Make one row."""
        entity = ENTITIES[table]
        values = self._values(entity, number)
        leaves_out = number % _LEFT_OUT_EACH == _LEFT_OUT_EACH // 2
        return {
            column.alias: values[column.name]
            for column in entity.columns
            if not (leaves_out and column.nullable and values[column.name] is None)
        }

    def id(self, table: str, number: int) -> str:
        """Return the id of a row."""
        if number < len(_EXTREME_IDS):
            return _EXTREME_IDS[number]
        digest = hashlib.blake2b(f"{self.seed}/{table}/{number}".encode(), digest_size=16).digest()
        return str(UUID(bytes=digest, version=4))

    def _values(self, entity: Entity[Any], number: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for place, column in enumerate(entity.columns):
            turn = number + 7 * place + self.seed
            is_null = column.nullable and turn % 3 == 0
            values[column.name] = None if is_null else _value(entity.table, column, number, turn)
        values["id"] = self.id(entity.table, number)
        values.update(self._joint(entity, number))
        return values

    def _joint(self, entity: Entity[Any], number: int) -> dict[str, Any]:
        """The columns that depend on each other: checks, unique keys and references."""
        values: dict[str, Any] = {}
        names = entity.by_name
        if "attempts" in names:
            values["attempts"], values["max_attempts"] = _pick(_ATTEMPTS, number)
        for start, end in _SPANS:
            if start in names:
                values[start], values[end] = _pick(PAIRS, number)
        match entity.table:
            case "scheduling_requests":
                values["public_token_hash"] = _distinct(number)
            case "webhook_events":
                # One event_id at two providers, and two providers that differ only in their spelling.
                values["event_id"] = _distinct(number // 2)
                values["provider"] = ("icims", "ICIMS ")[number % 2]
            case "bookings":
                values |= self._booking(number)
            case "audit_logs":
                values |= self._links(number)
        return values

    def _booking(self, number: int) -> dict[str, Any]:
        """Four bookings of a request, of which at most one may be active; each fifth request has none."""
        request, turn = divmod(number, _BOOKINGS_PER_REQUEST)
        requests = self.counts["scheduling_requests"]
        if request >= requests:
            return {"request_id": self.id("scheduling_requests", number % requests), "status": "cancelled"}
        active = turn == request % _BOOKINGS_PER_REQUEST and request % 5 != 0
        kind = ("confirmed", "rescheduled")[request % 2]
        return {
            "request_id": self.id("scheduling_requests", request),
            "status": kind if active else "cancelled",
        }

    def _links(self, number: int) -> dict[str, Any]:
        """Neither, one or both of the links; the booking need not be one of that request."""
        requests, bookings = self.counts["scheduling_requests"], self.counts["bookings"]
        request = self.id("scheduling_requests", number * 7 % requests) if requests and number % 2 else None
        if request is not None and number % 97 == _SHOUTED:
            request = request.upper()
        booking = self.id("bookings", number * 5 % bookings) if bookings and number // 2 % 2 else None
        return {"request_id": request, "booking_id": booking}


def _value(table: str, column: Column, number: int, turn: int) -> Any:
    if column.choices is not None:
        return _pick(column.choices, turn)
    if number >= _AWKWARD and number % 10 != 0:
        return _PLAIN[column.type](turn)
    if number == _HUGE_ROW and (table, column.name) == _HUGE_COLUMN:
        return {"huge": "\u00e9'\"\\\n" * (HUGE_BYTES // 5), "number": 2**53 + 1}
    return _awkward(column, turn, with_long=number < FEWEST)


def _awkward(column: Column, turn: int, *, with_long: bool) -> Any:
    match column.type:
        case ColumnType.TEXT if column.max_bytes is not None:
            return _pick(SHORT_TEXTS, turn)
        case ColumnType.TEXT:
            return LONG_TEXT if with_long and turn % _LONG_EACH == 0 else _pick(TEXTS, turn)
        case ColumnType.TEXT_ARRAY:
            return list(_pick(ARRAYS if with_long else ARRAYS[:-1], turn))
        case ColumnType.JSONB:
            return _pick(JSON if with_long else JSON[:-1], turn)
        case ColumnType.TIMESTAMPTZ:
            return _pick(TIMES, turn)
        case _:
            return _PLAIN[column.type](turn)


def _pick(values: Sequence[T], turn: int) -> T:
    return values[turn % len(values)]


def _distinct(number: int) -> str:
    """A text that no other number has; the first ones nearly have."""
    pair, which = divmod(number, 2)
    if pair < len(NAMES):
        return NAMES[pair][which]
    if number % 50 == 0:
        return f"{number:x}".ljust(1024, "h")
    return hashlib.sha256(str(number).encode()).hexdigest()


def _ordinary_time(turn: int) -> str:
    return f"2026-{turn % 12 + 1:02}-{turn % 28 + 1:02}T{turn % 24:02}:{turn % 60:02}:00.{turn % 1000000:06}Z"


_PLAIN: Mapping[ColumnType, Callable[[int], Any]] = {
    ColumnType.TEXT: lambda turn: f"text {turn}",
    ColumnType.TEXT_ARRAY: lambda turn: [f"{turn}@example.org"],
    ColumnType.TIMESTAMPTZ: _ordinary_time,
    ColumnType.JSONB: lambda turn: {"event": "updated", "number": turn},
    ColumnType.BOOLEAN: lambda turn: turn % 2 == 0,
    ColumnType.INTEGER: lambda turn: _pick(_DURATIONS, turn),
    ColumnType.UUID: lambda _: None,  # references follow from the number of the row
}
"""What an ordinary application has."""
