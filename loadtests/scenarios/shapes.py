"""Of which kind a field of an answer must be: read off the descriptions of the entities."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.models import ENTITIES, Column, ColumnType

__all__ = ["Kind", "instant", "kinds_of", "predicate", "problem_of"]


@dataclass(frozen=True)
class Kind:
    """What a value must be."""

    name: str
    """``id``, ``text``, ``time``, ``integer``, ``flag``, ``texts``, ``rows``, ``object`` or ``any``."""
    nullable: bool = False


_KINDS: Mapping[ColumnType, str] = {
    ColumnType.UUID: "id",
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "integer",
    ColumnType.BOOLEAN: "flag",
    ColumnType.TIMESTAMPTZ: "time",
    ColumnType.TEXT_ARRAY: "texts",
    ColumnType.JSONB: "any",
}
_IN_WORDS = {
    "id": "an id",
    "text": "a text",
    "time": "a time with an offset",
    "integer": "a whole number",
    "flag": "true or false",
    "texts": "a list of texts",
    "rows": "a list of objects",
    "object": "an object",
}


def _all(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(one, kind) for one in value)


_IS: Mapping[str, Callable[[Any], bool]] = {
    "id": lambda value: isinstance(value, str) and value != "",
    "text": lambda value: isinstance(value, str),
    "time": lambda value: instant(value) is not None,
    "integer": lambda value: type(value) is int,
    "flag": lambda value: isinstance(value, bool),
    "texts": lambda value: _all(value, str),
    "rows": lambda value: _all(value, dict),
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,  # noqa: ARG005  # any JSON value
}


def kinds_of(table: str) -> Mapping[str, Kind]:
    """The kinds of a table's columns, by their names in JSON."""
    return {column.alias: _kind(column) for column in ENTITIES[table].columns}


def predicate(kind: Kind) -> Callable[[Any], bool]:
    """Whether a value is of a kind."""
    is_right = _IS[kind.name]
    if kind.nullable or kind.name == "any":
        return lambda value: value is None or is_right(value)
    return is_right


def problem_of(value: Any, kind: Kind) -> str | None:
    """None if a value is of a kind; else what it is not."""
    if predicate(kind)(value):
        return None
    return "is null" if value is None else f"is not {_IN_WORDS[kind.name]}"


def instant(value: Any) -> datetime | None:
    """The point in time that a text names, or None if it names none."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def _kind(column: Column) -> Kind:
    return Kind(_KINDS[column.type], column.nullable)
