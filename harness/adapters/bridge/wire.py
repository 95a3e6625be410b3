"""Values of operations as JSON, in both directions: camelCase names, ISO times, nothing checked or repaired.

What the harness sends is what the caller gave: refusing it is the adapter's
work. Only a value that JSON cannot tell from another one stays here, as
`NoJsonForm`: a text with the form of a time in a column of times, say.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from harness.adapters.bridge.errors import NoJsonForm
from harness.adapters.protocol import Actor
from harness.adapters.queries import Condition, Order
from harness.models import Column, ColumnType, Entity, New, Patch

__all__ = [
    "actor",
    "alias",
    "column_value",
    "condition",
    "from_column",
    "identifier",
    "name",
    "order",
    "parsed_time",
    "plain",
    "renamed",
    "values",
]

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_MAX_DEPTH = 300
"""Three times what a store accepts; Python's recursion ends some hundred levels further down."""


def alias(entity: Entity[Any], column: Any) -> Any:
    """Return the camelCase name of a column; what is no column is left as it is. Raises NoJsonForm."""
    if not isinstance(column, str):
        return plain(column)
    found = entity.by_name.get(column)
    if found is None and column in entity.by_alias:
        raise NoJsonForm(f"{column!r} is no column of {entity.table}, but would become one over the bridge")
    return column if found is None else found.alias


def name(entity: Entity[Any], alias: str) -> str:
    """Return the snake_case name of a column; what is no column is left as it is."""
    found = entity.by_alias.get(alias)
    return alias if found is None else found.name


def values(entity: Entity[Any], given: object) -> dict[str, Any]:
    """Return the values of a new row or of a patch; what is absent stays so. Raises NoJsonForm."""
    if not isinstance(given, New | Patch) or given.entity is not entity:
        raise NoJsonForm(f"a {type(given).__name__} is no object of {entity.table}")
    return {
        entity.by_name[column].alias: column_value(entity.by_name[column], value)
        for column, value in given.values.items()
    }


def column_value(column: Column, value: Any) -> Any:
    """Return the JSON form of a value for a column. Raises NoJsonForm."""
    if column.type is ColumnType.TIMESTAMPTZ:
        if isinstance(value, datetime):
            return _time(column.name, value)
        if isinstance(value, str) and parsed_time(value) is not None:
            raise NoJsonForm(f"{column.name}: a text with the form of a time is a time over the bridge")
    if column.type is ColumnType.UUID:
        return identifier(value)
    return plain(value)


def _time(column: str, value: datetime) -> str:
    text = value.isoformat()
    if value.utcoffset() is None or _TIME.fullmatch(text) is not None:
        return text
    try:
        return value.astimezone(UTC).isoformat()  # the offset has seconds
    except OverflowError as error:
        raise NoJsonForm(f"{column}: ISO 8601 has no year for {text}") from error


def identifier(value: Any) -> Any:
    """Return the JSON form of an id."""
    return str(value) if isinstance(value, UUID) else plain(value)


def plain(value: Any, depth: int = _MAX_DEPTH) -> Any:
    """Return a value that JSON carries as it is. Raises NoJsonForm for all others."""
    if depth < 0:
        raise NoJsonForm(f"a value is nested deeper than {_MAX_DEPTH}")
    match value:
        case None | bool():
            return value
        case str():
            return str.__str__(value)
        case int():
            return _integer(int(value))
        case float():
            if not math.isfinite(value):
                raise NoJsonForm(f"JSON has no {value}")
            return value
        case list() | tuple():
            return [plain(item, depth - 1) for item in value]
        case dict():
            return {_key(key): plain(item, depth - 1) for key, item in value.items()}
        case _:
            raise NoJsonForm(f"JSON has no {type(value).__name__}")


def _integer(value: int) -> int:
    try:
        str(value)
    except ValueError as error:
        raise NoJsonForm("an integer has more digits than Python writes") from error
    return value


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise NoJsonForm(f"JSON has no keys of type {type(key).__name__}")
    return str.__str__(key)


def actor(given: object) -> dict[str, Any]:
    """Return the JSON form of an actor. Raises NoJsonForm."""
    if not isinstance(given, Actor):
        raise NoJsonForm(f"a {type(given).__name__} is no Actor")
    return {"type": plain(given.type), "id": plain(given.id)}


def condition(entity: Entity[Any], given: object) -> list[Any]:
    """Return ``[field, operator, value]``. Raises NoJsonForm."""
    if not isinstance(given, Condition):
        raise NoJsonForm(f"a {type(given).__name__} is no Condition")
    column = entity.by_name.get(given.field)
    field = alias(entity, given.field)
    value = given.value
    if column is None or given.operator == "is_null":
        return [field, plain(given.operator), plain(value)]
    if given.operator == "in" and isinstance(value, list | tuple | set | frozenset):
        return [field, given.operator, [column_value(column, item) for item in value]]
    return [field, plain(given.operator), column_value(column, value)]


def order(entity: Entity[Any], given: object) -> list[list[Any]]:
    """Return ``[[field, direction]]``. Raises NoJsonForm."""
    if not isinstance(given, Order):
        raise NoJsonForm(f"a {type(given).__name__} is no Order")
    return [[alias(entity, given.field), plain(given.direction)]]


def parsed_time(text: str) -> datetime | None:
    """Read an ISO 8601 time with an offset; None for what is none: the other side is to refuse it."""
    if _TIME.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def from_column(column: Column, value: Any) -> Any:
    """Read a value that was sent for a column: times become datetimes, all else stays as it is."""
    if column.type is ColumnType.TIMESTAMPTZ and isinstance(value, str):
        time = parsed_time(value)
        return value if time is None else time
    return value


def renamed(entity: Entity[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with snake_case names; what is no column is dropped."""
    return {column.name: row[column.alias] for column in entity.columns if column.alias in row}
