"""Which budgets of parity.toml a single run can be judged by."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace

from harness.settings import DbMode
from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.budgeting.names import narrowed

__all__ = ["Judged", "absolute", "errors_only", "relative"]

_ABSOLUTE = frozenset({"p50_ms", "p95_ms", "p99_ms", "errors"})
_RELATIVE = frozenset({"p50_ratio", "p95_ratio"})


@dataclass(frozen=True)
class Judged:
    """The budgets that decide, and what else stands there, in sentences for the reader of the report."""

    budgets: Budgets
    notes: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """True if nothing would decide."""
        return not self.budgets.endpoints


def absolute(budgets: Budgets, mode: DbMode, endpoints: Collection[str]) -> Judged:
    """Those of one mode and of the endpoints that are called: times and errors.

    Round trips are counted by the gateway of a stack, which a server that somebody else started does not
    have; ratios need something to compare with.
    """
    kept, notes = _called(budgets, mode, endpoints)
    counted = sorted(name for name, budget in kept.items() if budget.round_trips is not None)
    if counted:
        notes += (f"Round trips are not judged here ({', '.join(counted)}): see `harness load compare`.",)
    return Judged(_only(budgets, mode, kept, _ABSOLUTE), notes)


def relative(budgets: Budgets, mode: DbMode, endpoints: Collection[str]) -> Judged:
    """Those that compare with baselines: ratios, of one mode and of the endpoints that are called."""
    kept, notes = _called(budgets, mode, endpoints)
    return Judged(_only(budgets, mode, kept, _RELATIVE), notes)


def errors_only(budgets: Budgets, mode: DbMode, endpoints: Collection[str]) -> Budgets:
    """The share of wrong answers that endpoints may have in a mode: not a single one, if nobody says."""
    stated = {name: budgets.endpoints.get(name, {}).get(mode, EndpointBudget()).errors for name in endpoints}
    return Budgets(
        endpoints={
            name: {mode: EndpointBudget(errors=0.0 if share is None else share)}
            for name, share in stated.items()
        }
    )


def _called(
    budgets: Budgets, mode: DbMode, endpoints: Collection[str]
) -> tuple[dict[str, EndpointBudget], tuple[str, ...]]:
    of_mode = {name: modes[mode] for name, modes in budgets.endpoints.items() if mode in modes}
    there = replace(budgets, endpoints={name: {mode: budget} for name, budget in of_mode.items()})
    called, left_out = narrowed(there, endpoints)
    notes = (f"Budgets of endpoints that are not called: {', '.join(left_out)}.",) if left_out else ()
    return {name: modes[mode] for name, modes in called.endpoints.items()}, notes


def _only(budgets: Budgets, mode: DbMode, kept: dict[str, EndpointBudget], names: Collection[str]) -> Budgets:
    stripped = {
        name: replace(budget, **{one.name: None for one in fields(budget) if one.name not in names})
        for name, budget in kept.items()
    }
    return Budgets(
        floor_ms=budgets.floor_ms,
        ratio_floor_ms=budgets.ratio_floor_ms,
        endpoints={name: {mode: budget} for name, budget in stripped.items() if budget != EndpointBudget()},
    )
