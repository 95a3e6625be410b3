"""Reads a text as Postgres' input functions read it, type by type."""

import re
from collections.abc import Callable, Mapping

from harness.models import ColumnType
from migrations.inputs.arrays import read_array
from migrations.inputs.documents import read_document
from migrations.inputs.reading import Objection, Reading
from migrations.inputs.times import read_time

__all__ = ["read_value"]

_SPACE = " \t\n\r\v\f"
_UUID = re.compile(r"(\{)?[0-9a-fA-F]{4}(?:-?[0-9a-fA-F]{4}){7}(?(1)\})", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d+(?:_\d+)*", re.ASCII)
_OTHER_BASE = re.compile(r"[+-]?0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)", re.ASCII)
_PREFIXES = (
    (re.compile(r"[+-]?0[xX]((?:_?[0-9a-fA-F])+)", re.ASCII), 16),
    (re.compile(r"[+-]?0[oO]((?:_?[0-7])+)", re.ASCII), 8),
    (re.compile(r"[+-]?0[bB]((?:_?[01])+)", re.ASCII), 2),
    (re.compile(r"[+-]?(\d+(?:_\d+)*)", re.ASCII), 10),
)
_INT4 = range(-(2**31), 2**31)
_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_NORMALISED = "{} is kept in its usual spelling."


def read_value(kind: ColumnType, text: str) -> Reading:
    """Read one text that is not NULL. Raises Objection."""
    return _READERS[kind](text)


def _text(text: str) -> Reading:
    if "\x00" in text:
        raise Objection("nul", "It contains NUL, which Postgres cannot store.", "22021")
    return Reading(text, text)


def _uuid(text: str) -> Reading:
    if not _UUID.fullmatch(text):
        raise Objection("invalid_uuid", f"{text[:60]!r} is no uuid.", "22P02")
    digits = text.strip("{}").replace("-", "").lower()
    usual = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return _usual(text, usual, usual)


def _integer(text: str) -> Reading:
    plain = text.strip(_SPACE)
    if _DECIMAL.fullmatch(plain):
        digits = plain.replace("_", "").lstrip("+-").lstrip("0") or "0"
        value = int(digits[:12])  # beyond every limit from eleven digits on: Python reads only some thousand
        value = -value if plain.startswith("-") else value
    elif _OTHER_BASE.fullmatch(plain):
        value = int(plain, 0)
    elif _overflows(plain):
        raise Objection("integer_range", f"{text[:40]!r} begins with digits beyond 32 bits.", "22003")
    else:
        raise Objection("invalid_integer", f"{text[:40]!r} is no integer.", "22P02")
    if value not in _INT4:
        raise Objection("integer_range", f"{text[:40]} is beyond 32 bits.", "22003")
    return _usual(text, str(value), value)


def _overflows(text: str) -> bool:
    """Say whether Postgres, which reads digit by digit, finds too many before it finds what is no digit."""
    for pattern, base in _PREFIXES:
        match = pattern.match(text)
        if match is not None:
            digits = match[1].replace("_", "")[:-1].lstrip("0")[:40]
            return digits != "" and int(digits, base) > 2**31 // base
    return False


def _boolean(text: str) -> Reading:
    plain = text.strip(_SPACE).lower()
    for words, value in ((_TRUE, True), (_FALSE, False)):
        # "o" may be on or off; every other beginning of a word is clear.
        if plain and plain != "o" and any(word.startswith(plain) for word in words):
            return _usual(text, "true" if value else "false", value)
    raise Objection("invalid_boolean", f"{text[:40]!r} is no boolean.", "22P02")


def _usual(text: str, usual: str, value: object) -> Reading:
    return Reading(
        usual, value, () if text == usual else (("normalised", _NORMALISED.format(repr(text[:60]))),)
    )


_READERS: Mapping[ColumnType, Callable[[str], Reading]] = {
    ColumnType.TEXT: _text,
    ColumnType.UUID: _uuid,
    ColumnType.INTEGER: _integer,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.TEXT_ARRAY: read_array,
    ColumnType.TIMESTAMPTZ: read_time,
    ColumnType.JSONB: read_document,
}
