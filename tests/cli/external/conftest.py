"""Commands in a project that is given, whose part the embedded stack takes."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.models import ENTITIES
from harness.settings import Settings
from harness.stack.coordinates import Coordinates
from harness.stack.opening import start as start_stack
from harness.stack.protocol import Stack
from tests.cli.conftest import FEW_CASES, Finished, Harness, environ
from tests.given_project import fill

__all__ = ["CRUD", "EMPTY", "ISOLATED", "Guest", "empty", "filled", "guest", "servers"]

EMPTY: dict[str, list[Any]] = {table: [] for table in ENTITIES}
CRUD = (*FEW_CASES, "--all-of", "crud.")
ISOLATED = ("--allow-writes", "--isolated-only")
_WITHOUT_SERVERS = ("contract", "stack")
_DEADLINE_S = 120


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Runs commands in a project. What needs no servers of its own has a home of its own."""

    place: Path
    run: Harness
    begin: Callable[..., "subprocess.Popen[str]"]

    def contract(
        self, project: Mapping[str, str], *arguments: str, command: Sequence[str] = FEW_CASES
    ) -> Finished:
        """Judge, with few cases."""
        options = ("--json", "outcome.json", *arguments)
        return self(project, "contract", *options, command=command)

    def __call__(self, project: Mapping[str, str], *arguments: str, **options: Any) -> Finished:
        home = self._home if arguments[0] in _WITHOUT_SERVERS else {}
        return self.run(*arguments, cwd=self.place, **home, **project, **options)

    def clean(self, project: Coordinates, run: str) -> Finished:
        return self(project.environ(), "stack", "clean", "--run", run)

    def begun(self, project: Coordinates, *options: str) -> "subprocess.Popen[str]":
        """Start a run, and return once rows of its cases are in the project."""
        arguments = ("contract", *options)
        run = self.begin(*arguments, command=CRUD, **self._home, **project.environ())
        deadline = time.monotonic() + _DEADLINE_S
        while not any("scheduling_requests" in path.read_text() for path in self.journals):
            assert run.poll() is None, run.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return run

    @property
    def home(self) -> Path:
        """Where runs of the contract note their rows."""
        return self.place / "home"

    @property
    def journals(self) -> list[Path]:
        return sorted((self.home / "external").glob("*"))

    @property
    def counts(self) -> dict[str, Any]:
        """What became of the cases on supabase."""
        outcome = json.loads((self.place / "outcome.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = outcome["counts"]["supabase"]
        return found

    @property
    def _home(self) -> dict[str, str]:
        return {"HARNESS_HOME": str(self.home)}


@pytest.fixture(scope="package")
def servers() -> Iterator[Stack]:
    with start_stack(Settings.from_environ(environ({})), "embedded") as stack:
        yield stack


@pytest.fixture
def empty(servers: Stack) -> Iterator[Coordinates]:
    with servers.clone() as database:
        yield database.coordinates


@pytest.fixture
def filled(empty: Coordinates) -> Coordinates:
    fill(empty)
    return empty


@pytest.fixture
def guest(harness: Harness, start: Callable[..., "subprocess.Popen[str]"], tmp_path: Path) -> Guest:
    return Guest(place=tmp_path, run=harness, begin=start)
