"""Values: each column refuses what is not of its type, by every operation that takes a value."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from contracts.builders import a_new, changes, created
from contracts.case import needs, strict
from contracts.entities import MUTABLE, each_entity, mutable, repository
from contracts.expect import every, refused
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import InvalidValue
from harness.models import Booking, Column, ColumnType, Row, entity_of

UNSTORABLE = {"nul": "a\x00b", "nul_at_end": "a\x00", "surrogate": "a\ud800"}
OTHER_TYPES: Mapping[ColumnType, tuple[Any, ...]] = {
    ColumnType.TEXT: (5, True, ["a"], {"a": 1}),
    ColumnType.INTEGER: ("5", 5.0, True, [5], 2**31),
    ColumnType.BOOLEAN: (1, 0, "true", [True]),
    ColumnType.TIMESTAMPTZ: ("now", "2026-01-15T10:00:00", 1_768_471_200, True),
    ColumnType.TEXT_ARRAY: ("a", [1], [None], [["a"]], {"a": 1}),
    ColumnType.UUID: ("42", "", 42, "{00000000-0000-4000-8000-000000000000}"),
}
"""Values that some server or language would turn into one of the type."""
NAIVE = datetime(2026, 1, 15, 10)  # noqa: DTZ001 - a time without a zone is what cases are about


def settable(row: type[Row], *types: ColumnType) -> list[Column]:
    """Return the columns of some types that a client may set."""
    entity = entity_of(row)
    return [
        column for column in entity.columns if column.type in types and column.name not in entity.assigned
    ]


@each_entity
def test_unstorable_text_in_every_column(subject: Subject, store: Store, row: type[Row]) -> None:
    """NUL and lone surrogates are refused in each text column: in rows, patches and filters."""
    made = created(row, store)
    link = _link(row)
    before = everything(subject)
    with every() as about:
        for column in settable(row, ColumnType.TEXT):
            for name, text in UNSTORABLE.items():
                with about(f"{column.name} {name} on create"), refused(InvalidValue):
                    repository(store, row).create(a_new(row, store, **link, **{column.name: text}))
                if row in MUTABLE:
                    with about(f"{column.name} {name} on update"), refused(InvalidValue):
                        mutable(store, row).update(made.id, changes(row, **{column.name: text}))
                with about(f"{column.name} {name} in a filter"), refused(InvalidValue):
                    repository(store, row).count(where=[where(column.name, "eq", text)])
                with about(f"{column.name} {name} in a set"), refused(InvalidValue):
                    repository(store, row).list(where=[where(column.name, "in", ["a", text])])
    assert everything(subject) == before


@strict
@each_entity
def test_other_type_in_every_column(subject: Subject, store: Store, row: type[Row]) -> None:
    """A value of another type is refused with the column's name in each column: nothing is coerced."""
    made = created(row, store)
    link = _link(row)
    before = everything(subject)
    with every() as about:
        for column in (one for one in settable(row, *OTHER_TYPES) if one.name != "id"):
            for value in OTHER_TYPES[column.type]:
                values = {**link, column.name: value}
                with about(f"{column.name} {value!r} on create"), refused(InvalidValue, column.name):
                    repository(store, row).create(a_new(row, store, **values))
                if row in MUTABLE:
                    with about(f"{column.name} {value!r} on update"), refused(InvalidValue, column.name):
                        mutable(store, row).update(made.id, changes(row, **{column.name: value}))
    assert everything(subject) == before


@strict
@needs(Capability.PYTHON_VALUES)
@each_entity
def test_text_of_a_time_in_every_column(subject: Subject, store: Store, row: type[Row]) -> None:
    """A text is no time, though it has the form of one."""
    made = created(row, store)
    before = everything(subject)
    with every() as about:
        for column in settable(row, ColumnType.TIMESTAMPTZ):
            values = {**_link(row), column.name: "2026-01-15T10:00:00Z"}
            with about(f"{column.name} on create"), refused(InvalidValue, column.name):
                repository(store, row).create(a_new(row, store, **values))
            if row in MUTABLE:
                with about(f"{column.name} on update"), refused(InvalidValue, column.name):
                    mutable(store, row).update(made.id, changes(row, **{column.name: values[column.name]}))
            with about(f"{column.name} in a filter"), refused(InvalidValue, column.name):
                repository(store, row).list(where=[where(column.name, "lt", values[column.name])])
    assert everything(subject) == before


@strict
@needs(Capability.CLIENT_IDS)
@each_entity
def test_other_type_as_the_id(subject: Subject, store: Store, row: type[Row]) -> None:
    """An id that is none is refused on create, and not replaced by one of the store's."""
    before = everything(subject)
    with every() as about:
        for value in OTHER_TYPES[ColumnType.UUID]:
            with about(repr(value)), refused(InvalidValue, "id"):
                repository(store, row).create(a_new(row, store, **_link(row), id=value))
    assert everything(subject) == before


@strict
@needs(Capability.PYTHON_VALUES)
@each_entity
def test_naive_time_in_every_column(subject: Subject, store: Store, row: type[Row]) -> None:
    """A time without a zone is refused in each time column: in rows, patches and filters."""
    made = created(row, store)
    before = everything(subject)
    link = _link(row)
    with every() as about:
        for column in settable(row, ColumnType.TIMESTAMPTZ):
            with about(f"{column.name} on create"), refused(InvalidValue, column.name):
                repository(store, row).create(a_new(row, store, **link, **{column.name: NAIVE}))
            if row in MUTABLE:
                with about(f"{column.name} on update"), refused(InvalidValue, column.name):
                    mutable(store, row).update(made.id, changes(row, **{column.name: NAIVE}))
        for name in (entity_of(row).created, *(["updated_at"] if row in MUTABLE else [])):
            with about(f"{name} in a filter"), refused(InvalidValue, name):
                repository(store, row).list(where=[where(name, "gte", NAIVE)])
    assert everything(subject) == before


def _link(row: type[Row]) -> dict[str, Any]:
    """Spare a booking its request, which would be created for each refusal."""
    return {"request_id": uuid4()} if row is Booking else {}
