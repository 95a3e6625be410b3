"""Draws the arguments of one call, for the most part such that it succeeds, from what is stored already."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_args
from uuid import UUID

from hypothesis import strategies as st

from contracts.agreement.pair import CLIENTS, Pair
from contracts.agreement.steps import Assigned
from contracts.agreement.values import (
    IDS,
    MALFORMED_IDS,
    NOON,
    combinations,
    invalid,
    is_text_key,
    pool_id,
    valid,
)
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Actor
from harness.adapters.queries import Condition, Direction, Operator, Order
from harness.models import AuditLog, Booking, Column, ColumnType, Entity, New, Patch, Row, entity_of

__all__ = ["Arguments"]

T = TypeVar("T")
_VARIETIES = 12
_OPTIONAL = (1, 0, 2, 4)
"""How many columns that may be left out are given."""


@cache
def _below(number: int) -> st.SearchStrategy[int]:
    """Return the strategy of the numbers from 0 on; making one takes longer than drawing from it."""
    return st.integers(0, number - 1)


class Arguments:
    """The arguments of one call."""

    def __init__(
        self,
        draw: st.DrawFn,
        pair: Pair,
        capabilities: frozenset[Capability],
        focus: Entity[Any] | None = None,
    ) -> None:
        """`focus` is the entity that most calls are about."""
        self._draw = draw
        self._pair = pair
        self._capabilities = capabilities
        self._focus = focus
        self.strict = pair.strict
        """Whether to draw what only hygiene refuses, too: wrong types, unknown columns, empty patches."""
        self.cursors = pair.positions

    def focused(self, entities: Iterable[Entity[Any]]) -> Entity[Any]:
        """Draw an entity: in most cases the one that the sequence is about."""
        possible = [*entities]
        focus = [entity for entity in possible if entity is self._focus]
        return focus[0] if focus and not self.rarely(3) else self.one(possible)

    def one(self, values: Sequence[T]) -> T:
        """Draw one of some values; the first is the simplest."""
        return values[0] if len(values) == 1 else values[self._draw(_below(len(values)))]

    def rarely(self, one_in: int = 8) -> bool:
        """Draw True now and then."""
        return self._draw(_below(one_in)) == one_in - 1

    def oddly(self, one_in: int) -> bool:
        """Draw True now and then where odd input may be drawn at all."""
        return self.strict and self.rarely(one_in)

    def client(self) -> int:
        """Draw which client makes the call."""
        return self._draw(_below(CLIENTS))

    def stored(self, table: str) -> Sequence[Any]:
        """Return the rows of a table, as the reference has them."""
        return self._pair.rows(table)

    def symbol(self, row: Row) -> Any:
        """Return what stands for the id of a row on both sides."""
        return self.symbol_of(row.id)

    def symbol_of(self, id: UUID) -> Any:
        """Return what stands for an id that the reference knows on both sides."""
        return self._pair.symbol(id)

    def id(self, table: str, rows: Sequence[Row] | None = None, *, malformed: bool = True) -> Any:
        """Draw an id to look for: mostly of a row that exists, or of one of `rows`."""
        rows = self.stored(table) if rows is None else rows
        if not rows or self.rarely(10):
            absent = pool_id(table, self._draw(_below(IDS)))
            return self.one((absent, str(absent), *(MALFORMED_IDS if malformed else ())))
        symbol = self._pair.symbol(self.one(rows).id)
        if not self.rarely(6):
            return symbol
        return Assigned(symbol.number, upper=True) if isinstance(symbol, Assigned) else str(symbol).upper()

    def new(self, kind: type[New[Any]], *, columns: Sequence[str] | None = None, spoil: int = 8) -> New[Any]:
        """Draw the values of a new row, of some of its columns or of all that a client may set."""
        entity = kind.entity
        open_to_clients = [
            column
            for column in entity.columns
            if column.name not in entity.assigned and (columns is None or column.name in columns)
        ]
        required = [c for c in open_to_clients if not c.nullable and c.default is None]
        optional = [c for c in open_to_clients if c not in required and c.name != "id"]
        chosen = required + self._some(optional)
        values = self._values(entity, chosen)
        if Capability.CLIENT_IDS in self._capabilities and not self.rarely(5):
            values = {"id": pool_id(entity.table, self._draw(_below(IDS))), **values}
        return kind(**self._spoiled(entity, values, one_in=spoil))

    def quick(self, kind: type[New[Any]], number: int) -> New[Any]:
        """Draw, at once and not column by column, the values of a new row that can be stored.

        `number` tells the first rows of a table apart where they must differ. One number is drawn, and
        decides the rest: the simplest means a row of required columns only.
        """
        entity = kind.entity
        variety = self._draw(_below(_VARIETIES))
        values: dict[str, Any] = {}
        if Capability.CLIENT_IDS in self._capabilities:
            values["id"] = pool_id(entity.table, number)
        for place, possible in enumerate(combinations(entity.table, self._capabilities), 1):
            values |= possible[(variety * 5 + place + number) % len(possible)] if variety else possible[0]
        for place, column in enumerate(entity.columns):
            open_to_clients = column.name not in entity.assigned and column.name != "id"
            required = not column.nullable and column.default is None
            if open_to_clients and (required or (variety + place) % 3 == 1 <= variety):
                values.setdefault(column.name, self._quick(entity, column, number, variety * (place + 1)))
        return kind(**values)

    def _quick(self, entity: Entity[Any], column: Column, number: int, variety: int) -> Any:
        if column.references is not None:
            rows = self.stored(column.references.table)
            return self._pair.symbol(rows[0].id) if rows else None
        pool = valid(entity.table, column.name, self._capabilities)
        return pool[(number if is_text_key(entity.table, column.name) else variety) % len(pool)]

    def patch(self, kind: type[Patch[Any]]) -> Patch[Any]:
        """Draw changes to one column or a few."""
        entity = kind.entity
        if self.oddly(20):
            return kind()
        columns = [c for c in entity.columns if c.name not in entity.assigned and c.name != "id"]
        chosen = self._some(columns) or [self.one(columns)]
        values = self._values(entity, chosen)
        cleared = {name for name in values if entity.by_name[name].nullable and self.rarely(3)}
        # None and an empty text are two things, in every column that knows both.
        none = {name: self.one((None, *self._blank(entity.by_name[name]))) for name in cleared}
        return kind(**self._spoiled(entity, {**values, **none}))

    @staticmethod
    def _blank(column: Column) -> tuple[str, ...]:
        return ("",) if column.type is ColumnType.TEXT and column.choices is None else ()

    def _some(self, columns: Sequence[Column]) -> list[Column]:
        numbers = {self._draw(_below(len(columns))) for _ in range(self.one(_OPTIONAL))} if columns else set()
        return [columns[number] for number in sorted(numbers)]

    def _values(self, entity: Entity[Any], chosen: Sequence[Column]) -> dict[str, Any]:
        """Draw values that a row may have; columns that a CHECK connects are drawn together."""
        names = {column.name for column in chosen}
        values: dict[str, Any] = {}
        for possible in combinations(entity.table, self._capabilities):
            if names & possible[0].keys():
                values |= self.one(possible)
        return {
            column.name: values[column.name] if column.name in values else self._value(entity, column)
            for column in entity.columns
            if column.name in names or column.name in values
        }

    def _value(self, entity: Entity[Any], column: Column) -> Any:
        if column.nullable and self.rarely(4):
            return None
        if column.references is not None:
            rows = self.stored(column.references.table)
            if not rows or self.rarely(10):
                return pool_id(column.references.table, self._draw(_below(IDS)))
            return self._pair.symbol(self.one(rows).id)
        return self.one(valid(entity.table, column.name, self._capabilities))

    def _spoiled(self, entity: Entity[Any], values: dict[str, Any], one_in: int = 8) -> dict[str, Any]:
        """Put now and then a value in that cannot be stored, or leave one out."""
        if not values or not self.rarely(one_in):
            return values
        name = self.one([*values])
        if name != "id" and self.rarely(4):
            return {other: value for other, value in values.items() if other != name} or values
        wrong = invalid(entity.table, name, self._capabilities, strict=self.strict)
        return {**values, name: self.one(wrong)} if wrong else values

    def conditions(self, entity: Entity[Any]) -> list[Condition]:
        """Draw the conditions of a list."""
        if self.rarely(10):
            column = self.one(entity.columns)
            return [self._condition(entity, column) for _ in range(3)]
        return [self._condition(entity, self.one(entity.columns)) for _ in range(self.one((0, 0, 1, 1, 2)))]

    def _condition(self, entity: Entity[Any], column: Column) -> Condition:
        if self.oddly(12):
            name = self.one((column.name, "no_such_column"))
            return Condition(name, self.one(get_args(Operator)), self.one((None, "x", [None], 1.5)))
        match column.type:
            case ColumnType.JSONB | ColumnType.TEXT_ARRAY:
                return Condition(column.name, "is_null", self.one((False, True)))
            case ColumnType.TIMESTAMPTZ | ColumnType.INTEGER:
                operators = get_args(Operator)
            case _:
                operators = ("eq", "in", "is_null")
        operator: Operator = self.one(operators)
        if operator == "is_null":
            return Condition(column.name, "is_null", self.one((False, True)))
        values = [self._wanted(entity, column) for _ in range(self.one((1, 2, 0)) if operator == "in" else 1)]
        return Condition(column.name, operator, values if operator == "in" else values[0])

    def _wanted(self, entity: Entity[Any], column: Column) -> Any:
        if column.type is ColumnType.UUID:
            table = entity.table if column.references is None else column.references.table
            return self.id(table, malformed=self.strict)
        value = self.one(valid(entity.table, column.name, self._capabilities))
        return f"{value} " if isinstance(value, str) and self.rarely(12) else value

    def order(self, entity: Entity[Any]) -> Order | None:
        """Draw an order, or None for the default one."""
        if self.oddly(15):
            return Order(self.one(("payload", "status", "no_such_column")))
        fields = [column.name for column in entity.columns if column.type is ColumnType.TIMESTAMPTZ]
        field = self.one((None, *fields, "id"))
        return None if field is None else Order(field, self.one(get_args(Direction)))

    def actor(self) -> Actor:
        """Draw who acts: the kinds that the audit log knows, and now and then another."""
        types = entity_of(AuditLog).by_name["actor_type"].choices or ()
        kind = self.one(types) if not self.rarely(15) else self.one(("Candidate", None))
        return Actor(kind, self.one((None, "ada@example.org")))  # type: ignore[arg-type]  # wrong on purpose

    def past(self, table: str, name: str) -> datetime:
        """Draw a time of a column that is over."""
        times: list[datetime] = [time for time in valid(table, name, self._capabilities) if time < NOON]
        return self.one(times)

    def slot(self) -> Mapping[str, Any]:
        """Draw two times, mostly in order."""
        booking = entity_of(Booking)
        values = self._values(booking, [booking.by_name["scheduled_start"], booking.by_name["scheduled_end"]])
        return self._spoiled(booking, values, one_in=12)
