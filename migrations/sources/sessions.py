"""Sessions of a database that all see the moment that one of them exported."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import psycopg
from psycopg import sql

from harness.errors import ConfigurationError, StackError
from harness.redact import redact
from migrations.catalog import query
from migrations.connection import connect

__all__ = ["close_sessions", "explained", "exported", "session"]

_NAME = "harness migrate (source)"
_NO_PRIVILEGE = "42501"
_NOT_THERE = frozenset({"42P01", "42703", "3F000", "42883"})
_GONE = "22023"
"""What Postgres raises for the name of a moment that nobody holds any more."""

_lock = Lock()
_idle: dict[tuple[str, str], list[psycopg.Connection]] = {}
_closed: set[tuple[str, str]] = set()


@contextmanager
def exported(dsn: str) -> Iterator[tuple[psycopg.Connection, str]]:
    """Hold a moment of a database: yields a session that sees it, and the name by which others can.

    Nothing can be written in it. When the context ends, all sessions of this moment in this process end.
    """
    with connect(dsn, application_name=_NAME) as connection:
        _begin(connection)
        with explained():
            row = connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
            connection.execute(query("source_begin"))
        name = "" if row is None else str(row[0])
        try:
            yield connection, name
        finally:
            close_sessions(dsn, name)


def _begin(connection: psycopg.Connection) -> None:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True


@contextmanager
def session(dsn: str, moment: str) -> Iterator[psycopg.Connection]:
    """Borrow a session that sees an exported moment; it stays open for the next one who asks."""
    key = (dsn, moment)
    with _lock:
        connection = _idle[key].pop() if _idle.get(key) else None
    if connection is None:
        connection = connect(dsn, application_name=_NAME)
        try:
            _begin(connection)
            with explained():
                connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(moment)))
                connection.execute(query("source_begin"))
        except BaseException:
            connection.close()
            raise
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
    with _lock:
        is_open = key not in _closed
        if is_open:
            _idle.setdefault(key, []).append(connection)
    if not is_open:
        connection.close()


def close_sessions(dsn: str, moment: str) -> None:
    """End the sessions that nobody uses, and every other one when it is given back."""
    key = (dsn, moment)
    with _lock:
        idle = _idle.pop(key, [])
        _closed.add(key)
    for connection in idle:
        connection.close()


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors of a source into ones that say what to do: ConfigurationError and StackError."""
    try:
        yield
    except psycopg.Error as error:
        said = redact(error.diag.message_primary or " ".join(str(error).split()) or type(error).__name__)
        state = error.sqlstate
        shown = f"{said}{'' if state is None else f' (SQLSTATE {state})'}"
        if state == _NO_PRIVILEGE:
            raise ConfigurationError(
                f"This role may not read every row of the source: {shown}. Use the owner of the tables, "
                "or a role with BYPASSRLS and SELECT on them."
            ) from error
        if state in _NOT_THERE:
            raise ConfigurationError(
                f"The tables of the source are not as the models say: {shown}. Run harness schema check."
            ) from error
        if state == _GONE:
            raise StackError(
                f"The moment of the source is lost: {shown}. The session that held it has ended; start again."
            ) from error
        raise StackError(
            f"The source could not be read to the end: {shown}. Nothing is wrong with what was read before; "
            "start again."
        ) from error
