"""Connections to the database that migrations change or check; their errors never carry a password."""

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from harness.errors import ConfigurationError, StackError

__all__ = ["connect", "server_version"]

_CONNECT_TIMEOUT_S = 10


def connect(dsn: str, *, application_name: str) -> psycopg.Connection:
    """Connect as the owner of the schema.

    Raises ConfigurationError for what is no connection string, StackError if nobody answers.
    """
    try:
        options = conninfo_to_dict(dsn)
    except psycopg.Error:
        # The cause quotes what it could not read, and that may be the password.
        raise ConfigurationError(
            "DATABASE_URL is no connection string of Postgres; it looks like "
            "postgresql://USER@HOST:5432/NAME, with a colon and the percent-encoded password after USER."
        ) from None
    timeout = options.get("connect_timeout") or _CONNECT_TIMEOUT_S
    try:
        return psycopg.connect(
            make_conninfo(dsn, application_name=application_name, connect_timeout=timeout),
            # A transaction pooler gives each transaction another server, which knows no prepared statement.
            prepare_threshold=None,
        )
    except psycopg.OperationalError as cause:
        where = f"{options.get('host', 'the local socket')}:{options.get('port', 5432)}"
        reason = "; ".join(filter(None, map(str.strip, str(cause).splitlines()))) or "no reason given"
        raise StackError(
            f"Postgres at {where} cannot be reached as {options.get('user', 'the default user')}: "
            f"{reason.rstrip('.?')}. Check the URL (DATABASE_URL, if no other was named): host, port, "
            "password. It must be the direct connection or the session pooler."
        ) from cause


def server_version(connection: psycopg.Connection) -> str:
    """Return ``17.4`` for 170004."""
    version = connection.info.server_version
    return f"{version // 10000}.{version % 10000}"
