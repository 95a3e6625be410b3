"""The TypeScript example as its developer has it: a copy far from here, with its packages and the kit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import harness
from harness.stack.npm import Npm
from tests.packages import npm_packages

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "typescript"
_DEADLINE_S = 1500
_FOREIGN = ("PYTEST_", "SUPABASE_", "HARNESS_STACK", "DATABASE_URL", "DB_MODE", "NODE_OPTIONS")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A copy of the example. Commands run as in its developer's shell, which finds harness, node and npm."""

    directory: Path
    path: str

    def run(
        self, app: str, command: str, changes: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a line of the shell in the directory of one application."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        # The harness under test may stand beside an installed one, and is not in the current directory.
        root = str(Path(harness.__file__).parents[1])
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.directory / app,
            env={**kept, "PATH": self.path, "PYTHONPATH": root, **(changes or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )


Readme = Callable[[str], list[str]]


@pytest.fixture(scope="session")
def packages() -> Path:
    """``node_modules`` as the example's lock names it."""
    return npm_packages(EXAMPLE)


@pytest.fixture(scope="session")
def project(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The example with its packages; the kit is written by the command that the README names."""
    directory = tmp_path_factory.mktemp("project") / "typescript"
    shutil.copytree(
        EXAMPLE, directory, ignore=shutil.ignore_patterns("node_modules", "*.xml", "parity-bridge*")
    )
    (directory / "node_modules").symlink_to(packages)
    commands = directory.with_name("bin")
    commands.mkdir()
    npm = Npm.find()
    _command(commands / "harness", sys.executable, "-P", "-m", "harness")
    _command(commands / "npm", *npm.command)
    path = os.pathsep.join([str(commands), str(npm.node_dir), os.environ.get("PATH", os.defpath)])
    project = Project(directory=directory, path=path)
    for app in ("naive", "corrected"):
        written = project.run(app, "harness bridge kit --out .")
        assert written.returncode == 0, written.stderr
    return project


@pytest.fixture(scope="session")
def readme() -> Readme:
    """Return the blocks of the example's README in a language."""
    blocks = (EXAMPLE / "README.md").read_text(encoding="utf-8").split("```")[1::2]
    parts = [block.partition("\n") for block in blocks]
    return lambda language: [text for name, _, text in parts if name == language]


def _command(place: Path, *words: str) -> None:
    """Write a command for the shell that calls another one."""
    quoted = " ".join(f"'{word}'" for word in words)
    place.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n', encoding="utf-8")
    place.chmod(0o755)
