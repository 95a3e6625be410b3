"""A slower run is found on the endpoint that is slower, and a changed environment excuses time alone."""

from datetime import UTC, datetime

import msgspec
import pytest

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.records import Recording
from loadtests.result import Result
from loadtests.runs.comparing import compared
from loadtests.runs.store import BaselineSet, Member
from loadtests.verdicts import Verdict
from tests.unit.loadtests.runs.recordings import fingerprint, histogram, recording

_BUDGETS = Budgets(
    ratio_floor_ms=0.05, endpoints={"get_request": {"supabase": EndpointBudget(p50_ratio=1.1, p95_ratio=1.2)}}
)
_LATENCIES_US = (2_000, 2_020, 1_980, 2_010, 1_990, 2_000)


def _baselines() -> list[Recording]:
    return [
        recording(f"run-{index}", after_s=1200.0 * index, latency_us=value)
        for index, value in enumerate(_LATENCIES_US)
    ]


def _compared(now: Recording, budgets: Budgets | None = _BUDGETS) -> Result:
    members = tuple(Member(run_id=one.run_id, sha256="") for one in _baselines())
    chosen = BaselineSet(name="nightly", blessed_at=0.0, min_span_s=3600.0, members=members)
    return compared(
        now, chosen, _baselines(), budgets, started_at=datetime(2027, 1, 15, tzinfo=UTC), command="again"
    )


def _with(now: Recording, endpoint: str, latency_us: int, errors: dict[str, int] | None = None) -> Recording:
    """The run with another latency of one endpoint, in each window."""
    windows = []
    for window in now.windows:
        record = window.endpoints[endpoint]
        text = histogram({latency_us: record.requests})
        changed = msgspec.structs.replace(record, latency=text, service=text, errors=errors or {})
        windows.append(msgspec.structs.replace(window, endpoints={**window.endpoints, endpoint: changed}))
    return msgspec.structs.replace(now, windows=tuple(windows))


def _now(latency_us: int = 2_000) -> Recording:
    return recording("now", after_s=90_000.0, latency_us=latency_us)


def test_a_run_as_fast_as_its_baselines_passes() -> None:
    result = _compared(_now())
    assert result.verdict is Verdict.PASS, result.judgements
    assert (
        result.facts[0][0],
        result.facts[0][1].rpartition(" newest")[0] + " newest",
    ) == ("baselines", "nightly: 6 runs over 100 min (at least 1 h demanded), the newest")


def test_a_slower_run_is_found_on_the_endpoint_that_is_slower() -> None:
    result = _compared(_now(3_000))
    regressed = {(one.endpoint, one.metric) for one in result.judgements if one.verdict is Verdict.REGRESSED}
    assert regressed == {("get_request", "p50"), ("get_request", "p95")}
    assert result.exit_status == 1


def test_a_slower_canary_says_that_the_environment_changed() -> None:
    result = _compared(_with(_now(3_000), "health", 900))
    assert result.verdict is Verdict.INVALID
    assert any("environment changed" in one.reason for one in result.deciding)


def test_a_wrong_answer_is_wrong_whatever_the_canary_says() -> None:
    result = _compared(_with(_with(_now(), "health", 900), "get_request", 2_000, {"status 500": 1}))
    assert result.verdict is Verdict.REGRESSED
    assert [one.metric for one in result.deciding if one.verdict is Verdict.REGRESSED] == ["errors"]


def test_without_a_ratio_nothing_can_be_compared() -> None:
    for budgets in (None, Budgets(endpoints={"get_request": {"memory": EndpointBudget(p50_ratio=1.1)}})):
        with pytest.raises(ConfigurationError, match=r"no ratio that a run in mode supabase .* p50_ratio"):
            _compared(_now(), budgets)


def test_a_run_of_another_kind_is_refused() -> None:
    other = msgspec.structs.replace(_now(), fingerprints={"a": fingerprint(region="local")})
    with pytest.raises(ConfigurationError, match="region is 'local' in the run"):
        _compared(other)
