"""The repositories of the memory store: one implementation for every entity, from its description."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

from harness.adapters import codec
from harness.adapters.memory.database import Transaction
from harness.adapters.memory.rows import Stored, unpack
from harness.adapters.memory.selection import count, select
from harness.adapters.protocol import Id
from harness.adapters.queries import Condition, Cursor, Order, Page, Query, check_limit
from harness.errors import NotFound
from harness.models import Entity, New, Patch, Row, SchedulingRequest, entity_of

__all__ = ["Begin", "MemoryHistory", "MemoryRepository", "MemorySchedulingRequests"]

R = TypeVar("R", bound=Row)
Begin = Callable[[], AbstractContextManager[Transaction]]

_CHUNK = 1000
"""Rows that `iterate` reads while it holds the lock."""


class MemoryHistory(Generic[R]):
    """The rows of one table that are only ever added."""

    def __init__(self, row: type[R], begin: Begin) -> None:
        self._entity: Entity[R] = entity_of(row)
        self._table = self._entity.table
        self._begin = begin

    def create(self, new: New[R]) -> R:
        """Store one row and return it whole."""
        wire = codec.encode_new(self._entity, new)
        with self._begin() as transaction:
            stored = transaction.create(self._table, wire)
        return self._decode(stored)

    def get(self, id: Id) -> R | None:
        """Return a row, or None."""
        key = codec.parse_id(id)
        with self._begin() as transaction:
            stored = None if key is None else transaction.rows(self._table).get(key)
        return None if stored is None else self._decode(stored)

    def list(
        self,
        *,
        where: Sequence[Condition] = (),
        order: Order | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        """Return at most `limit` rows in total order, and the cursor to the rows after them."""
        query = Query.checked(self._entity, where, order, cursor)
        check_limit(limit)
        if limit == 0:
            return Page((), None)
        found = self._select(query, limit + 1)
        rows = tuple(self._decode(stored) for stored in found[:limit])
        return Page(rows, query.cursor(found[limit - 1]) if len(found) > limit else None)

    def iterate(self, *, where: Sequence[Condition] = (), order: Order | None = None) -> Iterator[R]:
        """Yield all rows in total order; the arguments are checked at once."""
        return self._pages(Query.checked(self._entity, where, order))

    def _pages(self, query: Query) -> Iterator[R]:
        while found := self._select(query, _CHUNK):
            yield from map(self._decode, found)
            last = found[-1]
            query = dataclasses.replace(query, after=Cursor(last[query.order.field], last["id"]))

    def _select(self, query: Query, limit: int) -> Sequence[Stored]:
        with self._begin() as transaction:
            return select(query, transaction.rows(self._table).values(), limit)

    def count(self, *, where: Sequence[Condition] = ()) -> int:
        """Count rows exactly."""
        query = Query.checked(self._entity, where)
        with self._begin() as transaction:
            return count(query, transaction.rows(self._table).values())

    def _decode(self, stored: Stored) -> R:
        return codec.decode(self._entity, unpack(self._entity, stored))


class MemoryRepository(MemoryHistory[R]):
    """The rows of one table."""

    def update(self, id: Id, patch: Patch[R]) -> R:
        """Change one row and return it whole."""
        changes = codec.encode_patch(self._entity, patch)
        with self._begin() as transaction:
            stored = transaction.update(self._table, self._key(transaction, id), changes)
        return self._decode(stored)

    def delete(self, id: Id) -> bool:
        """Remove one row: True if it existed."""
        key = codec.parse_id(id)
        with self._begin() as transaction:
            if key is None or key not in transaction.rows(self._table):
                return False
            transaction.delete(self._table, key)
            return True

    def _key(self, transaction: Transaction, id: Id) -> str:
        """Return the id of a row that exists. Raises NotFound."""
        key = codec.parse_id(id)
        if key is None or key not in transaction.rows(self._table):
            raise NotFound(self._table)
        return key


class MemorySchedulingRequests(MemoryRepository[SchedulingRequest]):
    """Scheduling requests."""

    def __init__(self, begin: Begin) -> None:
        super().__init__(SchedulingRequest, begin)

    def get_by_token_hash(self, token_hash: str) -> SchedulingRequest | None:
        """Return the request with this public_token_hash, or None."""
        query = Query.checked(self._entity, (Condition("public_token_hash", "eq", token_hash),))
        (unique,) = self._entity.uniques
        with self._begin() as transaction:
            stored = transaction.owner(self._table, unique, {"public_token_hash": query.conditions[0].value})
        return None if stored is None else self._decode(stored)
