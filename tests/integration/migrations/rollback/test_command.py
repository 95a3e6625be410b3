"""`harness migrate rollback` and `verify` as a user meets them."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from harness.models import ENTITIES
from migrations.receipts.document import Receipt
from migrations.receipts.taking import take_receipt, write_receipt
from migrations.sources.location import DatabaseAt, SnapshotAt
from tests.integration.migrations.rollback.conftest import GENERATED

Copy = Callable[..., str]


def migrate(*arguments: str, dsn: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SUPABASE_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "harness", "migrate", *arguments],
        env={**environ, "DATABASE_URL": dsn},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def receipt(dsn: str, copy: Copy, tmp_path: Path) -> Path:
    """The receipt of a copy, with two files that it refers to."""
    run_id = copy()
    (tmp_path / "rows.json").write_text("{}")
    (tmp_path / "quarantine.jsonl").write_text("")
    taken = take_receipt(
        DatabaseAt(dsn),
        run_id,
        source=SnapshotAt(tmp_path / "rows.json"),
        source_files={str(tmp_path / "rows.json"): hashlib.sha256(b"{}").hexdigest()},
        files={"quarantine": tmp_path / "quarantine.jsonl"},
        stack="embedded",
        migrations_hash=None,
        application=tmp_path,
    )
    write_receipt(tmp_path / "receipt.json", taken)
    return tmp_path / "receipt.json"


def test_a_rollback_by_receipt_says_what_it_removed(dsn: str, receipt: Path) -> None:
    done = migrate("rollback", str(receipt), "--json", "out.json", dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "scheduling_requests: 40 of 40 rows removed"
    assert lines[-1].startswith("OK: all 240 rows of run ")
    outcome = json.loads((receipt.parent / "out.json").read_text())
    assert outcome["counts"]["rows"]["passed"] == 240
    again = migrate("rollback", dsn=dsn, cwd=receipt.parent)
    assert again.returncode == 2
    assert "No run is left to roll back here." in again.stderr


def test_rows_that_stay_are_a_difference(dsn: str, admin: psycopg.Connection, receipt: Path) -> None:
    admin.execute("UPDATE sync_jobs SET attempts = attempts WHERE id = %s", [GENERATED.id("sync_jobs", 4)])
    done = migrate("rollback", dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 1
    assert "1 of the 40 rows that the copy inserted into sync_jobs were changed or deleted" in done.stdout
    assert done.stdout.splitlines()[-1] == "FAILED: 1 finding."


def test_a_role_without_the_right_is_told_so(dsn: str, admin: psycopg.Connection, receipt: Path) -> None:
    admin.execute("GRANT USAGE ON SCHEMA parity_migration TO service_role")
    admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA parity_migration TO service_role")
    done = migrate("rollback", dsn=f"{dsn} options='-c role=service_role'", cwd=receipt.parent)
    assert done.returncode == 2
    assert "SQLSTATE 42501" in done.stderr
    assert "Nothing was removed" in done.stderr
    assert admin.execute("SELECT count(*) FROM bookings").fetchone() == (40,)


def test_a_database_that_was_never_copied_to_has_nothing_to_roll_back(dsn: str, tmp_path: Path) -> None:
    done = migrate("rollback", dsn=dsn, cwd=tmp_path)
    assert done.returncode == 2
    assert "no record of any copy" in done.stderr


def test_a_receipt_that_holds_is_ok(dsn: str, receipt: Path) -> None:
    done = migrate("verify", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("OK: all as after run ")
    assert done.stdout.rstrip().endswith("(240 rows).")


INSERTED = "INSERT INTO sync_jobs (type, entity_id, entity_type) VALUES ('icims_note', 'x', 'booking')"
CHANGES = {
    "UPDATE sync_jobs SET attempts = attempts WHERE id = '{}'": (
        "1 of the 40 rows that the copy inserted into sync_jobs were changed or removed since."
    ),
    "DELETE FROM sync_jobs WHERE id = '{}'": "sync_jobs has 1 rows fewer than right after the copy",
    INSERTED: "sync_jobs has 1 rows more than right after the copy",
    "UPDATE sync_jobs SET id = gen_random_uuid() WHERE id = '{}'": "but not the same ones",
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_since_has_its_sentence(
    dsn: str, admin: psycopg.Connection, receipt: Path, change: str
) -> None:
    admin.execute(change.format(GENERATED.id("sync_jobs", 4)).encode())
    done = migrate("verify", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 1, done.stderr
    assert CHANGES[change] in done.stdout
    assert "bookings" not in done.stdout


def test_rows_from_before_the_copy_are_watched_too(
    dsn: str, admin: psycopg.Connection, copy: Copy, tmp_path: Path
) -> None:
    old = admin.execute(f"{INSERTED} RETURNING id").fetchone()
    assert old is not None
    taken = take_receipt(
        DatabaseAt(dsn),
        copy(),
        source=SnapshotAt(tmp_path),
        source_files={},
        files={},
        stack="embedded",
        migrations_hash=None,
        application=tmp_path,
    )
    write_receipt(tmp_path / "receipt.json", taken)
    admin.execute("UPDATE sync_jobs SET last_error = 'x' WHERE id = %s", old)
    done = migrate("verify", "receipt.json", dsn=dsn, cwd=tmp_path)
    assert done.returncode == 1
    assert "rows that were there before it were changed since" in done.stdout


def test_an_edited_receipt_is_worth_nothing(dsn: str, receipt: Path) -> None:
    receipt.write_text(receipt.read_text().replace('"inserted": 40', '"inserted": 41', 1))
    done = migrate("verify", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 2
    assert "it was edited after it was written" in done.stderr
    done = migrate("rollback", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 2
    assert "it was edited after it was written" in done.stderr


def test_a_changed_file_is_a_difference_and_a_missing_one_is_unchecked(dsn: str, receipt: Path) -> None:
    (receipt.parent / "quarantine.jsonl").unlink()
    gone = migrate("verify", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert gone.returncode == 2
    assert "The quarantine file" in gone.stdout
    assert gone.stdout.splitlines()[-1] == "COULD NOT CHECK: 1 finding."
    (receipt.parent / "rows.json").write_text("[]")
    changed = migrate("verify", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert changed.returncode == 1
    assert "is not what it was when the copy ended" in changed.stdout


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"system_identifier": "7"}, "another cluster"),
        ({"oid": "7"}, "another database of the cluster"),
        ({"postgres": "16.1"}, "fingerprints of different major versions cannot be compared"),
    ],
)
def test_another_target_is_refused(dsn: str, receipt: Path, change: dict[str, str], sentence: str) -> None:
    written = Receipt.from_json(json.loads(receipt.read_text()))
    other = Receipt(**{**vars(written), "target": {**written.target, **change}})
    write_receipt(receipt, other)
    done = migrate("verify", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_the_receipt_of_a_run_that_was_rolled_back_holds_no_more(dsn: str, receipt: Path) -> None:
    assert migrate("rollback", dsn=dsn, cwd=receipt.parent).returncode == 0
    done = migrate("verify", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 2
    assert "was rolled back since" in done.stderr


def test_what_is_in_a_receipt(dsn: str, receipt: Path) -> None:
    data = json.loads(receipt.read_text())
    assert data["schema"] == "parity-receipt/1"
    assert set(data["tables"]) == set(ENTITIES)
    assert data["versions"].keys() == {"harness", "python", "psycopg", "polars", "postgres"}
    assert "password" not in receipt.read_text()
    assert str(psycopg.conninfo.conninfo_to_dict(dsn)["password"]) not in receipt.read_text()
