"""Reads a text as Postgres' input functions read it, type by type."""

import re
from collections.abc import Callable, Mapping

from harness.models import ColumnType
from migrations.inputs.documents import read_document
from migrations.inputs.literals import array_literal
from migrations.inputs.reading import Objection, Reading
from migrations.inputs.times import read_time

__all__ = ["read_value"]

_SPACE = " \t\n\r\v\f"
_UUID = re.compile(r"(\{)?[0-9a-fA-F]{4}(?:-?[0-9a-fA-F]{4}){7}(?(1)\})", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d+(?:_\d+)*", re.ASCII)
_OTHER_BASE = re.compile(r"[+-]?0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)", re.ASCII)
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
        raise Objection("wrong_type", f"{text[:60]!r} is no uuid.", "22P02")
    digits = text.strip("{}").replace("-", "").lower()
    usual = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return _usual(text, usual, usual)


def _integer(text: str) -> Reading:
    plain = text.strip(_SPACE)
    if _DECIMAL.fullmatch(plain):
        digits = plain.replace("_", "").lstrip("+-").lstrip("0") or "0"
        value = int(digits) if len(digits) <= 10 else _INT4.stop
        value = -value if plain.startswith("-") else value
    elif _OTHER_BASE.fullmatch(plain):
        value = int(plain, 0)
    else:
        raise Objection("wrong_type", f"{text[:40]!r} is no integer.", "22P02")
    if value not in _INT4:
        raise Objection("out_of_range", f"{text[:40]} is beyond 32 bits.", "22003")
    return _usual(text, str(value), value)


def _boolean(text: str) -> Reading:
    plain = text.strip(_SPACE).lower()
    for words, value in ((_TRUE, True), (_FALSE, False)):
        # "o" may be on or off; every other beginning of a word is clear.
        if plain and plain != "o" and any(word.startswith(plain) for word in words):
            return _usual(text, "true" if value else "false", value)
    raise Objection("wrong_type", f"{text[:40]!r} is no boolean.", "22P02")


def _usual(text: str, usual: str, value: object) -> Reading:
    return Reading(
        usual, value, () if text == usual else (("normalised", _NORMALISED.format(repr(text[:60]))),)
    )


_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^"\\{},]|\\.)+)', re.DOTALL)


def _array(text: str) -> Reading:
    """Read an array literal of one dimension.

    Source: https://www.postgresql.org/docs/17/arrays.html#ARRAYS-IO
    """
    if "\x00" in text:
        raise Objection("nul", "It contains NUL, which Postgres cannot store.", "22021")
    plain = text.strip(_SPACE)
    if plain.startswith("["):
        raise Objection("array_dimensions", "It has bounds of its own, which no adapter reads.")
    if not (plain.startswith("{") and plain.endswith("}")):
        raise Objection("wrong_type", f"{text[:60]!r} is no array literal.", "22P02")
    body = plain[1:-1]
    if body.strip(_SPACE).startswith("{"):
        raise Objection("array_dimensions", "It has more than one dimension, which no adapter reads.")
    items: list[str | None] = []
    at = len(body) - len(body.lstrip(_SPACE))
    if at == len(body):
        return Reading(text, ())
    while True:
        match = _ITEM.match(body, at)
        if match is None:
            raise Objection("wrong_type", f"{text[:60]!r} is no array literal.", "22P02")
        items.append(_item(match))
        at = match.end()
        at += len(body[at:]) - len(body[at:].lstrip(_SPACE))
        if at == len(body):
            break
        if body[at] != ",":
            raise Objection("wrong_type", f"{text[:60]!r} is no array literal.", "22P02")
        at += 1
        at += len(body[at:]) - len(body[at:].lstrip(_SPACE))
    return Reading(array_literal(items), tuple(items))


def _item(match: re.Match[str]) -> str | None:
    if match[1] is not None:
        return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
    plain = match[2].rstrip(_SPACE)
    if plain.upper() == "NULL":
        return None
    return re.sub(r"\\(.)", r"\1", plain, flags=re.DOTALL)


_READERS: Mapping[ColumnType, Callable[[str], Reading]] = {
    ColumnType.TEXT: _text,
    ColumnType.UUID: _uuid,
    ColumnType.INTEGER: _integer,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.TEXT_ARRAY: _array,
    ColumnType.TIMESTAMPTZ: read_time,
    ColumnType.JSONB: read_document,
}
