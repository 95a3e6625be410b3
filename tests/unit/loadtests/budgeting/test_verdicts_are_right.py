"""A small version of the benchmark: equal servers raise no alarm, and faults are found where they are.

The seeds are fixed, so that it ends alike each time; how often verdicts are right is for the benchmark.
"""

from dataclasses import replace

import pytest

from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.budgeting.judge import judge
from loadtests.records import Recording
from loadtests.verdicts import Verdict
from tests.load_model import ENDPOINTS, Plan, simulated
from tests.load_resampling import resampled, until
from tests.load_simulated_faults import FAULTS, Fault, injected

ROUNDS = 8
OFTEN = [name for name, one in ENDPOINTS.items() if one.weight >= 0.1]
BUDGETS = Budgets(
    endpoints={
        "all": {"supabase": EndpointBudget(p99_ms=100.0, errors=0.005)},
        **{
            name: {
                "supabase": EndpointBudget(
                    p50_ms=25.0,
                    p95_ms=50.0,
                    p99_ms=45.0 if name == "open_link" else None,
                    errors=0.0,
                    round_trips=one.round_trips,
                    p50_ratio=1.05 if name == "open_link" else 1.3,
                )
            }
            for name, one in ENDPOINTS.items()
            if name in OFTEN
        },
    }
)


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    """Two comparisons of equal servers."""
    return [simulated(seed, Plan(rounds=ROUNDS, windows=20, rate_per_s=100.0)) for seed in (1, 2)]


def _regressed(recording: Recording) -> set[tuple[str, str]]:
    judged = judge(recording, BUDGETS, comparison="within", look=1, looks=1)
    return {(one.endpoint, one.metric) for one in judged if one.decides and one.verdict is Verdict.REGRESSED}


def test_equal_servers_raise_no_alarm_at_any_look(recordings: list[Recording]) -> None:
    for seed in range(2):
        drawn = resampled(recordings, rounds=ROUNDS, seed=seed, swap=True)
        for look in range(1, ROUNDS - 1):
            judged = judge(until(drawn, look + 2), BUDGETS, comparison="within", look=look, looks=ROUNDS - 2)
            assert not [one.reason for one in judged if one.decides and one.verdict is Verdict.REGRESSED]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_found_where_it_is(recordings: list[Recording], fault: Fault) -> None:
    for seed in range(2):
        drawn = resampled(recordings, rounds=ROUNDS, seed=seed, swap=True)
        found = _regressed(injected(drawn, fault, "open_link", seed))
        assert found
        if not fault.everywhere:
            assert {endpoint for endpoint, _ in found} == {"open_link"}


def test_a_fault_too_small_to_matter_is_none(recordings: list[Recording]) -> None:
    harmless = replace(FAULTS[1], change=lambda _random, record, _window: record)
    drawn = resampled(recordings, rounds=ROUNDS, seed=1, swap=True)
    assert not _regressed(injected(drawn, harmless, "open_link", 1))
