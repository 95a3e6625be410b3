"""The how-to "Move the data" of the README: its commands work, and what it shows is what they say."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from harness.settings.parity_toml import load
from migrations.comparison.mapping import read_mapping

ROOT = Path(__file__).resolve().parents[3]
SNAPSHOT = ROOT / "tests" / "examples" / "typescript" / "plan_script" / "snapshot.json"
STATUSES = [1, 1, 1, 1, 0, 0, 0]
_DEADLINE_S = 120


def section() -> str:
    """The how-to, to the next one."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.partition("\n### Move the data\n")[2].partition("\n### ")[0]


def blocks(language: str) -> list[str]:
    """The blocks of the how-to in a language."""
    found = re.findall(r"^( *)```(\w+)\n(.*?)^\1```$", section(), re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(text) for _, name, text in found if name == language]


@pytest.fixture
def said(dsn: str, tmp_path: Path) -> list[str]:
    """What all commands print, one after the other, as in the shell of a user."""
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "harness").write_text(f"#!/bin/sh\nexec '{sys.executable}' -P -m harness \"$@\"\n")
    (commands / "harness").chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(SNAPSHOT, work / "rows.json")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SUPABASE_", "HARNESS_STACK"))
    }
    path = os.pathsep.join([str(commands), os.environ.get("PATH", os.defpath)])
    lines: list[str] = []
    (shell,) = blocks("sh")
    for command, status in zip(shell.splitlines(), STATUSES, strict=True):
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=work,
            env={**kept, "PATH": path, "DATABASE_URL": dsn},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )
        assert done.returncode == status, (command, done.stdout, done.stderr)
        lines += done.stdout.splitlines()
    return lines


def test_shown_lines_are_what_the_commands_say_in_this_order(said: list[str]) -> None:
    (shown,) = blocks("text")
    rest = iter(said)
    for line in shown.splitlines():
        pattern = re.compile(re.escape(line).replace("…", ".+"))
        assert any(pattern.fullmatch(one) for one in rest), (line, said)


def test_shown_configuration_and_mapping_can_be_read(tmp_path: Path) -> None:
    configuration, mapping = blocks("toml")
    (tmp_path / "rows.json").touch()
    (tmp_path / "parity.toml").write_text(configuration)
    (tmp_path / "names.toml").write_text(mapping)
    assert load(tmp_path / "parity.toml").migration.snapshot == "rows.json"
    source, target = read_mapping(tmp_path / "names.toml")
    assert source.tables["webhook_events"].table == "events"
    assert source.tables["webhook_events"].columns["event_type"] == "kind"
    assert target.tables["webhook_events"].table == "webhook_events"
