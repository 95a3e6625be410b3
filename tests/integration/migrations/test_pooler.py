"""What a database URL leads to is found by what happens behind it, whatever the address says."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from harness.errors import ConfigurationError, StackError
from migrations.pooler import Access, access, require_session
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.writing import write_file
from tests.pooler import Mode, pooled


def test_a_direct_connection_is_recognised(dsn: str) -> None:
    assert access(dsn) is Access.DIRECT


def test_a_session_pooler_is_accepted(dsn: str) -> None:
    with pooled(dsn, "session") as through:
        assert require_session(through) is Access.SESSION_POOLER


@pytest.mark.parametrize("in_turn", [False, True], ids=["the last used first", "in turn"])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_transaction_pooler_is_recognised_whatever_server_it_lends(
    dsn: str, size: int, *, in_turn: bool
) -> None:
    with pooled(dsn, "transaction", size=size, in_turn=in_turn) as through:
        assert access(through) is Access.TRANSACTION_POOLER


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_the_refusal_says_where_to_go_instead(dsn: str, mode: Mode) -> None:
    with pooled(dsn, mode) as through, pytest.raises(ConfigurationError) as refused:
        require_session(through)
    message = str(refused.value)
    assert "pooler in transaction mode" in message
    assert "port 5432 instead of 6543" in message
    assert "statement_timeout" in message
    assert str(conninfo_to_dict(dsn)["password"]) not in message


def test_a_pooler_that_resets_its_sessions_is_refused(dsn: str) -> None:
    with pooled(dsn, "session", resets=True) as through:
        assert access(through) is Access.TRANSACTION_POOLER


def test_looking_leaves_nothing_behind(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection, pooled(dsn, "transaction", size=1) as through:
        access(through)
        with psycopg.connect(through, autocommit=True, prepare_threshold=None) as later:
            left = later.execute("SELECT current_setting('parity_harness.session', true)").fetchone()
        locks = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
    assert left in {(None,), ("",)}
    assert locks == (0,)


@pytest.mark.parametrize(
    "command", [["copy", "env:SOURCE"], ["diff", "env:SOURCE"], ["rollback"]], ids=lambda words: words[0]
)
def test_what_would_need_a_session_is_refused_before_anything_is_written(
    dsn: str, command: list[str], tmp_path: Path
) -> None:
    write_file(Generated(seed=1, counts=spread(12)), tmp_path / "rows.json")
    with pooled(dsn, "transaction") as through:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "harness", "migrate", *command],
            env={**os.environ, "DATABASE_URL": through, "SOURCE": str(tmp_path / "rows.json")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 2
    assert "is a pooler in transaction mode" in done.stderr
    with psycopg.connect(dsn) as connection:
        ledger = connection.execute("SELECT to_regnamespace('parity_migration')::text").fetchone()
    assert ledger == (None,)


def test_nobody_there_is_no_verdict() -> None:
    with pytest.raises(StackError, match="cannot be reached"):
        access("postgresql://postgres@127.0.0.1:1/postgres")
