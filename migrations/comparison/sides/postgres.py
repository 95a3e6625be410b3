"""A Postgres as a side: read at one moment by as many connections as there are threads."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, Self

import polars as pl
import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from harness.errors import StackError
from harness.models import Column, ColumnType, Entity
from harness.redact import redact
from migrations.comparison.naming import IDENTITY, Naming
from migrations.comparison.sides import statements
from migrations.comparison.sides.copytext import read_copy
from migrations.comparison.sides.examination import examine
from migrations.comparison.sides.side import SEGMENT_ROWS, Content, KeyRange
from migrations.comparison.values.frame import shaped
from migrations.comparison.values.transforms import applied
from migrations.connection import connect
from migrations.pooler import require_session
from migrations.sources.location import DatabaseAt

__all__ = ["PostgresSide"]

_SAMPLED_IDS = 200
"""So many sampled ids fall into a segment: its size is then within some 10 % of what was asked for."""


class PostgresSide:
    """All tables of a database at the moment at which this was opened. A context manager."""

    def __init__(self, location: DatabaseAt, naming: Naming = IDENTITY) -> None:
        self.label = str(location)
        self._dsn = location.dsn
        self._given = location.snapshot
        self.live = location.snapshot is None
        self.naming = naming
        self._local = threading.local()
        self._opened: list[psycopg.Connection] = []
        self._lock = threading.Lock()
        _require_session(location.dsn)
        self._holder = self._connect()
        self.version = self._holder.info.server_version
        try:
            with self._errors():
                self._snapshot = self._hold()
                self._examination = examine(self._holder, naming, self.label)
        except BaseException:
            self.close()
            raise

    def content(self, entity: Entity[Any]) -> Content:
        """Count the rows."""
        query = SQL("SELECT count(*) FROM {}").format(statements.relation(self.naming.of(entity)))
        return Content(rows=int(self._one(query)))

    def cuts(self, entity: Entity[Any]) -> Sequence[str]:
        """Name ids between which there are about SEGMENT_ROWS rows."""
        naming = self.naming.of(entity)
        rows = self.content(entity).rows
        segments = rows // SEGMENT_ROWS
        if segments == 0:
            return ()
        if entity.table not in self._examination.hashable:
            # Perhaps a view, of which no sample can be taken.
            return self._ids(statements.every(naming, SEGMENT_ROWS))
        percent = min(100.0, 100.0 * segments * _SAMPLED_IDS / rows)
        ids = self._ids(statements.sample(naming, percent))
        return sorted({ids[len(ids) * place // segments] for place in range(1, segments)}) if ids else ()

    def _ids(self, query: Composed) -> Sequence[str]:
        with self._errors():
            return [row[0] for row in self._connection().execute(query)]

    def read(self, entity: Entity[Any], keys: KeyRange) -> pl.DataFrame:
        """Read a segment."""
        return self._rows(
            entity, self._connection(), statements.copy_rows(entity, self.naming.of(entity), keys)
        )

    def pick(self, entity: Entity[Any], ids: Sequence[str]) -> pl.DataFrame:
        """Read rows by their ids, at the moment of the comparison."""
        return self._rows(
            entity, self._connection(), statements.copy_named(entity, self.naming.of(entity), ids)
        )

    def fetch(self, entity: Entity[Any], ids: Sequence[str]) -> pl.DataFrame:
        """Read rows by their ids as they are now."""
        with self._errors(), self._fresh() as connection:
            return self._rows(entity, connection, statements.copy_named(entity, self.naming.of(entity), ids))

    def has_fingerprints(self, entity: Entity[Any], other: "PostgresSide") -> bool:
        """Return True if equal fingerprints here and there mean equal rows."""
        return (
            self.version // 10_000 == other.version // 10_000
            and self.is_plain(entity)
            and other.is_plain(entity)
            and set(self.naming.of(entity).columns) == set(other.naming.of(entity).columns)
        )

    def is_plain(self, entity: Entity[Any]) -> bool:
        """Return True if a table has the model's own types and one row for an id, compared as they are."""
        return entity.table in self._examination.hashable and not self.naming.of(entity).transforms

    def fingerprints(self, entity: Entity[Any]) -> Mapping[int, tuple[Any, ...]]:
        """Return rows and sums by group, as the server computes them."""
        with self._errors():
            found = self._connection().execute(statements.fingerprints(entity, self.naming.of(entity)))
            return {bucket: tuple(rest) for bucket, *rest in found}

    def ids_and_hashes(self, entity: Entity[Any], keys: KeyRange, buckets: Sequence[int]) -> pl.DataFrame:
        """Return the columns ``id`` and ``hash`` of the rows of some groups."""
        query = statements.copy_ids_and_hashes(entity, self.naming.of(entity), keys, buckets)
        with self._errors():
            return read_copy(self._connection(), query, ("id", "hash"))

    def unread(self) -> Mapping[str, Sequence[str]]:
        """Name the columns that the mapping says to ignore."""
        return self._examination.unread

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self, entity: Entity[Any], connection: psycopg.Connection, query: Composed) -> pl.DataFrame:
        columns = [column for column in entity.columns if column.name in self.naming.of(entity).columns]
        with self._errors():
            texts = read_copy(connection, query, [column.name for column in columns])
        rows = shaped(texts.with_columns(map(_value, columns)), entity)
        return applied(rows, entity, self.naming.of(entity))

    def _one(self, query: Composed) -> Any:
        with self._errors():
            row = self._connection().execute(query).fetchone()
        return None if row is None else row[0]

    def _connect(self) -> psycopg.Connection:
        connection = connect(self._dsn, application_name="parity migrate diff")
        with self._lock:
            self._opened.append(connection)
        return connection

    def _connection(self) -> psycopg.Connection:
        """Return this thread's connection, which sees the one moment."""
        found: psycopg.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._connect()
            _prepare(found)
            found.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(self._snapshot)))
            self._local.connection = found
        return found

    @contextmanager
    def _fresh(self) -> Iterator[psycopg.Connection]:
        fresh: psycopg.Connection | None = getattr(self._local, "fresh", None)
        if fresh is None:
            fresh = self._local.fresh = self._connect()
        with fresh.transaction():
            _set(fresh)
            yield fresh

    def _hold(self) -> str:
        _prepare(self._holder)
        if self._given is not None:
            self._holder.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(self._given)))
            return self._given
        row = self._holder.execute("SELECT pg_export_snapshot()").fetchone()
        return "" if row is None else str(row[0])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as cause:
            reason = cause.diag.message_primary or " ".join(str(cause).split()) or type(cause).__name__
            state = cause.sqlstate or "no SQLSTATE"
            raise StackError(
                f"{self.label} could not be read: {redact(reason)} ({state}). Nothing was changed; "
                "when the cause is gone, compare again."
            ) from cause


def _value(column: Column) -> pl.Expr:
    """Read a column as the server writes it, which is always in the one same form."""
    text = pl.col(column.name)
    match column.type:
        case ColumnType.TIMESTAMPTZ:
            return text.str.decode("hex").bin.reinterpret(dtype=pl.Int64, endianness="big")
        case ColumnType.INTEGER:
            return text.cast(pl.Int64)
        case ColumnType.BOOLEAN:
            return text == "t"
        case _:
            return text


@cache
def _require_session(dsn: str) -> None:
    """Refuse a transaction pooler, whose servers may all be held by the moment; asked once for each place."""
    require_session(dsn, application_name="parity migrate diff")


def _prepare(connection: psycopg.Connection) -> None:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    _set(connection)


_TRANSACTION_TIMEOUT_SINCE = 170_000
_SETTINGS = {
    "client_encoding": "UTF8",
    "jit": "off",  # compiling costs more than it gains here
    "search_path": "pg_catalog",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "row_security": "off",  # an error where rows would be hidden
}


def _set(connection: psycopg.Connection) -> None:
    for name, value in _SETTINGS.items():
        connection.execute(SQL("SET LOCAL {} = {}").format(Identifier(name), Literal(value)))
    if connection.info.server_version >= _TRANSACTION_TIMEOUT_SINCE:
        connection.execute("SET LOCAL transaction_timeout = 0")
