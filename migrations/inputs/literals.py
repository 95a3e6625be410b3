"""Texts that Postgres' input functions read as arrays."""

from collections.abc import Iterable

__all__ = ["array_literal"]


def array_literal(items: Iterable[str | None]) -> str:
    r"""Write a ``text[]`` of one dimension: every text quoted, ``\`` and ``"`` escaped, None as NULL.

    Source: https://www.postgresql.org/docs/17/arrays.html#ARRAYS-IO
    """
    return "{" + ",".join("NULL" if item is None else _quoted(item) for item in items) + "}"


def _quoted(item: str) -> str:
    escaped = item.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
