"""The receipt and the undo of what `harness migrate copy` itself has done."""

import json
from pathlib import Path

import psycopg

from harness.models import ENTITIES
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import FEWEST, Generated
from migrations.rehearsal.writing import write_file
from tests.integration.migrations.rollback.test_command import migrate

LEGAL = Generated(seed=2, counts=dict.fromkeys(ENTITIES, FEWEST))


def test_a_copy_leaves_a_receipt_that_holds_and_by_which_it_is_undone(dsn: str, tmp_path: Path) -> None:
    write_file(Companion(LEGAL), tmp_path / "rows.json")
    copied = migrate("copy", "rows.json", "--receipt", "receipt.json", dsn=dsn, cwd=tmp_path)
    assert copied.returncode == 1, copied.stderr
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    illegal = Companion(LEGAL).illegal
    assert {table: each["quarantined"] for table, each in receipt["tables"].items()} == {
        table: len(rows) for table, rows in illegal.items()
    }
    assert all(each["inserted"] == each["rows"] == FEWEST for each in receipt["tables"].values())
    assert sorted(file["role"] for file in receipt["files"]) == ["quarantine", "source"]
    assert receipt["migrations_hash"]
    held = migrate("verify", "receipt.json", dsn=dsn, cwd=tmp_path)
    assert (held.returncode, held.stdout[:3]) == (0, "OK:"), held.stderr
    undone = migrate("rollback", "receipt.json", dsn=dsn, cwd=tmp_path)
    assert undone.returncode == 0, undone.stderr
    with psycopg.connect(dsn) as connection:
        # In each of the tables, the parents of the others included.
        assert connection.execute("SELECT count(*) FROM scheduling_requests").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM webhook_events").fetchone() == (0,)


def test_a_second_copy_has_nothing_to_undo_and_its_receipt_holds(dsn: str, tmp_path: Path) -> None:
    write_file(LEGAL, tmp_path / "rows.json")
    for name in ("first.json", "second.json"):
        assert migrate("copy", "rows.json", "--receipt", name, dsn=dsn, cwd=tmp_path).returncode == 0
        assert migrate("verify", name, dsn=dsn, cwd=tmp_path).returncode == 0
    undone = migrate("rollback", dsn=dsn, cwd=tmp_path)
    assert undone.returncode == 0
    assert f"OK: all {FEWEST * 6} rows of run " in undone.stdout


def test_rows_that_were_changed_or_deleted_since_are_named_by_the_snapshot(dsn: str, tmp_path: Path) -> None:
    write_file(Companion(LEGAL), tmp_path / "rows.json")
    assert migrate("copy", "rows.json", "--rows-per-segment", "30", dsn=dsn, cwd=tmp_path).returncode == 1
    with psycopg.connect(dsn) as connection:
        changed, gone = LEGAL.id("sync_jobs", 40), LEGAL.id("sync_jobs", 80)
        connection.execute("UPDATE sync_jobs SET attempts = attempts WHERE id = %s", [changed])
        connection.execute("DELETE FROM sync_jobs WHERE id = %s", [gone])
    undone = migrate("rollback", dsn=dsn, cwd=tmp_path)
    assert undone.returncode == 1, undone.stderr
    assert f"They are changed: {changed}; gone: {gone}." in undone.stdout
    assert undone.stdout.splitlines()[-1].startswith(
        f"FAILED: {FEWEST * 6 - 2:,} of {FEWEST * 6:,} rows of run "
    )


def test_a_dry_run_has_no_receipt(dsn: str, tmp_path: Path) -> None:
    write_file(LEGAL, tmp_path / "rows.json")
    assert migrate("copy", "rows.json", "--dry-run", dsn=dsn, cwd=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["rows.json"]
