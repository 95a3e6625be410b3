"""What a database URL leads to: Postgres itself, or a pooler, and of which kind.

A pooler in transaction mode (Supavisor on port 6543, PgBouncer with
``pool_mode = transaction``) gives each transaction any server. What a
migration relies on is then lost without an error: settings of the session,
locks of the session, temporary tables, an exported snapshot. Nothing in the
protocol says so, so it is found by what happens: who serves a session, while
another session of ours is busy, and whether it stays the same server.
"""

from enum import Enum
from uuid import uuid4

import psycopg

from harness.errors import ConfigurationError, StackError
from migrations.connection import connect

__all__ = ["Access", "access", "require_session"]

_LOOKS = 4
"""How often a session asks who serves it: a pooler that lends its servers in turn differs at the second."""
_WHO = "SELECT pg_catalog.pg_backend_pid()"


class Access(Enum):
    """How a database is reached."""

    DIRECT = "direct connection"
    SESSION_POOLER = "session pooler"
    TRANSACTION_POOLER = "transaction pooler"


def require_session(dsn: str, *, application_name: str = "harness migrate") -> Access:
    """Say how this database is reached, and refuse a transaction pooler.

    Opens two connections and closes them; changes nothing. Raises
    ConfigurationError for a transaction pooler, with the way out, and
    StackError if nobody answers.
    """
    found = access(dsn, application_name=application_name)
    if found is Access.TRANSACTION_POOLER:
        with connect(dsn, application_name=application_name) as connection:
            where = f"{connection.info.host or 'the local socket'}:{connection.info.port}"
        raise ConfigurationError(
            f"{where} is a pooler in transaction mode: each transaction may get another server, so locks, "
            "settings and snapshots of a session are lost without an error, and statement_timeout cannot be "
            "set. Use the direct connection (db.PROJECT.supabase.co:5432) or the session pooler: with "
            "Supabase's pooler (Supavisor) the same host and user on port 5432 instead of 6543, with "
            "PgBouncer a database with pool_mode=session."
        )
    return found


def access(dsn: str, *, application_name: str = "harness migrate") -> Access:
    """Find out how this database is reached. Raises StackError if nobody answers, or not to the end."""
    with connect(dsn, application_name=application_name) as first:
        try:
            first.autocommit = True
            if _shares_servers(first, dsn, application_name) or not _keeps_settings(first):
                return Access.TRANSACTION_POOLER
            # A pooler gives its own number to cancel by; Postgres gives the process that it is.
            return Access.DIRECT if first.info.backend_pid == _server(first) else Access.SESSION_POOLER
        except psycopg.OperationalError as cause:
            raise StackError(
                f"The database at {first.info.host}:{first.info.port} ended a session while it was examined: "
                f"{' '.join(str(cause).split())} Is its pool exhausted? "
                "A migration needs a few sessions at once."
            ) from cause


def _shares_servers(first: psycopg.Connection, dsn: str, application_name: str) -> bool:
    """True if two open sessions are served by one server, or one session by two."""
    server = _server(first)
    with connect(dsn, application_name=application_name) as second:
        try:
            # An open transaction: whoever serves it serves nobody else until it ends;
            # psycopg sends BEGIN before the first statement.
            if _server(second) == server:
                return True
        except psycopg.errors.ProtocolViolation:
            # PgBouncer in statement mode, which keeps even less, ends the session that begins one.
            return True
        return any(_server(first) != server for _ in range(_LOOKS))


def _keeps_settings(connection: psycopg.Connection) -> bool:
    """True if what a session sets is there in its next transaction. The setting's name is nobody else's."""
    name, value = "parity_harness.session", uuid4().hex
    connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", (name, value))
    kept = connection.execute("SELECT pg_catalog.current_setting(%s, true)", (name,)).fetchone()
    connection.execute("SELECT pg_catalog.set_config(%s, '', false)", (name,))
    return kept == (value,)


def _server(connection: psycopg.Connection) -> int:
    row = connection.execute(_WHO).fetchone()
    assert row is not None  # noqa: S101  # a SELECT without FROM has one row
    return int(row[0])
