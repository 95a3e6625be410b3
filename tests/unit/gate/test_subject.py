"""With an adapter of the user's, the verdict is about it: by name, by commit, by level, by what it lacks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.gate.runner import Runner
from harness.gate.sequence import Options, Sequence
from harness.gate.steps import CONTRACT, SUBJECT, expected_steps, unchecked
from harness.gate.subject import subject_of
from harness.gate.verdict import judge
from harness.models.outcome import Counts, Finding, Outcome, Status, Subject
from harness.models.verdict import ACCEPTED_LEVEL, ADVICE_LEVEL, UNCHECKED_LEVEL, Verdict
from harness.revision import WorkCopy
from harness.settings import Settings
from harness.settings.parity_toml import parse

NOT_MEASURED = "; response times were not judged)"
EXPECTED = expected_steps("embedded", ["unit", "build"], subject=True)
NOW = datetime(2026, 1, 15, tzinfo=UTC)
APP = {"name": "scheduler", "sha": "1a2b3c4d5e", "dirty": False, "digest": None, "note": None}
ALL = Counts(expected=3, executed=3, passed=3, failed=0)
GAP = Finding(
    id="gap.claimSyncJobs",
    level=ACCEPTED_LEVEL,
    where="bridge-memory",
    expected="operation claimSyncJobs",
    actual="none (2 cases of bridge-memory)",
    message="claimSyncJobs until 2026-12-31, ops: no worker yet",
)


def outcome(step: str, *findings: Finding, app: Mapping[str, Any] | None = None, **target: str) -> Outcome:
    is_about_app = step == SUBJECT or step.startswith("check:")
    return Outcome(
        run_id="run",
        step=step,
        status=Status.PASSED,
        started_at=NOW,
        duration_s=1,
        subject=Subject(app=(app or APP) if is_about_app else None, target=target),
        counts={"memory": ALL, "supabase": ALL},
        findings=findings,
    )


def run(*changed: Outcome) -> Verdict:
    """Judge a run in which everything passed, but for these outcomes."""
    steps = {step: outcome(step, level="core") for step in EXPECTED}
    steps |= {one.step: one for one in changed}
    return judge(EXPECTED, list(steps.values()))


def test_ready_names_application_commit_level_and_checks() -> None:
    assert run().sentence == "READY (scheduler 1a2b3c4, level core; checks unit, build" + NOT_MEASURED


def test_ready_without_checks_says_so() -> None:
    steps = expected_steps("embedded", [], subject=True)
    verdict = judge(steps, [outcome(step, level="strict") for step in steps])
    assert verdict.sentence == "READY (scheduler 1a2b3c4, level strict; no checks" + NOT_MEASURED


def test_ready_says_what_the_bridge_does_not_cover() -> None:
    verdict = run(outcome(SUBJECT, GAP, level="core", operations="42 of 43"))
    assert verdict.status is Status.PASSED
    assert verdict.sentence == (
        "READY (scheduler 1a2b3c4, level core; 42 of 43 operations; checks unit, build; 1 accepted gap"
        + NOT_MEASURED
    )
    assert verdict.accepted == (GAP,)
    assert run(outcome(SUBJECT, level="core", operations="43 of 43")).sentence == run().sentence


def test_a_gap_that_is_not_accepted_is_not_ready() -> None:
    verdict = run(outcome(SUBJECT, replace(GAP, level=UNCHECKED_LEVEL), level="core"))
    assert verdict.status is Status.UNCHECKED
    assert verdict.missing[0].id == "gap.claimSyncJobs"
    assert verdict.accepted == ()


def test_a_gap_that_works_is_advice() -> None:
    verdict = run(outcome(SUBJECT, replace(GAP, level=ADVICE_LEVEL), level="core"))
    assert verdict.status is Status.PASSED
    assert verdict.gaps == ()
    assert "accepted" not in verdict.sentence


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ({**APP, "dirty": True}, "scheduler 1a2b3c4 with uncommitted changes"),
        ({**APP, "dirty": None}, "scheduler 1a2b3c4, changes unknown"),
        ({**APP, "sha": None}, "scheduler, commit unknown"),
    ],
)
def test_what_is_not_known_of_the_commit_is_said(app: dict[str, Any], words: str) -> None:
    steps = expected_steps("embedded", [], subject=True)
    verdict = judge(steps, [outcome(step, app=app, level="core") for step in steps])
    assert verdict.sentence == f"READY ({words}, level core; no checks" + NOT_MEASURED


@pytest.mark.parametrize("change", [{"sha": "f"}, {"dirty": True}, {"name": "other"}, {"digest": "ab"}])
def test_two_states_of_the_application_are_not_ready(change: dict[str, Any]) -> None:
    verdict = run(outcome("check:unit", app={**APP, **change}))
    assert verdict.status is Status.UNCHECKED
    assert "the steps examined different states of the application: " in verdict.sentence


def test_a_result_about_no_application_is_not_ready() -> None:
    nameless = replace(outcome(SUBJECT), subject=Subject())
    verdict = run(nameless)
    assert verdict.status is Status.UNCHECKED
    assert "does not say which application it is about" in verdict.sentence


def test_a_run_without_the_step_is_not_ready() -> None:
    verdict = judge(EXPECTED, [outcome(step) for step in EXPECTED if step != SUBJECT])
    assert verdict.sentence.startswith(f"COULD NOT CHECK: there is no result of {SUBJECT}. (your application")


def test_could_not_check_and_not_ready_name_the_application_too() -> None:
    down = unchecked(SUBJECT, "It is down.", run_id="run", started_at=NOW, subject=Subject(app=APP))
    assert run(down).sentence == (
        "COULD NOT CHECK: It is down. (scheduler 1a2b3c4, level unknown; checks unit, build" + NOT_MEASURED
    )
    failed = replace(outcome(SUBJECT, replace(GAP, level="core"), level="core"), status=Status.FAILED)
    assert (
        run(failed).sentence
        == "NOT READY: 1 finding (scheduler 1a2b3c4, level core; checks unit, build" + NOT_MEASURED
    )


def test_what_was_examined_is_gathered_from_the_steps() -> None:
    found = subject_of([outcome(CONTRACT, level="strict"), outcome(SUBJECT, level="core")], level="strict")
    assert (found.app, found.target["level"], found.target["subject_level"]) == (APP, "strict", "core")


def test_types_of_the_application_are_compared(tmp_path: Path) -> None:
    config = parse('[subject]\ntypes = "src/types.ts"', name="x", directory=tmp_path, today=date(2026, 1, 1))
    sequence = Sequence(
        Settings.from_environ({}),
        Options(level=None, workers=None, config=config),
        Runner(run_id="run", directory=tmp_path),
        lambda _: None,
    )
    assert sequence._check().command == ("schema", "check", "--types", str(tmp_path / "src" / "types.ts"))
    assert SUBJECT not in sequence.expected


def test_an_adapter_of_the_user_is_a_step_of_its_own(tmp_path: Path) -> None:
    text = '[subject]\nname = "a"\n[subject.bridge]\nmemory = "m"\nsupabase = "s"'
    config = parse(text, name="x", directory=tmp_path, today=date(2026, 1, 1))
    options = Options(level=None, workers=None, config=config, work_copy=WorkCopy("a", tmp_path))
    sequence = Sequence(
        Settings.from_environ({}), options, Runner(run_id="run", directory=tmp_path), lambda _: None
    )
    assert sequence.expected[-2:] == (CONTRACT, SUBJECT)
    assert (options.subject_level, replace(options, level="strict").subject_level) == ("core", "strict")
