"""A step is believed only if its outcome is whole, fresh, its own, and agrees with how the process ended."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.gate.runner import Runner
from harness.gate.steps import Step
from harness.models.outcome import Outcome, Status

GOOD = """
import json, os, sys
path = sys.argv[sys.argv.index("--json") + 1]
outcome = {
    "schema": "parity-outcome/1", "run_id": os.environ["HARNESS_RUN_ID"], "step": "fake",
    "status": "passed", "exit_status": 0, "started_at": "2026-01-15T00:00:00+00:00", "duration_s": 0.1,
    "subject": {}, "counts": {"memory": {"expected": 1, "executed": 1, "passed": 1, "failed": 0}},
    "findings": [], "artifacts": [],
}
def write():
    with open(path, "w") as file:
        json.dump(outcome, file)
"""

Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(script: str, timeout_s: float = 60) -> Outcome:
        runner = Runner(run_id="this-run", directory=tmp_path, launcher=(sys.executable, "-c", GOOD + script))
        return runner.run(Step(name="fake", command=("step",), timeout_s=timeout_s))

    return run


def test_a_whole_outcome_is_believed(run: Run) -> None:
    assert run("write()").status is Status.PASSED


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("", "fake ended with exit status 0 without writing an outcome."),
        ("sys.exit('Error: no server')", "no server"),
        ("open(path, 'w').write('{')", "the outcome of fake is unusable"),
        ("outcome['run_id'] = 'yesterday'; write()", "belongs to run yesterday, not to this run this-run."),
        ("outcome['step'] = 'other'; write()", "says that it is one of 'other'."),
        ("write(); sys.exit(1)", "ended with exit status 1, but its outcome says passed (0)."),
        ("outcome['counts'] = {}; write()", "passed, but the counts do not show it"),
        ("outcome['counts']['memory']['executed'] = 0; write()", "passed, but the counts do not show it"),
        ("outcome['exit_status'] = 1; write()", "the outcome says passed, but exit_status 1."),
        (
            "write(); print('boom', file=sys.stderr, flush=True); os.kill(os.getpid(), 9)",
            "fake was killed by SIGKILL. It said: boom",
        ),
    ],
)
def test_anything_else_is_unchecked_with_the_reason(run: Run, script: str, reason: str) -> None:
    outcome = run(script)
    assert outcome.status is Status.UNCHECKED
    assert reason in outcome.findings[0].message


def test_a_step_that_does_not_end_is_stopped_with_its_children(
    run: Run, tmp_path: Path, ends: Callable[[Path], bool]
) -> None:
    pids, good = tmp_path / "pids", tmp_path / "good.json"
    run(f"open({str(good)!r}, 'w').write(json.dumps(outcome))")
    # A shell, because the child has to be there before the time is over, on a busy machine, too.
    script = f"cp '{good}' \"$2\"; sleep 600 & echo $! > '{pids}'; wait"
    runner = Runner(run_id="this-run", directory=tmp_path, launcher=("sh", "-c", script))
    outcome = runner.run(Step(name="fake", command=("step",), timeout_s=2))
    assert "did not end within 2 s and was stopped." in outcome.findings[0].message
    assert ends(pids)


def test_a_forgotten_child_is_ended_with_its_step(
    run: Run, tmp_path: Path, ends: Callable[[Path], bool]
) -> None:
    pids = tmp_path / "pids"
    outcome = run(
        f"""
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open({str(pids)!r}, "w") as file:
    file.write(str(child.pid))
write()
"""
    )
    assert outcome.status is Status.PASSED
    assert ends(pids)


def test_a_command_that_does_not_exist_is_unchecked(tmp_path: Path) -> None:
    runner = Runner(run_id="this-run", directory=tmp_path, launcher=(str(tmp_path / "missing"),))
    outcome = runner.run(Step(name="fake", command=(), timeout_s=1))
    assert outcome.findings[0].message.startswith("fake cannot be started: ")


def test_what_a_step_says_is_redacted(run: Run) -> None:
    outcome = run("sys.exit('no answer from postgresql://postgres:hunter2@db:5432/postgres')")
    assert outcome.findings[0].message == "no answer from postgresql://postgres:***@db:5432/postgres"
