"""One connection to Postgres: statements in, JSON rows and the errors of the protocol out."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import Diagnostic
from psycopg.types.json import Jsonb

from harness.errors import (
    Conflict,
    InvalidValue,
    MissingReference,
    NotFound,
    OutcomeUnknown,
    StoreError,
    Unavailable,
    UnexpectedResponse,
)

__all__ = ["Client"]

_CONNECT_S = 5
_ROLLED_BACK = {"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03"}


class Client:
    """A connection that is opened with the first statement. Each statement is a transaction of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._lock = Lock()

    def rows(self, statement: sql.Composed, parameters: Mapping[str, Any]) -> list[Any]:
        """Run a statement and return the first column of its rows. Raises StoreError."""
        connection = self._connected()
        try:
            return [row[0] for row in connection.execute(statement, parameters)]
        except psycopg.Error as error:
            failure = _translated(error)
        # Raised out here: what the driver says may quote the row, and would stay in __context__.
        raise failure

    def call(self, function: str, **arguments: Any) -> list[Any]:
        """Call a function of the schema by the names of its parameters, and return its rows as JSON."""
        named = sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(f"p_{name}"), sql.Placeholder(name))
            for name in arguments
        )
        statement = sql.SQL("SELECT to_jsonb(answer) FROM public.{}({}) AS answer").format(
            sql.Identifier(function), named
        )
        # None stays NULL: the JSON value null would be stored.
        return self.rows(
            statement,
            {
                name: Jsonb(value) if name == "payload" and value is not None else value
                for name, value in arguments.items()
            },
        )

    def close(self) -> None:
        """Close the connection. Calling it twice is harmless."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    def _connected(self) -> "psycopg.Connection[tuple[Any, ...]]":
        with self._lock:
            if self._connection is None:
                try:
                    self._connection = psycopg.connect(
                        self._url, autocommit=True, connect_timeout=_CONNECT_S, options="-c TimeZone=UTC"
                    )
                except psycopg.OperationalError as error:
                    raise Unavailable(f"nothing was sent: {type(error).__name__}") from None
            return self._connection


def _translated(error: psycopg.Error) -> StoreError:
    """Turn SQLSTATE and names into an error of the protocol, and drop the text: it may quote a row."""
    state, named = error.sqlstate, error.diag
    if state is None:
        return OutcomeUnknown(f"the connection was lost: {type(error).__name__}")
    if state in _ROLLED_BACK:
        return Unavailable(f"nothing was done ({state})")
    if state in _KINDS:
        return _KINDS[state](named)
    if state[:2] in {"22", "54"}:
        return InvalidValue("value", f"was refused by the database ({state})")
    return UnexpectedResponse(f"the database answered {state}")


_KINDS: Mapping[str, Callable[[Diagnostic], StoreError]] = {
    "23505": lambda named: Conflict(named.constraint_name or "(unnamed)"),
    "23503": lambda named: MissingReference(named.constraint_name or "(unnamed)"),
    "23502": lambda named: InvalidValue(named.column_name or "(unnamed)", "is required"),
    "23514": lambda named: InvalidValue(named.constraint_name or "(unnamed)"),
    "22023": lambda named: InvalidValue(named.message_primary or "(unnamed)", "is outside of its bounds"),
    "PT404": lambda named: NotFound(named.message_primary or "(unnamed)"),
    "PT409": lambda named: Conflict(named.message_primary or "(unnamed)"),
}
"""The last three carry names of rules, tables and arguments: the SQL functions of the schema raise them."""
