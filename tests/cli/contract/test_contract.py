"""``harness contract`` as a user meets it."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.manifest import Manifest
from harness.models.outcome import Outcome, Status

Run = Callable[..., Any]
CASES = len(Manifest.packaged().at("core"))
ONE = Manifest.packaged().at("core")[0].id


def outcome(path: Path) -> Outcome:
    return Outcome.from_json(path.read_bytes())


def test_memory_keeps_the_core_of_the_contract(harness: Run, tmp_path: Path) -> None:
    target = tmp_path / "outcome.json"
    report = tmp_path / "report"
    arguments = ("--level", "core", "--adapter", "memory", "--json", str(target), "--report", str(report))
    done = harness(
        "contract", *arguments, cwd=tmp_path, HARNESS_RUN_ID="run-7", PYTEST_ADDOPTS="-q --color=yes"
    )
    assert (done.status, done.last_line) == (0, "PARITY")
    result = outcome(target)
    assert (result.run_id, result.step, result.status) == ("run-7", "contract", Status.PASSED)
    assert result.counts["memory"].expected == CASES
    assert result.counts["memory"].complete
    assert "100 %" in done.err
    assert {path.name for path in report.iterdir()} == {
        "cases.json",
        "pytest.log",
        "report.json",
        "report.txt",
    }
    assert len(json.loads((report / "cases.json").read_text())) == CASES
    assert {path.name for path in tmp_path.iterdir()} == {"outcome.json", "report"}


def test_list_names_every_case(harness: Run, tmp_path: Path) -> None:
    done = harness("contract", "--list", cwd=tmp_path)
    assert done.status == 0
    lines = [line.split() for line in done.out.splitlines()]
    named = {words[1] for words in lines if words and words[0] in {"core", "strict"}}
    assert named == {entry.id for entry in Manifest.packaged().entries}


def test_part_of_the_cases_could_not_check(harness: Run, tmp_path: Path) -> None:
    arguments = ("--adapter", "memory", "--case", ONE, "--workers", "1", "--json", "-")
    done = harness("contract", *arguments, cwd=tmp_path)
    assert done.status == 2
    result = Outcome.from_json(done.out)
    assert result.counts["memory"].passed == 1
    assert "--case runs a part only" in done.err


def test_selection_in_the_environment_could_not_check(harness: Run, tmp_path: Path) -> None:
    done = harness("contract", "--adapter", "memory", cwd=tmp_path, PYTEST_ADDOPTS="-k nothing")
    assert done.status == 2
    assert "did not run (PYTEST_ADDOPTS='-k nothing' is set)" in done.last_line


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def pytest_collection_modifyitems(items):\n    items.clear()\n", "pytest_collection_modifyitems"),
        ("def pytest_runtest_setup():\n    import pytest\n    pytest.skip('no')\n", "pytest_runtest_setup"),
    ],
)
def test_conftest_that_decides_on_tests_could_not_check(
    harness: Run, tmp_path: Path, source: str, name: str
) -> None:
    target = tmp_path / "outcome.json"
    (tmp_path / "conftest.py").write_text(source)
    done = harness("contract", "--json", str(target), cwd=tmp_path)
    assert done.status == 2
    assert f"conftest.py, line 1: {name} decides on tests" in done.last_line
    assert outcome(target).status is Status.UNCHECKED
    assert outcome(target).counts["supabase"].unchecked > CASES


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--adapter", "postgres"), "'postgres' is not one of 'memory', 'supabase'"),
        (("--case", "no.such"), "There is no case 'no.such' at level strict; harness contract --list prints"),
        (
            ("--case", "crud_ids.missing_delete_is_false"),
            "mean 'crud_ids.missing_delete_is_false[bookings]'?",
        ),
        (("--case", "crud_ids.malformed_get_is_nil"), "did you mean 'crud_ids.malformed_get_is_none'?"),
        (("--stack", "external"), "The stack is external, but SUPABASE_URL"),
        (("--allow-writes",), "--allow-writes and --isolated-only go with --stack external"),
        (("--stack", "external", "--isolated-only"), "--isolated-only goes with --allow-writes"),
        (("--stack", "external", "--self-check"), "This does not run on a given project."),
        (("--stack", "external", "--sql", "."), "a given project has its schema already"),
        (("--workers", "0"), "Invalid value for '--workers'"),
        (("--budget", "0"), "Invalid value for '--budget'"),
    ],
)
def test_what_cannot_be_done_is_said(
    harness: Run, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = harness("contract", *arguments, cwd=tmp_path)
    assert done.is_unchecked(sentence)


def test_containers_without_an_engine_could_not_check(harness: Run, tmp_path: Path) -> None:
    done = harness("contract", "--stack", "docker", cwd=tmp_path, DOCKER_HOST="unix:///nowhere/docker.sock")
    assert done.is_unchecked("No Docker engine answers")


def test_external_is_refused_by_default_where_a_project_is_given(harness: Run, tmp_path: Path) -> None:
    project = {"SUPABASE_URL": "http://127.0.0.1:9", "SUPABASE_SERVICE_ROLE_KEY": "k"}
    assert harness("contract", cwd=tmp_path, **project).is_unchecked("SUPABASE_ANON_KEY is not set")


def test_stack_that_has_ended_could_not_check(harness: Run, tmp_path: Path) -> None:
    done = harness("contract", cwd=tmp_path, HARNESS_STACK_FILE=str(tmp_path / "record.json"))
    assert done.is_unchecked("No stack is recorded")


def test_result_of_an_earlier_run_never_survives(harness: Run, tmp_path: Path) -> None:
    target = tmp_path / "outcome.json"
    target.write_text("earlier")
    harness("contract", "--stack", "external", "--json", str(target), cwd=tmp_path)
    assert outcome(target).status is Status.UNCHECKED


def test_place_that_cannot_be_written_could_not_check(harness: Run, tmp_path: Path, unwritable: Path) -> None:
    done = harness("contract", "--adapter", "memory", "--report", str(unwritable), cwd=tmp_path)
    assert done.is_unchecked(f"{unwritable} cannot be written")


def test_interruption_tells_what_is_known(
    start: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    target = tmp_path / "outcome.json"
    process = start("contract", "--adapter", "memory", "--json", str(target))
    assert process.stderr is not None
    for line in process.stderr:
        if "25 %" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert out.splitlines()[-1] == "COULD NOT CHECK: The run was interrupted."
    assert "Traceback" not in out + err
    count = outcome(target).counts["memory"]
    assert 0 < count.executed < count.expected
