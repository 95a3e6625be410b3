"""The search for a disagreement as a part of a run: budget, kept sequences, and the script in the report."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts import reportfiles
from contracts.events import Finished
from contracts.manifest import Manifest
from contracts.outcome import outcome
from contracts.plan import MEMORY, SUPABASE, Adapter
from contracts.report.summary import Facts, summary
from contracts.session import Request, Run, run_contract
from harness.models.outcome import Subject
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack

CASE = "agreement.adapter_answers_as_the_reference"
ROOT = Path(__file__).parents[3]
BROKEN = Adapter(
    name="acme", subject="tests.unit.contracts.agreement.spoiled:opened", argument="missing_row_is_made"
)


@pytest.fixture(autouse=True)
def repository_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def judged(*adapters: Adapter, examples: Path, stack: Path | None = None, budget_s: float = 2.0) -> Run:
    (entry,) = (entry for entry in Manifest.packaged().entries if entry.id == CASE)
    request = Request(
        adapters=adapters,
        manifest=Manifest((entry,)),
        seed=11,
        workers=1,
        only=(CASE,),
        budget_s=budget_s,
        examples=examples,
        stack=stack,
    )
    return run_contract(request)


def finished(run: Run) -> Finished:
    (event,) = (event for event in run.observation.events if isinstance(event, Finished))
    return event


def test_reference_adapters_agree(tmp_path: Path) -> None:
    with EmbeddedStack.start(Settings.from_environ()) as stack:
        run = judged(MEMORY, SUPABASE, examples=tmp_path, stack=stack.record, budget_s=6.0)
    assert run.judgement.status.value == "passed", run.judgement
    for event in run.observation.events:
        if isinstance(event, Finished):
            sequences = event.properties["agreement"].partition(" ")[0]
            assert int(sequences.replace(",", "")) > 0
            assert event.steps > 0


def test_disagreement_reaches_the_user_as_a_script(tmp_path: Path) -> None:
    run = judged(BROKEN, examples=tmp_path / "examples", budget_s=60.0)
    assert run.judgement.status.value == "failed", run.judgement
    problem = finished(run).problem
    assert problem is not None
    assert problem.script is not None
    assert (problem.expected, problem.actual) == ("not_found(reconciliation_jobs)", "None")

    directory = tmp_path / "report"
    reportfiles.prepare(directory)
    facts = Facts(level="strict", seed=11, workers=1, duration_s=1.0, target={}, migrations_hash=None)
    told = outcome(
        run.judgement, run_id="run", started_at=datetime.now(UTC), duration_s=1.0, subject=Subject()
    )
    reportfiles.write(
        directory, told, run.judgement, summary(run.judgement, facts), seen=run.observation, redacted=str
    )
    done = subprocess.run(
        [sys.executable, "agreement-acme.py"],
        cwd=directory,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "acme and the reference disagree at step" in done.stdout
    assert "reconciliation_jobs.update" in (directory / "report.txt").read_text()
    reportfiles.prepare(directory)
    assert not (directory / "agreement-acme.py").exists()
    assert any(path.is_file() for path in (tmp_path / "examples").rglob("*"))


def test_place_that_keeps_nothing_is_noted_and_breaks_nothing(tmp_path: Path) -> None:
    (tmp_path / "examples").write_text("a file is in the way")
    run = judged(MEMORY, examples=tmp_path / "examples", budget_s=0.5)
    assert run.judgement.status.value == "passed", run.judgement
    assert "failing sequences are not kept" in finished(run).properties["agreement"]
