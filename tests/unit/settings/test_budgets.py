"""[budgets]: what response times may be."""

from datetime import date
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets, EndpointBudget
from harness.settings.parity_toml import parse

WHOLE = """
[budgets]
allowance_ms = 5
floor_ms = 1.5
ratio_floor_ms = 0.5

[budgets.endpoints.open_link.memory]
p95_ms = 10

[budgets.endpoints.open_link.supabase]
p50_ms = 8
p95_ms = 20.0
p99_ms = 60
errors = 0
round_trips = 1
p50_ratio = 1.05
p95_ratio = 1.3

[budgets.capacity]
supabase = 150
"""


def read(text: str) -> Budgets | None:
    return parse(text, name="parity.toml", directory=Path("/project"), today=date(2026, 7, 1)).budgets


def test_without_a_section_there_are_no_budgets() -> None:
    assert read("") is None


def test_a_whole_section_is_read() -> None:
    assert read(WHOLE) == Budgets(
        allowance_ms=5.0,
        floor_ms=1.5,
        ratio_floor_ms=0.5,
        endpoints={
            "open_link": {
                "memory": EndpointBudget(p95_ms=10.0),
                "supabase": EndpointBudget(
                    p50_ms=8.0,
                    p95_ms=20.0,
                    p99_ms=60.0,
                    errors=0.0,
                    round_trips=1,
                    p50_ratio=1.05,
                    p95_ratio=1.3,
                ),
            }
        },
        capacity={"supabase": 150.0},
    )


def test_an_empty_section_decides_nothing() -> None:
    budgets = read("[budgets]")
    assert budgets is not None
    assert budgets.empty


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("budgets = 3", "line 1, column 1: budgets must be a table: [budgets]"),
        ("[budgets]\nallowence_ms = 3", "line 2, column 1: budgets.allowence_ms is not a key"),
        ("[budgets]\nallowence_ms = 3", "did you mean 'allowance_ms'?"),
        ("[budgets]\nallowance_ms = -1", "budgets.allowance_ms must be a number of 0 or more"),
        ("[budgets]\nfloor_ms = true", "budgets.floor_ms must be a number of 0 or more"),
        (f"[budgets]\nfloor_ms = 1{400 * '0'}", "budgets.floor_ms must be a number of 0 or more"),
        ("[budgets]\nfloor_ms = inf", "budgets.floor_ms must be a number of 0 or more"),
        ("[budgets.endpoints.book]", "line 1, column 20: budgets.endpoints.book has no budget"),
        ("[budgets.endpoints.book.memory]", "budgets.endpoints.book.memory has no budget: nothing would be"),
        ("[budgets.endpoints.book.postgres]\np50_ms = 1", "budgets.endpoints.book.postgres is not a key"),
        (
            "[budgets.endpoints.book.memory]\np90_ms = 1",
            "line 2, column 1: budgets.endpoints.book.memory.p90_ms",
        ),
        ("[budgets.endpoints.book.memory]\np50_ms = 0", "p50_ms must be a number above 0"),
        ("[budgets.endpoints.book.memory]\np50_ms = '3'", "p50_ms must be a number above 0"),
        ("[budgets.endpoints.book.memory]\np99_ms = nan", "p99_ms must be a number above 0"),
        (
            "[budgets.endpoints.book.memory]\np50_ms = 30\np99_ms = 20",
            "line 2, column 1: budgets.endpoints.book.memory.p50_ms is 30, more than p99_ms",
        ),
        ("[budgets.endpoints.book.memory]\np50_ratio = 1", "p50_ratio must be a number above 1"),
        ("[budgets.endpoints.book.memory]\nerrors = 1", "errors must be a share of all answers"),
        ("[budgets.endpoints.book.memory]\nround_trips = 1.0", "round_trips must be a whole number"),
        ("[budgets.endpoints.book.memory]\nround_trips = true", "round_trips must be a whole number"),
        ("[budgets.capacity]\nmemory = 0", "budgets.capacity.memory must be a number above 0"),
        ("[budgets.capacity]\nredis = 5", "budgets.capacity.redis is not a key"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, error: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(text)
    assert error in str(raised.value)
