"""``harness stack`` as a shell sees it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.stack.conftest import run_python

COMMAND = """
import sys
from harness.errors import HarnessError
from harness.stack.command import stack
try:
    stack()
except HarnessError as cause:
    print(cause, file=sys.stderr)
    sys.exit(2)
"""

MIGRATIONS = """
def prepare(dsn):
    return "hash-of-nothing"
"""


class Shell:
    """Runs the command with a home of its own and registered migrations."""

    def __init__(self, home: Path, packages: Path) -> None:
        self._environ = {"HARNESS_HOME": str(home), "PYTHONPATH": str(packages)}

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return run_python(COMMAND, self._environ, *arguments)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=60)
        return process.returncode, output.decode(), errors.decode()


@pytest.fixture
def shell(home: Path, tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "stand_in.py").write_text(MIGRATIONS)
    metadata = tmp_path / "stand_in-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stand-in\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[harness.template]\nstand_in = stand_in:prepare\n")
    shell = Shell(home, tmp_path)
    yield shell
    shell.run("down")


def test_nothing_runs_at_first(shell: Shell) -> None:
    assert shell.run("status")[:2] == (2, "")
    status, output, _ = shell.run("status", "--json")
    assert (status, json.loads(output)["running"]) == (2, False)
    status, output, errors = shell.run("env")
    assert (status, output) == (2, "")
    assert "harness stack up" in errors
    status, output, errors = shell.run("down")
    assert (status, output) == (0, "")
    assert "Nothing was running" in errors


def test_two_ups_at_once_give_one_stack_that_stays_until_down(shell: Shell) -> None:
    both = [shell.start("up") for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    (variables, _), (same, _) = outputs
    assert variables == same
    assert sorted("runs already" in errors.decode() for _, errors in outputs) == [False, True]

    assert shell.run("env") == (0, variables.decode(), "")
    shown = subprocess.run(
        ["sh", "-c", 'eval "$1"; echo "$SUPABASE_URL"; echo "$DATABASE_URL"', "sh", variables.decode()],
        capture_output=True,
        check=True,
    )
    url, database_url = shown.stdout.decode().splitlines()
    assert url.startswith("http://127.0.0.1:")
    assert database_url.startswith("postgresql://postgres:")

    status, output, errors = shell.run("status", "--json")
    described = json.loads(output)
    assert (status, described["url"], described["problem"]) == (0, url, None)
    assert described["migrations_hash"].isalnum() or described["migrations_hash"] == "hash-of-nothing"
    assert "eyJ" not in output + errors

    status, _, errors = shell.run("clean")
    assert status == 2
    assert "harness stack down" in errors

    assert shell.run("down")[0] == 0
    assert shell.run("status")[0] == 2
