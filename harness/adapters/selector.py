"""Turns a checked list request into PostgREST queries, and their pages into one ordered sequence.

Two measured traps shape it. A server silently returns no more rows than its
cap (1,000 on hosted Supabase), whatever the limit: pages follow each other by
key, and a short page counts as the last one only if the server has shown that
its cap is higher, or has counted. And a URL holds only so many values: a long
``in`` is split into several requests, whose rows are merged.
"""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from postgrest import SyncSelectRequestBuilder

from harness.adapters import codec
from harness.adapters.queries import Condition, Cursor, Query
from harness.adapters.rest import EXACT, Rest
from harness.errors import UnexpectedResponse
from harness.models import Entity, Row

__all__ = ["Selector", "cursor_after"]

R = TypeVar("R", bound=Row)
_PAGE_ROWS = 1000
"""Rows to ask for in one request: the cap of hosted Supabase."""
_IN_BYTES = 4000
"""Longest value list of one request, URL-encoded: some gateways refuse request lines above 8 kB."""
_NO_TIME = datetime.min.replace(tzinfo=UTC)


class Selector(Generic[R]):
    """Reads one table in total order."""

    def __init__(self, rest: Rest, entity: Entity[R]) -> None:
        self._rest = rest
        self._entity = entity
        self._proven_rows = 0
        """Rows that one answer is known to hold: the server's cap cannot be lower."""

    def rows(self, query: Query, *, at_most: int | None = None) -> Iterator[R]:
        """Yield rows in order, `at_most` of them; nothing is sent before the first is asked for."""
        parts = [self._pages(part, at_most) for part in _split(query)]
        if len(parts) == 1:
            return parts[0]
        descending = query.order.direction == "desc"
        merged = heapq.merge(*parts, key=lambda row: _sort_key(query, row), reverse=descending)
        return islice(merged, at_most)

    def count(self, query: Query) -> int:
        """Count rows exactly."""
        parts = _split(query)
        table = self._entity.table
        return sum(
            self._rest.count(_filtered(self._rest.table(table).select("id", count=EXACT, head=True), part))
            for part in parts
        )

    def _pages(self, query: Query, at_most: int | None) -> Iterator[R]:
        remaining = at_most
        while remaining is None or remaining > 0:
            asked = _PAGE_ROWS if remaining is None else min(remaining, _PAGE_ROWS)
            rows, last = self._page(query, asked)
            yield from rows
            if last:
                return
            remaining = None if remaining is None else remaining - len(rows)
            query = replace(query, after=_position(query, rows[-1]))

    def _page(self, query: Query, asked: int) -> tuple[list[R], bool]:
        """Return at most `asked` rows, and whether they are the last ones."""
        # Counting costs a scan of what is left, so it stops once the cap is known to be out of the way.
        count = None if asked <= self._proven_rows else EXACT
        builder = _filtered(self._rest.table(self._entity.table).select("*", count=count), query)
        ordered = builder.order(query.order.field, desc=query.order.direction == "desc")
        if query.order.field != "id":
            ordered = ordered.order("id", desc=query.order.direction == "desc")
        wires, total = self._rest.counted_rows(ordered.limit(asked))
        rows = [codec.decode(self._entity, wire) for wire in wires]
        self._proven_rows = max(self._proven_rows, len(rows))
        if count is None:
            return rows, len(rows) < asked
        if total is None or (total > 0 and not rows):
            raise UnexpectedResponse(
                f"{self._entity.table}: the server counted {total} rows and returned {len(rows)}"
            )
        return rows, len(rows) >= total


def cursor_after(query: Query, row: Row) -> str:
    """Return the cursor that goes on after a row of this list."""
    position = _position(query, row)
    return query.cursor({query.order.field: position.value, "id": position.id})


def _position(query: Query, row: Row) -> Cursor:
    value = getattr(row, query.order.field)
    encoded = codec.encode_time(query.order.field, value) if isinstance(value, datetime) else None
    return Cursor(str(row.id) if query.order.field == "id" else encoded, str(row.id))


def _sort_key(query: Query, row: Row) -> tuple[bool, datetime, str]:
    """Sort NULL behind every time; the server does so ascending, and the reverse of it descending."""
    value = getattr(row, query.order.field)
    return value is None, value if isinstance(value, datetime) else _NO_TIME, str(row.id)


def _split(query: Query) -> list[Query]:
    """Divide a query into disjoint parts whose conditions fit into a URL. No part if no row can match."""
    parts = [query]
    lists = [index for index, condition in enumerate(query.conditions) if condition.operator == "in"]
    for index in lists:
        condition = query.conditions[index]
        parts = [
            replace(part, conditions=(*part.conditions[:index], chunk, *part.conditions[index + 1 :]))
            for part in parts
            for chunk in _chunks(condition, _IN_BYTES // len(lists))
        ]
    # A value of None is a malformed id or an overlong text, which equals no row.
    possible = not any(
        condition.operator == "eq" and condition.value is None for condition in query.conditions
    )
    return parts if possible else []


def _chunks(condition: Condition, most_bytes: int) -> Iterator[Condition]:
    values: list[Any] = []
    size = 0
    for value in condition.value:
        length = len(quote(_quoted(value), safe="")) + 3
        if values and size + length > most_bytes:
            yield replace(condition, value=tuple(values))
            values, size = [], 0
        values.append(value)
        size += length
    if values:
        yield replace(condition, value=tuple(values))


def _filtered(builder: SyncSelectRequestBuilder, query: Query) -> SyncSelectRequestBuilder:
    for condition in query.conditions:
        builder = builder.filter(condition.field, *_operation(condition))
    if query.after is not None:
        builder = _after(builder, query, query.after)
    return builder


def _operation(condition: Condition) -> tuple[str, str]:
    match condition.operator:
        case "is_null":
            return ("is" if condition.value else "not.is"), "null"
        case "in":
            # PostgREST takes the one empty text of ("") for an empty list, quoted or not.
            if len(condition.value) == 1:
                return "eq", _plain(condition.value[0])
            # Always quoted: bare, an empty text and leading blanks match nothing.
            return "in", f"({','.join(_quoted(value) for value in condition.value)})"
        case operator:
            return operator, _plain(condition.value)


def _after(builder: SyncSelectRequestBuilder, query: Query, after: Cursor) -> SyncSelectRequestBuilder:
    """Add the condition for rows behind a position: NULLs stand last ascending and first descending."""
    field = query.order.field
    beyond = "gt" if query.order.direction == "asc" else "lt"
    if field == "id":
        return builder.filter("id", beyond, after.id)
    if after.value is None:
        same = f"and({field}.is.null,id.{beyond}.{after.id})"
        return builder.or_(same if beyond == "gt" else _any(same, f"{field}.not.is.null"))
    same = f'and({field}.eq."{after.value}",id.{beyond}.{after.id})'
    further = f'{field}.{beyond}."{after.value}"'
    return builder.or_(_any(further, same, f"{field}.is.null") if beyond == "gt" else _any(further, same))


def _any(*filters: str) -> str:
    """Join filters for ``or``. They hold times and ids only: user text in there could inject filters."""
    return ",".join(filters)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _quoted(value: object) -> str:
    escaped = _plain(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
