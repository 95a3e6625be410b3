"""The one rule above all others: never READY unless everything that is needed is there and passed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.gate.steps import CONTRACT, MIGRATION, expected_steps, unchecked
from harness.gate.verdict import judge
from harness.models.outcome import Counts, Finding, Outcome, Status, Subject
from harness.models.verdict import ADVICE_LEVEL, UNCHECKED_LEVEL

EXPECTED = expected_steps("embedded", ["unit"])
NOW = datetime(2026, 1, 15, tzinfo=UTC)
BADNESS = {Status.PASSED: 0, Status.UNCHECKED: 1, Status.FAILED: 2}
FULL = dict.fromkeys(("memory", "supabase"), Counts(expected=3, executed=3, passed=3, failed=0))


def finding(level: str = "core") -> Finding:
    return Finding(id="a", level=level, where="b", expected="c", actual="d", message="e.")


def outcome(
    step: str, status: Status = Status.PASSED, *, run_id: str = "run", migrations: str = "h"
) -> Outcome:
    if status is Status.UNCHECKED:
        return unchecked(step, f"{step} is down.", run_id=run_id, started_at=NOW)
    return Outcome(
        run_id=run_id,
        step=step,
        status=status,
        started_at=NOW,
        duration_s=1,
        subject=Subject(migrations_hash=migrations),
        counts=FULL,
        findings=(finding(),) if status is Status.FAILED else (),
    )


def run(**statuses: Status) -> list[Outcome]:
    return [outcome(step, statuses.get(step.replace(" ", "_"), Status.PASSED)) for step in EXPECTED]


def test_a_given_project_is_judged_without_a_rehearsal_and_the_verdict_says_so() -> None:
    expected = expected_steps("external", [])
    assert MIGRATION in EXPECTED
    assert MIGRATION not in expected
    verdict = judge(expected, [outcome(step) for step in expected])
    assert verdict.sentence == (
        "READY (reference adapters; your application was not examined; "
        "the migration of the data was not rehearsed; response times were not judged)"
    )


def test_a_verdict_on_a_given_project_says_what_that_was_spared() -> None:
    expected = expected_steps("external", [])
    exempt = Counts(expected=5, executed=3, passed=3, failed=0, exempt=2)
    there = Subject(migrations_hash="h", target={"stack": "external"})
    contract = replace(outcome(CONTRACT), subject=there, counts={**FULL, "supabase": exempt})
    steps = [contract if step == CONTRACT else outcome(step) for step in expected]
    sentence = judge(expected, steps).sentence
    assert sentence.startswith("READY (")
    assert sentence.endswith("; 2 cases that look into, stop or change servers were left out)")
    embedded = replace(contract, subject=Subject(migrations_hash="h", target={"stack": "embedded"}))
    others = [embedded if step == CONTRACT else outcome(step) for step in expected]
    assert "left out" not in judge(expected, others).sentence


def test_a_rehearsal_that_is_missing_or_failed_is_never_ready() -> None:
    others = [each for each in run() if each.step != MIGRATION]
    assert judge(EXPECTED, others).status is Status.UNCHECKED
    failed = judge(EXPECTED, [*others, outcome(MIGRATION, Status.FAILED)])
    assert failed.sentence.startswith("NOT READY: 1 finding")


statuses = st.fixed_dictionaries({step: st.sampled_from(Status) for step in EXPECTED})


def test_everything_passed_is_ready_and_names_what_was_not_examined() -> None:
    verdict = judge(EXPECTED, run())
    assert verdict.status is Status.PASSED
    assert verdict.sentence == (
        "READY (reference adapters and your checks: unit; your adapter was not examined; "
        "response times were not judged)"
    )


def test_a_check_of_one_mode_is_named_with_it() -> None:
    outcomes = run()
    outcomes[-1] = replace(outcomes[-1], counts={"memory": FULL["memory"]})
    assert judge(EXPECTED, outcomes).subject == (
        "reference adapters and your checks: unit (memory only); your adapter was not examined; "
        "response times were not judged"
    )


def test_without_checks_the_application_was_not_examined() -> None:
    steps = expected_steps("embedded", [])
    assert judge(steps, [outcome(step) for step in steps]).sentence == (
        "READY (reference adapters; your application was not examined; response times were not judged)"
    )


@given(statuses)
def test_ready_means_that_every_step_passed(chosen: dict[str, Status]) -> None:
    verdict = judge(EXPECTED, [outcome(step, status) for step, status in chosen.items()])
    assert verdict.status is max(chosen.values(), key=BADNESS.__getitem__)


@given(statuses, st.sampled_from(EXPECTED), st.sampled_from(Status))
def test_a_worse_step_never_makes_a_better_verdict(
    chosen: dict[str, Status], step: str, other: Status
) -> None:
    worse = max(chosen[step], other, key=BADNESS.__getitem__)
    before = judge(EXPECTED, [outcome(name, status) for name, status in chosen.items()])
    after = judge(EXPECTED, [outcome(name, status) for name, status in (chosen | {step: worse}).items()])
    assert BADNESS[after.status] >= BADNESS[before.status]


@given(statuses, st.sampled_from(EXPECTED))
def test_a_missing_step_is_never_ready(chosen: dict[str, Status], missing: str) -> None:
    verdict = judge(EXPECTED, [outcome(step, status) for step, status in chosen.items() if step != missing])
    assert verdict.status is not Status.PASSED
    assert f"there is no result of {missing}." in verdict.reasons


@given(st.sampled_from(EXPECTED), st.sampled_from(Status))
def test_a_step_with_two_results_is_never_ready(step: str, status: Status) -> None:
    assert judge(EXPECTED, [*run(), outcome(step, status)]).status is not Status.PASSED


def test_nothing_at_all_is_unchecked() -> None:
    assert judge(EXPECTED, []).status is Status.UNCHECKED
    assert judge([], []).sentence == "COULD NOT CHECK: nothing ran."


def test_a_result_that_nobody_asked_for_is_not_ready() -> None:
    assert judge(EXPECTED, [*run(), outcome("other")]).status is Status.UNCHECKED


def test_results_of_different_runs_are_not_ready() -> None:
    outcomes = [*run()[:-1], outcome(EXPECTED[-1], run_id="yesterday")]
    assert "different runs" in judge(EXPECTED, outcomes).sentence


def test_different_migrations_are_not_ready() -> None:
    outcomes = [*run()[:-1], outcome(EXPECTED[-1], migrations="other")]
    assert judge(EXPECTED, outcomes).sentence.startswith(
        "COULD NOT CHECK: the steps judged different migrations: h, other."
    )


@pytest.mark.parametrize(
    ("level", "status"),
    [("core", Status.FAILED), ("strict", Status.FAILED), (UNCHECKED_LEVEL, Status.UNCHECKED)],
)
def test_a_finding_overrules_a_pass(level: str, status: Status) -> None:
    passed = replace(outcome(EXPECTED[0]), findings=(finding(level),))
    assert judge(EXPECTED, [passed, *run()[1:]]).status is status


def test_advice_blocks_nothing() -> None:
    passed = replace(outcome(EXPECTED[0]), findings=(finding(ADVICE_LEVEL),))
    verdict = judge(EXPECTED, [passed, *run()[1:]])
    assert verdict.status is Status.PASSED
    assert verdict.advice == passed.findings


def test_not_ready_tells_what_was_not_checked_too() -> None:
    verdict = judge(EXPECTED, run(schema_check=Status.FAILED, contract=Status.UNCHECKED))
    assert verdict.sentence == (
        "NOT READY: 1 finding (reference adapters and your checks: unit; your adapter was not examined; "
        "response times were not judged); "
        "1 step could not be checked: contract is down."
    )


def test_a_failure_without_a_finding_counts_as_one() -> None:
    silent = replace(outcome("contract", Status.FAILED), findings=())
    outcomes = [silent if step == "contract" else outcome(step) for step in EXPECTED]
    assert judge(EXPECTED, outcomes).sentence.startswith("NOT READY: 1 finding ")
