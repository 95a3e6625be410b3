"""The arguments of a list: conditions, order, page. Checked here once, for every adapter."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar, get_args

from harness.adapters import codec
from harness.errors import InvalidValue
from harness.models import Column, ColumnType, Entity, Row

__all__ = ["Condition", "Cursor", "Direction", "Operator", "Order", "Page", "Query", "where"]

Operator = Literal["eq", "in", "is_null", "lt", "lte", "gt", "gte"]
Direction = Literal["asc", "desc"]
R = TypeVar("R", bound=Row)

_RANGES = {"lt", "lte", "gt", "gte"}
_COMPARABLE = {ColumnType.INTEGER, ColumnType.TIMESTAMPTZ}
_FILTERABLE = {
    ColumnType.BOOLEAN,
    ColumnType.INTEGER,
    ColumnType.TEXT,
    ColumnType.TIMESTAMPTZ,
    ColumnType.UUID,
}


@dataclass(frozen=True)
class Condition:
    """One condition on one column, as the caller states it. Conditions of a list are joined by AND.

    ``eq`` and the ranges take a value of the column's type and never match
    NULL; ``in`` takes any number of values, none included; ``is_null`` takes
    True or False.
    """

    field: str
    operator: Operator
    value: Any


def where(field: str, operator: Operator, value: Any) -> Condition:
    """State one condition: ``where("status", "in", ["pending", "booked"])``."""
    return Condition(field, operator, value)


@dataclass(frozen=True)
class Order:
    """The order of a list: a time column (or the id), then the id in the same direction.

    NULLs stand last ascending and first descending, as in Postgres.
    """

    field: str
    direction: Direction = "asc"


@dataclass(frozen=True)
class Page(Generic[R]):
    """Some rows in order, and where to go on."""

    rows: tuple[R, ...]
    next_cursor: str | None
    """Opaque; None if no row follows."""


@dataclass(frozen=True)
class Cursor:
    """The position after one row: its sort value in wire form (None for NULL), and its id."""

    value: str | None
    id: str


@dataclass(frozen=True)
class Query:
    """A checked list request, with all values in wire form."""

    entity: Entity[Any]
    conditions: tuple[Condition, ...]
    order: Order
    after: Cursor | None = None

    @classmethod
    def checked(
        cls,
        entity: Entity[Any],
        conditions: Sequence[Condition],
        order: Order | None = None,
        cursor: str | None = None,
    ) -> "Query":
        """Check the arguments of a list. Raises InvalidValue with the argument's or field's name."""
        checked = tuple(_checked(entity, condition) for condition in conditions)
        order = Order(entity.created) if order is None else order
        column = entity.by_name.get(order.field)
        if column is None or not (column.type is ColumnType.TIMESTAMPTZ or column.name == "id"):
            raise InvalidValue("order", "rows are ordered by a time column or by id")
        if order.direction not in get_args(Direction):
            raise InvalidValue("order", "the direction is neither asc nor desc")
        query = cls(entity, checked, order)
        return query if cursor is None else cls(entity, checked, order, query._parse(cursor))

    def cursor(self, row: "codec.Wire") -> str:
        """Make the cursor that goes on after this row."""
        position = [self._fingerprint, row[self.order.field], row["id"]]
        return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()

    def _parse(self, cursor: str) -> Cursor:
        try:
            fingerprint, value, id_ = json.loads(base64.b64decode(cursor.encode(), b"-_", validate=True))
        except (AttributeError, TypeError, UnicodeError, ValueError, binascii.Error) as error:
            raise InvalidValue("cursor", "is not one that a list returned") from error
        if fingerprint != self._fingerprint:
            raise InvalidValue("cursor", "belongs to a list with other conditions or another order")
        column = self.entity.by_name[self.order.field]
        if codec.parse_id(id_) != id_ or not _is_position(column, value):
            raise InvalidValue("cursor", "is not one that a list returned")
        return Cursor(value, id_)

    @property
    def _fingerprint(self) -> str:
        conditions = [[condition.field, condition.operator, condition.value] for condition in self.conditions]
        conditions = [[condition.field, condition.operator, condition.value] for condition in self.conditions]
        stated = [self.entity.table, self.order.field, self.order.direction, conditions]
        return hashlib.sha256(json.dumps(stated).encode()).hexdigest()[:16]


def _is_position(column: Column, value: object) -> bool:
    if column.name == "id":
        return value is not None and codec.parse_id(value) == value
    if value is None:
        return column.nullable
    try:
        return codec.encode_time(column.name, datetime.fromisoformat(str(value))) == value
    except (InvalidValue, TypeError, ValueError):
        return False


def _checked(entity: Entity[Any], condition: Condition) -> Condition:
    name, operator, value = condition.field, condition.operator, condition.value
    column = entity.by_name.get(name)
    if column is None:
        raise InvalidValue(str(name), f"is no column of {entity.table}")
    if operator not in get_args(Operator):
        raise InvalidValue(name, "the operator is not one of eq, in, is_null, lt, lte, gt, gte")
    if operator == "is_null":
        if not isinstance(value, bool):
            raise InvalidValue(name, "is_null takes True or False")
        return condition
    if column.type not in _FILTERABLE:
        raise InvalidValue(name, f"a column of type {column.type.value} is only compared with is_null")
    if operator in _RANGES and column.type not in _COMPARABLE:
        # Texts are ordered by the server's collation, which no two stores share; ids mean nothing in order.
        raise InvalidValue(name, f"a column of type {column.type.value} has no range")
    if operator == "in":
        if not isinstance(value, Sequence | set | frozenset) or isinstance(value, str | bytes):
            raise InvalidValue(name, "in takes a list of values")
        wires = {
            json.dumps(wire): wire
            for wire in (_filter_value(column, item) for item in value)
            if wire is not None
        }
        return Condition(name, operator, tuple(wires[key] for key in sorted(wires)))
    return Condition(name, operator, _filter_value(column, value))


def _filter_value(column: Column, value: Any) -> Any:
    """Encode a value to compare with. A malformed id is None: it equals no row."""
    if value is None:
        raise InvalidValue(column.name, "None equals nothing; use is_null")
    if column.type is ColumnType.UUID:
        return codec.parse_id(value)
    return codec.encode_value(column, value)
