"""How PostgREST is told which schema and which column are meant."""

from collections.abc import Mapping

from migrations.security.objects import PUBLIC, Function, Relation

__all__ = ["headers_for_reading", "headers_for_writing", "quoted"]


def headers_for_reading(about: Relation | Function, prefer: str = "") -> Mapping[str, str]:
    """Return the headers of a GET or HEAD."""
    return _headers(about, "Accept-Profile", prefer)


def headers_for_writing(about: Relation | Function, prefer: str = "") -> Mapping[str, str]:
    """Return the headers of a request that may have a body."""
    return {"Content-Type": "application/json", **_headers(about, "Content-Profile", prefer)}


def quoted(column: str) -> str:
    """Return a column's name as a query takes it, whatever characters it has."""
    return column if column.isidentifier() and column.isascii() else '"' + column.replace('"', '\\"') + '"'


def _headers(about: Relation | Function, profile: str, prefer: str) -> Mapping[str, str]:
    schema = {} if about.schema == PUBLIC else {profile: about.schema}
    return {**schema, "Prefer": prefer} if prefer else schema
