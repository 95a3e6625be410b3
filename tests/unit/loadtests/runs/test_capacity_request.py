"""A search that cannot be judged, or that needs leave, is refused before a server is started or asked."""

from pathlib import Path
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets, EndpointBudget
from harness.settings.parity_toml import ParityToml
from loadtests.runs.capacity_request import CapacityOptions, open_search, refuse_contradictions

_CARRIED = Budgets(endpoints={"get_request": {"memory": EndpointBudget(p95_ms=10)}})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "name the server: --host URL"),
        ({"db_mode": "memory", "profile": "write"}, "add --host URL"),
        ({"db_mode": "memory", "allow_rate": True}, "add --host URL"),
        ({"db_mode": "memory", "lowest": 9.0, "highest": 8.0}, "--from 9 is above --to 8"),
        ({"db_mode": "memory", "record_only": True, "json_path": "-"}, "--record-only judges nothing"),
    ],
)
def test_options_that_cannot_be_meant_together_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        refuse_contradictions(CapacityOptions(**options))


@pytest.mark.parametrize(
    ("options", "budgets", "said"),
    [
        ({"db_mode": "memory"}, _CARRIED, r"demands no capacity of mode memory.*--record-only"),
        (
            {"db_mode": "supabase"},
            _CARRIED,
            r"no budget that says what carrying a rate means in mode supabase",
        ),
        ({"db_mode": "memory"}, Budgets(capacity={"memory": 5}), r"no budget that says"),
        ({"host": "http://staging"}, _CARRIED, r"1000 requests per second are more .* --allow-rate"),
        (
            {"host": "http://staging", "highest": 40.0},
            Budgets(capacity={"memory": 60}),
            r"60 requests per second are more .* --allow-rate",
        ),
        ({"host": "http://staging", "highest": 9.0, "profile": "write"}, _CARRIED, "--allow-writes"),
    ],
)
def test_a_search_that_cannot_be_judged_or_needs_leave_is_refused(
    options: dict[str, Any], budgets: Budgets, said: str, tmp_path: Path
) -> None:
    config = ParityToml(directory=tmp_path, budgets=budgets)
    with pytest.raises(ConfigurationError, match=said), open_search(CapacityOptions(**options), config):
        pass
