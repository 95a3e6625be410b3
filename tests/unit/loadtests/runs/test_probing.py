"""A probe says what the server did, unless the generator did it."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from harness.settings.budgets import EndpointBudget
from loadtests.records import EndpointRecord, Recording
from loadtests.runs.bisection import Held
from loadtests.runs.probing import Kept, examined, needed_requests, repeated
from tests.unit.loadtests.runs.recordings import histogram, recording

_BUDGETS = {
    "get_request": EndpointBudget(p95_ms=10, p99_ms=50, errors=0.0),
    "health": EndpointBudget(p95_ms=5),
}


def _record(values_us: Mapping[int, int], errors: Mapping[str, int] | None = None) -> EndpointRecord:
    return EndpointRecord(
        requests=sum(values_us.values()),
        errors=errors or {},
        latency=histogram(values_us),
        service=histogram(values_us),
    )


def _run(
    values_us: Mapping[int, int],
    errors: Mapping[str, int] | None = None,
    *,
    health: EndpointRecord | None = None,
    **changes: Any,
) -> Recording:
    """A run of one window."""
    run = recording(window_count=1)
    endpoints = {**run.windows[0].endpoints, "get_request": _record(values_us, errors)}
    if health is not None:
        endpoints["health"] = health
    window = msgspec.structs.replace(run.windows[0], endpoints=endpoints, **changes)
    return msgspec.structs.replace(run, windows=(window,))


def test_a_server_that_keeps_all_budgets_holds() -> None:
    assert examined(_run({2_000: 960, 12_000: 39, 60_000: 1}), _BUDGETS).held is Held.HOLDS


@pytest.mark.parametrize(
    ("values_us", "said"),
    [
        ({2_000: 400, 12_000: 100}, "100 of 500 requests of get_request took longer than its p95 of 10 ms"),
        ({2_000: 900, 60_000: 100}, "took longer than its p95 of 10 ms"),
        ({2_000: 960, 60_000: 40}, "40 of 1000 requests of get_request took longer than its p99 of 50 ms"),
    ],
)
def test_a_server_that_is_too_slow_fails_by_the_endpoint_and_the_quantile(
    values_us: Mapping[int, int], said: str
) -> None:
    kept = examined(_run(values_us), _BUDGETS)
    assert kept.held is Held.FAILS
    assert said in kept.reason


def test_few_requests_of_each_endpoint_are_judged_together() -> None:
    kept = examined(_run({12_000: 2, 2_000: 14}, health=_record({9_000: 2, 1_000: 12})), _BUDGETS)
    assert kept == Kept(Held.FAILS, "4 of 30 requests took longer than the p95 of their endpoints")


def test_a_server_that_answers_wrongly_fails_however_fast_it_is() -> None:
    kept = examined(_run({100: 500}, {"status 503": 1}), _BUDGETS)
    assert kept == Kept(Held.FAILS, "1 of 500 answers of get_request were wrong (status 503)")
    unstated = {"get_request": EndpointBudget(p95_ms=10)}
    assert examined(_run({100: 500}, {"status 503": 6}), unstated).held is Held.FAILS
    assert examined(_run({100: 500}, {"status 503": 5}), unstated).held is Held.HOLDS


def test_wrong_answers_of_an_endpoint_without_a_budget_count_too() -> None:
    kept = examined(_run({100: 500}, {"status 503": 400}), {"health": EndpointBudget(p95_ms=5)})
    assert kept.held is Held.FAILS


def test_a_server_that_leaves_requests_unanswered_fails() -> None:
    kept = examined(_run({2_000: 500}, offered=1000, achieved=980), _BUDGETS)
    assert kept == Kept(Held.FAILS, "only 980 of 1000 requests were answered")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lag": histogram({100: 90, 30_000: 10})}, "was late by 30 ms"),
        ({"generator_cpu": 0.95}, "used up to 95% of a core"),
    ],
)
def test_a_generator_at_its_limit_says_nothing_of_the_server(changes: dict[str, Any], said: str) -> None:
    slow = examined(_run({90_000: 500}, {"timeout": 90}, **changes), _BUDGETS)
    assert slow.held is Held.LIMITED
    assert said in slow.reason


def test_a_probe_needs_enough_requests_for_its_highest_quantile() -> None:
    assert needed_requests({"a": EndpointBudget(p50_ms=1)}) == 5
    assert needed_requests({"a": EndpointBudget(p50_ms=1), "b": EndpointBudget(p95_ms=1)}) == 59
    assert needed_requests(_BUDGETS) == 299
    assert needed_requests({"a": EndpointBudget(errors=0.0)}) == 299


@pytest.mark.parametrize(
    ("seen", "held", "probes"),
    [
        ((Held.HOLDS, Held.HOLDS, Held.HOLDS), Held.HOLDS, 3),
        ((Held.FAILS, Held.FAILS, Held.FAILS), Held.FAILS, 3),
        ((Held.HOLDS, Held.FAILS, Held.HOLDS), Held.MIXED, 2),
        ((Held.FAILS, Held.FAILS, Held.HOLDS), Held.MIXED, 3),
        ((Held.HOLDS, Held.LIMITED, Held.LIMITED, Held.HOLDS, Held.HOLDS), Held.HOLDS, 5),
        ((Held.LIMITED, Held.FAILS, Held.FAILS, Held.FAILS), Held.FAILS, 4),
        ((Held.HOLDS, Held.LIMITED, Held.HOLDS, Held.LIMITED, Held.LIMITED), Held.LIMITED, 5),
    ],
)
def test_a_rate_holds_if_each_probe_does_and_no_probe_more_is_made_than_decides(
    seen: tuple[Held, ...], held: Held, probes: int
) -> None:
    made: list[int] = []

    def probe(number: int) -> Kept:
        made.append(number)
        return Kept(seen[number], "as it was")  # type: ignore[arg-type]  # MIXED is not among them

    assert repeated(50.0, 3, probe).held is held
    assert len(made) == probes
