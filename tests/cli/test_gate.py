"""`harness gate` from its first line to its exit status, on real servers."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cli.conftest import FEW_CASES

Harness = Callable[..., Any]
PARITY_TOML = """
[subject]
name = "scheduler"

[[checks]]
name = "unit"
run = "echo $DB_MODE >> modes && python3 -P request.py && cat results.xml > junit.xml"
junit = "junit.xml"
"""
REQUEST = """
import os, urllib.request
key = os.environ["SUPABASE_SERVICE_ROLE_KEY"]
request = urllib.request.Request(os.environ["SUPABASE_URL"] + "/rest/v1/bookings", headers={"apikey": key})
urllib.request.urlopen(request)
"""
READY = (
    "READY (reference adapters and your checks: unit; your adapter was not examined; "
    "response times were not judged)"
)


@pytest.fixture(scope="session")
def ready(harness: Harness, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """One whole run, in a project that has folders of our names and puts itself on PYTHONPATH."""
    project = tmp_path_factory.mktemp("project")
    for name in ("contracts", "migrations"):
        (project / name).mkdir()
        (project / name / "__init__.py").write_text("raise SystemExit('the wrong package')")
    (project / "parity.toml").write_text(PARITY_TOML)
    (project / "request.py").write_text(REQUEST)
    (project / "results.xml").write_text('<testsuite><testcase name="a"/></testsuite>')
    # The strict cases are asked by the gate that CI runs on this project itself.
    arguments = ("--level", "core", "--report", "report", "--json", "gate.json")
    done = harness("gate", *arguments, cwd=project, PYTHONPATH=_with("."))
    return done, project


def test_a_good_system_is_ready(ready: tuple[Any, Path]) -> None:
    done, project = ready
    assert (done.status, done.last_line) == (0, READY), done.out + done.err
    assert (project / "modes").read_text() == "memory\nsupabase\n"


def test_the_outcome_of_the_gate_is_complete(ready: tuple[Any, Path]) -> None:
    _, project = ready
    outcome = json.loads((project / "gate.json").read_text())
    assert (outcome["step"], outcome["status"], outcome["exit_status"]) == ("gate", "passed", 0)
    assert {"contract:memory", "contract:supabase", "check:unit:supabase"} < outcome["counts"].keys()
    assert outcome["counts"]["migration:rows"]["passed"] == 2_000
    assert outcome["counts"]["migration:illegal rows"]["passed"] > 30
    assert outcome["subject"]["migrations_hash"]
    assert outcome["subject"]["target"]["stack"] == "embedded"


def test_the_verdict_can_be_recomputed(harness: Harness, ready: tuple[Any, Path]) -> None:
    _, project = ready
    again = harness("verdict", "--report", str(project / "report"), cwd=project.parent)
    assert (again.status, again.last_line) == (0, READY)


def test_the_verdict_of_a_changed_report_is_none(
    harness: Harness, ready: tuple[Any, Path], tmp_path: Path
) -> None:
    _, project = ready
    shutil.copytree(project / "report", tmp_path / "report")
    (tmp_path / "report" / "steps" / "06-contract.json").unlink()
    again = harness("verdict", "--report", "report", cwd=tmp_path)
    assert again.is_unchecked("06-contract.json cannot be read")


def test_a_migration_that_fails_is_not_ready(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "001_broken.sql").write_text("CREATE TABLE x (id no_such_type);")
    done = harness("gate", "--sql", "sql", cwd=tmp_path)
    assert done.status == 1
    assert done.last_line.startswith("NOT READY: 1 finding (")
    assert "001_broken.sql" in done.out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_is_unchecked_and_leaves_no_process(
    start: Callable[..., "subprocess.Popen[str]"], number: int
) -> None:
    gate = start("gate", "--workers", "1")
    _wait_for(gate, "schema apply ...")
    family = psutil.Process(gate.pid).children(recursive=True)
    gate.send_signal(number)
    out, err = gate.communicate(timeout=60)
    assert (gate.returncode, out.splitlines()[-1]) == (2, "COULD NOT CHECK: the run was interrupted."), err
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_postgrest_that_dies_is_unchecked(start: Callable[..., "subprocess.Popen[str]"]) -> None:
    # Enough cases that some are left when it dies.
    gate = start("--all-of", "crud", "gate", command=FEW_CASES)
    _wait_for(gate, "contract ...")
    killed = 0
    while gate.poll() is None and not killed:
        killed = _kill_postgrest(gate.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            gate.wait(0.2)
    out, err = gate.communicate(timeout=300)
    assert killed
    assert gate.returncode == 2, out + err
    assert out.splitlines()[-1].startswith("COULD NOT CHECK: ")
    assert "PostgREST" in out


def _kill_postgrest(pid: int) -> int:
    """Kill every PostgREST that serves a step of the gate; returns how many that were."""
    killed = 0
    for process in psutil.Process(pid).children(recursive=True):
        try:
            if process.name().startswith("postgrest") and "contract" in _ancestry(process, pid):
                process.kill()
                killed += 1
        except psutil.NoSuchProcess:
            continue
    return killed


def _ancestry(process: psutil.Process, pid: int) -> list[str]:
    words: list[str] = []
    for parent in process.parents():
        if parent.pid == pid:
            break
        words += parent.cmdline()
    return words


def _wait_for(gate: "subprocess.Popen[str]", line: str) -> None:
    assert gate.stderr is not None
    for said in gate.stderr:
        if said.strip() == line:
            return
    pytest.fail(f"the gate ended before it said {line!r}")


def _with(entry: str) -> str:
    return os.pathsep.join([entry, *filter(None, [os.environ.get("PYTHONPATH")])])
