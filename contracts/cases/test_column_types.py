"""Columns: each one keeps what its type promises, in every table."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.builders import a_new
from contracts.case import needs
from contracts.entities import ROWS, repository
from contracts.expect import every
from contracts.stored import in_store
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.codec import encode_value
from harness.adapters.protocol import Store
from harness.models import Column, ColumnType, Row, entity_of

MOMENT = datetime(2031, 5, 6, 7, 8, 9, 123_457, tzinfo=UTC)
"""Later than what the builders put where an earlier time is due."""
LONG = f"  A{'long text, ' * 30}and its End  "
MOST = 2**31 - 1
PARTNERS = {"window_start": "window_end", "scheduled_start": "scheduled_end", "attempts": "max_attempts"}
"""What has to be greater, too."""
ASSIGNED = {"created_at", "updated_at", "booked_at"}


def columns(row: type[Row], type_: ColumnType) -> Iterator[Column]:
    """Return the columns of a type that take any value of it."""
    for column in entity_of(row).columns:
        if column.type is type_ and column.choices is None and column.name not in ASSIGNED:
            yield column


def each_entity_with(type_: ColumnType) -> pytest.MarkDecorator:
    """The case holds for the entities that have such a column; it takes the row class as ``row``."""
    rows = [row for row in ROWS if any(columns(row, type_))]
    return pytest.mark.parametrize("row", rows, ids=lambda row: entity_of(row).table)


def kept(subject: Subject, store: Store, row: type[Row], values: dict[str, Any]) -> None:
    """Store a row with these values, and find them in what comes back and in what is stored."""
    made = repository(store, row).create(a_new(row, store, **values))
    assert {name: getattr(made, name) for name in values} == values
    stored = in_store(subject, made)
    assert stored is not None
    by_name = entity_of(row).by_name
    assert {name: stored[name] for name in values} == {
        name: encode_value(by_name[name], value) for name, value in values.items()
    }


@needs(Capability.MICROSECONDS)
@each_entity_with(ColumnType.TIMESTAMPTZ)
def test_every_time_keeps_its_microseconds(subject: Subject, store: Store, row: type[Row]) -> None:
    """A time in any column is kept to the microsecond."""
    with every() as about:
        for column in columns(row, ColumnType.TIMESTAMPTZ):
            partner = PARTNERS.get(column.name)
            later = {} if partner is None else {partner: MOMENT.replace(year=2032)}
            with about(column.name):
                kept(subject, store, row, {column.name: MOMENT, **later})


@each_entity_with(ColumnType.TEXT)
def test_every_text_is_kept(subject: Subject, store: Store, row: type[Row]) -> None:
    """A text in any column is kept with its length, its case and the blanks around it."""
    with every() as about:
        for column in columns(row, ColumnType.TEXT):
            with about(column.name):
                kept(subject, store, row, {column.name: f"{LONG}{column.name}  "})


@each_entity_with(ColumnType.INTEGER)
def test_every_integer_is_kept(subject: Subject, store: Store, row: type[Row]) -> None:
    """An integer in any column may have 32 bits."""
    with every() as about:
        for column in columns(row, ColumnType.INTEGER):
            partner = PARTNERS.get(column.name)
            with about(column.name):
                kept(subject, store, row, {column.name: MOST, **({} if partner is None else {partner: MOST})})
