"""Which questions budgets ask about a recording; what no budget names is advice."""

from collections.abc import Iterable, Iterator, Mapping

from harness.settings.budgets import ALL, Budgets, EndpointBudget
from harness.settings.environment import DbMode
from loadtests.budgeting.errors import errors, worthless
from loadtests.budgeting.fitness import Comparison, arms_of
from loadtests.budgeting.measured import Measured, together
from loadtests.budgeting.question import Question
from loadtests.budgeting.round_trips import round_trips, surplus, surplus_question, unexplained_total
from loadtests.budgeting.timing import RATIOS, absolute, difference, noise_of_ratios, ratio
from loadtests.records import Arm
from loadtests.verdicts import Metric

__all__ = ["judged_arms", "questions", "unexplained", "unwatched"]

_NONE = EndpointBudget()


def judged_arms(measured: Measured, comparison: Comparison) -> dict[Arm, DbMode]:
    """The arms that have budgets of their own, with their modes: of two versions, the candidate."""
    arms: tuple[Arm, ...] = ("b",) if comparison == "within" else arms_of(comparison)
    modes: dict[str, DbMode] = {"memory": "memory", "supabase": "supabase"}
    prints = measured.recording.fingerprints
    return {arm: modes[prints[arm].mode] for arm in arms if arm in prints and prints[arm].mode in modes}


def questions(measured: Measured, budgets: Budgets, comparison: Comparison) -> Iterator[Question]:
    """Yield all of them, endpoint by endpoint in the order of the mix."""
    names = list(measured.recording.load.weights)
    noises = _noises(measured, names) if comparison == "within" else {}
    names += [name for name in budgets.endpoints if name not in names]
    for arm, mode in judged_arms(measured, comparison).items():
        found = surplus(measured.recording, arm)
        if found is not None and found.endpoint is not None:
            yield surplus_question(mode, found, _budget(budgets, found.endpoint, mode).round_trips)
    for name in names:
        for arm, mode in judged_arms(measured, comparison).items():
            yield from _alone(measured, arm, name, mode, _budget(budgets, name, mode))
        if name == ALL:
            continue
        if comparison == "across":
            yield _across(measured, budgets, name)
        if comparison == "within":
            yield from _within(measured, budgets, name, noises)


def unwatched(measured: Measured, budgets: Budgets, comparison: Comparison) -> tuple[str, ...]:
    """Say where answers were wrong and no budget decides about it: fast ones must not pass as fast."""
    modes = judged_arms(measured, comparison)
    said = []
    for arm in arms_of(comparison):
        names = [
            name
            for name in measured.recording.load.weights
            if arm not in modes or _budget(budgets, name, modes[arm]).errors is None
        ]
        every = {name: measured.series(arm, name) for name in names}
        alone = {name: why for name, one in every.items() if (why := worthless(one, None)) is not None}
        said += [f"{name} on arm {arm}: {why}." for name, why in alone.items()]
        # Two of a hundred may be too few of each to be seen, and are many of all.
        if not alone and (why := worthless(together(every.values()), None)) is not None:
            said.append(f"All endpoints without a budget for errors on arm {arm}: {why}.")
    return tuple(said)


def unexplained(measured: Measured, budgets: Budgets, comparison: Comparison) -> tuple[str, ...]:
    """Say which totals of the gateway agree neither with the requests nor with a budget that decides."""
    said = []
    for arm, mode in judged_arms(measured, comparison).items():
        found = surplus(measured.recording, arm)
        if found is None:
            continue
        if found.endpoint is None:
            said.append(
                f"{unexplained_total(found)}; no single endpoint explains it: who else used the stack?"
            )
        elif _budget(budgets, found.endpoint, mode).round_trips is None:
            said.append(
                f"{unexplained_total(found)}; it looks like {found.endpoint}, which has no budget for them."
            )
    return tuple(said)


def _alone(
    measured: Measured, arm: Arm, name: str, mode: DbMode, budget: EndpointBudget
) -> Iterator[Question]:
    series = measured.series(arm, name)
    limits: dict[Metric, float | None] = {
        "p50": budget.p50_ms,
        "p95": budget.p95_ms,
        "p99": budget.p99_ms,
    }
    for metric, limit in limits.items():
        if limit is not None or series.size:
            yield absolute(name, mode, metric, series, limit)
    if budget.errors is not None or series.wrong:
        yield errors(name, mode, series, budget.errors)
    counted = measured.recording.round_trips.get(arm, {}).get(name, ())
    if budget.round_trips is not None or counted:
        yield round_trips(name, mode, counted, budget.round_trips)


def _across(measured: Measured, budgets: Budgets, name: str) -> Question:
    """The allowance counts the round trips of the budget: one more of them is not to pay for itself."""
    budget = _budget(budgets, name, "supabase")
    counted = measured.recording.round_trips.get("b", {}).get(name, ())
    number = budget.round_trips if budget.round_trips is not None else min(counted, default=None)
    allowed = None
    if (
        budgets.allowance_ms is not None
        and "supabase" in budgets.endpoints.get(name, {})
        and number is not None
    ):
        allowed = number * budgets.allowance_ms + budgets.floor_ms
    return difference(name, measured.series("a", name), measured.series("b", name), allowed)


def _noises(measured: Measured, names: Iterable[str]) -> dict[Metric, float]:
    both = [(measured.series("a", name), measured.series("b", name)) for name in names]
    return {metric: noise_of_ratios(both, metric) for metric in RATIOS}


def _within(
    measured: Measured, budgets: Budgets, name: str, noises: Mapping[Metric, float]
) -> Iterator[Question]:
    a, b = measured.series("a", name), measured.series("b", name)
    modes = judged_arms(measured, "within")
    budget = _budget(budgets, name, modes["b"]) if modes else _NONE
    limits: dict[Metric, float | None] = {"p50": budget.p50_ratio, "p95": budget.p95_ratio}
    for metric, limit in limits.items():
        yield ratio(name, metric, a, b, allowed=limit, floor_ms=budgets.ratio_floor_ms, noise=noises[metric])


def _budget(budgets: Budgets, name: str, mode: DbMode) -> EndpointBudget:
    return budgets.endpoints.get(name, {}).get(mode, _NONE)
