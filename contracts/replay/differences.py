"""What can differ between a recorded answer and that of the replay, and how it is shown. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from contracts.excerpt import difference, short
from contracts.plan import Level
from harness.adapters.codec import parse_id

__all__ = ["Difference", "Part", "outline", "same_json", "shown"]

_SECRETS = frozenset({"publicToken", "publicTokenHash", "signature"})
_NAMES = 6
"""Columns that an outline names."""


class Part(Enum):
    """The part of an answer that differs: what may have led to it depends on that."""

    ERROR = "error"
    VALUE = "value"
    """A number, true or false, null in place of a row."""
    CELLS = "cells"
    """Columns of one row."""
    MEMBERS = "members"
    """The rows of a list."""
    ORDER = "order"
    """The order of the same rows."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing in which two answers differ."""

    part: Part
    expected: str
    actual: str
    level: Level = "core"
    ids: frozenset[str] = frozenset()
    """The recorded ids of the rows that it is about."""


def same_json(one: Any, other: Any, *, doubles: bool | None) -> bool:
    """Compare JSON values: objects by key, numbers by value, as doubles if one side has no others.

    JSON written by JavaScript does not tell 1.0 from 1; only if both sides
    keep exact numbers (`doubles` is False) does the fraction count.
    """
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return _same_number(one, other, doubles=doubles)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            same_json(item, other[key], doubles=doubles) for key, item in one.items()
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(
            same_json(*pair, doubles=doubles) for pair in zip(one, other, strict=True)
        )
    return bool(one == other)


def _same_number(one: float, other: float, *, doubles: bool | None) -> bool:
    if doubles:
        try:
            return float(one) == float(other)
        except OverflowError:
            return one == other
    return one == other and (doubles is None or type(one) is type(other))


def shown(recorded: Mapping[str, Any], replayed: Mapping[str, Any]) -> tuple[str, str]:
    """Return the columns of two rows that differ, shortened and without secrets; only those are given."""
    recorded = {name: _hidden(name, value) for name, value in recorded.items()}
    replayed = {name: _hidden(name, value) for name, value in replayed.items()}
    if len(recorded) == 1:
        return difference(recorded, replayed)
    return _columns(recorded), _columns(replayed)


def outline(value: Any) -> str:
    """Return what an argument is about without what people wrote: names of columns, ids, and numbers."""
    match value:
        case None | bool() | int() | float():
            return short(value)
        case str():
            return value if parse_id(value) is not None else "…"
        case {"where": list() as where}:
            conditions = ", ".join(
                " ".join(map(_word, one)) if isinstance(one, list) else "…" for one in where
            )
            others = {name: item for name, item in value.items() if name != "where"}
            return "{" + ", ".join([f"where [{conditions}]", *_pairs(others)]) + "}"
        case dict():
            return "{" + ", ".join(_pairs(value)) + "}"
        case list():
            return f"[{len(value)}]"
        case _:
            return "…"


def _word(value: Any) -> str:
    return value if isinstance(value, str) and value.isidentifier() else outline(value)


def _pairs(values: Mapping[str, Any]) -> list[str]:
    pairs = [(name, outline(value)) for name, value in list(values.items())[:_NAMES]]
    more = [] if len(values) <= _NAMES else [f"… {len(values)} in all"]
    return [name if text == "…" else f"{name}={text}" for name, text in pairs] + more


def _hidden(name: str, value: Any) -> Any:
    """Replace a secret by what is enough to see that two of them differ."""
    if name not in _SECRETS or not isinstance(value, str):
        return value
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"(hidden: {len(value)} characters, sha256 {digest})"


def _columns(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={short(value, 100)}" for name, value in values.items())
