"""The arguments of a list: conditions, order, page. Checked here once, for every adapter."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar, get_args

from harness.adapters import codec
from harness.errors import InvalidValue
from harness.models import Column, ColumnType, Entity, Row

__all__ = [
    "MAX_TEXT_BYTES",
    "Condition",
    "Cursor",
    "Direction",
    "Operator",
    "Order",
    "Page",
    "Query",
    "check_limit",
    "where",
]

Operator = Literal["eq", "in", "is_null", "lt", "lte", "gt", "gte"]
Direction = Literal["asc", "desc"]
R = TypeVar("R", bound=Row)

MAX_TEXT_BYTES = 2048
"""Longest text to compare with: over HTTP, conditions travel in the URL."""
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


def check_limit(limit: int) -> int:
    """Check the limit of a list: an integer of 0 or more. Raises InvalidValue."""
    if type(limit) is not int or limit < 0:
        raise InvalidValue("limit", "is not an integer of 0 or more")
    return limit


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
        checked = tuple(_checked(entity, condition) for condition in _conditions(conditions))
        order = Order(entity.created) if order is None else order
        column = _column(entity, getattr(order, "field", None))
        if column is None or not (column.type is ColumnType.TIMESTAMPTZ or column.name == "id"):
            raise InvalidValue("order", "rows are ordered by a time column or by id")
        if order.direction not in get_args(Direction):
            raise InvalidValue("order", "the direction is neither asc nor desc")
        query = cls(entity, checked, order)
        return query if cursor is None else cls(entity, checked, order, query._parse(cursor))

    def cursor(self, row: "codec.Wire") -> str:
        """Make the cursor that goes on after this row. Its times are `codec.encode_time`'s."""
        return self._cursor(row[self.order.field], row["id"])

    def _cursor(self, value: Any, id_: Any) -> str:
        """The seal covers the list and the position, so that no change goes unnoticed. It keeps no secret."""
        conditions = [[condition.field, condition.operator, condition.value] for condition in self.conditions]
        stated = [self.entity.table, self.order.field, self.order.direction, conditions, value, id_]
        seal = hashlib.sha256(json.dumps(stated).encode()).hexdigest()[:16]
        return base64.urlsafe_b64encode(json.dumps([seal, value, id_]).encode()).decode()

    def _parse(self, cursor: str) -> Cursor:
        try:
            _, value, id_ = json.loads(base64.b64decode(cursor.encode(), b"-_", validate=True))
        except (AttributeError, RecursionError, TypeError, ValueError) as error:
            raise InvalidValue("cursor", "is not one that a list returned") from error
        column = self.entity.by_name[self.order.field]
        if (
            not isinstance(id_, str)
            or codec.parse_id(id_) != id_
            or not _is_position(column, value)
            or self._cursor(value, id_) != cursor
        ):
            raise InvalidValue("cursor", "is not one that a list with these conditions and order returned")
        return Cursor(value, id_)


def _conditions(value: object) -> Sequence[Condition]:
    if not isinstance(value, Sequence) or not all(isinstance(item, Condition) for item in value):
        raise InvalidValue("where", "is not a list of conditions")
    return value


def _column(entity: Entity[Any], name: object) -> Column | None:
    return entity.by_name.get(name) if isinstance(name, str) else None


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
    column = _column(entity, name)
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
    """Encode a value to compare with. None, which equals no row, for a malformed id or an overlong text."""
    if value is None:
        raise InvalidValue(column.name, "None equals nothing; use is_null")
    if column.type is ColumnType.UUID:
        return codec.parse_id(value)
    wire = codec.encode_value(column, value)
    if column.type is not ColumnType.TEXT:
        return wire
    size = len(wire.encode())
    if column.max_bytes is not None and size > column.max_bytes:
        return None
    if size > MAX_TEXT_BYTES:
        raise InvalidValue(column.name, f"is compared with a text of more than {MAX_TEXT_BYTES} bytes")
    return wire
