"""The values that sequences are made of: small pools, so that rows meet, and everything that is awkward.

All of it follows from the descriptions in `harness.models`; an entity that is
added there needs nothing here.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import product
from typing import Any
from uuid import UUID, uuid5

from harness.adapters.capabilities import Capability
from harness.models import ENTITIES, Check, ColumnType, Entity

__all__ = ["IDS", "MALFORMED_IDS", "NOON", "combinations", "invalid", "is_text_key", "pool_id", "valid"]

_NAMESPACE = UUID("6f0c7a52-8f4e-4d0b-9a39-0d2f6f1f7c11")
IDS = 4
"""How many ids clients choose from, for each table."""
MALFORMED_IDS = (
    "",
    "booking-1",
    "{8b6bcd54-9d8c-4a54-a3a2-5b1d4d8d4f2e}",
    "8b6bcd549d8c4a54a3a25b1d4d8d4f2e",
)

PAST = datetime(2020, 1, 15, 12, tzinfo=UTC)
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""Every time below is over when a sequence runs, and no time above is."""
_TIMES = (
    datetime(2099, 12, 31, tzinfo=UTC),
    PAST,
    datetime(2100, 3, 1, 9, 30, 0, 250_000, tzinfo=UTC),
    PAST.replace(microsecond=123_000),
    datetime(2200, 6, 30, 23, 59, 59, tzinfo=UTC),
)
"""Far in the past or far in the future: whether they are over must not depend on when a step runs."""
_MICROSECONDS = (PAST.replace(microsecond=123_457), PAST.replace(microsecond=123_458))
_PLAIN = ("alpha", "beta", "Alpha")
_TEXTS = (
    *_PLAIN,
    "",
    " ",
    "null",
    'a,b.(c) "d" \\ e',
    "100 % _ *",
    "caf\u00e9",
    "cafe\u0301",
    "\U0001f5d3 noon\n",
)
_JSON: tuple[Any, ...] = (
    {},
    {"a": 1, "bb": [True, None, "x"], "": {"n": 0.5}},
    [],
    "text",
    17,
    {"caf\u00e9": "\U0001f600", "deep": [[[{}]]]},
)
_EXACT: tuple[Any, ...] = (2**53 + 1, {"n": 10**20}, -0.0, 1e22)
"""JSON whose digits, or whose being whole, a store of doubles does not keep."""
_POOLS: Mapping[ColumnType, tuple[Any, ...]] = {
    ColumnType.TEXT: _TEXTS,
    ColumnType.INTEGER: (1, 2, 3, 0, 45),
    ColumnType.BOOLEAN: (False, True),
    ColumnType.TIMESTAMPTZ: _TIMES,
    ColumnType.TEXT_ARRAY: ([], ["a@example.org"], ["", "NULL", 'q"{},\\', "a@example.org"]),
    ColumnType.JSONB: _JSON,
}
_WRONG: Mapping[ColumnType, tuple[Any, ...]] = {
    ColumnType.TEXT: ("a\x00b", 5),
    ColumnType.INTEGER: (2**31, -1, "1", True, 1.5),
    ColumnType.BOOLEAN: ("true", 1),
    ColumnType.TIMESTAMPTZ: ("now", "2026-01-15T10:00:00", 0),
    ColumnType.TEXT_ARRAY: ("a@example.org", [None], ["a\x00b"]),
    ColumnType.JSONB: ({"a": "\x00"},),
    ColumnType.UUID: MALFORMED_IDS,
}
_UNSTORABLE: Mapping[ColumnType, tuple[Any, ...]] = {
    ColumnType.TEXT: ("a\x00b",),
    ColumnType.INTEGER: (2**31, -1),
    ColumnType.TEXT_ARRAY: ([None], ["a\x00b"]),
    ColumnType.JSONB: ({"a": "\x00"},),
}
"""Values of the right type that no row may hold."""
_PYTHON: Mapping[ColumnType, tuple[Any, ...]] = {
    ColumnType.TEXT: (b"alpha", "\ud800"),
    ColumnType.TIMESTAMPTZ: (datetime(2026, 1, 15, 10), "2026-01-15T10:00:00Z"),  # noqa: DTZ001  # naive on purpose
    ColumnType.JSONB: ({"a": float("nan")}, {1: "a"}, {"a": {1, 2}}),
}


def pool_id(table: str, number: int) -> UUID:
    """Return one of the few ids that clients choose for the rows of a table."""
    return uuid5(_NAMESPACE, f"{table} {number % IDS}")


@cache
def valid(table: str, name: str, capabilities: frozenset[Capability]) -> tuple[Any, ...]:
    """Return values that a column accepts, None not among them; ids are chosen elsewhere."""
    column = ENTITIES[table].by_name[name]
    if column.choices is not None:
        return column.choices
    if is_text_key(table, name):
        return _PLAIN
    pool = _POOLS[column.type]
    if column.type is ColumnType.TIMESTAMPTZ and Capability.MICROSECONDS in capabilities:
        return pool + _MICROSECONDS
    if column.type is ColumnType.JSONB and Capability.EXACT_NUMBERS in capabilities:
        return pool + _EXACT
    return pool


def is_text_key(table: str, name: str) -> bool:
    """True if rows must differ in the column, alone or with others: then few values let them meet."""
    entity = ENTITIES[table]
    return entity.by_name[name].type is ColumnType.TEXT and any(
        name in unique.columns for unique in entity.uniques
    )


@cache
def invalid(
    table: str, name: str, capabilities: frozenset[Capability], *, strict: bool = True
) -> tuple[Any, ...]:
    """Return values that a column refuses, whatever the rest of the row is.

    Without `strict` there are none that are only of another type: whether a
    number is taken for a text is hygiene.
    """
    column = ENTITIES[table].by_name[name]
    wrong = _WRONG[column.type] if strict else _UNSTORABLE.get(column.type, ())
    if strict and Capability.PYTHON_VALUES in capabilities:
        wrong += _PYTHON.get(column.type, ())
    if column.choices is not None:
        wrong += (column.choices[0].upper(), "")
    if column.max_bytes is not None:
        wrong += ("\u00e9" * (column.max_bytes // 2) + "x",)
    return wrong if column.nullable else (None, *wrong)


@cache
def combinations(
    table: str, capabilities: frozenset[Capability]
) -> tuple[tuple[Mapping[str, Any], ...], ...]:
    """Return for each set of columns that CHECKs connect the values that pass all of them.

    A CHECK is a function of a row: which columns it reads is seen by letting it read.
    """
    return tuple(tuple(_passing(table, names, capabilities)) for names in _connected(ENTITIES[table]))


def _connected(entity: Entity[Any]) -> list[frozenset[str]]:
    groups: list[frozenset[str]] = []
    for check in entity.checks:
        names = _reads(entity, check)
        touching = [group for group in groups if group & names]
        groups = [group for group in groups if not group & names]
        groups.append(names.union(*touching))
    return groups


def _reads(entity: Entity[Any], check: Check) -> frozenset[str]:
    """Evaluate a CHECK on several rows: a comparison that fails early reads less."""
    rows = [_Reading(entity, choice) for choice in range(3)]
    for row in rows:
        check.holds(row)
    return frozenset(name for row in rows for name in row.read)


class _Reading(Mapping[str, Any]):
    """A row of some values that notes which of its columns are read."""

    def __init__(self, entity: Entity[Any], choice: int) -> None:
        self._entity = entity
        self._choice = choice
        self.read: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.read.append(name)
        pool = valid(self._entity.table, name, frozenset())
        return pool[self._choice % len(pool)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entity.by_name)

    def __len__(self) -> int:
        return len(self._entity.by_name)


def _passing(
    table: str, names: frozenset[str], capabilities: frozenset[Capability]
) -> Iterator[Mapping[str, Any]]:
    entity = ENTITIES[table]
    ordered = [name for name in entity.by_name if name in names]
    checks = [check for check in entity.checks if names >= _reads(entity, check)]
    for values in product(*(valid(table, name, capabilities) for name in ordered)):
        found = dict(zip(ordered, values, strict=True))
        if all(check.holds(found) is not False for check in checks):
            yield found
