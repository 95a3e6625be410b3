"""The command line as a user meets it: a process, its exit status, its two streams."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.settings import Settings
from harness.stack.coordinates import Coordinates
from harness.stack.embedded import EmbeddedStack

COMMAND = (sys.executable, "-P", "-m", "harness")
FEW_CASES = (sys.executable, "-P", str(Path(__file__).parents[1] / "bridges" / "few_cases.py"))
"""The same with a contract of few cases, where it is not the contract that a test is about."""
_CLEARED = ("DB_MODE", "DATABASE_URL", "PYTEST_ADDOPTS", "HARNESS_STACK", "HARNESS_STACK_FILE", "HARNESS_SQL")
_DEADLINE_S = 900


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.rstrip("\n").rpartition("\n")[2]

    def is_unchecked(self, reason: str) -> bool:
        """True if it exited with 2, said why in one line, never READY, and showed no traceback."""
        everything = self.out + self.err
        said = any(reason in line for line in everything.splitlines())
        is_silent = "READY (" not in everything and "Traceback" not in everything
        return self.status == 2 and said and is_silent


Harness = Callable[..., Finished]


def environ(changes: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without what would name another project, and with `changes`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _CLEARED and not name.startswith("SUPABASE_")
    }
    return {**kept, **changes}


@pytest.fixture(scope="session")
def clean_environ() -> Callable[[Mapping[str, str]], dict[str, str]]:
    """The function that makes an environment in which no other project is named."""
    return environ


@pytest.fixture(scope="session")
def harness() -> Harness:
    """Run one command in a directory, with changes to the environment."""

    def harness(*arguments: str, cwd: Path, command: Sequence[str] = COMMAND, **changes: str) -> Finished:
        done = subprocess.run(
            [*command, *arguments],
            cwd=cwd,
            env=environ(changes),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )
        return Finished(status=done.returncode, out=done.stdout, err=done.stderr)

    return harness


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start a command and leave it running; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, command: Sequence[str] = COMMAND, **changes: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=tmp_path,
            env=environ(changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture(scope="session")
def project() -> Iterator[Coordinates]:
    """A running project with the migrations applied, as `external` would be given."""
    with EmbeddedStack.start(Settings.from_environ(environ({}))) as stack, stack.clone() as database:
        yield database.coordinates


@pytest.fixture
def unwritable(tmp_path: Path) -> Path:
    """A directory that nobody can make: root may write anywhere but where a file system takes no files."""
    if os.geteuid() == 0:
        return Path("/proc/parity-harness")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    return closed / "home"
