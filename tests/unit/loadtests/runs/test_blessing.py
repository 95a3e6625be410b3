"""Only runs of one kind, whole and spread over time, are compared with."""

from typing import Any

import pytest

from harness.errors import ConfigurationError
from loadtests.records import Recording
from loadtests.runs.blessing import MIN_SPAN_S, refuse_to_bless, refuse_to_compare
from tests.unit.loadtests.runs.recordings import fingerprint, recording


def _runs(number: int = 5, *, apart_s: float = 1200.0) -> list[Recording]:
    return [recording(f"run-{index}", after_s=apart_s * index) for index in range(number)]


def test_five_whole_runs_of_one_kind_over_an_hour_are_a_set() -> None:
    refuse_to_bless(_runs(), MIN_SPAN_S)


def test_four_runs_are_too_few() -> None:
    with pytest.raises(ConfigurationError, match="at least 5 runs, and 4 runs can be taken"):
        refuse_to_bless(_runs(4), 0.0)


def test_a_run_counts_once() -> None:
    with pytest.raises(ConfigurationError, match="run-0 is named twice"):
        refuse_to_bless([*_runs(), recording("run-0")], 0.0)


def test_runs_of_one_minute_know_one_state_only() -> None:
    with pytest.raises(ConfigurationError, match="lie within 1 min, and a spread of 1 h is demanded"):
        refuse_to_bless(_runs(apart_s=15.0), MIN_SPAN_S)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mode": "memory"}, "mode is 'supabase' in run-0 and 'memory' in run-9"),
        ({"region": "local"}, "region is 'eu-central-1' in run-0 and 'local' in run-9"),
        ({"scenario": "6" * 64}, "scenario is 555555555555… in run-0 and 666666666666… in run-9"),
        (
            {"versions": {"harness": "1", "locust": "3", "python": "3.11.0"}},
            "versions.locust is '2' in run-0 and '3' in run-9",
        ),
        (
            {"versions": {"harness": "1", "locust": "2", "python": "3.11.0", "postgres": "17"}},
            "versions.postgres is not known in run-0 and '17' in run-9",
        ),
    ],
)
def test_another_fingerprint_is_named_with_both_values(changes: dict[str, object], said: str) -> None:
    stranger = recording("run-9", after_s=9000.0, fingerprints={"a": fingerprint(**changes)})
    with pytest.raises(ConfigurationError) as refused:
        refuse_to_bless([*_runs(), stranger], MIN_SPAN_S)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"complete": False}, "was interrupted before its end"),
        ({"remarks": ("The warm-up did not end.",)}, "is unfit: The warm-up did not end."),
        ({"fingerprints": {"a": fingerprint(), "b": fingerprint()}}, "has 2 arms"),
        ({"windows": ()}, "holds no request at all"),
    ],
)
def test_a_run_that_is_not_whole_is_neither_blessed_nor_compared(
    changes: dict[str, Any], reason: str
) -> None:
    unfit = recording("run-9", after_s=9000.0, **changes)
    with pytest.raises(ConfigurationError, match=reason):
        refuse_to_bless([*_runs(), unfit], MIN_SPAN_S)
    with pytest.raises(ConfigurationError, match=reason):
        refuse_to_compare(unfit, _runs(), "nightly")


def test_a_run_of_the_same_kind_is_compared() -> None:
    refuse_to_compare(recording("now", after_s=90_000.0), _runs(), "nightly")


def test_every_differing_field_is_named() -> None:
    other = recording("now", fingerprints={"a": fingerprint(mode="memory", plan="8" * 64, region="")})
    with pytest.raises(ConfigurationError) as refused:
        refuse_to_compare(other, _runs(), "nightly")
    assert "mode is 'memory' in the run and 'supabase' in the set" in str(refused.value)
    assert "plan is 888888888888… in the run and 999999999999… in the set" in str(refused.value)
    assert "region is not known in the run and 'eu-central-1' in the set" in str(refused.value)


def test_a_run_is_not_judged_by_itself() -> None:
    with pytest.raises(ConfigurationError, match="it cannot be judged by itself"):
        refuse_to_compare(_runs()[2], _runs(), "nightly")
