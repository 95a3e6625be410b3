"""The result of a step: read back as it was written, and never a pass of nothing."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.models.outcome import Artifact, Counts, Finding, Outcome, Status, Subject

ALL_PASSED = Counts(expected=3, executed=2, passed=2, failed=0, exempt=1)


def outcome(**changes: Any) -> Outcome:
    values: dict[str, Any] = {
        "run_id": "run-1",
        "step": "contract",
        "status": Status.PASSED,
        "started_at": datetime(2026, 1, 15, 10, 0, 0, 250_000, tzinfo=UTC),
        "duration_s": 1.5,
        "counts": {"memory": ALL_PASSED},
    }
    return Outcome(**{**values, **changes})


def test_an_outcome_is_read_back_as_it_was_written() -> None:
    written = outcome(
        status=Status.FAILED,
        subject=Subject(
            app={"name": "scheduler", "sha": "abc", "dirty": True},
            harness={"version": "0.1.0"},
            target={"stack": "embedded"},
            migrations_hash="sha256:1",
        ),
        counts={"memory": ALL_PASSED, "supabase": Counts(expected=2, executed=2, passed=1, failed=1)},
        findings=(
            Finding(
                id="crud.get",
                level="core",
                where="supabase",
                expected="None",
                actual="a row",
                message="See it.",
            ),
        ),
        artifacts=(Artifact(path="report.html", sha256="0" * 64),),
    )
    assert Outcome.from_json(json.dumps(written.to_json())) == written


def test_the_json_form_is_the_documented_one() -> None:
    assert outcome().to_json() == {
        "schema": "parity-outcome/1",
        "run_id": "run-1",
        "step": "contract",
        "status": "passed",
        "exit_status": 0,
        "started_at": "2026-01-15T10:00:00.250000+00:00",
        "duration_s": 1.5,
        "subject": {"app": None, "harness": {}, "target": {}, "migrations_hash": None},
        "counts": {
            "memory": {"expected": 3, "executed": 2, "passed": 2, "failed": 0, "exempt": 1, "unchecked": 0}
        },
        "findings": [],
        "artifacts": [],
    }


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param({}, id="nobody was asked"),
        pytest.param(
            {"memory": Counts(expected=0, executed=0, passed=0, failed=0)}, id="nothing was expected"
        ),
        pytest.param(
            {"memory": Counts(expected=1, executed=0, passed=0, failed=0, exempt=1)}, id="all is exempt"
        ),
        pytest.param({"memory": Counts(expected=2, executed=1, passed=1, failed=0)}, id="one did not run"),
        pytest.param({"memory": Counts(expected=1, executed=2, passed=2, failed=0)}, id="one too many"),
        pytest.param({"memory": Counts(expected=3, executed=3, passed=2, failed=0)}, id="one is nothing"),
        pytest.param({"memory": Counts(expected=3, executed=4, passed=4, failed=0, exempt=-1)}, id="below 0"),
        pytest.param({"memory": Counts(expected=2, executed=2, passed=1, failed=1)}, id="one failed"),
        pytest.param(
            {"memory": Counts(expected=1, executed=1, passed=1, failed=0, unchecked=1)}, id="one unchecked"
        ),
        pytest.param(
            {"memory": ALL_PASSED, "supabase": Counts(expected=1, executed=0, passed=0, failed=0)},
            id="one adapter",
        ),
    ],
)
def test_a_pass_that_the_counts_do_not_show_is_refused(counts: dict[str, Counts]) -> None:
    with pytest.raises(ValueError, match="passed, but the counts do not show it"):
        outcome(counts=counts)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "parity-outcome/2"},
        {"status": "green"},
        {"exit_status": 1},
        {"exit_status": None},
        {"counts": {}},
        {"counts": {"memory": {"expected": 1}}},
        {"started_at": "yesterday"},
        {"findings": [{"id": "x"}]},
        {"subject": None},
    ],
    ids=str,
)
def test_a_damaged_outcome_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Outcome.from_json(json.dumps({**outcome().to_json(), **change}))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"passed"', b"\xff", "{}"])
def test_what_is_no_outcome_is_refused(text: str | bytes) -> None:
    with pytest.raises(ConfigurationError):
        Outcome.from_json(text)


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        ([], Status.UNCHECKED),
        ([Status.PASSED], Status.PASSED),
        ([Status.PASSED, Status.UNCHECKED], Status.UNCHECKED),
        ([Status.UNCHECKED, Status.FAILED, Status.PASSED], Status.FAILED),
    ],
)
def test_failed_beats_unchecked_beats_passed(statuses: list[Status], worst: Status) -> None:
    assert Status.worst(statuses) is worst


def test_exit_statuses() -> None:
    assert [status.exit_status for status in (Status.PASSED, Status.FAILED, Status.UNCHECKED)] == [0, 1, 2]
