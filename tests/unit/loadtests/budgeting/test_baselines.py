"""One run against its baselines: slower than their spread explains, and not because of the machine."""

from collections.abc import Mapping

import msgspec
import numpy as np
import pytest

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.budgeting.baselines import differing, judge_baselines
from loadtests.records import EndpointRecord, Recording, WindowRecord
from loadtests.statistics.histograms import decode
from loadtests.verdicts import Verdict, worst
from tests.load_model import Machine, Plan, encoded, fingerprint, simulated

BUDGETS = Budgets(
    endpoints={name: {"supabase": EndpointBudget(p50_ratio=1.15)} for name in ("open_link", "book")}
)
QUIET = Machine(stalls_per_s=0.0, round_=0.01, start=0.01)


@pytest.fixture(scope="module")
def runs() -> tuple[Recording, ...]:
    """Six runs of one server; the first is the new one."""
    plan = Plan(rounds=1, windows=30)
    return tuple(_single(simulated(seed, plan, QUIET)) for seed in range(6))


def _single(recording: Recording) -> Recording:
    return msgspec.structs.replace(
        recording,
        windows=tuple(window for window in recording.windows if window.arm == "a"),
        fingerprints={"a": fingerprint("supabase")},
    )


def _slower(recording: Recording, factors: Mapping[str, float]) -> Recording:
    def scaled(name: str, record: EndpointRecord) -> EndpointRecord:
        samples = decode(record.latency)
        times = factors.get(name, 1.0) * np.repeat(samples.values, samples.counts)
        return msgspec.structs.replace(record, latency=encoded(times))

    def changed(window: WindowRecord) -> WindowRecord:
        records = {name: scaled(name, record) for name, record in window.endpoints.items()}
        return msgspec.structs.replace(window, endpoints=records)

    return msgspec.structs.replace(recording, windows=tuple(changed(one) for one in recording.windows))


def test_a_run_like_the_others_passes(runs: tuple[Recording, ...]) -> None:
    judged = judge_baselines(runs[0], runs[1:], BUDGETS)
    assert worst(judged) is Verdict.PASS
    assert {one.endpoint for one in judged if one.decides} == {"open_link", "book"}
    assert {one.subject for one in judged} == {"now / baseline"}


def test_one_slower_endpoint_is_named(runs: tuple[Recording, ...]) -> None:
    judged = judge_baselines(_slower(runs[0], {"book": 1.5}), runs[1:], BUDGETS)
    found = {one.endpoint: one.verdict for one in judged if one.decides}
    assert found == {"open_link": Verdict.PASS, "book": Verdict.REGRESSED}


@pytest.mark.parametrize("factor", [1.5, 0.6])
def test_a_canary_that_changed_tells_of_the_environment(runs: tuple[Recording, ...], factor: float) -> None:
    everything = dict.fromkeys(runs[0].load.weights, factor)
    judged = judge_baselines(_slower(runs[0], everything), runs[1:], BUDGETS)
    assert {one.verdict for one in judged if one.decides} == {Verdict.INVALID}
    assert all("The environment changed: the canary health" in one.reason for one in judged if one.decides)


def test_without_a_canary_nothing_is_told(runs: tuple[Recording, ...]) -> None:
    def blind(window: WindowRecord) -> WindowRecord:
        kept = {name: record for name, record in window.endpoints.items() if name != "health"}
        return msgspec.structs.replace(window, endpoints=kept)

    now = msgspec.structs.replace(runs[0], windows=tuple(blind(one) for one in runs[0].windows))
    judged = judge_baselines(now, runs[1:], BUDGETS)
    assert worst(judged) is Verdict.INVALID
    assert any("The canary health has too few samples" in one.reason for one in judged)


def test_four_baselines_are_refused(runs: tuple[Recording, ...]) -> None:
    with pytest.raises(ConfigurationError, match="4 baselines do not show how much runs differ; add 5"):
        judge_baselines(runs[0], runs[1:5], BUDGETS)


def test_another_fingerprint_is_refused_by_the_name_of_the_field(runs: tuple[Recording, ...]) -> None:
    other = msgspec.structs.replace(
        runs[3], fingerprints={"a": msgspec.structs.replace(fingerprint("supabase"), schema_hash="x")}
    )
    with pytest.raises(ConfigurationError, match="its schema_hash is 'x', and now it is 'h'"):
        judge_baselines(runs[0], [*runs[1:5], other], BUDGETS)
    assert differing(fingerprint("memory"), fingerprint("memory")) == ()


def test_an_unfit_baseline_makes_the_comparison_invalid(runs: tuple[Recording, ...]) -> None:
    partial = msgspec.structs.replace(runs[5], complete=False)
    judged = judge_baselines(runs[0], [*runs[1:5], partial], BUDGETS)
    assert worst(judged) is Verdict.INVALID
    assert any("The baseline simulated-5: The run was interrupted" in one.reason for one in judged)


def test_too_few_samples_are_invalid(runs: tuple[Recording, ...]) -> None:
    budgets = Budgets(endpoints={"cancel": {"supabase": EndpointBudget(p95_ratio=1.5)}})
    judged = judge_baselines(runs[0], runs[1:], budgets)
    (one,) = [one for one in judged if one.decides]
    assert one.verdict is Verdict.INVALID
    assert "and 100 are needed at least" in one.reason
