"""The Supabase adapter as a subject, on a database of its own."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from contracts.subject import OwnServers, Subject
from contracts.subjects.own_servers import OwnStack
from harness.adapters.codec import Wire
from harness.adapters.protocol import Store
from harness.adapters.supabase import SupabaseStore
from harness.errors import HarnessError
from harness.models import ENTITIES, Row, entity_of
from harness.stack.coordinates import Coordinates
from harness.stack.opening import attach
from harness.stack.protocol import Database, Stack
from harness.stack.wire_rows import parameter, read_exact_numbers, stored

__all__ = ["Connect", "SupabaseSubject"]

_CONNECT_S = 10
_PATIENCE_S = 10.0
# A session that a case forgot must not hold up all cases that follow.
_EMPTY = sql.SQL("SET lock_timeout = '10s'; ") + sql.SQL("; ").join(
    sql.SQL("DELETE FROM {}").format(sql.Identifier("public", table)) for table in reversed([*ENTITIES])
)


Connect = Callable[[Coordinates, float], Store]
"""Opens one more client: it is given URLs and keys, and how long it may wait for the server, in seconds."""


def _direct(given: Coordinates, timeout_s: float) -> Store:
    return SupabaseStore(given.supabase_url, given.service_role_key, timeout_s=timeout_s)


class SupabaseSubject:
    """`SupabaseStore` on a clone of the migrated template, seen past it by the owner of the database."""

    name = "supabase"

    def __init__(self, stack: Stack, database: Database, connect: Connect | None = None) -> None:
        """Judge what `connect` opens (None: `SupabaseStore`) on a database; it ends with the stack."""
        self._stack = stack
        self._database = database
        self._connect_store = _direct if connect is None else connect
        self._own: OwnStack | None = None
        self._side = self._connect(autocommit=True)
        self.store = self._new_store()
        self.capabilities = self.store.capabilities

    @classmethod
    def open(cls, stack: Path | None) -> "SupabaseSubject":
        """Clone a database in the recorded stack. Raises StackError."""
        if stack is None:
            raise HarnessError("The adapter supabase needs a stack, and none was started.")
        attached = attach(stack)
        try:
            return cls(attached, attached.clone())
        except BaseException:
            attached.close()
            raise

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        """Open a second store, with connections of its own."""
        with self._new_store() as store:
            yield store

    @contextmanager
    def client_of(
        self, *, url: str | None = None, key: str | None = None, timeout_s: float | None = None
    ) -> Iterator[Store]:
        """Open a second store that is given another URL, another key or less patience."""
        given = self.coordinates
        given = replace(
            given,
            supabase_url=given.supabase_url if url is None else url,
            service_role_key=given.service_role_key if key is None else key,
        )
        with self._connect_store(given, _PATIENCE_S if timeout_s is None else timeout_s) as store:
            yield store

    @property
    def coordinates(self) -> Coordinates:
        """The URLs and keys of the database."""
        return self._database.coordinates

    def stored(self, row: type[Row], id: UUID) -> Wire | None:
        """Read one row past the adapter."""
        return next(self._select(row, sql.SQL("WHERE id = {}").format(id)), None)

    def stored_rows(self, row: type[Row]) -> Iterator[Wire]:
        """Read all rows of a table past the adapter."""
        return self._select(row, sql.SQL(""))

    def load(self, row: type[Row], wires: Iterable[Wire]) -> None:
        """Store whole rows past the adapter, in one COPY."""
        columns = entity_of(row).columns
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
        table = sql.Identifier("public", entity_of(row).table)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)
        with self._side.cursor() as cursor, cursor.copy(statement) as copy:
            for wire in wires:
                copy.write_row([parameter(column, wire[column.name]) for column in columns])

    def connect(self, *, superuser: bool = False) -> psycopg.Connection[dict[str, Any]]:
        """Open a session of the database owner, which sees all rows: transactions begin by themselves."""
        return self._connect(autocommit=False, superuser=superuser)

    @contextmanager
    def own_servers(self) -> Iterator[OwnServers]:
        """Take a stack that only this worker works with, made at the first use; dropped if it gets broken."""
        if self._own is None:
            self._own = OwnStack.start(self._stack, self._again)
        else:
            self._own.renew()
        own = self._own
        own.subject.reset()
        try:
            yield own
        finally:
            if own.subject.probe() is not None:
                self._own = None
                own.close()

    @contextmanager
    def another_database(self, *, pool_size: int = 10, pool_wait_s: int = 10) -> Iterator[Subject]:
        """Open the adapter on another clone in the same stack."""
        stack = attach(self._stack.record)
        subject = self._again(stack, stack.clone(pool_size=pool_size, pool_wait_s=pool_wait_s))
        try:
            yield subject
        finally:
            subject.close()

    def reset(self) -> None:
        """Empty all six tables in one round trip: DELETE takes 1 ms here where TRUNCATE takes 10."""
        self._at_side(_EMPTY)

    def probe(self) -> str | None:
        """Ask Postgres, PostgREST and the gateway of this worker."""
        return self._database.probe()

    def servers_said(self, since: float) -> str | None:
        """Quote what the servers of this worker have logged since a time, where they are containers."""
        return self._database.said(since)

    def close(self) -> None:
        """Close the connections and drop the database."""
        if self._own is not None:
            self._own.close()
            self._own = None
        self.store.close()
        self._side.close()
        self._stack.close()

    def _connect(self, *, autocommit: bool, superuser: bool = False) -> psycopg.Connection[dict[str, Any]]:
        connection = psycopg.connect(
            self._database.superuser_url if superuser else self.coordinates.database_url,
            autocommit=autocommit,
            connect_timeout=_CONNECT_S,
            row_factory=dict_row,
        )
        read_exact_numbers(connection)
        return connection

    def _at_side(self, statement: sql.Composed) -> psycopg.Cursor[dict[str, Any]]:
        """Execute a statement that may be repeated, in a new session if the server ended the old one."""
        if not self._side.closed:
            try:
                return self._side.execute(statement)
            except psycopg.OperationalError:
                if not self._side.closed:
                    raise
        self._side = self._connect(autocommit=True)
        return self._side.execute(statement)

    def _again(self, stack: Stack, database: Database) -> "SupabaseSubject":
        """Judge the same adapter on another database."""
        return type(self)(stack, database, self._connect_store)

    def _new_store(self) -> Store:
        return self._connect_store(self.coordinates, _PATIENCE_S)

    def _select(self, row: type[Row], condition: sql.Composable) -> Iterator[Wire]:
        entity = entity_of(row)
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in entity.columns)
        query = sql.SQL("SELECT {} FROM {} {}").format(
            names, sql.Identifier("public", entity.table), condition
        )
        for found in self._at_side(query).fetchall():
            yield {column.name: stored(column, found[column.name]) for column in entity.columns}
