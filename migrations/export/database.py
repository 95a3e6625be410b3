"""Reads the rows of a Postgres as lines of JSON or CSV, all of them of one moment."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES, ColumnType, Entity
from migrations.catalog import query
from migrations.connection import connect

__all__ = ["Moment", "moment_of"]

_DELIMITER, _QUOTE = "\x02", "\x01"
"""JSON has no such characters outside of escapes, so that CSV never has to quote a line of it."""
_NO_PRIVILEGE = {"42501"}
_NOT_THERE = {"42P01", "42703", "3F000"}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The rows of all tables as they were when it was opened, whoever writes meanwhile."""

    connection: psycopg.Connection
    snapshot: str
    """The name under which other sessions can see the same moment, for as long as this one is open."""
    counts: Mapping[str, int]
    """Rows by table."""
    postgres: int
    """The version of the server, as ``170004``."""

    def json_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Yield the rows in the order of their ids as JSON by camelCase name, each line with its end.

        The server writes the JSON: numbers keep all of their digits, times are UTC with microseconds.
        """
        names = {column.alias: sql.Identifier(column.name) for column in entity.columns}
        return self._copy(_as_json(entity, names), _raw())

    def flat_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Yield lines of JSON by snake_case name without nesting but in arrays, for a table of columns.

        JSON documents are texts; times are microseconds since 1970.
        """
        names: dict[str, sql.Composable] = {}
        for column in entity.columns:
            name: sql.Composable = sql.Identifier(column.name)
            if column.type is ColumnType.JSONB:
                name = sql.SQL("{}::text").format(name)
            elif column.type is ColumnType.TIMESTAMPTZ:
                # EXTRACT is numeric, and exact to the microsecond.
                name = sql.SQL("(EXTRACT(epoch FROM {}) * 1000000)::bigint").format(name)
            names[column.name] = name
        return self._copy(_as_json(entity, names), _raw())

    def csv_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Yield CSV as Postgres writes it, a header first; a chunk is a row and may hold line ends."""
        columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in entity.columns)
        rows = sql.SQL("SELECT {} FROM {} ORDER BY id").format(columns, _table(entity))
        return self._copy(rows, sql.SQL("FORMAT csv, HEADER"))

    def _copy(self, rows: sql.Composable, options: sql.Composable) -> Iterator[bytes]:
        statement = sql.SQL("COPY ({}) TO STDOUT ({})").format(rows, options)
        with _explained(), self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in copy:
                yield bytes(chunk)


@contextmanager
def moment_of(dsn: str) -> Iterator[Moment]:
    """Open a moment of a database; nothing is written to it.

    Raises ConfigurationError if the role may not see every row, or the tables are not as the models say, so
    that a snapshot would lack something; StackError if the server is lost.
    """
    # Closed without a word, and not by a ROLLBACK, which in the middle of a COPY would wait for ever.
    with closing(connect(dsn, application_name="parity migrate export")) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with _explained():
            connection.execute(query("export_begin"))
            for entity in ENTITIES.values():
                _check_columns(connection, entity)
            counts = {table: _count(connection, entity) for table, entity in ENTITIES.items()}
            snapshot = _exported(connection)
        yield Moment(
            connection=connection,
            snapshot=snapshot,
            counts=counts,
            postgres=connection.info.server_version,
        )


def _as_json(entity: Entity[Any], names: Mapping[str, sql.Composable]) -> sql.Composable:
    columns = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(value, sql.Identifier(name)) for name, value in names.items()
    )
    return sql.SQL("SELECT row_to_json(r) FROM (SELECT {} FROM {} ORDER BY {}.id) AS r").format(
        columns, _table(entity), _table(entity)
    )


def _raw() -> sql.Composable:
    return sql.SQL("FORMAT csv, DELIMITER {}, QUOTE {}").format(sql.Literal(_DELIMITER), sql.Literal(_QUOTE))


def _table(entity: Entity[Any]) -> sql.Identifier:
    return sql.Identifier("public", entity.table)


def _check_columns(connection: psycopg.Connection, entity: Entity[Any]) -> None:
    found: dict[str, str] = dict(
        connection.execute(query("export_columns"), [f"public.{entity.table}"]).fetchall()
    )
    wanted = {column.name: column.type.value for column in entity.columns}
    if found == wanted:
        return
    names = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    first = names[0]
    problem = (
        f"there is no table public.{entity.table}"
        if not found
        else f"{entity.table}.{first} is {found.get(first, 'not there')}, "
        f"and the models say {wanted.get(first, 'nothing of it')}"
    )
    raise ConfigurationError(
        f"A snapshot of this database would not be whole: {problem}. harness schema check says what differs."
    )


def _count(connection: psycopg.Connection, entity: Entity[Any]) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(_table(entity))).fetchone()
    return int(row[0]) if row is not None else 0


def _exported(connection: psycopg.Connection) -> str:
    row = connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
    return str(row[0]) if row is not None else ""


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate
        said = error.diag.message_primary or " ".join(str(error).split()) or type(error).__name__
        if state in _NO_PRIVILEGE:
            raise ConfigurationError(
                f"This role may not read every row: {said} (SQLSTATE {state}). Use the owner of the tables, "
                "or a role with BYPASSRLS and SELECT on them: a snapshot without hidden rows loses them."
            ) from error
        if state in _NOT_THERE:
            raise ConfigurationError(
                f"The tables are not as the models say: {said} (SQLSTATE {state}). Run harness schema check."
            ) from error
        raise StackError(
            f"The database could not be read to the end: {said}{f' (SQLSTATE {state})' if state else ''}. "
            "No snapshot was written; export again."
        ) from error
