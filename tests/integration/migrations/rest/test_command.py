"""`harness migrate copy` and `rollback` by REST, as a user meets them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import harness
from migrations.rehearsal.generate import Generated
from migrations.rehearsal.writing import write_directory
from migrations.sources.location import RestAt

Migrate = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def migrate(at: RestAt, tmp_path: Path) -> Migrate:
    """Run a command of `harness migrate` in an environment that knows the project by REST only."""

    def migrate(*arguments: str, key: str = at.key) -> "subprocess.CompletedProcess[str]":
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return subprocess.run(
            [sys.executable, "-P", "-m", "harness", "migrate", *arguments],
            env={
                **environment,
                "PYTHONPATH": str(Path(harness.__file__).parents[1]),
                "SUPABASE_URL": at.url,
                "SUPABASE_SERVICE_ROLE_KEY": key,
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return migrate


def test_a_copy_is_made_and_taken_back(migrate: Migrate, tmp_path: Path, sql: psycopg.Connection) -> None:
    counts = {
        "scheduling_requests": 3,
        "bookings": 0,
        "audit_logs": 0,
        "sync_jobs": 2,
        "webhook_events": 5,
        "reconciliation_jobs": 1,
    }
    write_directory(Generated(seed=1, counts=counts), tmp_path / "rows")
    copied = migrate("copy", "rows", "--allow-empty")
    assert copied.returncode == 0, copied.stderr
    assert copied.stdout.endswith("OK: 11 rows read, 11 inserted, 0 were there already, 0 in quarantine.\n")
    exported = migrate("export", "out.json")
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.splitlines()[-1].startswith("OK: 11 rows written to ")
    assert migrate("diff", "rows", "out.json").stdout.endswith("EQUAL: 11 rows compared, in every column.\n")
    (journal,) = tmp_path.glob("copy-*.journal.jsonl")
    assert str(journal) in copied.stdout
    unnamed = migrate("rollback")
    assert unnamed.returncode == 2
    assert "name the file copy-RUN.journal.jsonl" in unnamed.stderr
    sql.execute("UPDATE sync_jobs SET attempts = attempts WHERE id = (SELECT id FROM sync_jobs LIMIT 1)")
    undone = migrate("rollback", journal.name)
    assert undone.returncode == 1, undone.stderr
    assert "1 row of sync_jobs stays, because it was changed after the copy" in undone.stdout
    assert undone.stdout.endswith("FAILED: 1 finding.\n")
    left = sql.execute("SELECT count(*) FROM sync_jobs").fetchone()
    assert left == (1,)


def test_a_public_key_is_no_empty_source(migrate: Migrate) -> None:
    elsewhere = ("--target", "postgresql://nobody@127.0.0.1:1/nothing")
    refused = migrate("copy", "env:SUPABASE_URL", *elsewhere, key="sb_publishable_x")
    assert refused.returncode == 2
    assert "the tables would look empty" in refused.stderr
