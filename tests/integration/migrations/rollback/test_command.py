"""`harness migrate rollback` and `verify` as a user meets them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

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
    assert "1 of the 40 rows that the copy inserted into sync_jobs was changed or deleted" in done.stdout
    assert "Which ones cannot be told: the snapshot that was copied is gone" in done.stdout
    assert re.fullmatch(
        r"FAILED: 239 of 240 rows of run [0-9a-f-]{36} removed; 1 changed or deleted since, or referred to\.",
        done.stdout.splitlines()[-1],
    )


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


def test_an_edited_receipt_is_worth_nothing(dsn: str, receipt: Path) -> None:
    receipt.write_text(receipt.read_text().replace('"inserted": 40', '"inserted": 41', 1))
    done = migrate("verify", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 2
    assert "it was edited after it was written" in done.stderr
    done = migrate("rollback", str(receipt), dsn=dsn, cwd=receipt.parent)
    assert done.returncode == 2
    assert "it was edited after it was written" in done.stderr
