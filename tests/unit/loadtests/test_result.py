"""A result is never better than what was measured."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from harness.models.outcome import Counts, Outcome, Status
from loadtests.records import Load, Recording, WindowRecord
from loadtests.result import Result
from loadtests.verdicts import Judgement, Verdict

WINDOW = WindowRecord(
    round=0,
    index=0,
    arm="a",
    begun_at=1000.0,
    duration_s=1.0,
    offered=1,
    achieved=1,
    lag="",
    generator_cpu=0.1,
    endpoints={},
)
RECORDING = Recording(
    run_id="run-1",
    begun_at=1000.0,
    ended_at=1060.0,
    load=Load(rate_per_s=60, loop="open", seed=7, weights={"book": 1.0}),
    fingerprints={},
    windows=(WINDOW,),
)
BOOK = Judgement(
    endpoint="book",
    subject="supabase - memory",
    metric="p50",
    verdict=Verdict.PASS,
    decides=True,
    unit="ms",
    allowed=8.0,
    estimate=5.0,
    low=4.0,
    high=6.0,
    rounds=8,
    samples=400,
    reason="inside.",
)


def _but(one: Judgement, **changes: Any) -> Judgement:
    return msgspec.structs.replace(one, **changes)


REGRESSED = _but(BOOK, verdict=Verdict.REGRESSED, estimate=31.2, low=28.9, high=33.5, reason="too slow.")
UNDECIDED = _but(BOOK, verdict=Verdict.INCONCLUSIVE, estimate=7.0, low=5.0, high=9.0, reason="too wide.")


def _result(*judgements: Judgement, **changes: Any) -> Result:
    made = Result(
        step="load compare",
        run_id="run-1",
        started_at=datetime(2026, 1, 15, 10, 0, tzinfo=UTC),
        duration_s=60.0,
        recording=RECORDING,
        judgements=judgements,
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("judgements", "verdict", "status"),
    [
        ((BOOK,), Verdict.PASS, 0),
        ((BOOK, REGRESSED), Verdict.REGRESSED, 1),
        ((BOOK, UNDECIDED), Verdict.INCONCLUSIVE, 2),
        ((BOOK, _but(REGRESSED, decides=False)), Verdict.PASS, 0),
        ((), Verdict.INVALID, 2),
        ((_but(BOOK, decides=False),), Verdict.INVALID, 2),
    ],
)
def test_only_judgements_that_decide_count(
    judgements: tuple[Judgement, ...], verdict: Verdict, status: int
) -> None:
    result = _result(*judgements)
    assert result.verdict is verdict
    assert result.exit_status == result.outcome().exit_status == status
    assert Outcome.from_json(msgspec.json.encode(result.outcome().to_json())) == result.outcome()


@pytest.mark.parametrize(
    "recording",
    [
        None,
        msgspec.structs.replace(RECORDING, windows=()),
        msgspec.structs.replace(RECORDING, complete=False),
        msgspec.structs.replace(RECORDING, remarks=("b was not proven.",)),
    ],
)
def test_an_unfit_run_never_passes(recording: Recording | None) -> None:
    result = _result(BOOK, recording=recording)
    assert result.verdict is Verdict.INVALID
    outcome = result.outcome()
    assert outcome.status is Status.UNCHECKED
    assert outcome.counts == {
        "supabase - memory": Counts(expected=1, executed=0, passed=0, failed=0, unchecked=1)
    }
    assert outcome.findings[0].level == "unchecked"


def test_a_remark_makes_a_run_unfit_and_takes_no_regression_back() -> None:
    assert _result(BOOK, remarks=("The warm-up did not end.",)).verdict is Verdict.INVALID
    assert _result(REGRESSED, remarks=("The warm-up did not end.",)).verdict is Verdict.REGRESSED


def test_an_interrupted_run_is_invalid_whatever_it_showed() -> None:
    result = _result(REGRESSED, recording=msgspec.structs.replace(RECORDING, complete=False))
    assert result.verdict is Verdict.INVALID
    assert {finding.level for finding in result.outcome().findings} == {"unchecked"}


@pytest.mark.parametrize(
    "changes",
    [
        {"samples": 0},
        {"allowed": None},
        {"high": 8.000001},
        {"high": None},
        {"high": float("nan")},
        {"metric": "errors", "unit": "share", "allowed": 0.0, "estimate": 0.001},
        {"metric": "capacity", "unit": "per_s", "allowed": 100.0, "low": 99.0, "high": 120.0},
    ],
)
def test_a_pass_that_its_numbers_do_not_show_is_taken_back(changes: dict[str, Any]) -> None:
    result = _result(_but(BOOK, **changes))
    assert result.verdict is Verdict.INVALID
    assert "it says PASS, but" in result.judgements[0].reason


@pytest.mark.parametrize(
    "changes",
    [
        {"high": 8.000000000000002},
        {"metric": "errors", "unit": "share", "allowed": 0.0, "estimate": 0.0, "high": 0.001},
        {"metric": "capacity", "unit": "per_s", "allowed": 100.0, "low": 101.0, "high": 120.0},
        {"metric": "round_trips", "unit": "count", "allowed": 4.0, "low": None, "high": None},
        {"metric": "answers", "unit": "count", "allowed": None, "low": None, "high": None},
    ],
)
def test_a_pass_that_its_numbers_show_stays(changes: dict[str, Any]) -> None:
    assert _result(_but(BOOK, **changes)).verdict is Verdict.PASS


def test_a_run_that_was_interrupted_early_is_not_blamed_on_the_budgets() -> None:
    early = _result(recording=msgspec.structs.replace(RECORDING, complete=False)).outcome()
    assert ["The run was interrupted" in finding.message for finding in early.findings] == [True]
    whole = _result().outcome()
    assert ["[budgets]" in finding.message for finding in whole.findings] == [True]


def test_advice_is_no_finding() -> None:
    assert _result(BOOK, _but(UNDECIDED, decides=False, allowed=None)).outcome().findings == ()


def test_counts_are_by_subject_and_findings_name_endpoint_and_metric() -> None:
    outcome = _result(BOOK, REGRESSED, _but(UNDECIDED, subject="memory")).outcome()
    assert outcome.counts == {
        "supabase - memory": Counts(expected=2, executed=2, passed=1, failed=1),
        "memory": Counts(expected=1, executed=0, passed=0, failed=0, unchecked=1),
    }
    assert [(one.id, one.level, one.message) for one in outcome.findings] == [
        ("load.book.p50[supabase - memory]", "core", "REGRESSED: too slow."),
        ("load.book.p50[memory]", "unchecked", "INCONCLUSIVE: too wide."),
    ]
    assert outcome.findings[0].actual == "31.2 [28.9, 33.5] ms"
    assert outcome.findings[0].expected == "8 ms"


@pytest.mark.parametrize(
    "hide",
    [
        lambda text: _result(_but(BOOK, reason=text)),
        lambda text: _result(BOOK, remarks=(text,)),
        lambda text: _result(BOOK, notes=(text,)),
        lambda text: _result(BOOK, command=text),
        lambda text: _result(BOOK, next_step=text),
        lambda text: _result(BOOK, facts=(("base", text),)),
        lambda text: _result(BOOK, recording=msgspec.structs.replace(RECORDING, remarks=(text,))),
    ],
)
def test_no_text_keeps_a_secret(hide: Callable[[str], Result]) -> None:
    result = hide("Bearer abcdef and s3cr3t")
    assert "s3cr3t" in repr(result)
    cleaned = repr(result.redacted({"s3cr3t"}))
    assert "s3cr3t" not in cleaned
    assert "abcdef" not in cleaned
