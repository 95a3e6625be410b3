"""What lies in the store, seen past the adapter, and what a row should look like there."""

from datetime import datetime
from typing import Any

from contracts.entities import ROWS
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.codec import encode_value
from harness.models import ColumnType, Row, entity_of

__all__ = ["everything", "expected_in_store", "in_store", "moment", "seen"]


def expected_in_store(subject: Subject, row: Row) -> dict[str, Any]:
    """Return the wire form of a row that the adapter returned, at its resolution of time."""
    columns = entity_of(type(row)).columns
    values = {column.name: getattr(row, column.name) for column in columns}
    wire = {
        column.name: None if values[column.name] is None else encode_value(column, values[column.name])
        for column in columns
    }
    return seen(subject, type(row), wire)


def in_store(subject: Subject, row: Row) -> dict[str, Any] | None:
    """Read the stored form of a row, at the adapter's resolution of time; None if it is not there."""
    wire = subject.stored(type(row), row.id)
    return None if wire is None else seen(subject, type(row), dict(wire))


def seen(subject: Subject, row: type[Row], wire: dict[str, Any]) -> dict[str, Any]:
    """Bring the times of a wire form to the adapter's resolution: ``05.123456+00:00`` or ``05.123+00:00``."""
    if Capability.MICROSECONDS in subject.capabilities:
        return wire
    times = {column.name for column in entity_of(row).columns if column.type is ColumnType.TIMESTAMPTZ}
    return {
        name: value[:23] + value[26:] if name in times and value is not None else value
        for name, value in wire.items()
    }


def moment(subject: Subject, time: datetime) -> datetime:
    """Bring a time of the server to the adapter's resolution: the beginning of its millisecond, or itself."""
    if Capability.MICROSECONDS in subject.capabilities:
        return time
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def everything(subject: Subject) -> dict[str, list[dict[str, Any]]]:
    """Read all six tables past the adapter, sorted by id: equal before and after what leaves no trace."""
    return {
        entity_of(row).table: sorted(map(dict, subject.stored_rows(row)), key=lambda wire: str(wire["id"]))
        for row in ROWS
    }
