"""By which budgets a comparison is judged, whole or in part."""

from datetime import date
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings.budgets import ALL
from harness.settings.parity_toml import ParityToml, parse
from loadtests.comparison.choice import judged_by
from loadtests.comparison.preparation import prepare

BUDGETS = """
[budgets.endpoints.all.memory]
p95_ms = 50
[budgets.endpoints.book.memory]
p50_ms = 10
[budgets.endpoints.open_link.memory]
p50_ms = 5
"""


def _judged(text: str, *endpoints: str) -> tuple[list[str], tuple[str, ...]]:
    config = parse(text, name="parity.toml", directory=Path("/app"), today=date(2026, 1, 1))
    prepared = prepare(config, within="memory", base=None, seed=1, endpoints=endpoints)
    budgets, said = judged_by(config, prepared, is_part=bool(endpoints))
    return list(budgets.endpoints), said


def test_the_whole_is_judged_by_all_of_parity_toml() -> None:
    assert _judged(BUDGETS) == ([ALL, "book", "open_link"], ())


def test_a_part_is_judged_by_its_own_and_says_of_which_it_is_not() -> None:
    assert _judged(BUDGETS, "open_link", "health") == (
        ["open_link"],
        ("Only health, open_link got requests, as --endpoint says; budgets of book, all were not judged.",),
    )


def test_a_part_of_which_no_budget_says_anything_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"\[budgets\] says nothing of health, so that nothing"):
        _judged(BUDGETS, "health")


def test_a_budget_of_an_unknown_endpoint_is_refused_in_a_part_as_well() -> None:
    with pytest.raises(ConfigurationError, match="bok"):
        _judged(BUDGETS.replace("book", "bok"), "open_link")


def test_the_reference_api_has_budgets_of_its_own() -> None:
    config = ParityToml(directory=Path("/app"))
    prepared = prepare(config, within=None, base=None, seed=1, endpoints=["book"])
    budgets, said = judged_by(config, prepared, is_part=True)
    assert list(budgets.endpoints) == ["book"]
    assert budgets.allowance_ms is not None
    assert "budgets of" in said[0]
