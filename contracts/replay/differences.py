"""What can differ between a recorded answer and that of the replay, and how it is shown. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from contracts.excerpt import difference, short
from contracts.plan import Level

__all__ = ["Difference", "Part", "same_json", "shown"]


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
    """Return the columns of two rows that differ, shortened; each mapping holds only those."""
    if len(recorded) == 1:
        return difference(dict(recorded), dict(replayed))
    return _columns(recorded), _columns(replayed)


def _columns(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={short(value, 100)}" for name, value in values.items())
