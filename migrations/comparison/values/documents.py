"""JSON documents, equal when Postgres' ``jsonb`` calls them equal.

``1.0`` is ``1``, the order of keys and white space do not count, of a key that comes twice the last one
does; numbers are exact at any size, texts to the byte: NFC is not NFD. Most documents are decided by their
text or by orjson; a number that a double could change is decided by decimals.
"""

import json
from decimal import Decimal
from typing import Any

import orjson
import polars as pl

__all__ = ["equal_documents", "same_documents"]

_RISKY = r'(?:^|"\s*:|[\[,])\s*(?:-?(?:\d+[.eE]|\d{16})|-0)'
"""A number that orjson might round: a fraction, an exponent, many digits, a zero with a sign.

A file may have space before its colons, which Postgres never writes.
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
    return equal_documents(left, right)


def equal_documents(left: str, right: str) -> bool:
    """Compare two JSON texts exactly; what is no JSON equals only the same text."""
    try:
        return _equal(_read(left), _read(right))
    except (ValueError, ArithmeticError, RecursionError):
        return left == right


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError:
        # Python's integers have at most 4,300 digits unless somebody says otherwise, decimals any number.
        return json.loads(text, parse_int=Decimal, parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)


def _equal(left: Any, right: Any) -> bool:
    # Python's own equality is exact between int and Decimal, but True equals 1 in it.
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and left.keys() == right.keys()
            and all(_equal(member, right[key]) for key, member in left.items())
        )
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(_equal, left, right))
    return bool(left == right)
