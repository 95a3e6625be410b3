"""SQL and PL/pgSQL read by Postgres' own parser (libpg_query, through ``pgparse``), without a server."""

from typing import Any

from harness.errors import ConfigurationError
from migrations.linting.tree import Node

__all__ = ["NotParsed", "parse", "parse_plpgsql"]


class NotParsed(Exception):
    """The text is not what Postgres' grammar accepts. The message says why, without a position."""


def parse(sql: str) -> tuple[Node, ...]:
    """Return the statements of a text. Raises NotParsed."""
    parser = _parser()
    try:
        found = parser.parse(sql)
    except parser.PGQueryError as error:
        raise NotParsed(str(error.message)) from error
    return tuple(Node("RawStmt", raw).node("stmt") for raw in found)


def parse_plpgsql(statement: str) -> list[Any]:
    """Return the body of one CREATE FUNCTION or DO in PL/pgSQL as JSON. Raises NotParsed."""
    parser = _parser()
    try:
        found: list[Any] = parser.parse_pgsql(statement)
    except parser.PGQueryError as error:
        raise NotParsed(str(error.message)) from error
    except ValueError as error:  # its JSON is written by hand
        raise NotParsed(f"the parser's answer cannot be read: {error}") from error
    return found


def _parser() -> Any:
    # There is no wheel for every machine: all other commands work without it.
    try:
        import pgparse  # noqa: PLC0415
    except ImportError as cause:
        raise ConfigurationError(
            "The parser of Postgres is not installed, and nothing was examined: pip install pgparse "
            "(where there is no wheel for this machine, that needs a C compiler)."
        ) from cause
    return pgparse
