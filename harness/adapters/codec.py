"""Values between Python and the wire: the one place that says what a column accepts.

The *wire form* of a row is what JSON can carry and what both stores keep:
ids as lower-case text, times as UTC ISO 8601 with six digits, JSON in the
canonical form that Postgres' ``jsonb`` would give back. Every value is
checked on its way in, before anything is sent, so that both adapters refuse
the same values in the same words.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from harness.errors import InvalidValue, UnexpectedResponse
from harness.models import Column, ColumnType, Entity, New, Patch, Row

__all__ = [
    "MAX_DIGITS",
    "MAX_NESTING",
    "Wire",
    "decode",
    "decode_object",
    "decode_time",
    "decode_value",
    "encode_new",
    "encode_patch",
    "encode_text",
    "encode_time",
    "encode_value",
    "parse_id",
]

Wire = Mapping[str, Any]
R = TypeVar("R", bound=Row)
T = TypeVar("T")

MAX_NESTING = 100
"""Deepest nesting of a JSON value: Python's own encoder gives up near 1,000, Postgres' parser near 6,000."""
MAX_DIGITS = 1000
"""Most digits of a JSON integer: Python reads 4,300, Postgres' numeric 131,072, a double means 309."""
_INT4 = range(-(2**31), 2**31)
_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def parse_id(value: object) -> str | None:
    """Return the canonical lower-case form of an id, or None for what is not one.

    Only the 8-4-4-4-12 form counts: Postgres would take braces and missing
    hyphens, too, and no other store would.
    """
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and _ID.fullmatch(value):
        return value.lower()
    return None


def encode_new(entity: Entity[R], new: New[R]) -> dict[str, Any]:
    """Encode the values of a new row; columns that are absent stay absent. Raises InvalidValue."""
    _require(entity, New, new, "new")
    return {name: _nullable(entity.by_name[name], value) for name, value in new.values.items()}


def encode_patch(entity: Entity[R], patch: Patch[R]) -> dict[str, Any]:
    """Encode a patch. Raises InvalidValue, also for an empty one."""
    _require(entity, Patch, patch, "patch")
    if not patch.values:
        raise InvalidValue("patch", "is empty")
    return {name: _nullable(entity.by_name[name], value) for name, value in patch.values.items()}


def _require(entity: Entity[Any], kind: type, value: object, argument: str) -> None:
    if not isinstance(value, kind) or getattr(value, "entity", None) is not entity:
        raise InvalidValue(argument, f"is not a {kind.__name__} of {entity.table}")


def _nullable(column: Column, value: Any) -> Any:
    """Encode a value that may be None. Whether NULL is accepted is the table's matter, not the type's."""
    return None if value is None else encode_value(column, value)


def encode_value(column: Column, value: Any) -> Any:
    """Encode one value that is not None. Raises InvalidValue with the column's name."""
    return _ENCODERS[column.type](column.name, value)


def _id(name: str, value: Any) -> str:
    wire = parse_id(value)
    if wire is None:
        raise InvalidValue(name, "is not a uuid")
    return wire


def _integer(name: str, value: Any) -> int:
    if type(value) is not int or value not in _INT4:
        raise InvalidValue(name, "is not an integer of 32 bits")
    return value


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(name, "is not a boolean")
    return value


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        raise InvalidValue(name, "is not a list of texts")
    return [encode_text(name, item) for item in value]


def encode_time(name: str, value: Any) -> str:
    """Encode an aware datetime as UTC with six digits. Raises InvalidValue."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise InvalidValue(name, "is not a datetime with a time zone")
    try:
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError as error:
        raise InvalidValue(name, "lies outside of the years 1 to 9999 in UTC") from error


def encode_text(name: str, value: Any) -> str:
    """Check a text. Raises InvalidValue for NUL and for lone surrogates."""
    if not isinstance(value, str):
        raise InvalidValue(name, "is not a text")
    if "\x00" in value:
        raise InvalidValue(name, "contains NUL, which Postgres cannot store")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        # `from None`: the cause would quote the value.
        raise InvalidValue(name, f"contains a lone surrogate at {error.start}") from None
    return str.__str__(value)  # the text itself: str() of an Enum with texts would be its name


def _json(name: str, value: Any, depth: int = MAX_NESTING) -> Any:
    """Bring a JSON value into the form that jsonb gives back: a copy, so that nothing is shared."""
    if depth < 0:
        raise InvalidValue(name, f"is nested deeper than {MAX_NESTING}")
    match value:
        case None | bool():
            return value
        case str():
            return encode_text(name, value)
        case int():
            if abs(value) >= 10**MAX_DIGITS:
                raise InvalidValue(name, f"contains an integer of more than {MAX_DIGITS} digits")
            return int(value)
        case float():
            return _number(name, value)
        case list() | tuple():
            return [_json(name, item, depth - 1) for item in value]
        case dict():
            members = {_key(name, key): _json(name, item, depth - 1) for key, item in value.items()}
            return {key: members[key] for key in sorted(members, key=_jsonb_order)}
        case _:
            raise InvalidValue(name, f"contains a {type(value).__name__}, which JSON cannot express")


def _key(name: str, key: Any) -> str:
    if not isinstance(key, str):
        raise InvalidValue(name, f"has a key of type {type(key).__name__}; JSON keys are texts")
    return encode_text(name, key)


def _jsonb_order(key: str) -> tuple[int, bytes]:
    """Order keys as ``jsonb`` does: shorter ones first, then byte by byte."""
    text = key.encode()
    return len(text), text


def _number(name: str, value: float) -> int | float:
    """Return the number that ``jsonb`` gives back for a float.

    jsonb keeps a decimal number: 1e22 has no fraction digits there and
    returns as an integer, 1.0 has one and returns as it was, and there is no
    negative zero.
    """
    if not math.isfinite(value):
        raise InvalidValue(name, "contains NaN or an infinity, which JSON cannot express")
    if value == 0:
        return 0.0
    exponent = Decimal(repr(float(value))).as_tuple().exponent
    return int(Decimal(repr(float(value)))) if isinstance(exponent, int) and exponent >= 0 else float(value)


_ENCODERS: Mapping[ColumnType, Callable[[str, Any], Any]] = {
    ColumnType.UUID: _id,
    ColumnType.TEXT: encode_text,
    ColumnType.INTEGER: _integer,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.TIMESTAMPTZ: encode_time,
    ColumnType.TEXT_ARRAY: _texts,
    ColumnType.JSONB: _json,
}


def decode(entity: Entity[R], wire: Wire) -> R:
    """Decode a row, every column of it. Raises UnexpectedResponse, which names the column, if that fails."""
    values: dict[str, Any] = {}
    for column in entity.columns:
        if column.name not in wire:
            raise UnexpectedResponse(f"{entity.table}: the column {column.name} is missing from the row")
        if wire[column.name] is None and not column.nullable:
            # A function that returns no row answers with one whose columns are all NULL.
            raise UnexpectedResponse(f"{entity.table}: {column.name} is NULL, which the table never holds")
        try:
            values[column.name] = decode_value(column, wire[column.name])
        except (ValueError, TypeError, AttributeError) as error:
            raise UnexpectedResponse(f"{entity.table}: {column.name} is no {column.type.value}") from error
    return entity.row(**values)


def decode_object(entity: Entity[R], answer: object) -> R:
    """Decode what should be one row. Raises UnexpectedResponse if it is something else."""
    if not isinstance(answer, dict):
        raise UnexpectedResponse(f"{entity.table}: the answer is a {type(answer).__name__}, not a row")
    return decode(entity, answer)


def decode_value(column: Column, value: Any) -> Any:
    """Decode one value, None included. What is not of the column's type is a ValueError or TypeError."""
    return None if value is None else _DECODERS[column.type](value)


def _expect(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise TypeError(f"is a {type(value).__name__}")
    return value


def decode_time(value: str) -> datetime:
    """Decode a time that a server sent. ``infinity`` and whatever else Python lacks is a ValueError."""
    time = datetime.fromisoformat(value)
    if time.utcoffset() is None:
        raise ValueError("has no time zone")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside of the years 1 to 9999 in UTC") from None


def _copy(value: Any) -> Any:
    if isinstance(value, list):
        return [_copy(item) for item in value]
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return value


_DECODERS: Mapping[ColumnType, Callable[[Any], Any]] = {
    ColumnType.UUID: UUID,
    ColumnType.TEXT: partial(_expect, str),
    ColumnType.INTEGER: partial(_expect, int),
    ColumnType.BOOLEAN: partial(_expect, bool),
    ColumnType.TIMESTAMPTZ: decode_time,
    ColumnType.TEXT_ARRAY: lambda value: tuple(_expect(str, item) for item in _expect(list, value)),
    ColumnType.JSONB: _copy,
}
