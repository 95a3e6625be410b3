"""Load commands that need the machine for themselves: a part of a comparison, a calibration, a capacity."""

import json
from datetime import date
from pathlib import Path

from harness.settings.parity_toml import parse
from tests.cli.conftest import Harness

SHORT = ("--rounds", "3", "--seconds", "2")
WIDE = """
[budgets.endpoints.health.memory]
p50_ms = 1000
errors = 0
[budgets.endpoints.book.memory]
p50_ms = 1000
[budgets.capacity]
memory = 20
"""


def test_a_part_is_judged_and_is_not_the_whole(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text(WIDE, encoding="utf-8")
    options = ("--within", "memory", "--endpoint", "health", *SHORT, "--json", "outcome.json")
    done = harness("load", "compare", *options, cwd=tmp_path)
    assert done.status == 0, done.out + done.err
    assert "Only health got requests, as --endpoint says; budgets of book were not judged." in done.out
    outcome = json.loads((tmp_path / "outcome.json").read_text(encoding="utf-8"))
    assert outcome["step"] == "load compare (part)"


def test_a_calibration_is_kept_and_prints_budgets(harness: Harness, tmp_path: Path) -> None:
    options = ("--within", "memory", "--comparisons", "1", *SHORT, "--calibration", "kept.json")
    done = harness("load", "calibrate", *options, "--report", "out", cwd=tmp_path)
    assert done.status == 0, done.out + done.err
    budgets = parse(done.out, name="printed", directory=tmp_path, today=date(2026, 1, 1)).budgets
    assert budgets is not None
    assert budgets.endpoints["book"]["memory"].round_trips == 0
    (machine,) = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))["machines"].values()
    assert machine["memory"]["rounds"] == 3
    assert (tmp_path / "out" / "01-memory.json").is_file()


def test_a_capacity_is_searched_and_judged(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text(WIDE, encoding="utf-8")
    options = ("--db-mode", "memory", "--from", "20", "--to", "40", "--repeat", "1", "--probe-seconds", "3")
    done = harness("load", "capacity", *options, "--json", "outcome.json", cwd=tmp_path)
    assert done.status == 0, done.out + done.err
    outcome = json.loads((tmp_path / "outcome.json").read_text(encoding="utf-8"))
    assert (outcome["step"], outcome["status"]) == ("load capacity", "passed")
    assert "memory" in outcome["counts"]
