"""``[budgets]`` of parity.toml: what response times may be. Only what stands here decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from math import isfinite
from typing import Any, Final, get_args

from harness.settings.environment import DbMode
from harness.settings.toml_reader import KeyPath, Reader

__all__ = ["ALL", "Budgets", "EndpointBudget", "read_budgets"]

ALL: Final = "all"
"""The name under which a budget is about all requests of the mix together: a server that stands still now and
then is seen there first, where the single endpoints have too few requests to show it."""
_MODES: tuple[DbMode, ...] = get_args(DbMode)
_PATH: KeyPath = ("budgets",)


@dataclass(frozen=True, kw_only=True)
class EndpointBudget:
    """``[budgets.endpoints.NAME.MODE]``: of one endpoint in one mode; what is None does not decide."""

    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    errors: float | None = None
    """Highest share of wrong answers, 0 to 1."""
    round_trips: int | None = None
    """Requests to the gateway for one call: exactly so many."""
    p50_ratio: float | None = None
    """Within one mode: highest ratio of the median to the one of the base or the baselines, above 1."""
    p95_ratio: float | None = None


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """The whole section."""

    allowance_ms: float | None = None
    """Across modes: what one round trip may cost."""
    floor_ms: float = 0.0
    """Across modes: what is allowed besides."""
    ratio_floor_ms: float = 0.0
    """Within a mode, and against baselines: a difference below it is none, whatever the ratio."""
    endpoints: Mapping[str, Mapping[DbMode, EndpointBudget]] = field(default_factory=dict)
    capacity: Mapping[DbMode, float] = field(default_factory=dict)
    """``[budgets.capacity]``: requests per second that each mode must carry within its budgets."""

    @property
    def empty(self) -> bool:
        """True if nothing would decide."""
        return not self.endpoints and not self.capacity


def read_budgets(reader: Reader, data: Mapping[str, Any]) -> Budgets | None:
    """Read the section; None if there is none. Raises ConfigurationError with line and column.

    Which endpoints there are is not known here: names are checked where they are measured.
    """
    if "budgets" not in data:
        return None
    table = reader.table(data, (), "budgets")
    reader.only(table, _PATH, ("allowance_ms", "floor_ms", "ratio_floor_ms", "endpoints", "capacity"))
    allowance = _number(reader, table, _PATH, "allowance_ms", least=0.0)
    floor = _number(reader, table, _PATH, "floor_ms", least=0.0)
    ratio_floor = _number(reader, table, _PATH, "ratio_floor_ms", least=0.0)
    endpoints = reader.table(table, _PATH, "endpoints")
    path: KeyPath = (*_PATH, "endpoints")
    return Budgets(
        allowance_ms=allowance,
        floor_ms=floor if floor is not None else 0.0,
        ratio_floor_ms=ratio_floor if ratio_floor is not None else 0.0,
        endpoints={
            name: _modes(reader, reader.table(endpoints, path, name), (*path, name)) for name in endpoints
        },
        capacity=_capacity(reader, reader.table(table, _PATH, "capacity")),
    )


def _modes(reader: Reader, table: Mapping[str, Any], path: KeyPath) -> dict[DbMode, EndpointBudget]:
    reader.only(table, path, _MODES)
    if not table:
        reader.fail(path, f"has no budget: write one below [{'.'.join(map(str, path))}.memory] or .supabase")
    return {
        mode: _endpoint(reader, reader.table(table, path, mode), (*path, mode))
        for mode in _MODES
        if mode in table
    }


def _endpoint(reader: Reader, table: Mapping[str, Any], path: KeyPath) -> EndpointBudget:
    known = [one.name for one in fields(EndpointBudget)]
    reader.only(table, path, known)
    if not table:
        reader.fail(path, f"has no budget: nothing would be judged; it knows {', '.join(known)}")
    budget = EndpointBudget(
        p50_ms=_number(reader, table, path, "p50_ms", above=0.0),
        p95_ms=_number(reader, table, path, "p95_ms", above=0.0),
        p99_ms=_number(reader, table, path, "p99_ms", above=0.0),
        errors=_share(reader, table, path),
        round_trips=_count(reader, table, path),
        p50_ratio=_number(reader, table, path, "p50_ratio", above=1.0),
        p95_ratio=_number(reader, table, path, "p95_ratio", above=1.0),
    )
    given = [key for key in ("p50_ms", "p95_ms", "p99_ms") if key in table]
    for lower, higher in pairwise(given):
        if table[lower] > table[higher]:
            reader.fail((*path, lower), f"is {table[lower]}, more than {higher}, which it never can be")
    return budget


def _capacity(reader: Reader, table: Mapping[str, Any]) -> dict[DbMode, float]:
    path: KeyPath = (*_PATH, "capacity")
    reader.only(table, path, _MODES)
    rates = {mode: _number(reader, table, path, mode, above=0.0) for mode in _MODES}
    return {mode: rate for mode, rate in rates.items() if rate is not None}


def _number(
    reader: Reader,
    table: Mapping[str, Any],
    path: KeyPath,
    key: str,
    *,
    least: float | None = None,
    above: float | None = None,
) -> float | None:
    """A finite number with a lower limit; None if it is not given."""
    if key not in table:
        return None
    value = table[key]
    limit = f"of {least:g} or more" if least is not None else f"above {above or 0.0:g}"
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not _is_finite(value)
        or (least is not None and value < least)
        or (above is not None and value <= above)
    ):
        reader.fail((*path, key), f"must be a number {limit}")
    return float(value)


def _is_finite(value: float) -> bool:
    """False, too, for a whole number that is larger than any float."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _share(reader: Reader, table: Mapping[str, Any], path: KeyPath) -> float | None:
    value = _number(reader, table, path, "errors", least=0.0)
    if value is not None and value >= 1:
        reader.fail((*path, "errors"), "must be a share of all answers, 0 or more and below 1 (0.01 is 1 %)")
    return value


def _count(reader: Reader, table: Mapping[str, Any], path: KeyPath) -> int | None:
    value = table.get("round_trips")
    if "round_trips" in table and (type(value) is not int or value < 0):
        reader.fail((*path, "round_trips"), "must be a whole number of 0 or more")
    return value
