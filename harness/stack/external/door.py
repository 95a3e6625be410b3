"""The side door of a given project: what the harness itself does there by SQL.

Everything that could be done through it is here: rows are read, whole rows
are put in, and rows are removed by their ids. Nothing else is ever executed,
and nothing relies on a session: behind a pooler in transaction mode, each
transaction may get another server.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from harness.adapters.codec import Wire
from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES, Booking, SchedulingRequest, entity_of
from harness.stack.external.journal import Ids
from harness.stack.wire_rows import parameter, read_exact_numbers, stored

__all__ = ["Door"]

T = TypeVar("T")
_CONNECT_S = 10
_REQUESTS = entity_of(SchedulingRequest).table
_BOOKINGS = entity_of(Booking).table
_PARENTS_LAST = tuple(reversed([*ENTITIES]))
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '10s'"
_SQL = Path(__file__).with_name("sql")


def _sql(name: str) -> bytes:
    return (_SQL / f"{name}.sql").read_bytes()


_WAIT, _CHILDREN, _BLINDNESS = map(_sql, ("wait", "children", "blindness"))


class Door:
    """A session of the database owner, made when it is first needed. Safe to share between threads."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._lock = threading.Lock()
        self._session: psycopg.Connection[TupleRow] | None = None

    def version(self) -> str:
        """The version of Postgres: ``17.10``."""
        return str(self._ask("SHOW server_version")[0][0]).split()[0]

    def blindness(self) -> str | None:
        """Say why this role may not see, add or remove all rows, as a sentence; None if it may."""
        for table, is_hidden, lacking in self._ask(_BLINDNESS, ([*ENTITIES],)):
            if is_hidden:
                return f"row level security hides rows of {table} from the role of DATABASE_URL"
            if lacking:
                return f"the role of DATABASE_URL lacks {' and '.join(lacking)} on {table}"
        return None

    def counts(self) -> dict[str, int]:
        """Count the rows of each table."""
        return self._each("SELECT {}, count(*) FROM {}")

    def occupied(self) -> dict[str, int]:
        """The tables that have rows, with a 1: much faster than counting them."""
        found = self._each("SELECT {}, (EXISTS (SELECT FROM {}))::int")
        return {table: one for table, one in found.items() if one}

    def ids(self) -> dict[str, list[str]]:
        """The ids of all rows."""
        return _by_table(self._ask(self._of_each("SELECT {}, id::text FROM {}")))

    def present(self, ids: Ids) -> dict[str, list[str]]:
        """Which of these rows are there."""
        asked = {table: list(some) for table, some in ids.items()}
        query = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}, id::text FROM {} WHERE id = ANY (%s::uuid[])").format(
                sql.Literal(table), sql.Identifier("public", table)
            )
            for table in asked
        )
        return _by_table(self._ask(query, list(asked.values()))) if asked else {}

    def children(self, ids: Ids) -> dict[str, list[str]]:
        """The rows that hang on these requests and bookings: bookings, audit entries and jobs."""
        return _by_table(self._ask(_CHILDREN, _parents(ids)))

    def rows(self, table: str, ids: Sequence[str] | None = None) -> Iterator[Wire]:
        """Read a table, all of it or these ids, in wire form; JSON is left as the server keeps it."""
        columns = ENTITIES[table].columns
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
        query = sql.SQL("SELECT {} FROM {}").format(names, sql.Identifier("public", table))
        found = (
            self._ask(query)
            if ids is None
            else self._ask(query + sql.SQL(" WHERE id = ANY (%s::uuid[])"), (list(ids),))
        )
        for row in found:
            yield {column.name: stored(column, value) for column, value in zip(columns, row, strict=True)}

    def put(self, table: str, wires: Sequence[Wire]) -> None:
        """Store whole rows in one COPY. Their ids must have been noted."""
        columns = ENTITIES[table].columns
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier("public", table), names)
        with self._open() as session, session.cursor() as cursor, cursor.copy(statement) as copy:
            for wire in wires:
                copy.write_row([parameter(column, wire[column.name]) for column in columns])

    def remove(self, ids: Ids) -> dict[str, list[str]]:
        """Remove rows by their ids, with what hangs on them, in one transaction; returns what is removed."""

        def removal(session: psycopg.Connection[TupleRow]) -> dict[str, list[str]]:
            with session.transaction():
                session.execute(_LOCK_TIMEOUT)
                parents = _parents(ids)
                session.execute(_WAIT, parents)
                gone = {table: set(some) for table, some in ids.items()}
                for table, id_ in session.execute(_CHILDREN, parents).fetchall():
                    gone.setdefault(table, set()).add(id_)
                for table in _PARENTS_LAST:
                    if some := gone.get(table):
                        statement = sql.SQL("DELETE FROM {} WHERE id = ANY (%s::uuid[])")
                        session.execute(statement.format(sql.Identifier("public", table)), (sorted(some),))
            return {table: sorted(some) for table, some in gone.items() if some}

        return self._again(removal)

    def reload(self) -> None:
        """Ask PostgREST to read the schema anew; it changes nothing else."""
        self._again(lambda session: session.execute("NOTIFY pgrst, 'reload schema'"))

    def close(self) -> None:
        """End the session."""
        with self._lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    def _each(self, one: str) -> dict[str, int]:
        return {str(table): int(number) for table, number in self._ask(self._of_each(one))}

    @staticmethod
    def _of_each(one: str) -> sql.Composed:
        return sql.SQL(" UNION ALL ").join(
            sql.SQL(one).format(sql.Literal(table), sql.Identifier("public", table)) for table in ENTITIES
        )

    def _ask(self, query: str | bytes | sql.Composed, values: Any = ()) -> list[TupleRow]:
        statement = query.encode() if isinstance(query, str) else query
        return self._again(lambda session: session.execute(statement, values or None).fetchall())

    def _again(self, act: Callable[[psycopg.Connection[TupleRow]], T]) -> T:
        """Do what may be done twice; in a new session if the server, or a pooler, has ended the old one."""
        with suppress(_Ended), self._open() as session:
            return act(session)
        with self._open() as session:
            return act(session)

    @contextmanager
    def _open(self) -> Iterator[psycopg.Connection[TupleRow]]:
        with self._lock:
            is_old = self._session is not None
            session = self._session = self._session or self._connect()
            try:
                yield session
            except psycopg.Error as error:
                is_over = session.closed
                if is_over:
                    self._session = None
                if is_over and is_old:
                    raise _Ended(_told(error)) from error
                raise StackError(f"The database of DATABASE_URL refused: {_told(error)}") from error

    def _connect(self) -> psycopg.Connection[TupleRow]:
        try:
            # Without prepared statements, which belong to a server that the next transaction may not get.
            session = psycopg.connect(
                self._dsn, autocommit=True, connect_timeout=_CONNECT_S, prepare_threshold=None
            )
        except psycopg.OperationalError as error:
            raise StackError(f"DATABASE_URL cannot be reached: {_told(error)}") from error
        except psycopg.Error:
            # The cause quotes what it could not read, and that may be the password.
            raise ConfigurationError(
                "DATABASE_URL is no connection string of Postgres; it looks like "
                "postgresql://USER:PASSWORD@HOST:5432/NAME."
            ) from None
        read_exact_numbers(session)
        return session


class _Ended(StackError):
    """A session that was used before has been ended from outside."""


def _parents(ids: Ids) -> Mapping[str, list[str]]:
    return {"requests": list(ids.get(_REQUESTS, ())), "bookings": list(ids.get(_BOOKINGS, ()))}


def _by_table(found: Sequence[TupleRow]) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for table, id_ in found:
        rows.setdefault(str(table), []).append(str(id_))
    return rows


def _told(error: psycopg.Error) -> str:
    """The first line of what Postgres said: the others may quote a row."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
