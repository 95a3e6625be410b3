"""JSON documents, equal when Postgres' ``jsonb`` calls them equal.

``1.0`` is ``1``, the order of keys and white space do not count, of a key that comes twice the last one
does; numbers are exact at any size, texts to the byte: NFC is not NFD. Most documents are decided by their
text or by orjson; a number that a double could change is decided by decimals.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
import polars as pl

__all__ = ["document", "same_documents"]

_RISKY = r'(?:^|":|[\[,])\s*(?:-?(?:\d+[.eE]|\d{16})|-0)'
"""A number that orjson might round: a fraction, an exponent, many digits, a zero with a sign.

It may also match inside a text, which costs time only.
"""


def same_documents(left: pl.Series, right: pl.Series) -> pl.Series:
    """Compare two String series of JSON texts, null beside null being equal; returns Boolean, never null."""
    same = left.eq_missing(right)
    unsure = (~same & left.is_not_null() & right.is_not_null()).arg_true()
    if unsure.is_empty():
        return same
    lefts, rights = left.gather(unsure), right.gather(unsure)
    risky = lefts.str.contains(_RISKY) | rights.str.contains(_RISKY)
    judged = [
        _same(one, other, risky=danger)
        for one, other, danger in zip(lefts.to_list(), rights.to_list(), risky.to_list(), strict=True)
    ]
    return same.scatter(unsure, judged)


def _same(left: str, right: str, *, risky: bool) -> bool:
    if not risky:
        try:
            one = orjson.dumps(orjson.loads(left), option=orjson.OPT_SORT_KEYS)
            if one == orjson.dumps(orjson.loads(right), option=orjson.OPT_SORT_KEYS):
                return True
        except ValueError:
            pass  # the exact reader takes what orjson does not: lone surrogates, deep nesting
    return bool(document(left) == document(right))


def document(text: str) -> Any:
    """Return a value that is equal for equal documents, and for a text that is no JSON only for that text."""
    try:
        return _canonical(
            json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_no_constant)
        )
    except (ValueError, RecursionError):
        return ("no json", text)


class _NotJson(ValueError):
    """NaN or Infinity, which Python reads and JSON does not have."""


def _no_constant(name: str) -> Any:
    raise _NotJson(name)


def _number(text: str) -> tuple[str, Any]:
    # By its digits and its exponent: arithmetic would write out what 1e100000 stands for.
    try:
        sign, digits, exponent = Decimal(text).as_tuple()
    except InvalidOperation as cause:
        raise _NotJson(text) from cause
    if not isinstance(exponent, int):
        raise _NotJson(text)
    plain = "".join(map(str, digits)).lstrip("0")
    significant = plain.rstrip("0")
    if not significant:
        return ("number", (0, "", 0))
    return ("number", (sign, significant, exponent + len(plain) - len(significant)))


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_canonical(element) for element in value]
    # True == 1 in Python, and not in JSON; numbers are tuples, so that only booleans need a name.
    return ("boolean", value) if isinstance(value, bool) else value
