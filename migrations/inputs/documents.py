"""Reads a text as Postgres reads a jsonb, and says what it or JavaScript would change."""

import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from migrations.inputs.json_text import Number, Pairs, parse
from migrations.inputs.reading import Objection, Reading

__all__ = ["MAX_DEPTH", "read_document"]

MAX_DEPTH = 500
"""Deepest nesting that is moved: Python reads some 990 levels, Postgres some 6,000."""
_DIGITS_BEFORE = 131_072
_DIGITS_AFTER = 16_383
_BRACKET = re.compile(r'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?+)(?![0-9.eE])"
)
_CONSTANT = re.compile(r'"(?:[^"\\]++|\\.)*+"|(-?Infinity|NaN)', re.DOTALL)
_PLAIN_FROM, _PLAIN_UNTIL = 1e-6, 1e21
_EXPONENT_ZERO = re.compile(r"e([+-])0+")
_NUL_OR_SURROGATE = re.compile("[\x00\ud800-\udfff]")


def read_document(text: str) -> Reading:
    """Read a JSON text. Raises Objection."""
    if "\x00" in text:
        raise Objection("nul", "It contains a NUL, which Postgres cannot store.", "22021")
    if _depth(text) > MAX_DEPTH:
        raise Objection(
            "nesting", f"It is nested deeper than {MAX_DEPTH} levels, which not every reader can read."
        )
    try:
        document = parse(text)
    except json.JSONDecodeError as error:
        _check_tokens(text[: error.pos])
        raise Objection("invalid_json", f"It is no JSON: {error}.", "22P02") from None
    except ValueError as error:  # NaN and its like, which Python's parser takes
        constant = next((match for match in _CONSTANT.finditer(text) if match[1] is not None), None)
        _check_tokens(text if constant is None else text[: constant.start()])
        raise Objection("invalid_json", f"It is no JSON: {error}.", "22P02") from None
    notes: dict[str, str] = {}
    for value in _values(document):
        if isinstance(value, Number):
            notes.update(_number(value))
        elif isinstance(value, str):
            _sound(value)
    if _has_duplicates(document):
        raise Objection(
            "colliding_keys", "It has a key twice in one object; Postgres would keep the last one."
        )
    return Reading(text, None, tuple(notes.items()))


def _depth(text: str) -> int:
    deepest = depth = 0
    for match in _BRACKET.finditer(text):
        depth += 1 if match[1] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _values(document: Any) -> Iterator[Any]:
    """Walk over all texts and numbers, keys included, in the order in which they are written."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Pairs):
            for key, item in reversed(value):
                waiting += [item, key]
        elif isinstance(value, list):
            waiting += reversed(value)
        else:
            yield value


def _check_tokens(text: str) -> None:
    """Find what Postgres refuses in the part of a broken text that it reads before it comes to the break."""
    for match in _TOKEN.finditer(text):
        if match["text"] is not None:
            _sound(json.loads(match["text"]))
        else:
            _number(Number(match["number"]))


def _has_duplicates(document: Any) -> bool:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Pairs):
            if len({key for key, _ in value}) != len(value):
                return True
            waiting += [item for _, item in value]
        elif isinstance(value, list):
            waiting += value
    return False


def _sound(text: str) -> None:
    match = _NUL_OR_SURROGATE.search(text)
    if match is None:
        return
    if match[0] == "\x00":
        raise Objection("nul", "A text in it contains NUL, which Postgres cannot store.", "22P05")
    raise Objection("lone_surrogate", "A text in it contains half of a surrogate pair.", "22P02")


def _number(text: Number) -> dict[str, str]:
    """Judge a number: raises Objection for one beyond Postgres, returns notes for one beyond a double."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Objection(
            "number_range", f"{_short(text)} has an exponent beyond every limit.", "22003"
        ) from None
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or (number and len(digits) + exponent > _DIGITS_BEFORE):
        raise Objection("number_range", f"{_short(text)} has more digits than Postgres keeps.", "22003")
    if -exponent > _DIGITS_AFTER:
        raise Objection(
            "number_range", f"{_short(text)} has more fraction digits than Postgres keeps.", "22003"
        )
    if number != Decimal(repr(float(text))):
        return {"javascript_number": f"{_short(text)} is {_as_double(float(text))} for JavaScript."}
    return {}


def _as_double(number: float) -> str:
    """Write a double as JavaScript does (ECMA-262, Number::toString)."""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if _PLAIN_FROM <= abs(number) < _PLAIN_UNTIL:
        return f"{Decimal(repr(number)):f}".removesuffix(".0")
    return _EXPONENT_ZERO.sub(r"e\1", repr(number)).removesuffix(".0")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:30]}… ({len(text)} characters)"
