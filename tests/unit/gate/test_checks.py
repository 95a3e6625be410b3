"""The user's tests must be the same, and pass, in every mode."""

import pytest

from harness.gate.checks import CheckResult, ModeRun, compare
from harness.gate.testresults import Test, TestResult
from harness.models.outcome import Status
from harness.models.verdict import ADVICE_LEVEL

PASSED, FAILED, SKIPPED = (Test(result=result) for result in TestResult)


def check(memory: dict[str, Test], supabase: dict[str, Test], exit_status: int = 0) -> CheckResult:
    return compare(
        "unit",
        {"memory": ModeRun(tests=memory), "supabase": ModeRun(tests=supabase, exit_status=exit_status)},
    )


def test_the_same_tests_passed_in_both_modes() -> None:
    result = check({"a": PASSED}, {"a": PASSED})
    assert result.status is Status.PASSED
    assert result.counts["supabase"].complete


def test_a_failing_test_is_a_finding_with_its_message() -> None:
    result = check({"a": PASSED}, {"a": Test(result=TestResult.FAILED, message="1 != 2")}, exit_status=1)
    assert result.status is Status.FAILED
    assert [(finding.id, finding.actual) for finding in result.findings] == [
        ("check:unit.supabase.a", "1 != 2")
    ]


def test_a_test_that_one_mode_lacks_is_a_finding() -> None:
    result = check({"a": PASSED, "b": PASSED}, {"a": PASSED})
    assert result.status is Status.FAILED
    assert result.findings[0].where == "check:unit, DB_MODE=supabase"
    assert result.counts["supabase"].unchecked == 1


def test_a_test_that_one_mode_skips_is_a_finding() -> None:
    result = check({"a": PASSED, "b": PASSED}, {"a": PASSED, "b": SKIPPED})
    assert result.status is Status.FAILED
    assert result.findings[0].id == "check:unit.skipped.b"


def test_a_test_that_both_modes_skip_is_advice() -> None:
    result = check({"a": PASSED, "b": SKIPPED}, {"a": PASSED, "b": SKIPPED})
    assert result.status is Status.PASSED
    assert [finding.level for finding in result.findings] == [ADVICE_LEVEL]


@pytest.mark.parametrize("tests", [{}, {"a": SKIPPED}])
def test_a_run_that_executes_nothing_is_unchecked(tests: dict[str, Test]) -> None:
    assert check(tests, tests).status is Status.UNCHECKED


def test_an_exit_status_that_no_test_explains_is_a_finding() -> None:
    result = check({"a": PASSED}, {"a": PASSED}, exit_status=3)
    assert result.status is Status.FAILED
    assert "exit status 3" in result.findings[0].actual


def test_a_run_that_says_nothing_is_unchecked_and_compares_with_nothing() -> None:
    runs = {"memory": ModeRun(tests={"a": PASSED}), "supabase": ModeRun(problem="npm was not found.")}
    result = compare("unit", runs)
    assert result.status is Status.UNCHECKED
    assert [finding.message for finding in result.findings] == ["npm was not found."]


def test_a_database_that_was_not_used_is_unchecked() -> None:
    runs = {"memory": ModeRun(tests={"a": PASSED}), "supabase": ModeRun(tests={"a": PASSED}, used=False)}
    result = compare("unit", runs)
    assert result.status is Status.UNCHECKED
    assert "check unit with DB_MODE=supabase sent no request to SUPABASE_URL" in result.findings[0].message


def test_a_failure_beats_a_run_that_says_nothing() -> None:
    runs = {"memory": ModeRun(tests={"a": FAILED}), "supabase": ModeRun(problem="npm was not found.")}
    assert compare("unit", runs).status is Status.FAILED


def test_no_run_is_unchecked() -> None:
    assert compare("unit", {}).status is Status.UNCHECKED
