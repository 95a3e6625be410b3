"""The repositories of `OwnStore`: one generic class, whatever the entity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Generic, LiteralString, TypeVar
from uuid import uuid4

from psycopg import sql
from psycopg.types.json import Jsonb

from harness.adapters import codec, flows
from harness.adapters.protocol import Id, Received
from harness.adapters.queries import Condition, Cursor, Order, Page, Query, check_limit, where
from harness.errors import NotFound
from harness.models import (
    New,
    NewWebhookEvent,
    Patch,
    Row,
    SchedulingRequest,
    WebhookEvent,
    entity_of,
)

from .sql import Client

__all__ = ["History", "Queue", "Requests", "Table", "WebhookEvents"]

R = TypeVar("R", bound=Row)
# Inside the classes, `list` is the method of the protocol.
_Rows = list[R]
_Parts = list[sql.Composable]
_PAGE_ROWS = 500
_FORMS: Mapping[str, LiteralString] = {
    "eq": "{} = {}::{}",
    "in": "{} = ANY({}::{}[])",
    "lt": "{} < {}::{}",
    "lte": "{} <= {}::{}",
    "gt": "{} > {}::{}",
    "gte": "{} >= {}::{}",
    "is_null": "({} IS NULL) = {}",
}
_INSERT = sql.SQL(
    "WITH row AS (INSERT INTO {table} ({columns}) SELECT {columns} "
    "FROM jsonb_populate_record(NULL::{table}, %(values)s) RETURNING *) SELECT to_jsonb(row) FROM row"
)
_UPDATE = sql.SQL(
    "WITH row AS (UPDATE {table} SET ({columns}) = (SELECT {columns} "
    "FROM jsonb_populate_record(NULL::{table}, %(values)s)) WHERE id = %(id)s RETURNING *) "
    "SELECT to_jsonb(row) FROM row"
)
_DELETE = sql.SQL("DELETE FROM {table} WHERE id = %(id)s RETURNING id")
_SELECT = sql.SQL(
    "SELECT to_jsonb(row) FROM (SELECT * FROM {table} WHERE {conditions} "
    "ORDER BY {order} LIMIT %(limit)s) AS row"
)
_COUNT = sql.SQL("SELECT count(*) FROM {table} WHERE {conditions}")


class History(Generic[R]):
    """The rows of one table that are only ever added."""

    def __init__(self, client: Client, row: type[R]) -> None:
        self._client = client
        self._entity = entity_of(row)
        self._table = sql.Identifier("public", self._entity.table)

    def create(self, new: New[R]) -> R:
        """Store one row and return it whole."""
        values = codec.encode_new(self._entity, new)
        values.setdefault("id", str(uuid4()))
        (row,) = self._rows(_INSERT, values=Jsonb(values), columns=_names(values))
        return row

    def get(self, id: Id) -> R | None:
        """Return a row, or None."""
        return next(self.iterate(where=[where("id", "eq", id)]), None)

    def list(
        self,
        *,
        where: Sequence[Condition] = (),
        order: Order | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        """Return a page of rows in total order."""
        query = Query.checked(self._entity, where, order, cursor)
        if check_limit(limit) == 0:
            return Page((), None)
        rows = tuple(islice(self._pages(query), limit + 1))
        if len(rows) <= limit:
            return Page(rows, None)
        last = _position(query, rows[limit - 1])
        return Page(rows[:limit], query.cursor({query.order.field: last.value, "id": last.id}))

    def iterate(self, *, where: Sequence[Condition] = (), order: Order | None = None) -> Iterator[R]:
        """Yield all rows in total order."""
        return self._pages(Query.checked(self._entity, where, order))

    def count(self, *, where: Sequence[Condition] = ()) -> int:
        """Count rows exactly."""
        parts, values = _conditions(Query.checked(self._entity, where))
        statement = _COUNT.format(table=self._table, conditions=sql.SQL(" AND ").join(parts))
        return int(self._client.rows(statement, values)[0])

    def _pages(self, query: Query) -> Iterator[R]:
        field, direction = sql.Identifier(query.order.field), sql.SQL(query.order.direction)
        order = sql.SQL("{} {}, id {}").format(field, direction, direction)
        while True:
            parts, values = _conditions(query)
            rows = self._rows(
                _SELECT, conditions=sql.SQL(" AND ").join(parts), order=order, limit=_PAGE_ROWS, **values
            )
            yield from rows
            if len(rows) < _PAGE_ROWS:
                return
            query = replace(query, after=_position(query, rows[-1]))

    def _rows(self, template: sql.SQL, **given: Any) -> _Rows[R]:
        parts = {name: part for name, part in given.items() if isinstance(part, sql.Composable)}
        values = {name: value for name, value in given.items() if name not in parts}
        found = self._client.rows(template.format(table=self._table, **parts), values)
        return [codec.decode(self._entity, row) for row in found]


class Table(History[R]):
    """The rows of one table."""

    def update(self, id: Id, patch: Patch[R]) -> R:
        """Change one row and return it whole."""
        values = codec.encode_patch(self._entity, patch)
        wire_id = codec.parse_id(id)
        if wire_id is not None:
            for row in self._rows(_UPDATE, values=Jsonb(values), columns=_names(values), id=wire_id):
                return row
        raise NotFound(self._entity.table)

    def delete(self, id: Id) -> bool:
        """Remove one row."""
        wire_id = codec.parse_id(id)
        return wire_id is not None and bool(
            self._client.rows(_DELETE.format(table=self._table), {"id": wire_id})
        )


class Requests(Table[SchedulingRequest]):
    """Scheduling requests."""

    def get_by_token_hash(self, token_hash: str) -> SchedulingRequest | None:
        """Return the request with this hash, or None."""
        return next(self.iterate(where=[where("public_token_hash", "eq", token_hash)]), None)


class Queue(Table[R]):
    """A table whose rows are also work."""

    def claim(self, *, limit: int = 10, lease_s: float = 60.0) -> tuple[R, ...]:
        """Take due rows."""
        most, lease = flows.check_claim(limit, lease_s)
        rows = self._client.call(f"claim_{self._entity.table}", limit=most, lease_s=lease)
        return tuple(codec.decode(self._entity, row) for row in rows)

    def complete(self, id: Id, attempts: int) -> R:
        """Mark a claimed row as done."""
        return self._finish("complete", id, attempts=flows.check_attempts(attempts))

    def fail(self, id: Id, attempts: int, *, error: str, retry_in_s: float = 60.0) -> R:
        """Give a claimed row back."""
        token, text, delay = flows.check_fail(attempts, error, retry_in_s)
        return self._finish("fail", id, attempts=token, error=text, retry_in_s=delay)

    def _finish(self, verb: str, id: Id, **arguments: Any) -> R:
        wire_id = codec.parse_id(id)
        if wire_id is None:
            raise NotFound(self._entity.table)
        (row,) = self._client.call(f"{verb}_{self._entity.singular}", id=wire_id, **arguments)
        return codec.decode(self._entity, row)


class WebhookEvents(Queue[WebhookEvent]):
    """Webhook events."""

    def receive(self, new: NewWebhookEvent) -> Received:
        """Store a delivery unless it is stored already."""
        values = flows.check_receive(new)
        values.setdefault("id", str(uuid4()))
        (answer,) = self._client.call("receive_webhook_event", **values)
        return Received(codec.decode(self._entity, answer["event"]), answer["is_new"])


def _names(values: Mapping[str, Any]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, values))


def _conditions(query: Query) -> tuple[_Parts, dict[str, Any]]:
    """The conditions of a query as SQL, and their values by the names of the placeholders."""
    parts: _Parts = [sql.SQL("true")]
    values: dict[str, Any] = {}
    for n, condition in enumerate(query.conditions):
        name = f"value_{n}"
        kind = sql.SQL(query.entity.by_name[condition.field].type.value)
        form = sql.SQL(_FORMS[condition.operator])
        parts.append(form.format(sql.Identifier(condition.field), sql.Placeholder(name), kind))
        values[name] = list(condition.value) if condition.operator == "in" else condition.value
    if query.after is not None:
        parts.append(_behind(query.order, query.after))
        values |= {"after": query.after.value, "after_id": query.after.id}
    return parts, values


def _behind(order: Order, after: Cursor) -> sql.Composable:
    """What stands behind a position: NULLs are last ascending and first descending."""
    field = sql.Identifier(order.field)
    ascending = order.direction == "asc"
    sign = sql.SQL(">" if ascending else "<")
    if after.value is None:
        same = sql.SQL("({} IS NULL AND id {} %(after_id)s)").format(field, sign)
        return same if ascending else sql.SQL("({} OR {} IS NOT NULL)").format(same, field)
    later = sql.SQL("({}, id) {} (%(after)s, %(after_id)s)").format(field, sign)
    return sql.SQL("({} OR {} IS NULL)").format(later, field) if ascending else later


def _position(query: Query, row: Row) -> Cursor:
    value = getattr(row, query.order.field)
    if isinstance(value, datetime):
        value = codec.encode_time(query.order.field, value)
    return Cursor(None if value is None else str(value), str(row.id))
