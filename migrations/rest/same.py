"""Says whether two texts are the same value to Postgres, where that is certain.

False means "not that I know": the server has the last word. So only the usual
forms are read here, and each exactly: no float, no rounding, no time zone that
would need a table.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from harness.models import Column, ColumnType, Entity

__all__ = ["differing_columns"]

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:(Z)|([+-]\d\d)(?::?([0-5]\d))?)", re.ASCII
)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_BOOLEANS = {"true": True, "t": True, "false": False, "f": False}
_ARRAY_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^",{}\\\s]+)', re.DOTALL)


def differing_columns(
    entity: Entity[Any], one: Mapping[str, str | None], other: Mapping[str, str | None]
) -> tuple[str, ...]:
    """The columns in which two rows of texts are not known to be the same."""
    return tuple(
        column.name for column in entity.columns if not _same(column, one[column.name], other[column.name])
    )


def _same(column: Column, one: str | None, other: str | None) -> bool:
    if one == other:
        return True
    if one is None or other is None or column.type is ColumnType.TEXT:
        return False
    read = _READERS[column.type]
    try:
        return bool(read(one) == read(other))
    except (ValueError, ArithmeticError, RecursionError):
        return False


def _moment(text: str) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, clock, fraction, utc, hours, minutes = found.groups()
    zone = "+00:00" if utc else f"{hours}:{minutes or '00'}"
    return datetime.fromisoformat(f"{day}T{clock}.{(fraction or '').ljust(6, '0')}{zone}").astimezone(UTC)


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text]


def _items(text: str) -> list[str | None]:
    """Read an array literal of one dimension, as `array_out` and most programs write it."""
    if text[:1] != "{" or text[-1:] != "}":
        raise ValueError(text)
    return list(_each_item(text[1:-1])) if text != "{}" else []


def _each_item(inner: str) -> Iterator[str | None]:
    at = 0
    while True:
        found = _ARRAY_ITEM.match(inner, at)
        if found is None:
            raise ValueError(inner)
        quoted, plain = found.groups()
        if quoted is not None:
            yield re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
        else:
            yield None if plain.upper() == "NULL" else plain
        at = found.end()
        if at == len(inner):
            return
        if inner[at] != ",":
            raise ValueError(inner)
        at += 1


def _document(text: str) -> Any:
    """Read JSON so that what ``jsonb`` keeps apart stays apart, and nothing else."""
    return _kind(json.loads(text, parse_int=Decimal, parse_float=Decimal, parse_constant=_refuse))


def _kind(value: Any) -> Any:
    # To Python, True equals 1.
    match value:
        case bool():
            return ("boolean", value)
        case dict():
            return {name: _kind(inner) for name, inner in value.items()}
        case list():
            return [_kind(inner) for inner in value]
        case _:
            return value


def _refuse(word: str) -> Any:
    raise ValueError(word)


_READERS: Mapping[ColumnType, Any] = {
    ColumnType.UUID: UUID,
    ColumnType.TIMESTAMPTZ: _moment,
    ColumnType.INTEGER: _integer,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.TEXT_ARRAY: _items,
    ColumnType.JSONB: _document,
}
