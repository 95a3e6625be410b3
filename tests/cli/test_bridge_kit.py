"""``harness bridge kit`` writes the JavaScript kit into a project."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from harness.adapters.bridge.kit.assemble import KIT, TYPES, shipped
from tests.cli.conftest import Harness


def test_both_files_are_written_and_what_to_run_next_is_said(harness: Harness, tmp_path: Path) -> None:
    done = harness("bridge", "kit", "--out", "my tools", cwd=tmp_path)
    assert done.status == 0
    assert done.out.splitlines() == [f"my tools/{KIT}", f"my tools/{TYPES}"]
    for name in (KIT, TYPES):
        assert (tmp_path / "my tools" / name).read_text(encoding="utf-8") == shipped(name)
    assert "DB_MODE=memory node --import tsx 'my tools/parity-bridge.mjs'" in done.err


def test_the_adapter_it_names_is_one_argument_and_a_command_for_the_shell(
    harness: Harness, tmp_path: Path
) -> None:
    said = harness("bridge", "kit", "--out", "my tools", cwd=tmp_path).err
    line = next(line for line in said.splitlines() if "contract" in line)
    *_, option, adapter = shlex.split(line)
    assert option == "--adapter"
    kind, _, command = adapter.partition(":")
    assert kind == "bridge"
    # Quoted for the shell that starts it; the module it names is the project's own.
    asked = subprocess.run(
        ["sh", "-c", command.replace("--import tsx ", "") + " --help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.startswith("usage: DB_MODE=memory|supabase node")


def test_writing_it_again_changes_nothing(harness: Harness, tmp_path: Path) -> None:
    harness("bridge", "kit", "--out", ".", cwd=tmp_path)
    before = (tmp_path / KIT).stat().st_mtime_ns
    assert harness("bridge", "kit", "--out", ".", cwd=tmp_path).status == 0
    assert (tmp_path / KIT).stat().st_mtime_ns == before


def test_a_file_that_differs_is_left_alone_unless_forced(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / KIT).write_text("mine", encoding="utf-8")
    refused = harness("bridge", "kit", "--out", ".", cwd=tmp_path)
    assert refused.is_unchecked(f"{KIT} exists and differs")
    assert refused.out == ""
    assert (tmp_path / KIT).read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / TYPES).exists()
    assert harness("bridge", "kit", "--out", ".", "--force", cwd=tmp_path).status == 0
    assert (tmp_path / KIT).read_text(encoding="utf-8") == shipped(KIT)


@pytest.mark.parametrize("place", ["file/below", "/proc/kit"])
def test_a_place_that_cannot_be_written_is_named(harness: Harness, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    refused = harness("bridge", "kit", "--out", place, cwd=tmp_path)
    assert refused.is_unchecked(f"cannot be written to {place}")


def test_without_a_place_it_is_a_usage_error(harness: Harness, tmp_path: Path) -> None:
    refused = harness("bridge", "kit", cwd=tmp_path)
    assert refused.is_unchecked("--out")
    assert os.listdir(tmp_path) == []  # noqa: PTH208  # names alone
