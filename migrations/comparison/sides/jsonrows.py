"""Rows that are JSON objects, read exactly: quickly where a row is as it should be, else piece by piece."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
import polars as pl

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Column, ColumnType, Entity
from migrations.comparison.naming import TableNaming
from migrations.comparison.values.arrays import array_text
from migrations.comparison.values.frame import ODD, UNKNOWN, dtype, from_texts

__all__ = ["Names", "frame_of", "names_of"]

Names = Mapping[str, str]
"""The column's name in the model by the name in a row; an empty one for what is ignored."""

_KINDS: Mapping[ColumnType, Any] = {
    ColumnType.BOOLEAN: bool | None,
    ColumnType.INTEGER: int | None,
    ColumnType.JSONB: msgspec.Raw,
    ColumnType.TEXT_ARRAY: list[str] | None,
}
_ABSENT = msgspec.Raw(b"null")


def names_of(entity: Entity[Any], naming: TableNaming) -> Names:
    """Return what the columns may be called in a row: the name on this side, or its camelCase form.

    What is ignored on purpose has no name in the model, unless it is a column of it.
    """
    columns = {**{name: name for name in naming.ignored if name in entity.by_name}, **naming.columns}
    names = {entity.by_name[name].alias: name for name, there in columns.items() if there == name}
    ignored = dict.fromkeys(naming.ignored, "")
    return {**ignored, **names, **{there: name for name, there in columns.items()}}


def frame_of(rows: Sequence[bytes], entity: Entity[Any], names: Names) -> pl.DataFrame:
    """Read JSON texts of one row each. Raises ConfigurationError for what is no JSON object."""
    quick, slow = _quick(rows, entity, names)
    frames = [_typed(quick, entity)] if quick else []
    frames += [_exact(slow, entity, names)] if slow else []
    if not frames:
        return from_texts(pl.DataFrame(schema={"id": pl.String()}), entity)
    return pl.concat(frames, how="diagonal")


@cache
def _decoders(table: str, columns: frozenset[tuple[str, str]]) -> Sequence[msgspec.json.Decoder[Any]]:
    """Make a decoder for each spelling of the names: a row is spelled in one of them."""
    entity = ENTITIES[table]
    spellings: list[dict[str, str]] = [{}, {}]
    for there, name in sorted(columns):
        if not name:
            continue  # a row that has it is read piece by piece
        column = entity.by_name[name]
        spellings[0 if there == column.alias else 1][name] = there
        spellings[1 if there == column.alias else 0].setdefault(name, there)
    return [
        msgspec.json.Decoder(
            msgspec.defstruct(
                f"{table}_{number}",
                [_field(entity.by_name[name]) for name in spelling],
                rename=spelling,
                forbid_unknown_fields=True,
                gc=False,
            )
        )
        for number, spelling in enumerate(spellings)
    ]


def _field(column: Column) -> tuple[str, Any, Any]:
    kind = _KINDS.get(column.type, str | None)
    return (column.name, kind, _ABSENT if kind is msgspec.Raw else None)


def _quick(rows: Sequence[bytes], entity: Entity[Any], names: Names) -> tuple[list[Any], list[bytes]]:
    first, second = _decoders(entity.table, frozenset(names.items()))
    decoded: list[Any] = []
    refused: list[bytes] = []
    for row in rows:
        try:
            decoded.append(first.decode(row))
        except msgspec.MsgspecError:
            first, second = second, first  # a file has one spelling
            try:
                decoded.append(first.decode(row))
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                refused.append(row)
        except (UnicodeDecodeError, RecursionError):
            refused.append(row)
    return decoded, refused


def _typed(rows: Sequence[Any], entity: Entity[Any]) -> pl.DataFrame:
    by_spelling: dict[type, list[Any]] = {}
    for row in rows:
        by_spelling.setdefault(type(row), []).append(row)
    frames = [_columns(kind, alike, entity) for kind, alike in by_spelling.items()]
    return pl.concat(frames, how="diagonal")


def _columns(kind: type, rows: Sequence[Any], entity: Entity[Any]) -> pl.DataFrame:
    series: list[pl.Series] = []
    for name in kind.__struct_fields__:  # type: ignore[attr-defined]  # a Struct has it
        series += _series(entity.by_name[name], list(map(attrgetter(name), rows)))
    return from_texts(pl.DataFrame(series), entity)


def _series(column: Column, values: Sequence[Any]) -> list[pl.Series]:
    name = column.name
    match column.type:
        case ColumnType.JSONB:
            texts = [None if raw == b"null" else raw for raw in map(bytes, values)]
            return [pl.Series(name, texts, pl.Binary).cast(pl.String)]
        case ColumnType.TEXT_ARRAY:
            return [pl.Series(name, [None if v is None else array_text(v) for v in values], pl.String)]
        case ColumnType.INTEGER:
            wide = [value is not None and not -(2**63) <= value < 2**63 for value in values]
            if any(wide):
                return [
                    pl.Series(name, [None if w else v for v, w in zip(values, wide, strict=True)], pl.Int64),
                    pl.Series(name + ODD, [str(v) if w else None for v, w in zip(values, wide, strict=True)]),
                ]
            return [pl.Series(name, values, pl.Int64)]
        case _:
            return [
                pl.Series(
                    name, values, dtype(column.type) if column.type is ColumnType.BOOLEAN else pl.String
                )
            ]


class _Number(str):
    """A number in the words of its source."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """The members of an object, in order, repeated keys included."""


def _exact(rows: Sequence[bytes], entity: Entity[Any], names: Names) -> pl.DataFrame:
    records = [_record(row, entity, names) for row in rows]
    schema: dict[str, pl.DataType] = {}
    for column in entity.columns:
        typed = column.type in {ColumnType.INTEGER, ColumnType.BOOLEAN}
        schema[column.name] = dtype(column.type) if typed else pl.String()
        schema[column.name + ODD] = pl.String()
    return from_texts(pl.DataFrame(records, schema={**schema, UNKNOWN: pl.String()}, orient="row"), entity)


def _record(row: bytes, entity: Entity[Any], names: Names) -> dict[str, Any]:
    try:
        members = json.loads(
            row, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )
    except RecursionError as cause:
        raise ConfigurationError(
            f"A row of {entity.table} is nested too deeply to be compared; it begins {row[:80]!r}. Compare "
            "the two databases themselves, where their servers do it."
        ) from cause
    except ValueError as cause:
        raise ConfigurationError(
            f"A row of {entity.table} is no JSON: {cause}. Write the snapshot again; nothing was compared."
        ) from cause
    if not isinstance(members, _Object):
        raise ConfigurationError(f"A row of {entity.table} is no JSON object, but {_emit(members)[:60]}.")
    record: dict[str, Any] = {}
    unknown = _Object()
    for name, value in members:
        known_as = names.get(name)
        if known_as == "":
            continue
        column = None if known_as is None else entity.by_name[known_as]
        if column is None or column.name in record or column.name + ODD in record:
            unknown.append((name, value))
        else:
            known, odd = _read(column, value)
            record[column.name] = known
            if odd is not None:
                record[column.name + ODD] = odd
    if unknown:
        record[UNKNOWN] = _emit(unknown)
    return record


def _read(column: Column, value: Any) -> tuple[Any, str | None]:
    """Return a value as its column has it, or None and its words."""
    if value is None:
        return None, None
    known: Any = None
    match column.type:
        case ColumnType.JSONB:
            known = _emit(value)
        case ColumnType.INTEGER if isinstance(value, _Number):
            known = _whole(value)
        case ColumnType.BOOLEAN if isinstance(value, bool):
            known = value
        case ColumnType.TEXT_ARRAY if type(value) is list and all(
            _is_text(item) or item is None for item in value
        ):
            known = array_text(value)
        case ColumnType.TEXT | ColumnType.UUID | ColumnType.TIMESTAMPTZ if _is_text(value):
            known = value
    return (None, _emit(value)) if known is None else (known, None)


def _is_text(value: Any) -> bool:
    """Return True for text that has bytes: a lone surrogate has none."""
    return type(value) is str and not any("\ud800" <= character <= "\udfff" for character in value)


def _whole(number: str) -> int | None:
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    if not value.is_finite() or not -20 < value.adjusted() < 20 or value != value.to_integral_value():
        return None
    return int(value) if -(2**63) <= value < 2**63 else None


def _emit(value: Any) -> str:
    """Write a value as JSON, each number in its own words."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, _Object):
        return "{" + ", ".join(f"{json.dumps(key)}: {_emit(member)}" for key, member in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_emit, value)) + "]"
    return json.dumps(value)
