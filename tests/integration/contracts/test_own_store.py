"""The worked example as a stranger runs it: the wheel in a new environment, and a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.manifest import Manifest

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "tests" / "examples" / "own_store"
FOREIGN = ("PYTEST_", "PYTHON", "SUPABASE_", "HARNESS_STACK", "DATABASE_URL", "DB_MODE")
DEADLINE_S = 900
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run_in(directory: Path, *command: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(part) for part in command],
        cwd=directory,
        env={name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment: our wheel is installed there, the packages it needs are lent."""
    place = tmp_path_factory.mktemp("environment")
    source = place / "source"
    source.mkdir()
    for name in ("harness", "contracts", "migrations", "loadtests", "tests"):
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for command in (
        (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", place, source),
        (sys.executable, "-m", "venv", "--without-pip", place / "venv"),
    ):
        done = run_in(place, *command)
        assert done.returncode == 0, done.stderr
    python = place / "venv" / "bin" / "python"
    (wheel,) = place.glob("*.whl")
    done = run_in(
        place,
        sys.executable,
        "-m",
        "pip",
        "-q",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        wheel,
    )
    assert done.returncode == 0, done.stderr
    asked = run_in(place, python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    lent = Path(asked.stdout.strip()) / "lent.pth"
    lent.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example, far from this repository."""
    return shutil.copytree(
        EXAMPLE, tmp_path / "own_store", ignore=shutil.ignore_patterns("__pycache__", ".*_cache")
    )


def readme(language: str) -> list[str]:
    """Return the blocks of the example's README in a language."""
    blocks = (EXAMPLE / "README.md").read_text(encoding="utf-8").split("```")[1::2]
    return [block.partition("\n")[2] for block in blocks if block.partition("\n")[0] == language]


def test_wheel_runs_the_contract_on_the_store_of_the_example(python: Path, project: Path) -> None:
    where = run_in(project, python, "-c", "import contracts; print(contracts.__file__)").stdout
    assert where.startswith(str(python.parents[1])), where
    assert "pytest -n 2                  # the whole contract\n" in readme("sh")[1]
    done = run_in(project, python, "-m", "pytest", "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    entries = Manifest.packaged().entries
    exempt = sum(bool({"server", "whole_rows"} & set(entry.needs)) for entry in entries)
    assert (
        f"test_parity.py::TestParity: passed {len(entries) - exempt}, failed 0, exempt {exempt}, not run 0"
        in lines
    )
    (shown,) = (block for block in readme("") if "parity contract" in block)
    for line in shown.splitlines():
        pattern = re.compile(re.escape(line.strip()).replace("…", r"[\d,]+"))
        assert any(pattern.fullmatch(said) for said in lines), line


BROKEN = {
    "updates the lot": (
        "own_store/tables.py",
        "WHERE id = %(id)s RETURNING *",
        "WHERE id IS NOT NULL AND %(id)s::uuid IS NOT NULL RETURNING *",
        "test_crud__update_leaves_other_rows",
    ),
    "calls every conflict a bad value": (
        "own_store/sql.py",
        '"23505": lambda named: Conflict(',
        '"23505": lambda named: InvalidValue(',
        "test_idempotency__id_of_another_event_is_a_conflict",
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_broken_store_is_rejected(python: Path, project: Path, broken: tuple[str, str, str, str]) -> None:
    file, right, wrong, case = broken
    source = (project / file).read_text(encoding="utf-8")
    assert source.count(right) == 1
    (project / file).write_text(source.replace(right, wrong), encoding="utf-8")
    done = run_in(project, python, "-m", "pytest", "-k", case)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "  DIVERGENCE: " in done.stdout


def test_command_of_the_readme_judges_the_store(python: Path, project: Path) -> None:
    command = readme("sh")[2].split()
    assert command == ["harness", "contract", "--adapter", "parity:subject"]
    chosen = "crud.same_id_twice_names_the_primary_key"
    done = run_in(project, python.with_name("harness"), *command[1:], "--case", chosen)
    # One case is no verdict, but it ran.
    assert done.returncode == 2
    assert "parity:subject executed 1, passed 1, failed 0" in done.stdout


def test_readme_shows_the_files_of_the_example() -> None:
    conftest, test, _ = readme("python")
    assert conftest.strip() in (EXAMPLE / "conftest.py").read_text(encoding="utf-8")
    shown = [line.strip() for line in test.splitlines() if line.strip()]
    real = (EXAMPLE / "test_parity.py").read_text(encoding="utf-8")
    assert [line for line in shown if line not in real and not line.startswith("def open_store")] == []
