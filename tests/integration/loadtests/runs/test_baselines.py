"""Runs that really ran: a slowed server is found on its endpoint, and a slowed environment is none."""

import io
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.budgeting.judge import judge
from loadtests.records import Recording, WindowRecord
from loadtests.runs import recording_file
from loadtests.runs.blessing import refuse_to_bless
from loadtests.runs.comparing import judgements_of
from loadtests.runs.measuring import kept_log, measure, progress_of
from loadtests.runs.request import RunOptions, setting_of
from loadtests.runs.scenario import scenario_hash
from loadtests.runs.setting import mix_of
from loadtests.runs.target import Target
from loadtests.verdicts import Judgement, Verdict, worst
from tests.integration.loadtests.runs.waiting import API, waiting
from tests.unit.loadtests.runs.recordings import histogram

_USUAL_S, _SLOW_S = 0.15, 0.6
_BASELINES = 5
_BUDGETS = Budgets(
    ratio_floor_ms=1, endpoints={"get_request": {"memory": EndpointBudget(p50_ratio=2.0, p95_ratio=2.5)}}
)


def _run(url: str) -> Recording:
    """One short run, as `harness load run` makes it."""
    setting = setting_of(RunOptions(host=url, rate=80.0, seconds=2.0, warm_up_s=0.2), API)
    with Target(url, API) as target, kept_log() as log:
        identity = target.identify("memory")
        weights, _ = mix_of(setting)
        setting = replace(setting, scenario=scenario_hash(API, weights))
        progress = progress_of(setting, io.StringIO())
        measured = measure(setting, target, identity, weights, log=log, progress=progress)
    assert measured.left == ()
    return msgspec.structs.replace(
        measured.recording, windows=tuple(map(_on_a_quiet_machine, measured.recording.windows))
    )


def _on_a_quiet_machine(window: WindowRecord) -> WindowRecord:
    # Several runs at once, on a machine that tests other things meanwhile: that the generator may be late is
    # tested elsewhere, and what these servers take is so long that it does not matter.
    assert window.achieved == window.offered
    return msgspec.structs.replace(window, lag=histogram({100: max(1, window.offered)}), generator_cpu=0.1)


@pytest.fixture(scope="module")
def runs() -> Mapping[str, list[Recording]]:
    """Runs by what was slow; all at the same time, for they mostly wait."""
    with ExitStack() as stack, ThreadPoolExecutor(_BASELINES + 4) as pool:
        usual = stack.enter_context(waiting(request_s=_USUAL_S, health_s=_USUAL_S)).url
        slow = stack.enter_context(waiting(request_s=_SLOW_S, health_s=_USUAL_S)).url
        elsewhere = stack.enter_context(waiting(request_s=_SLOW_S, health_s=_SLOW_S)).url
        wrong = stack.enter_context(waiting(request_s=_USUAL_S, health_s=_USUAL_S, wrong=True)).url
        hosts = {"usual": [usual] * (_BASELINES + 1), "slow": [slow], "all": [elsewhere], "wrong": [wrong]}
        started: dict[str, list[Future[Recording]]] = {
            name: [pool.submit(_run, url) for url in urls] for name, urls in hosts.items()
        }
        return {name: [one.result() for one in futures] for name, futures in started.items()}


def _judged(runs: Mapping[str, list[Recording]], now: Recording) -> tuple[Judgement, ...]:
    return judgements_of(now, runs["usual"][:_BASELINES], _BUDGETS, "memory")


def test_runs_on_the_same_server_are_of_one_kind_and_come_back_from_their_files(
    runs: Mapping[str, list[Recording]], tmp_path: Path
) -> None:
    refuse_to_bless(runs["usual"], 0.0)
    recording_file.write(tmp_path / "run.json", runs["usual"][0])
    assert recording_file.read(tmp_path / "run.json").recording == runs["usual"][0]


def test_every_run_sent_the_same(runs: Mapping[str, list[Recording]]) -> None:
    counts = {
        tuple(
            (name, record.requests)
            for window in run.windows
            for name, record in sorted(window.endpoints.items())
        )
        for found in runs.values()
        for run in found
    }
    assert len(counts) == 1


def test_the_unchanged_server_passes(runs: Mapping[str, list[Recording]]) -> None:
    judgements = _judged(runs, runs["usual"][_BASELINES])
    assert worst(judgements) is Verdict.PASS, judgements


def test_the_slowed_server_is_found_on_the_endpoint_that_is_slow(
    runs: Mapping[str, list[Recording]],
) -> None:
    judgements = _judged(runs, runs["slow"][0])
    found = {(one.endpoint, one.metric) for one in judgements if one.verdict is Verdict.REGRESSED}
    assert ("get_request", "p50") in found, judgements
    # A few tails are rarely enough to tell on a busy machine.
    assert found <= {("get_request", "p50"), ("get_request", "p95")}, judgements
    assert worst(judgements) is Verdict.REGRESSED


def test_where_the_canary_is_slow_too_the_environment_changed(runs: Mapping[str, list[Recording]]) -> None:
    judgements = _judged(runs, runs["all"][0])
    assert worst(judgements) is Verdict.INVALID
    assert any("environment changed" in one.reason for one in judgements)


def test_wrong_answers_are_found_however_fast_they_are(runs: Mapping[str, list[Recording]]) -> None:
    compared = _judged(runs, runs["wrong"][0])
    assert worst(compared) is Verdict.REGRESSED
    alone = judge(
        runs["wrong"][0],
        Budgets(endpoints={"get_request": {"memory": EndpointBudget(p95_ms=9_000, errors=0.0)}}),
        comparison="single",
        look=1,
        looks=1,
    )
    assert {one.metric for one in alone if one.verdict is Verdict.REGRESSED} == {"errors"}
    assert not any(one.verdict is Verdict.PASS for one in alone if one.endpoint == "get_request")
