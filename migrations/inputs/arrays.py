"""Reads a text as Postgres reads a ``text[]``.

Source: https://www.postgresql.org/docs/17/arrays.html#ARRAYS-IO
"""

import re
from typing import Any

from migrations.inputs.literals import array_literal
from migrations.inputs.reading import Objection, Reading

__all__ = ["read_array"]

_SPACE = " \t\n\r\v\f"
_BOUNDS = re.compile(r"((?:\[[+-]?\d+(?::[+-]?\d+)?\]\s*)+)=\s*", re.ASCII)
_BOUND = re.compile(r"\[(?:([+-]?\d+):)?([+-]?\d+)\]", re.ASCII)
_TOKEN = re.compile(
    rf'[{_SPACE}]*(?:(?P<mark>[{{}},])|"(?P<quoted>(?:[^"\\]++|\\.)*+)"|(?P<plain>(?:[^"\\{{}},]|\\.)+))',
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PIECE = re.compile(r"\\.|[^\\]", re.DOTALL)


def read_array(text: str) -> Reading:
    """Read an array literal. Raises Objection, also for more than one dimension and for bounds of its own."""
    plain = text.strip(_SPACE)
    bounds = _BOUNDS.match(plain)
    items, end = _read(plain, bounds.end() if bounds is not None else 0, text)
    if end != len(plain):
        raise _malformed(text)
    shape = _shape(items, text)
    if bounds is not None:
        _check_bounds(bounds[1], shape, text)
        raise Objection("array_dimensions", "It has bounds of its own, which no adapter reads.")
    if len(shape) > 1 or (items and not shape):
        raise Objection("array_dimensions", "It has more than one dimension, which no adapter reads.")
    return Reading(array_literal(items), tuple(items))


def _malformed(text: str, sqlstate: str = "22P02") -> Objection:
    return Objection("invalid_array", f"{text[:60]!r} is no array literal.", sqlstate)


def _read(text: str, at: int, whole: str) -> tuple[list[Any], int]:
    """Read one level, which begins here with a brace; returns its items and where it ends."""
    if text[at : at + 1] != "{":
        raise _malformed(whole)
    stack: list[list[Any]] = [[]]
    at += 1
    expects_item, is_first = True, True
    while stack:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _malformed(whole)
        at = match.end()
        mark = match["mark"]
        if mark == "{" and expects_item:
            if len(stack) == 6:
                raise _malformed(whole, "54000")
            inner: list[Any] = []
            stack[-1].append(inner)
            stack.append(inner)
            is_first = True
            continue
        if mark == "}" and (not expects_item or is_first):
            items = stack.pop()
            expects_item, is_first = False, False
            if not stack:
                return items, at
            continue
        if mark == "," and not expects_item:
            expects_item = True
            continue
        if mark is not None or not expects_item:
            raise _malformed(whole)
        stack[-1].append(_item(match))
        expects_item, is_first = False, False
    raise _malformed(whole)


def _item(match: re.Match[str]) -> str | None:
    if match["quoted"] is not None:
        return _ESCAPED.sub(r"\1", match["quoted"])
    pieces = _PIECE.findall(match["plain"])
    while pieces and pieces[-1] in _SPACE:
        pieces.pop()
    word = "".join(pieces)
    return None if word.upper() == "NULL" else _ESCAPED.sub(r"\1", word)


def _shape(items: list[Any], text: str) -> tuple[int, ...]:
    """Return the length of each dimension; () for no item at all. Raises Objection for ragged arrays."""
    if not items:
        return ()
    inner = [_shape(item, text) if isinstance(item, list) else None for item in items]
    if any(shape != inner[0] for shape in inner):
        raise _malformed(text)
    if inner[0] is None:
        return (len(items),)
    return (len(items), *inner[0]) if inner[0] else ()


def _check_bounds(bounds: str, shape: tuple[int, ...], text: str) -> None:
    lengths: list[int] = []
    for low, high in _BOUND.findall(bounds):
        length = int(high) - int(low or 1) + 1
        if length <= 0:
            raise _malformed(text, "2202E")
        lengths.append(length)
    if tuple(lengths) != shape:
        raise _malformed(text)
