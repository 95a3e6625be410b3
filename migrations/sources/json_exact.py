"""Reads one row of JSON without losing anything of it: the slow and exact way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.models import ENTITIES, Column, ColumnType
from migrations.inputs.json_text import Number, Pairs, has_surrogate, parse, text_of
from migrations.inputs.literals import array_literal
from migrations.inputs.reading import Objection
from migrations.inputs.values import read_value
from migrations.sources.names import columns_by_key
from migrations.sources.segment import Refused

__all__ = ["ExactRow", "read_row"]


@dataclass(frozen=True)
class ExactRow:
    """One row: a text for each column, and the columns that may be NULL and are not there at all."""

    values: Mapping[str, str | None]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class _Reason(Exception):
    rule: str
    reason: str
    column: str | None = None
    sqlstate: str | None = None


def read_row(table: str, position: int, raw: bytes) -> ExactRow | Refused:
    """Read one row, or say why it has no exact form. The position is its place among the table's rows."""
    key: str | None = None
    try:
        members = _members(raw)
        key = _key(members)
        return _row(table, members)
    except _Reason as why:
        return Refused(
            table=table,
            position=position,
            key=key,
            column=why.column,
            rule=why.rule,
            reason=why.reason,
            sqlstate=why.sqlstate,
            raw=raw.decode(errors="backslashreplace"),
        )


def _members(raw: bytes) -> Pairs:
    try:
        value = parse(raw.decode())
    except UnicodeDecodeError as error:
        raise _Reason(
            "encoding",
            f"The row is not UTF-8: byte 0x{raw[error.start]:02x} at {error.start}.",
            None,
            "22021",
        ) from None
    except RecursionError:
        raise _Reason("nesting", "The row is nested too deeply to be read.", None, "54001") from None
    except ValueError as error:
        raise _Reason("invalid_json", f"The row is no JSON: {error}.", None, "22P02") from None
    if not isinstance(value, Pairs):
        raise _Reason("invalid_json", "The row is JSON, but no object.", None, "22P02")
    return value


def _key(members: Pairs) -> str | None:
    keys = [value for name, value in members if name == "id"]
    return keys[0] if len(keys) == 1 and type(keys[0]) is str and not has_surrogate(keys[0]) else None


def _row(table: str, members: Pairs) -> ExactRow:
    known = columns_by_key(table)
    given: dict[str, Any] = {}
    for key, value in members:
        column = known.get(key)
        if column is None:
            raise _Reason(
                "unknown_column",
                f"{json.dumps(key)} is no column of {table}, and its value would be lost.",
                None,
                "42703",
            )
        if column.name in given:
            raise _Reason(
                "colliding_keys",
                f"{column.name} comes twice, and one of the values would be lost.",
                column.name,
            )
        given[column.name] = value
    columns = ENTITIES[table].columns
    values: dict[str, str | None] = {}
    for column in columns:
        if column.name in given:
            values[column.name] = _text(column, given[column.name])
        elif column.nullable:
            values[column.name] = None
        else:
            raise _absent(column)
    return ExactRow(values, tuple(column.name for column in columns if column.name not in given))


def _absent(column: Column) -> _Reason:
    invented = "" if column.default is None else f", and the database would invent it: {column.default.sql}"
    return _Reason(
        "missing_column",
        f"There is no value for {column.name}, which is NOT NULL{invented}.",
        column.name,
        "23502" if column.default is None else None,
    )


def _text(column: Column, value: Any) -> str | None:
    """Turn a JSON value into the text that Postgres reads as the same value."""
    if value is None:
        return None
    match column.type:
        case ColumnType.JSONB:
            return text_of(value)
        case ColumnType.TEXT_ARRAY:
            return _array(column, value)
        case ColumnType.BOOLEAN if value is True or value is False:
            return "true" if value else "false"
        case ColumnType.INTEGER if type(value) is Number:
            return "0" if value == "-0" else str(value)  # integers have one zero
        case ColumnType.UUID | ColumnType.TEXT | ColumnType.TIMESTAMPTZ if type(value) is str:
            return _sound(column, value)
    raise _Reason(
        "wrong_type",
        f"{column.name} is {_kind(value)}, where {column.type.value} belongs.",
        column.name,
        _sqlstate(column, value if type(value) is str else text_of(value)),
    )


def _sqlstate(column: Column, text: str) -> str | None:
    """Say what Postgres raises for the text of a JSON value; None if it would take it for something else."""
    try:
        read_value(column.type, text)
    except Objection as why:
        return why.sqlstate
    return None


def _array(column: Column, value: Any) -> str:
    if type(value) is not list:
        raise _Reason(
            "wrong_type",
            f"{column.name} is {_kind(value)}, where a list of texts belongs.",
            column.name,
            "22P02",
        )
    for item in value:
        if item is not None and type(item) is not str:
            lengths = {len(inner) if type(inner) is list else -1 for inner in value}
            raise _Reason(
                "wrong_type",
                f"{column.name} contains {_kind(item)}, where texts belong.",
                column.name,
                "22P02" if len(lengths) > 1 and max(lengths) >= 0 else None,
            )
        if item is not None:
            _sound(column, item)
    return array_literal(value)


def _sound(column: Column, text: str) -> str:
    if has_surrogate(text):
        raise _Reason(
            "lone_surrogate",
            f"{column.name} contains half of a surrogate pair, which has no UTF-8.",
            column.name,
            "22021",
        )
    return text


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "a boolean"
        case Number():
            return "a number"
        case Pairs():
            return "an object"
        case list():
            return "a list"
        case _:
            return "a text"
