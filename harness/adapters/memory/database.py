"""The rows that one or more `MemoryStore` clients share, and the transactions that change them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from threading import RLock
from typing import Any
from uuid import UUID, uuid4

from harness.adapters import codec
from harness.adapters.codec import Wire
from harness.adapters.memory.constraints import check_keys, check_references, check_row
from harness.adapters.memory.rows import Stored, changed, pack, unpack
from harness.adapters.memory.table import Table
from harness.errors import InvalidValue
from harness.models import ENTITIES, NEW_ID, NOW, Entity, Unique

__all__ = ["MemoryDatabase", "Transaction", "utc_now"]


def utc_now() -> datetime:
    """Read the clock of this machine."""
    return datetime.now(UTC)


class MemoryDatabase:
    """Six tables behind one lock. What a table is about stands in `harness.models` alone."""

    def __init__(self) -> None:
        self._tables = {name: Table(entity) for name, entity in ENTITIES.items()}
        self._lock = RLock()

    @contextmanager
    def transaction(self, now: Callable[[], datetime], new_id: Callable[[], UUID]) -> Iterator["Transaction"]:
        """Hold the rows alone, with one reading of the clock. Any exception undoes every change."""
        with self._lock:
            transaction = Transaction(self._tables, now, new_id)
            try:
                yield transaction
            except BaseException:
                transaction.undo()
                raise

    def rows(self, table: str) -> Iterator[Wire]:
        """Yield copies of all rows of a moment, in wire form and in no particular order."""
        with self._lock:
            stored = tuple(self._tables[table].rows.values())
        entity = self._tables[table].entity
        return (unpack(entity, row) for row in stored)

    def row(self, table: str, id: str) -> Wire | None:
        """Return a copy of one row by its canonical id, None if there is none."""
        with self._lock:
            stored = self._tables[table].rows.get(id)
        return None if stored is None else unpack(self._tables[table].entity, stored)

    def load(self, table: str, wire: Wire) -> None:
        """Store a whole row as it is, the columns included that only the store assigns.

        Raises InvalidValue for a column that is unknown, missing or of
        another type, and what a create raises for its constraints.
        """
        entity = self._tables[table].entity
        row = _canonical(entity, wire)
        with self.transaction(utc_now, uuid4) as transaction:
            transaction.insert(table, row)

    def clear(self) -> None:
        """Remove all rows."""
        with self._lock:
            self._tables = {name: Table(entity) for name, entity in ENTITIES.items()}


class Transaction:
    """The reads and writes of one operation. `undo` takes all of its writes back.

    ``now`` is the operation's one reading of the clock, as a wire time, taken
    while it holds the rows: all columns that it sets to the time of the store
    are equal, and the times of operations are in the order of their effects.
    """

    def __init__(
        self, tables: Mapping[str, Table], clock: Callable[[], datetime], new_id: Callable[[], UUID]
    ) -> None:
        self._clock = clock
        self._tables = tables
        self._new_id = new_id
        self._done: list[tuple[Table, Stored | None, Stored | None]] = []

    @cached_property
    def now(self) -> str:
        """The time of this operation."""
        return codec.encode_time("now", self._clock())

    def rows(self, table: str) -> Mapping[str, Stored]:
        """Return the rows of a table by id."""
        return self._tables[table].rows

    def owner(self, table: str, unique: Unique, key: Wire) -> Stored | None:
        """Return the row that holds a unique key, None if nobody does, or if a part of the key is NULL."""
        id_ = self._tables[table].owner(unique, key)
        return None if id_ is None else self._tables[table].rows[id_]

    def create(self, table: str, wire: Wire) -> Stored:
        """Insert a row: an id if it has none, then the defaults of absent columns, then the constraints."""
        return self.insert(table, self._with_defaults(table, wire))

    def create_once(self, table: str, wire: Wire, unique: Unique) -> tuple[Stored, bool]:
        """Create a row unless its key is taken: ``ON CONFLICT DO NOTHING``.

        Return the row that holds the key, and whether it was created. As in
        Postgres, the row itself is checked first, and a key that is taken
        hides every other violation.
        """
        row = pack(self._tables[table].entity, self._with_defaults(table, wire))
        check_row(self._tables[table], row)
        owner = self.owner(table, unique, row)
        if owner is not None:
            return owner, False
        self._write(self._tables[table], None, row)
        return row, True

    def _with_defaults(self, table: str, wire: Wire) -> dict[str, Any]:
        row = dict(wire)
        for column in self._tables[table].entity.columns:
            if column.name not in row and column.default is not None:
                row[column.name] = self._default(column.default.value)
        return row

    def _default(self, value: Any) -> Any:
        if value is NOW.value:
            return self.now
        return str(self._new_id()) if value is NEW_ID.value else value

    def insert(self, table: str, wire: Wire) -> Stored:
        """Insert a row as it is."""
        row = pack(self._tables[table].entity, wire)
        self._write(self._tables[table], None, row)
        return row

    def update(self, table: str, id: str, changes: Wire) -> Stored:
        """Change a row that exists, and advance its updated column, even if nothing changes.

        The column advances as soon as the clock ticked since, and never goes
        back, should the clock have been stepped.
        """
        entity = self._tables[table].entity
        old = self._tables[table].rows[id]
        wire = dict(changes)
        if entity.updated is not None:
            wire[entity.updated] = max(self.now, old[entity.updated])
        row = changed(entity, old, wire)
        self._write(self._tables[table], old, row)
        return row

    def delete(self, table: str, id: str) -> None:
        """Remove a row that exists, and do to the rows that refer to it what their foreign keys say."""
        self._replace(self._tables[table], self._tables[table].rows[id], None)
        for child in self._tables.values():
            for column in child.entity.columns:
                if column.references is None or column.references.table != table:
                    continue
                for child_id in child.referring(column.name, id):
                    if column.references.on_delete == "cascade":
                        self.delete(child.entity.table, child_id)
                    else:
                        row = child.rows[child_id]
                        self._replace(child, row, changed(child.entity, row, {column.name: None}))

    def undo(self) -> None:
        """Take back what was done, newest first."""
        while self._done:
            table, old, new = self._done[-1]
            table.replace(new, old)
            self._done.pop()

    def _write(self, table: Table, old: Stored | None, new: Stored) -> None:
        check_row(table, new)
        check_keys(table, new, old)
        check_references(self._tables, table, new)
        self._replace(table, old, new)

    def _replace(self, table: Table, old: Stored | None, new: Stored | None) -> None:
        self._done.append((table, old, new))
        table.replace(old, new)


def _canonical(entity: Entity[Any], wire: Wire) -> dict[str, Any]:
    for name in wire:
        if name not in entity.by_name:
            raise InvalidValue(name, f"is no column of {entity.table}")
    row: dict[str, Any] = {}
    for column in entity.columns:
        if column.name not in wire:
            raise InvalidValue(column.name, "is missing")
        try:
            value = codec.decode_value(column, wire[column.name])
        except (AttributeError, TypeError, ValueError):
            raise InvalidValue(column.name, f"is no {column.type.value}") from None
        row[column.name] = None if value is None else codec.encode_value(column, value)
    return row
