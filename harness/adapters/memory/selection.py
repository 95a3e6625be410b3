"""Which rows a `Query` selects, and in which order."""

from collections.abc import Callable, Iterable, Mapping
from operator import ge, gt, le, lt
from typing import Any

from harness.adapters.memory.rows import Stored
from harness.adapters.queries import Condition, Query

__all__ = ["count", "select"]

_RANGES: Mapping[str, Callable[[Any, Any], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}
_Position = tuple[bool, str, str]


def count(query: Query, rows: Iterable[Stored]) -> int:
    """Count the rows that meet the conditions."""
    return sum(map(_meets(query), rows))


def select(query: Query, rows: Iterable[Stored], limit: int) -> list[Stored]:
    """Return the first `limit` rows that meet the conditions, in order, from the query's position on."""
    found = list(filter(_meets(query), rows) if query.conditions else rows)
    descending = query.order.direction == "desc"
    if query.after is not None:
        after = _position(query.after.value, query.after.id)
        comes_after = lt if descending else gt
        position = _of(query)
        found = [row for row in found if comes_after(position(row), after)]
    found.sort(key=_of(query), reverse=descending)
    return found[:limit]


def _of(query: Query) -> Callable[[Stored], _Position]:
    """Return the position of a row as a function: it is asked of every row of a table."""
    field = query.order.field
    return lambda row: _position(row[field], row["id"])


def _position(value: Any, id_: Any) -> _Position:
    """Wire times and ids sort as text; NULL comes after everything, and so first in reverse."""
    return (value is None, "" if value is None else value, id_)


def _meets(query: Query) -> Callable[[Stored], bool]:
    tests = [(condition.field, _test(condition)) for condition in query.conditions]
    return lambda row: all(test(row[field]) for field, test in tests)


def _test(condition: Condition) -> Callable[[Any], bool]:
    """Return the condition as a function of a stored value. NULL meets no comparison."""
    expected = condition.value
    match condition.operator:
        case "is_null":
            return lambda value: (value is None) is expected
        case "eq":
            return lambda value: value is not None and value == expected
        case "in":
            members = frozenset(expected)
            return lambda value: value is not None and value in members
        case _:
            compare = _RANGES[condition.operator]
            return lambda value: value is not None and compare(value, expected)
