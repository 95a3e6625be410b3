"""Gate runs as values."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harness.gate.steps import expected_steps, unchecked
from harness.gate.subject import subject_of
from harness.gate.verdict import judge
from harness.models.outcome import Counts, Finding, Outcome, Status, Subject
from harness.reports.run import GateRun

STARTED = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)

APP = {"name": "scheduler", "sha": "1a2b3c4d", "dirty": False}
TARGET = {"level": "core", "operations": "42 of 43"}

MakeRun = Callable[..., tuple[GateRun, list[Outcome]]]


@pytest.fixture
def make_run() -> MakeRun:
    """A run whose contract has this many findings, and whose schema check may be unchecked.

    With `gaps`, it is about an application that lacks these operations.
    """

    def make_run(
        *, findings: int = 0, schema_problem: str | None = None, gaps: Sequence[Finding] | None = None
    ) -> tuple[GateRun, list[Outcome]]:
        expected = expected_steps("embedded", [], subject=gaps is not None)
        outcomes = [_outcome(step, findings if step == "contract" else 0) for step in expected]
        if gaps is not None:
            outcomes[-1] = replace(outcomes[-1], subject=Subject(app=APP, target=TARGET), findings=(*gaps,))
        if schema_problem is not None:
            outcomes[3] = unchecked("schema check", schema_problem, run_id="run-1", started_at=STARTED)
        run = GateRun(
            run_id="run-1",
            level="strict",
            started_at=STARTED,
            duration_s=12.5,
            subject=subject_of(outcomes, level="strict"),
            verdict=judge(expected, outcomes),
        )
        return run, outcomes

    return make_run


def _outcome(step: str, findings: int) -> Outcome:
    total = max(findings, 3)
    return Outcome(
        run_id="run-1",
        step=step,
        status=Status.FAILED if findings else Status.PASSED,
        started_at=STARTED,
        duration_s=1.5,
        subject=Subject(
            target={"stack": "embedded", "postgres": "17.10", "postgrest": "12.0.2"},
            migrations_hash="0123456789abcdef",
        ),
        counts={"memory": Counts(expected=total, executed=total, passed=total - findings, failed=findings)},
        findings=tuple(
            Finding(
                id=f"crud.case_{number}[bookings]",
                level="core",
                where="supabase, bookings",
                expected="a | b",
                actual="<none>\x00",
                message="Correct the adapter.",
            )
            for number in range(findings)
        ),
    )
