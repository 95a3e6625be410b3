"""Judging a recording: what is listed decides, and nothing passes that was not measured."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets, EndpointBudget
from harness.settings.environment import DbMode
from loadtests.budgeting.judge import judge, undecided
from loadtests.records import EndpointRecord, Recording, WindowRecord
from loadtests.statistics.histograms import decode
from loadtests.statistics.shares import lowest_share
from loadtests.verdicts import Judgement, Metric, Verdict, exit_status, worst
from tests.load_model import encoded
from tests.load_resampling import until
from tests.load_simulated_faults import FAULTS, Fault, _timed, _times, injected

SLOWER, TAIL, WRONG, TRIPS, STALL = FAULTS
RATIO = EndpointBudget(p50_ratio=1.3)


def _budgets(name: str, budget: EndpointBudget, mode: DbMode = "supabase") -> Budgets:
    return Budgets(allowance_ms=4.0, endpoints={name: {mode: budget}})


def _judged(recording: Recording, budgets: Budgets, comparison: str = "within") -> dict[str, Judgement]:
    judged = judge(
        recording, budgets, comparison="across" if comparison == "across" else "within", look=1, looks=1
    )
    return {f"{one.endpoint} {one.metric} {one.subject}": one for one in judged if one.decides}


def _changed(recording: Recording, **changes: object) -> Recording:
    """Each window with other values."""
    return msgspec.structs.replace(
        recording, windows=tuple(msgspec.structs.replace(one, **changes) for one in recording.windows)
    )


def test_equal_servers_keep_a_wide_ratio(within: Recording) -> None:
    (one,) = _judged(within, _budgets("open_link", RATIO)).values()
    assert (one.verdict, one.subject, one.unit, one.rounds) == (
        Verdict.PASS,
        "candidate / base",
        "ratio",
        5,
    )
    assert one.low is not None
    assert one.high is not None
    assert one.low < 1.0 < one.high < 1.3
    assert "all of it within 1.300" in one.reason


def test_a_ratio_that_five_rounds_cannot_tell_is_inconclusive(within: Recording) -> None:
    (one,) = _judged(within, _budgets("cancel", EndpointBudget(p50_ratio=1.01))).values()
    assert one.verdict is Verdict.INCONCLUSIVE
    assert exit_status(worst([one])) == 2
    assert "contains 1.010" in one.reason


def test_a_round_without_a_request_to_a_rare_endpoint_is_left_out(within: Recording) -> None:
    nothing = encoded(np.zeros(0))
    windows = tuple(
        msgspec.structs.replace(
            window,
            endpoints={
                **window.endpoints,
                "cancel": EndpointRecord(requests=0, errors={}, latency=nothing, service=nothing),
            },
            round_trips=None,
        )
        if window.round == 0
        else window
        for window in within.windows
    )
    recording = msgspec.structs.replace(within, windows=windows)
    (one,) = _judged(recording, _budgets("cancel", RATIO)).values()
    assert one.rounds == 4
    assert one.verdict in {Verdict.PASS, Verdict.INCONCLUSIVE}


def test_wrong_answers_that_are_few_of_each_endpoint_are_too_many_of_all(within: Recording) -> None:
    of_b = [window for window in within.windows if window.arm == "b"]
    asked = {
        name: sum(window.endpoints[name].sent for window in of_b if name in window.endpoints)
        for name in within.load.weights
    }
    wrong = {
        name: max(few for few in range(9) if lowest_share(few, asked[name], 0.05) <= 0.005) for name in asked
    }
    first = max(of_b, key=lambda window: len(window.endpoints))
    assert set(first.endpoints) == set(wrong)
    endpoints = {
        name: msgspec.structs.replace(record, errors={"status 500": wrong[name]})
        for name, record in first.endpoints.items()
    }
    windows = tuple(
        msgspec.structs.replace(one, endpoints=endpoints) if one is first else one for one in within.windows
    )
    recording = msgspec.structs.replace(within, windows=windows)
    judged = _judged(recording, _budgets("open_link", RATIO))
    assert {one.verdict for one in judged.values()} == {Verdict.INVALID}
    assert "All endpoints without a budget for errors on arm b" in next(iter(judged.values())).reason


def test_before_the_last_look_another_round_may_tell(within: Recording) -> None:
    judged = judge(
        within,
        _budgets("cancel", EndpointBudget(p50_ratio=1.01, p99_ms=50.0)),
        comparison="within",
        look=3,
        looks=6,
    )
    assert {one.metric for one in undecided(judged)} == {"p50", "p99"}
    assert all("the next round may tell" in one.reason for one in undecided(judged))


def test_too_few_samples_are_invalid_at_the_last_look(within: Recording) -> None:
    (one,) = _judged(within, _budgets("cancel", EndpointBudget(p99_ms=50.0))).values()
    assert one.verdict is Verdict.INVALID
    assert "and 299 are needed at least, which 22 such rounds would give; offer a higher rate" in one.reason


def test_a_difference_below_the_floor_is_none(within: Recording) -> None:
    budgets = replace(_budgets("open_link", EndpointBudget(p50_ratio=1.001)), ratio_floor_ms=2.0)
    (one,) = _judged(within, budgets).values()
    assert one.verdict is Verdict.PASS
    assert one.allowed == pytest.approx(1 + 2.0 / 3.25, rel=0.1)


@pytest.mark.parametrize(
    ("fault", "budget", "metric"),
    [
        (replace(SLOWER, change=lambda _random, record, _window: _slow(record)), RATIO, "p50"),
        (TAIL, EndpointBudget(p99_ms=30.0), "p99"),
        (WRONG, EndpointBudget(errors=0.0), "errors"),
        (TRIPS, EndpointBudget(round_trips=1), "round_trips"),
    ],
    ids=["slower", "tail", "wrong", "round trips"],
)
def test_a_fault_is_found_where_it_is(
    within: Recording, fault: Fault, budget: EndpointBudget, metric: Metric
) -> None:
    names = ("open_link", "receive_webhook", "create_request")
    budgets = Budgets(endpoints={name: {"supabase": budget} for name in names})
    judged = judge(
        injected(within, fault, "open_link", seed=1), budgets, comparison="within", look=1, looks=1
    )
    found = {(one.endpoint, one.metric) for one in judged if one.decides and one.verdict is Verdict.REGRESSED}
    assert found == {("open_link", metric)}
    assert worst(judged) is Verdict.REGRESSED


def _slow(record: EndpointRecord) -> EndpointRecord:
    samples = decode(record.latency)
    return msgspec.structs.replace(record, latency=encoded(1.6 * np.repeat(samples.values, samples.counts)))


def test_standing_still_is_found_among_all_requests(within: Recording) -> None:
    budgets = Budgets(endpoints={"all": {"supabase": EndpointBudget(p99_ms=60.0)}})
    assert worst(judge(within, budgets, comparison="within", look=1, looks=1)) is Verdict.PASS
    judged = judge(injected(within, STALL, "", seed=1), budgets, comparison="within", look=1, looks=1)
    (one,) = [one for one in judged if one.decides]
    assert (one.endpoint, one.verdict) == ("all", Verdict.REGRESSED)


def test_across_modes_the_allowance_counts_round_trips(across: Recording) -> None:
    budget = EndpointBudget(round_trips=2)
    (trips, difference) = _judged(across, _budgets("ops_dashboard", budget), "across").values()
    assert (trips.verdict, trips.metric) == (Verdict.PASS, "round_trips")
    assert (difference.subject, difference.allowed) == ("supabase - memory", 8.0)
    assert difference.verdict is Verdict.PASS
    assert difference.estimate == pytest.approx(6.0, rel=0.15)
    narrow = replace(_budgets("ops_dashboard", budget), allowance_ms=1.0)
    regressed = _judged(across, narrow, "across")["ops_dashboard p50 supabase - memory"]
    assert regressed.verdict is Verdict.REGRESSED
    assert "all of it beyond 2 ms" in regressed.reason


def test_each_mode_has_budgets_of_its_own(across: Recording) -> None:
    budgets = Budgets(
        endpoints={
            "open_link": {
                "memory": EndpointBudget(p50_ms=0.5, p95_ms=5.0),
                "supabase": EndpointBudget(p50_ms=5.0, p95_ms=3.0),
            }
        }
    )
    verdicts = {key: one.verdict for key, one in _judged(across, budgets, "across").items()}
    assert verdicts == {
        "open_link p50 memory": Verdict.REGRESSED,
        "open_link p95 memory": Verdict.PASS,
        "open_link p50 supabase": Verdict.PASS,
        "open_link p95 supabase": Verdict.REGRESSED,
    }


def test_what_is_not_listed_is_advice(within: Recording) -> None:
    judged = judge(within, _budgets("open_link", RATIO), comparison="within", look=1, looks=1)
    advice = [one for one in judged if not one.decides]
    assert {one.endpoint for one in advice} > {"book", "health"}
    assert all(one.allowed is None and one.verdict is Verdict.INCONCLUSIVE for one in advice)
    assert worst(judged) is Verdict.PASS


def test_without_a_budget_that_applies_nothing_passes(within: Recording) -> None:
    judged = judge(within, _budgets("open_link", RATIO, mode="memory"), comparison="within", look=1, looks=1)
    assert worst(judged) is Verdict.INVALID
    assert "No budget applies to this comparison (within)" in judged[0].reason


def test_a_budget_on_an_unknown_endpoint_is_refused(within: Recording) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'open_link'"):
        judge(within, _budgets("open_lnik", RATIO), comparison="within", look=1, looks=1)


def test_a_listed_endpoint_that_was_never_called_is_invalid(within: Recording) -> None:
    def without(window: WindowRecord) -> WindowRecord:
        kept = {name: record for name, record in window.endpoints.items() if name != "open_link"}
        return msgspec.structs.replace(window, endpoints=kept)

    missing = msgspec.structs.replace(within, windows=tuple(without(one) for one in within.windows))
    budget = EndpointBudget(p50_ratio=1.3, p50_ms=9.0, p95_ms=9.0, p99_ms=9.0, errors=0.0)
    judged = _judged(missing, _budgets("open_link", budget))
    assert len(judged) == 5
    assert {one.verdict for one in judged.values()} == {Verdict.INVALID}


def test_round_trips_that_were_not_counted_are_invalid(within: Recording) -> None:
    blind = msgspec.structs.replace(within, round_trips={})
    (one,) = _judged(blind, _budgets("open_link", EndpointBudget(round_trips=1))).values()
    assert one.verdict is Verdict.INVALID
    assert "is the gateway in between?" in one.reason


def _failing(recording: Recording, arm: str, every: int) -> Recording:
    """One of so many answers of open_link is wrong, and fast."""

    def spoilt(window: WindowRecord) -> WindowRecord:
        record = window.endpoints.get("open_link")
        if window.arm != arm or record is None or record.sent < every:
            return window
        broken = msgspec.structs.replace(
            record,
            errors={"status 500": record.sent // every},
            latency=encoded(np.full(record.requests, 300.0)),
        )
        return msgspec.structs.replace(window, endpoints={**window.endpoints, "open_link": broken})

    return msgspec.structs.replace(recording, windows=tuple(spoilt(one) for one in recording.windows))


@pytest.mark.parametrize("arm", ["a", "b"])
def test_fast_wrong_answers_pass_nothing(within: Recording, arm: str) -> None:
    failing = _failing(within, arm, every=1)
    assert worst(judge(failing, _budgets("open_link", RATIO), comparison="within", look=1, looks=1)) is (
        Verdict.INVALID
    )
    unlisted = judge(failing, _budgets("book", RATIO), comparison="within", look=1, looks=1)
    assert worst(unlisted) is Verdict.INVALID
    (decided,) = [one for one in unlisted if one.decides]
    assert f"open_link on arm {arm}" in decided.reason
    assert "answers were wrong (" in decided.reason


def test_wrong_answers_that_were_seen_stay_a_regression(within: Recording) -> None:
    budgets = _budgets("open_link", EndpointBudget(errors=0.0, p50_ratio=1.3))
    judged = _judged(_failing(within, "b", every=3), budgets)
    assert judged["open_link errors supabase"].verdict is Verdict.REGRESSED
    assert judged["open_link p50 candidate / base"].verdict is Verdict.INVALID


def test_a_share_of_wrong_answers_may_be_allowed(within: Recording) -> None:
    few = injected(within, WRONG, "open_link", seed=3)
    wide, narrow = EndpointBudget(errors=0.05), EndpointBudget(errors=0.0005)
    assert [one.verdict for one in _judged(few, _budgets("open_link", wide)).values()] == [Verdict.PASS]
    (one,) = _judged(few, _budgets("open_link", narrow)).values()
    assert one.verdict is Verdict.REGRESSED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"complete": False}, "The run was interrupted"),
        ({"remarks": ("Arm b was not proven.",)}, "Arm b was not proven."),
        ({"fingerprints": {}}, "Arm a has no fingerprint"),
    ],
)
def test_nothing_passes_in_an_unfit_run(within: Recording, changes: dict[str, object], reason: str) -> None:
    unfit = msgspec.structs.replace(within, **changes)
    budgets = _budgets("open_link", EndpointBudget(p50_ratio=1.3, errors=0.0, round_trips=1))
    judged = [one for one in judge(unfit, budgets, comparison="within", look=1, looks=1) if one.decides]
    assert {one.verdict for one in judged} == {Verdict.INVALID}
    assert any(reason in one.reason for one in judged)


def test_an_interrupted_run_is_never_more_than_invalid(within: Recording) -> None:
    partial = msgspec.structs.replace(injected(within, WRONG, "open_link", seed=3), complete=False)
    judged = judge(
        partial, _budgets("open_link", EndpointBudget(errors=0.0)), comparison="within", look=1, looks=1
    )
    assert worst(judged) is Verdict.INVALID


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"offered": 1_000}, "were sent and ended"),
        ({"offered": 0}, "was offered no request"),
        ({"generator_cpu": 0.95}, "used more than 80% of a core"),
        ({"lag": encoded(np.full(50, 30_000.0))}, "late by more than 20 ms"),
        ({"arm": "b"}, "Arm a has no window"),
        ({"complete": False}, "The run was interrupted"),
    ],
)
def test_windows_have_to_be_fit(within: Recording, changes: dict[str, object], reason: str) -> None:
    unfit = _changed(within, **changes)
    judged = judge(unfit, _budgets("open_link", RATIO), comparison="within", look=1, looks=1)
    assert worst(judged) is Verdict.INVALID
    assert any(reason in one.reason for one in judged if one.decides)


def test_a_lag_that_is_much_of_a_time_makes_it_invalid(within: Recording) -> None:
    late = _changed(within, lag=encoded(np.full(50, 2_000.0)))
    (one,) = _judged(late, _budgets("open_link", RATIO)).values()
    assert one.verdict is Verdict.INVALID
    assert "The generator's own lag is 2.00 ms at p50" in one.reason


def test_a_limit_that_is_kept_with_the_lag_is_kept(within: Recording) -> None:
    late = _changed(within, lag=encoded(np.full(50, 2_000.0)))
    kept = _judged(late, _budgets("open_link", EndpointBudget(p50_ms=6.0, p95_ms=12.0)))
    assert {one.verdict for one in kept.values()} == {Verdict.PASS}
    broken = _judged(late, _budgets("open_link", EndpointBudget(p50_ms=2.0, p95_ms=3.0)))
    assert {one.verdict for one in broken.values()} == {Verdict.INVALID}
    assert all("The generator's own lag is 2.00 ms" in one.reason for one in broken.values())


def test_the_wrong_mode_passes_nothing(within: Recording, across: Recording) -> None:
    for recording, comparison in ((within, "across"), (across, "within")):
        judged = judge(
            recording,
            Budgets(endpoints={"open_link": {"supabase": EndpointBudget(p50_ms=50.0)}}),
            comparison="across" if comparison == "across" else "within",
            look=1,
            looks=1,
        )
        assert worst(judged) is Verdict.INVALID
        assert any("ran in the modes" in one.reason for one in judged)


def test_arms_have_to_have_the_same_load(within: Recording) -> None:
    def lighter(window: WindowRecord) -> WindowRecord:
        return window if window.arm == "a" else msgspec.structs.replace(window, duration_s=2.4)

    uneven = msgspec.structs.replace(within, windows=tuple(lighter(one) for one in within.windows))
    judged = judge(uneven, _budgets("open_link", RATIO), comparison="within", look=1, looks=1)
    assert worst(judged) is Verdict.INVALID
    assert any("did not have the same load" in one.reason for one in judged)


def test_a_single_run_is_judged_by_stretches_of_time(within: Recording) -> None:
    windows = [window for window in within.windows if window.arm == "a"]
    single = msgspec.structs.replace(
        within, windows=tuple(msgspec.structs.replace(one, round=0) for one in windows)
    )
    budgets = _budgets("open_link", EndpointBudget(p50_ms=10.0, p95_ms=20.0, errors=0.0, round_trips=1))
    judged = judge(single, budgets, comparison="single", look=1, looks=1)
    assert worst(judged) is Verdict.PASS
    assert {one.rounds for one in judged if one.decides and one.metric == "p50"} == {8}


def test_three_rounds_that_differ_by_a_factor_of_a_thousand_bound_nothing(within: Recording) -> None:
    """As when one server stood still: at the level of a first look, the bound is beyond all numbers."""
    stood_still = injected(until(within, 3), Fault("stood still", _stood_still, everywhere=True), "*", 1)
    budgets = _budgets("open_link", EndpointBudget(p50_ms=9.0, p50_ratio=1.1))
    judged = [
        one
        for one in judge(stood_still, budgets, comparison="within", look=1, looks=14)
        if one.endpoint == "open_link" and one.metric == "p50"
    ]
    assert {one.subject for one in judged} == {"supabase", "candidate / base"}
    assert {one.verdict for one in judged} == {Verdict.INCONCLUSIVE}
    assert {one.high for one in judged} == {None}


def _stood_still(_: np.random.Generator, record: EndpointRecord, window: WindowRecord) -> EndpointRecord:
    return _timed(record, 1000 * _times(record)) if window.round == 1 else record
