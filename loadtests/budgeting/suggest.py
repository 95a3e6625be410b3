"""Budgets that a machine can hold, made from recordings in which nothing regressed."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import ceil, floor, inf, log10
from typing import Final

from harness.settings.budgets import Budgets, EndpointBudget
from harness.settings.environment import DbMode
from loadtests.budgeting.calibration import calibrated
from loadtests.budgeting.fitness import Comparison, fit_windows
from loadtests.budgeting.measured import Measured, read
from loadtests.budgeting.question import Question
from loadtests.budgeting.questions import judged_arms, questions
from loadtests.budgeting.timing import DIFFERENCE, RATIO
from loadtests.records import Arm, Recording
from loadtests.statistics.power import detectable
from loadtests.statistics.scale import from_logarithm
from loadtests.verdicts import Metric

__all__ = ["as_toml", "suggested"]

_LEVEL: Final = 0.03
"""Of the bounds that a budget has to lie above: about what the last look of five leaves of 5 %."""
_POWER: Final = 0.99
"""Chance that an unchanged endpoint is shown to keep a ratio: of all, nearly each must, for a run to pass."""
_MARGINS: Final[Mapping[Metric, float]] = {"p50": 1.25, "p95": 1.5, "p99": 2.0}
"""Budgets in ms lie above the highest bound by these factors: days differ, and tails most of all."""
_TAIL_POWER: Final = 1.5
"""A ratio of p95 is raised to it: its noise has longer tails than the test of it assumes."""
_ROUND: Final = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LOWEST_RATIO: Final = 1.05
_HIGHEST_RATIO: Final = 1.5
"""A ratio above it would let pass what everybody calls slow: an absolute budget says more."""
_LONGEST_TAIL: Final = 20.0
"""A bound of p99 that is so many times the median's is about the machine, and no budget."""


_Bounds = Mapping[tuple[str, str, Metric], float]
"""By endpoint, subject and metric: the highest upper bound of any recording; infinite if one cannot tell."""
_Noises = Mapping[tuple[str, Metric], float]
"""By endpoint and metric: the smallest ratio that can be held."""


def suggested(recordings: Sequence[Recording], comparison: Comparison) -> Budgets:
    """Return budgets within which each of these recordings is shown to be, with a margin and round numbers.

    What a recording is too small to show has no budget. Raises ValueError without a recording.
    """
    if not recordings:
        raise ValueError("no recording suggests no budget")
    measured = [read(one, fit_windows(one)) for one in recordings]
    bounds = _bounds(measured, comparison)
    noises: _Noises = {}
    if comparison == "within":
        rounds = max(len({window.round for window in one.windows}) for one in recordings)
        calibration = calibrated(recordings, rounds=rounds)
        noises = {
            (one.endpoint, one.metric): from_logarithm(
                detectable(deviation=one.deviation, rounds=rounds, level=_LEVEL, wanted=_POWER)
            )
            for one in calibration.noises
        }
    names = list(recordings[0].load.weights)
    modes = sorted(set(judged_arms(measured[0], comparison).values()))
    endpoints: dict[str, dict[DbMode, EndpointBudget]] = {}
    for name in names:
        for mode in modes:
            budget = _budget(measured, bounds, noises, name, mode)
            if budget != EndpointBudget():
                endpoints.setdefault(name, {})[mode] = budget
    return Budgets(
        allowance_ms=_allowance(bounds, endpoints),
        floor_ms=_floor(bounds, endpoints),
        endpoints=endpoints,
    )


def as_toml(budgets: Budgets) -> str:
    """Write budgets as the section of parity.toml that says the same."""
    lines = ["[budgets]"]
    if budgets.allowance_ms is not None:
        lines.append(f"allowance_ms = {budgets.allowance_ms:g}")
    if budgets.floor_ms:
        lines.append(f"floor_ms = {budgets.floor_ms:g}")
    if budgets.ratio_floor_ms:
        lines.append(f"ratio_floor_ms = {budgets.ratio_floor_ms:g}")
    for name, modes in budgets.endpoints.items():
        for mode, budget in modes.items():
            lines += ["", f"[budgets.endpoints.{name}.{mode}]"]
            values = {one.name: getattr(budget, one.name) for one in fields(budget)}
            lines += [f"{key} = {value:g}" for key, value in values.items() if value is not None]
    if budgets.capacity:
        lines += ["", "[budgets.capacity]"]
        lines += [f"{mode} = {rate:g}" for mode, rate in budgets.capacity.items()]
    return "\n".join(lines) + "\n"


def _bounds(measured: Sequence[Measured], comparison: Comparison) -> _Bounds:
    highest: dict[tuple[str, str, Metric], float] = {}
    for one in measured:
        for asked in questions(one, Budgets(), comparison):
            key = (asked.endpoint, asked.subject, asked.metric)
            highest[key] = max(highest.get(key, 0.0), _upper(asked))
    return highest


def _upper(asked: Question) -> float:
    if asked.evidence is None or asked.lacking is not None:
        return inf
    return asked.shown(asked.evidence.high(_LEVEL))


def _budget(
    measured: Sequence[Measured], bounds: _Bounds, noises: _Noises, name: str, mode: DbMode
) -> EndpointBudget:
    def milliseconds(metric: Metric) -> float | None:
        value = bounds.get((name, mode, metric), inf)
        return _rounded_up(_MARGINS[metric] * value) if value < inf else None

    def ratio(metric: Metric) -> float | None:
        noise, bound = noises.get((name, metric), inf), bounds.get((name, RATIO, metric), inf)
        return _stepped_up(max(noise, bound) ** (_TAIL_POWER if metric == "p95" else 1.0))

    p50, p95 = milliseconds("p50"), milliseconds("p95")
    return EndpointBudget(
        p50_ms=p50,
        p95_ms=max(p95, p50 or 0.0) if p95 is not None else None,
        p99_ms=_tail(milliseconds("p99"), p95, p50),
        errors=_no_error(measured, name, mode),
        round_trips=_counted(measured, name, mode),
        p50_ratio=ratio("p50"),
        p95_ratio=ratio("p95"),
    )


def _tail(p99: float | None, p95: float | None, p50: float | None) -> float | None:
    if p99 is None or p50 is None or p99 > _LONGEST_TAIL * p50:
        return None
    return max(p99, p95 or 0.0, p50)


def _stepped_up(ratio: float) -> float | None:
    """To whole percents, and beyond a tenth to twentieths."""
    if ratio > _HIGHEST_RATIO:
        return None
    step = 0.01 if ratio <= 1.1 else 0.05
    return max(_LOWEST_RATIO, round(1 + step * ceil((ratio - 1) / step - 1e-9), 2))


def _no_error(measured: Sequence[Measured], name: str, mode: DbMode) -> float | None:
    series = [one.series(arm, name) for one in measured for arm in _arms(one, mode)]
    return 0.0 if series and all(one.wrong == 0 and one.requests for one in series) else None


def _counted(measured: Sequence[Measured], name: str, mode: DbMode) -> int | None:
    counts = {
        count
        for one in measured
        for arm in _arms(one, mode)
        for count in one.recording.round_trips.get(arm, {}).get(name, ())
    }
    return counts.pop() if len(counts) == 1 else None


def _arms(measured: Measured, mode: DbMode) -> list[Arm]:
    return [arm for arm, one in measured.recording.fingerprints.items() if one.mode == mode]


def _floor(bounds: _Bounds, endpoints: Mapping[str, Mapping[DbMode, EndpointBudget]]) -> float:
    """What the modes differ by even where nothing is asked of the store."""
    found = [
        bounds.get((name, DIFFERENCE, "p50"), inf)
        for name, modes in endpoints.items()
        if "supabase" in modes and modes["supabase"].round_trips == 0
    ]
    known = [value for value in found if value < inf]
    return _rounded_up(_MARGINS["p50"] * max(known)) if known and max(known) > 0 else 0.0


def _allowance(bounds: _Bounds, endpoints: Mapping[str, Mapping[DbMode, EndpointBudget]]) -> float | None:
    found = [
        bounds.get((name, DIFFERENCE, "p50"), inf) / budget.round_trips
        for name, modes in endpoints.items()
        if (budget := modes.get("supabase")) is not None and budget.round_trips
    ]
    known = [value for value in found if 0 < value < inf]
    return _rounded_up(_MARGINS["p50"] * max(known)) if known else None


def _rounded_up(value: float) -> float:
    """To the next number that people would write."""
    power = 10.0 ** floor(log10(value))
    return float(f"{next(step for step in _ROUND if step * power >= value * (1 - 1e-9)) * power:.3g}")
