"""Turns the JSON texts of many rows into a batch: fast where that is exact, else row by row.

msgspec reads the rows into typed structs and keeps JSON columns as their own
text. It keeps the last of two equal keys, so that its answer is believed only
if the structs, written again, are as long as what was read: nothing that it
drops or shortens leaves the length as it was.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
import polars as pl

from harness.models import ENTITIES, Column, ColumnType, Entity
from migrations.inputs.literals import array_literal
from migrations.sources.columns import batch_of_columns, batch_of_rows
from migrations.sources.json_exact import ExactRow, read_row
from migrations.sources.pausing import collector_paused
from migrations.sources.segment import Batch, Refused, Segment

__all__ = ["batch_of_json", "split"]

_TYPES: Mapping[ColumnType, Any] = {
    ColumnType.UUID: str | None,
    ColumnType.TEXT: str | None,
    ColumnType.TIMESTAMPTZ: str | None,
    ColumnType.INTEGER: int | None,
    ColumnType.BOOLEAN: bool | None,
    ColumnType.TEXT_ARRAY: list[str] | None,
    ColumnType.JSONB: msgspec.Raw,
}
_NULL = "null"
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENCODER = msgspec.json.Encoder()


def split(array: bytes) -> list[bytes]:
    """Split the text of a JSON array into the texts of its items. Raises msgspec.DecodeError."""
    return [bytes(item) for item in _RAWS.decode(array)]


def batch_of_json(segment: Segment, texts: Sequence[bytes], **rest: Any) -> Batch:
    """Make the batch of a segment from the JSON texts of its rows, in their order."""
    with collector_paused():
        found = _at_once(segment.table, texts)
    if found is None:
        return _one_by_one(segment, texts, **rest)
    columns, absent = found
    return batch_of_columns(segment, columns, absent=absent, **rest)


def _at_once(table: str, texts: Sequence[bytes]) -> tuple[dict[str, pl.Series], dict[str, int]] | None:
    structs = _structs(table, b"[" + b",".join(texts) + b"]")
    if structs is None or len(structs) != len(texts):
        return None
    try:
        return _columns(ENTITIES[table], structs)
    except UnicodeDecodeError:  # bytes inside of a JSON column that are not UTF-8
        return None


def _structs(table: str, array: bytes) -> list[Any] | None:
    """Read all rows at once, or None if that is not possible or would not be exact."""
    for snake in (False, True):
        decoder = _decoder(table, snake)
        try:
            structs = decoder.decode(array)
            if len(_ENCODER.encode(structs)) == len(array):
                return structs
            array = msgspec.json.format(array, indent=-1)
            structs = decoder.decode(array)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if len(_ENCODER.encode(structs)) == len(array):
            return structs
    return None


@cache
def _decoder(table: str, snake: bool) -> msgspec.json.Decoder[list[Any]]:  # noqa: FBT001  # a key of the cache
    entity = ENTITIES[table]
    struct = msgspec.defstruct(
        f"{entity.row.__name__}Row",
        [_field(column) for column in entity.columns],
        rename={column.name: column.name if snake else column.alias for column in entity.columns},
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )
    return msgspec.json.Decoder(list[struct])  # type: ignore[valid-type]  # made just now


def _field(column: Column) -> Any:
    kind = _TYPES[column.type]
    if not column.nullable:
        return (column.name, kind)
    return (column.name, kind | msgspec.UnsetType, msgspec.UNSET)


def _columns(entity: Entity[Any], structs: Sequence[Any]) -> tuple[dict[str, pl.Series], dict[str, int]]:
    """Turn structs into one series of texts for each column, and count the absent values."""
    given = (
        zip(*map(msgspec.structs.astuple, structs), strict=True) if structs else [()] * len(entity.columns)
    )
    columns: dict[str, pl.Series] = {}
    absent: dict[str, int] = {}
    for column, values in zip(entity.columns, given, strict=True):
        present = values
        if column.nullable and msgspec.UNSET in values:
            absent[column.name] = sum(value is msgspec.UNSET for value in values)
            present = tuple(None if value is msgspec.UNSET else value for value in values)
        columns[column.name] = _series(column.type, present)
    return columns, absent


def _series(kind: ColumnType, values: Sequence[Any]) -> pl.Series:
    match kind:
        case ColumnType.INTEGER:
            try:
                return pl.Series(values, dtype=pl.Int64).cast(pl.String)
            except (OverflowError, TypeError, pl.exceptions.PolarsError):  # more than 64 bits
                return pl.Series([_text(kind, value) for value in values], dtype=pl.String)
        case ColumnType.BOOLEAN:
            return pl.Series(values, dtype=pl.Boolean).cast(pl.String)
        case ColumnType.JSONB:
            text = pl.Series(_documents(values), dtype=pl.String)
            return text.zip_with(text != _NULL, pl.Series([None], dtype=pl.String))
        case ColumnType.TEXT_ARRAY:
            return pl.Series([_text(kind, value) for value in values], dtype=pl.String)
        case _:
            return pl.Series(values, dtype=pl.String)


def _documents(raws: Sequence[Any]) -> list[str | None]:
    """Take the texts of JSON values, at once where none of them has a line end. Raises UnicodeDecodeError."""
    texts = _ENCODER.encode_lines(raws).decode().split("\n")
    if len(texts) == len(raws) + 1:
        return texts[:-1]  # type: ignore[return-value]  # a list of texts may hold None
    return [None if raw is None else bytes(raw).decode() for raw in raws]


def _text(kind: ColumnType, value: Any) -> str | None:
    """Do for one value what `_series` does for many."""
    if value is None or value is msgspec.UNSET:
        return None
    match kind:
        case ColumnType.INTEGER:
            return str(value)
        case ColumnType.BOOLEAN:
            return "true" if value else "false"
        case ColumnType.TEXT_ARRAY:
            return array_literal(value)
        case ColumnType.JSONB:
            text = bytes(value).decode()
            return None if text == _NULL else text
        case _:
            return str(value)


def _one_by_one(segment: Segment, texts: Sequence[bytes], **rest: Any) -> Batch:
    rows: list[tuple[int, Mapping[str, str | None]]] = []
    refused: list[Refused] = []
    absent: dict[str, int] = {}
    for position, text in enumerate(texts, segment.first):
        row = _quick(segment.table, text) or read_row(segment.table, position, text)
        if isinstance(row, Refused):
            refused.append(row)
            continue
        rows.append((position, row.values))
        for name in row.absent:
            absent[name] = absent.get(name, 0) + 1
    return batch_of_rows(segment, rows, refused, absent=absent, **rest)


def _quick(table: str, text: bytes) -> ExactRow | None:
    """Read one row as `_structs` does, whatever its escapes: None if it is not known to be exact."""
    try:
        dense = msgspec.json.format(text, indent=-1)
        members = _MEMBERS.decode(dense)
        length = 1 + sum(len(key) + len(bytes(value)) + 4 for key, value in members.items())
        if length != len(dense) or not members:  # a key that comes twice, or is written with escapes
            return None
        entity = ENTITIES[table]
        (struct,) = _decoder(table, not entity.by_alias.keys() >= members.keys()).decode(b"[" + dense + b"]")
        given = dict(zip(entity.by_name, msgspec.structs.astuple(struct), strict=True))
        values = {column.name: _text(column.type, given[column.name]) for column in entity.columns}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return ExactRow(values, tuple(name for name, value in given.items() if value is msgspec.UNSET))
