"""Only budgets that a single run can answer decide it, and the others are named."""

from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.runs.budgets import absolute, errors_only, relative

_BUDGETS = Budgets(
    allowance_ms=2,
    floor_ms=0.5,
    ratio_floor_ms=0.25,
    endpoints={
        "get_request": {
            "memory": EndpointBudget(p50_ms=1, p95_ratio=1.2, round_trips=1),
            "supabase": EndpointBudget(p95_ms=9),
        },
        "book": {"memory": EndpointBudget(p99_ms=50, errors=0.0)},
        "ops_summary": {"memory": EndpointBudget(p50_ratio=1.1, errors=0.01)},
    },
)
_CALLED = ("get_request", "ops_summary", "health")


def test_times_and_errors_of_the_mode_and_of_what_is_called_decide_a_run() -> None:
    judged = absolute(_BUDGETS, "memory", _CALLED)
    assert judged.budgets.endpoints == {
        "get_request": {"memory": EndpointBudget(p50_ms=1)},
        "ops_summary": {"memory": EndpointBudget(errors=0.01)},
    }
    assert judged.notes == (
        "Budgets of endpoints that are not called: book.",
        "Round trips are not judged here (get_request): see `harness load compare`.",
    )


def test_ratios_decide_a_comparison_with_baselines() -> None:
    judged = relative(_BUDGETS, "memory", _CALLED)
    assert (judged.budgets.floor_ms, judged.budgets.ratio_floor_ms) == (0.5, 0.25)
    assert judged.budgets.endpoints == {
        "get_request": {"memory": EndpointBudget(p95_ratio=1.2)},
        "ops_summary": {"memory": EndpointBudget(p50_ratio=1.1)},
    }


def test_budgets_of_the_other_mode_alone_are_none() -> None:
    assert relative(_BUDGETS, "supabase", _CALLED).empty
    assert absolute(Budgets(), "memory", _CALLED).empty
    assert not absolute(_BUDGETS, "supabase", _CALLED).empty


def test_not_a_single_wrong_answer_is_allowed_where_nobody_says_otherwise() -> None:
    assert errors_only(_BUDGETS, "memory", ("get_request", "ops_summary")).endpoints == {
        "get_request": {"memory": EndpointBudget(errors=0.0)},
        "ops_summary": {"memory": EndpointBudget(errors=0.01)},
    }
