"""The frame in which rows of any place are compared.

It has the columns of the entity by their snake_case names: ``id`` and links as lower-case text, times as
`moments` says, integers as Int64, booleans as Boolean, everything else as String; an array is Postgres'
array literal. A value that is none of its column's type stands in a second column, the name with
``!`` after it, in the words of its source, and is null in the first: it equals only the same words.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import polars as pl

from harness.models import ColumnType, Entity
from migrations.comparison.values.moments import moments

__all__ = ["ODD", "UNKNOWN", "are_uuids", "dtype", "from_texts", "shaped"]

ODD = "!"
UNKNOWN = "!unknown"
"""A column for what a row has and the entity has not, as JSON."""

_DTYPES: Mapping[ColumnType, pl.DataType] = {
    ColumnType.BOOLEAN: pl.Boolean(),
    ColumnType.INTEGER: pl.Int64(),
    ColumnType.TIMESTAMPTZ: pl.Int64(),
}
_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,30}\s*", re.ASCII)
_BOOLEANS = {
    **dict.fromkeys(("t", "true", "y", "yes", "on", "1"), True),
    **dict.fromkeys(("f", "false", "n", "no", "off", "0"), False),
}


def dtype(kind: ColumnType) -> pl.DataType:
    """Return the type in which values of a column type are compared."""
    return _DTYPES.get(kind, pl.String())


def shaped(frame: pl.DataFrame, entity: Entity[Any]) -> pl.DataFrame:
    """Give a frame all columns of the entity, those that it lacks as nulls, in their order."""
    missing = [
        pl.lit(None, dtype(column.type)).alias(column.name)
        for column in entity.columns
        if column.name not in frame.columns
    ]
    extras = [name for name in frame.columns if ODD in name]
    return frame.with_columns(missing).select(*entity.by_name, *extras)


def are_uuids(ids: pl.Series) -> bool:
    """Return True if all ids of a frame are there, and are uuids."""
    return ids.null_count() == 0 and ids.str.contains(_UUID).all()


def from_texts(texts: pl.DataFrame, entity: Entity[Any]) -> pl.DataFrame:
    """Read a frame with texts, as files have them, into the frame that is compared.

    Columns that have their type already stay; so do odd values that stand beside them already.
    """
    series: list[pl.Series] = []
    for column in entity.columns:
        if column.name not in texts.columns:
            continue
        text = texts[column.name]
        odd = texts[column.name + ODD] if column.name + ODD in texts.columns else None
        read = _READERS.get(column.type)
        if read is not None and text.dtype == pl.String:
            value = read(text).alias(column.name)
            unread = text.set(value.is_not_null(), None)
            odd = unread if odd is None else odd.zip_with(odd.is_not_null(), unread)
        else:
            value = text
        series.append(value)
        if odd is not None and odd.null_count() < len(odd):
            series.append(odd.alias(column.name + ODD))
    if UNKNOWN in texts.columns:
        series.append(texts[UNKNOWN])
    return shaped(pl.DataFrame(series), entity)


def _uuids(text: pl.Series) -> pl.Series:
    lower = text.str.to_lowercase()
    unusual = (~lower.str.contains(_UUID)).fill_null(value=False).arg_true()
    if unusual.is_empty():
        return lower
    # What is no uuid keeps its words, which no uuid equals.
    return lower.scatter(unusual, [_uuid(text[place]) for place in unusual])


def _uuid(text: str) -> str:
    try:
        return str(UUID(text.strip()))
    except ValueError:
        return text


def _integers(text: pl.Series) -> pl.Series:
    value = text.cast(pl.Int64, strict=False)
    odd = (text.is_not_null() & value.is_null()).arg_true()
    return value.scatter(odd, [_integer(text[place]) for place in odd]) if odd.len() else value


def _integer(text: str) -> int | None:
    if _INTEGER.fullmatch(text) is None:
        return None
    value = int(text)
    return value if -(2**63) <= value < 2**63 else None


def _booleans(text: pl.Series) -> pl.Series:
    return text.str.to_lowercase().replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)


_READERS: Mapping[ColumnType, Callable[[pl.Series], pl.Series]] = {
    ColumnType.UUID: _uuids,
    ColumnType.INTEGER: _integers,
    ColumnType.BOOLEAN: _booleans,
    ColumnType.TIMESTAMPTZ: moments,
}
