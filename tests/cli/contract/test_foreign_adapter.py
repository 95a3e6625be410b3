"""``harness contract --adapter module:attribute``: the store of another project, in the working directory."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.manifest import Manifest
from harness.models.outcome import Outcome, Status

Run = Callable[..., Any]
CORE = len(Manifest.packaged().at("core"))
MODULE = """
from harness.adapters.memory import MemoryDatabase, MemoryStore

NUMBER = 3


class Forgetful(MemoryStore):
    def ops_summary(self):
        raise RuntimeError("not written yet")


def fresh():
    database = MemoryDatabase()
    return lambda: MemoryStore(database=database)


def wrong():
    database = MemoryDatabase()
    return lambda: Forgetful(database=database)


def raises():
    raise OSError("the disk is gone")


def store():
    return MemoryStore()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "__init__.py").write_text("")
    (tmp_path / "ours" / "db.py").write_text(MODULE)
    return tmp_path


def test_store_of_the_directory_is_judged_by_name(harness: Run, project: Path) -> None:
    target = project / "outcome.json"
    arguments = ("--adapter", "ours.db:fresh", "--level", "core", "--json", str(target))
    done = harness("contract", *arguments, cwd=project)
    assert (done.status, done.last_line) == (0, "PARITY of ours.db:fresh")
    result = Outcome.from_json(target.read_bytes())
    assert result.status is Status.PASSED
    assert result.counts["ours.db:fresh"].expected == CORE
    assert result.counts["ours.db:fresh"].complete


def test_wrong_store_diverges_beside_a_right_one(harness: Run, project: Path) -> None:
    case = "flows_summary.summary_sees_other_clients"
    arguments = ("--adapter", "memory", "--adapter", "ours.db:wrong", "--case", case)
    done = harness("contract", *arguments, cwd=project)
    assert (done.status, done.last_line) == (1, "DIVERGENCE: 1 case on ours.db:wrong")
    assert "RuntimeError: not written yet" in done.out


@pytest.mark.parametrize(
    ("adapter", "sentence"),
    [
        ("nowhere.db:fresh", "The adapter 'nowhere.db:fresh' is not there: no module 'nowhere' in"),
        ("ours.db:nothing", "The adapter 'ours.db:nothing' is not there: ours.db has no 'nothing'."),
        ("ours.db:NUMBER", "The adapter 'ours.db:NUMBER' is a int and cannot be called"),
        ("ours.db:raises", "could not be opened: the disk is gone"),
        ("ours.db:store", "ours.db:store gave a MemoryStore; it should begin with empty rows and return"),
        ("ours.db", "'ours.db' is not one of 'memory', 'supabase', and no package.module:attribute."),
    ],
)
def test_what_cannot_be_opened_is_said(harness: Run, project: Path, adapter: str, sentence: str) -> None:
    done = harness("contract", "--adapter", adapter, cwd=project)
    assert done.is_unchecked(sentence)


def test_module_with_a_mistake_is_said(harness: Run, project: Path) -> None:
    (project / "broken.py").write_text("def fresh(:\n")
    assert harness("contract", "--adapter", "broken:fresh", cwd=project).is_unchecked(
        "The adapter 'broken:fresh' cannot be imported: SyntaxError"
    )


def test_folder_of_our_name_is_not_taken_for_ours(harness: Run, project: Path) -> None:
    (project / "contracts").mkdir()
    (project / "contracts" / "__init__.py").write_text("raise SystemExit('impostor')\n")
    target = project / "outcome.json"
    arguments = ("--adapter", "ours.db:fresh", "--case", "crud.empty_patch_is_refused", "--json", str(target))
    harness("contract", *arguments, cwd=project)
    assert json.loads(target.read_text())["counts"]["ours.db:fresh"]["passed"] == 1
