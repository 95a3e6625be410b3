"""Budgets that a comparison does not judge: who reads PASS must know what it is not about."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from harness.settings.budgets import Budgets, EndpointBudget
from harness.settings.environment import DbMode
from loadtests.budgeting.fitness import Comparison

__all__ = ["unjudged"]

_RATIOS = frozenset({"p50_ratio", "p95_ratio"})
_SHOWN = 5


def unjudged(budgets: Budgets, comparison: Comparison, modes: frozenset[DbMode]) -> tuple[str, ...]:
    """Say in sentences which budgets decide nothing in a comparison whose judged arms have these modes."""
    said = []
    others = sorted({mode for kept in budgets.endpoints.values() for mode in kept} - modes)
    if others:
        said.append(
            f"Budgets of the mode {' and '.join(others)} were not judged: "
            f"harness load compare --within {others[0]}, or harness load compare, does that."
        )
    ratios = sorted(set(_with_ratios(budgets, modes))) if comparison != "within" else []
    if ratios:
        said.append(
            f"Ratios were not judged ({_few(ratios)}), for there is no other version to compare with: "
            "harness load compare --within MODE --base CMD, or harness load baseline compare, does that."
        )
    if budgets.capacity:
        said.append("[budgets.capacity] was not judged: harness load capacity does that.")
    return tuple(said)


def _few(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _with_ratios(budgets: Budgets, modes: frozenset[DbMode]) -> Iterator[str]:
    for name, kept in budgets.endpoints.items():
        for mode, budget in kept.items():
            given = {one.name for one in fields(EndpointBudget) if getattr(budget, one.name) is not None}
            if mode in modes and given & _RATIOS:
                yield name
