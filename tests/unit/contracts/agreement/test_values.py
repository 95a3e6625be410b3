"""The values of sequences follow from the descriptions of the entities, whichever there are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest

from contracts.agreement.values import combinations, invalid, is_text_key, pool_id, valid
from harness.adapters.capabilities import Capability
from harness.adapters.codec import encode_value
from harness.errors import InvalidValue
from harness.models import ENTITIES, NEW_ID, NOW, Check, Column, ColumnType, Row, Unique, entity_of
from harness.models.entity import entity

ALL = frozenset(Capability)
COLUMNS = [
    pytest.param(table, column, id=f"{table}.{column.name}")
    for table, described in ENTITIES.items()
    for column in described.columns
]


@entity(
    "rooms",
    singular="room",
    checks=(
        Check("rooms_seats", "seats > 0", lambda row: row["seats"] > 0),
        Check("rooms_open", "closes > opens", lambda row: row["closes"] > row["opens"]),
        Check("rooms_day", "opens > built", lambda row: row["opens"] > row["built"]),
    ),
    uniques=(Unique("rooms_name_key", ("name",)),),
)
class Room(Row):
    """An entity that nothing in the contract knows."""

    id: Annotated[UUID, NEW_ID]
    name: str
    kind: Literal["quiet", "large"]
    seats: int
    built: datetime
    opens: datetime
    closes: datetime
    created_at: Annotated[datetime, NOW]
    updated_at: Annotated[datetime, NOW]


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setitem(ENTITIES, "rooms", entity_of(Room))
    yield "rooms"
    for cached in (valid, invalid, combinations):
        cached.cache_clear()


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_valid_values_are_of_the_type_and_among_the_choices(table: str, column: Column) -> None:
    if column.type is ColumnType.UUID:
        encode_value(column, pool_id(table, 0))
        return
    for value in valid(table, column.name, ALL):
        encode_value(column, value)
        assert column.choices is None or value in column.choices
        assert column.max_bytes is None or len(value.encode()) <= column.max_bytes


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_invalid_values_are_refused_by_type_choice_size_or_sign(table: str, column: Column) -> None:
    for value in invalid(table, column.name, ALL):
        if value is None:
            assert not column.nullable
            continue
        try:
            wire = encode_value(column, value)
        except InvalidValue:
            continue
        too_long = column.max_bytes is not None and len(str(wire).encode()) > column.max_bytes
        no_choice = column.choices is not None and wire not in column.choices
        assert too_long or no_choice or wire == -1


def test_python_values_are_for_adapters_that_take_them() -> None:
    with_them = invalid("audit_logs", "payload", ALL)
    without = invalid("audit_logs", "payload", ALL - {Capability.PYTHON_VALUES})
    assert len(without) < len(with_them)
    assert all(not isinstance(value, bytes | float) for value in without)


def test_times_and_numbers_keep_to_the_declared_resolution() -> None:
    coarse = ALL - {Capability.MICROSECONDS, Capability.EXACT_NUMBERS}
    times: tuple[datetime, ...] = valid("bookings", "scheduled_start", coarse)
    assert all(time.microsecond % 1000 == 0 for time in times)
    assert any(time.microsecond % 1000 for time in valid("bookings", "scheduled_start", ALL))
    assert 2**53 + 1 not in valid("audit_logs", "payload", coarse)
    assert 2**53 + 1 in valid("audit_logs", "payload", ALL)


def test_times_are_over_or_far_ahead() -> None:
    now = datetime.now(UTC)
    for time in valid("sync_jobs", "run_after", ALL):
        assert abs(time - now).days > 365


@pytest.mark.parametrize("table", ENTITIES)
def test_combinations_pass_all_checks_together(table: str) -> None:
    described = ENTITIES[table]
    connected = combinations(table, ALL)
    assert bool(connected) == bool(described.checks)
    assert all(possible for possible in connected)
    names = list(chain.from_iterable(possible[0] for possible in connected))
    assert len(names) == len(set(names))
    for number in range(5):
        row = {k: v for possible in connected for k, v in possible[number % len(possible)].items()}
        assert all(check.holds(row) for check in described.checks)


def test_entity_that_is_added_needs_nothing_here(rooms: str) -> None:
    (seats, hours) = sorted(combinations(rooms, ALL), key=lambda possible: len(possible[0]))
    assert {row["seats"] for row in seats} == {1, 2, 3, 45}
    assert {*hours[0]} == {"built", "opens", "closes"}
    assert all(row["built"] < row["opens"] < row["closes"] for row in hours)
    assert is_text_key(rooms, "name")
    assert valid(rooms, "kind", ALL) == ("quiet", "large")
    assert "QUIET" in invalid(rooms, "kind", ALL)
    assert None in invalid(rooms, "seats", ALL)


def test_clients_choose_from_few_ids() -> None:
    ids: set[Any] = {pool_id("bookings", number) for number in range(100)}
    assert len(ids) == 4
    assert ids.isdisjoint({pool_id("sync_jobs", number) for number in range(100)})
