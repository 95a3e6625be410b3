"""`harness gate` with a snapshot of the application's own rows, on a contract of few cases."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from harness.models import ENTITIES
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import Generated
from migrations.rehearsal.writing import Rows, write_file
from tests.cli.conftest import FEW_CASES

LEGAL = Generated(seed=1, counts=dict.fromkeys(ENTITIES, 16))
Gate = Callable[[Rows], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def gate(tmp_path: Path, clean_environ: Callable[[Mapping[str, str]], dict[str, str]]) -> Gate:
    """Judge the reference adapters, with a snapshot of these rows."""

    def gate(rows: Rows) -> "subprocess.CompletedProcess[str]":
        write_file(rows, tmp_path / "rows.json")
        (tmp_path / "parity.toml").write_text('[migration]\nsnapshot = "rows.json"\n')
        return subprocess.run(
            [*FEW_CASES, "gate", "--json", "gate.json"],
            cwd=tmp_path,
            env=clean_environ({}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return gate


def test_a_snapshot_with_rows_that_would_not_arrive_is_not_ready(gate: Gate, tmp_path: Path) -> None:
    done = gate(Companion(LEGAL))
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.rstrip().rpartition("\n")[2].startswith("NOT READY: 1 finding (")
    assert "38 rows would not arrive" in done.stdout
    counts = json.loads((tmp_path / "gate.json").read_text())["counts"]
    assert counts["migration:rows"]["failed"] == 38
