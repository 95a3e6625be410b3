"""The budgets of the reference API: they name all that is measured, and judge answers beside times."""

from datetime import date
from importlib.resources import files
from pathlib import Path

from harness.api.catalogue import ROUND_TRIPS
from harness.settings.budgets import ALL, Budgets, EndpointBudget
from harness.settings.parity_toml import parse


def _reference() -> Budgets:
    text = files("loadtests.budgeting").joinpath("reference.toml").read_text(encoding="utf-8")
    budgets = parse(text, name="reference.toml", directory=Path("/"), today=date(2026, 7, 1)).budgets
    assert budgets is not None
    return budgets


def test_every_measured_endpoint_has_its_round_trips_in_both_modes() -> None:
    endpoints = _reference().endpoints
    assert set(endpoints) == {*ROUND_TRIPS, ALL} - {"delete_request"}
    for name, modes in endpoints.items():
        if name != ALL:
            assert modes["supabase"].round_trips == ROUND_TRIPS[name]
            assert modes["memory"].round_trips == 0


def test_times_are_never_judged_without_the_answers() -> None:
    for modes in _reference().endpoints.values():
        for budget in modes.values():
            timed = EndpointBudget(p50_ms=budget.p50_ms, p95_ms=budget.p95_ms, p50_ratio=budget.p50_ratio)
            assert timed == EndpointBudget() or budget.errors is not None
