"""Queries: each operator on each column, alone and among others, in each read, finds what it says."""

from collections.abc import Callable
from datetime import timedelta
from operator import ge, gt, le, lt
from typing import Any, get_args
from uuid import UUID

from contracts.builders import NOON, a_new, changes
from contracts.case import strict
from contracts.entities import each_entity, each_mutable_entity, mutable, repository
from contracts.expect import every, refused
from harness.adapters.protocol import Store
from harness.adapters.queries import Condition, Direction, Operator, Order
from harness.errors import InvalidValue
from harness.models import Booking, Column, ColumnType, Row, entity_of

TEXTS = ("a", "a ", " a", "A", "", "null", "a,b", "a+b", "a%", "a\\b", '"a"', "(a)", "a.b", "ä")
RANGES: dict[str, Callable[[Any, Any], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}
ROWS = len(TEXTS)
_PLAIN = {ColumnType.TEXT, ColumnType.INTEGER, ColumnType.BOOLEAN, ColumnType.TIMESTAMPTZ, ColumnType.UUID}


def sample(column: Column, k: int) -> Any:
    """Return the value of a column in the k-th row; every fifth leaves empty what may be empty."""
    if column.nullable and k % 5 == 0:
        return None
    if column.choices is not None:
        return column.choices[k % len(column.choices)]
    match column.type:
        case ColumnType.TEXT:
            return TEXTS[k]
        case ColumnType.INTEGER:
            return {"attempts": k % 3, "max_attempts": 3 + k % 3}.get(column.name, k % 4 + 1)
        case ColumnType.BOOLEAN:
            return k % 2 == 0
        case _:
            late = column.name in ("window_end", "scheduled_end")
            return NOON + timedelta(days=10 * late, milliseconds=k // 2)


def holds(condition: Condition, row: Row) -> bool:
    """Tell what the protocol says of a condition and a row."""
    value = getattr(row, condition.field)
    match condition.operator:
        case "is_null":
            return (value is None) is condition.value
        case "eq":
            return bool(value == condition.value)
        case "in":
            return value is not None and value in condition.value
        case _:
            return value is not None and RANGES[condition.operator](value, condition.value)


def conditions(column: Column, rows: list[Any]) -> list[Condition]:
    """Return conditions of each operator that the column has, on values of the rows."""
    found = {getattr(row, column.name) for row in rows} - {None}
    values = sorted(found, key=str if column.type is ColumnType.UUID else None)
    out = [Condition(column.name, "is_null", flag) for flag in (True, False)]
    if not values:
        return out
    all_texts = column.name in ("candidate_name", "calendar_event_id", "actor_id", "last_error", "event_type")
    some = values if all_texts else [values[0], values[-1]]
    out += [Condition(column.name, "eq", value) for value in some]
    out += [Condition(column.name, "in", [values[0], values[-1]]), Condition(column.name, "in", values)]
    if column.type in (ColumnType.INTEGER, ColumnType.TIMESTAMPTZ):
        middle = values[len(values) // 2]
        edges = {values[0], middle} | ({0} if isinstance(middle, int) else set())
        out += [
            Condition(column.name, name, value)
            for name in get_args(Operator)
            if name in RANGES
            for value in edges
        ]
    return out


def scene(store: Store, row: type[Row]) -> list[Any]:
    """Create one row for each text; times come in pairs of equal ones."""
    entity, rows = entity_of(row), repository(store, row)
    given = [
        c for c in entity.columns if c.type in _PLAIN - {ColumnType.UUID} and c.name not in entity.assigned
    ]
    made: list[Any] = []
    for k in range(ROWS):
        values = {column.name: sample(column, k) for column in given}
        if row is Booking and k:
            values["status"] = "cancelled" if k % 2 else "confirmed"
        made.append(rows.create(a_new(row, store, **values)))
    return made


@each_entity
def test_each_operator_on_each_column(store: Store, row: type[Row]) -> None:
    """Each condition, alone and with others that hold, finds and counts the same rows."""
    entity, rows = entity_of(row), repository(store, row)
    made = scene(store, row)
    everyone = [Condition("id", "in", [one.id for one in made]), Condition("id", "is_null", value=False)]
    # Each operator meets both reads, alone and among others: its values take turns.
    reads = (lambda where: rows.iterate(where=where), lambda where: rows.list(where=where).rows)
    with every() as about:
        for column in (column for column in entity.columns if column.type in _PLAIN):
            for turn, condition in enumerate(conditions(column, made)):
                expected: set[UUID] = {one.id for one in made if holds(condition, one)}
                alone, among = [condition], [*everyone, condition]
                with about(f"{condition.field} {condition.operator} {condition.value!r}"):
                    assert {one.id for one in reads[turn % 2](alone)} == expected
                    assert rows.count(where=(alone, among)[turn % 2]) == len(expected)
                with about(f"{condition.field} {condition.operator} {condition.value!r}, among others"):
                    assert {one.id for one in reads[1 - turn % 2](among)} == expected


@each_entity
def test_each_order(store: Store, row: type[Row]) -> None:
    """By each time column, in each direction, rows come in order: equal times by id, empty ones above all."""
    entity, rows = entity_of(row), repository(store, row)
    made = scene(store, row)
    with every() as about:
        for name in [one.name for one in entity.columns if one.type is ColumnType.TIMESTAMPTZ] + ["id"]:
            for direction in get_args(Direction):
                places = sorted(
                    ((getattr(one, name) is None, getattr(one, name) or 0, one.id) for one in made),
                    reverse=direction == "desc",
                )
                expected, order = [place[-1] for place in places], Order(name, direction)
                with about(f"{name} {direction}"):
                    assert [one.id for one in rows.iterate(order=order)] == expected
                    first = rows.list(order=order, limit=5)
                    rest = rows.list(order=order, limit=100, cursor=first.next_cursor)
                    assert [one.id for one in (*first.rows, *rest.rows)] == expected


@each_mutable_entity
def test_cursor_of_a_row_that_moved(store: Store, row: type[Row]) -> None:
    """A cursor stands at a place, not at a row: where the row that it was made at moved since, it stays."""
    rows = mutable(store, row)
    made = scene(store, row)
    name = next(
        one.name
        for one in entity_of(row).columns
        if one.type is ColumnType.TIMESTAMPTZ and one.name not in entity_of(row).assigned
    )
    order = Order(name)
    expected = sorted(made, key=lambda one: (getattr(one, name), one.id))
    page = rows.list(order=order, limit=4)
    assert page.rows == tuple(expected[:4])
    rows.update(expected[3].id, changes(row, **{name: NOON - timedelta(days=1)}))
    rest = rows.list(order=order, cursor=page.next_cursor)
    assert rest.rows == tuple(expected[4:])


@strict
def test_nothing_is_asked_with_a_wrong_cursor(store: Store) -> None:
    """A wrong cursor is refused though no row is asked for."""
    with refused(InvalidValue, "cursor"):
        store.sync_jobs.list(limit=0, cursor="wrong")
