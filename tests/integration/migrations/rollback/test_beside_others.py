"""A rollback beside sessions that write, and one that is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from harness.models import ENTITIES
from migrations.rehearsal.generate import Generated
from tests.integration.migrations.rollback.conftest import GENERATED, insert
from tests.integration.migrations.rollback.test_rollback import contents, numbers, roll_back

Copy = Callable[..., str]
OTHERS = Generated(seed=6, counts=dict.fromkeys(ENTITIES, 60))
_DEADLINE_S = 60.0
_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = %s
  AND (wait_event_type = 'Lock') = %s
"""


def wait_for(connection: psycopg.Connection, application: str, *, waiting: bool, sessions: int) -> None:
    """Wait until so many sessions of a command wait for a lock, or do not."""
    deadline = time.monotonic() + _DEADLINE_S
    while connection.execute(_WAITING, [application, waiting]).fetchone() != (sessions,):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_others_commit_while_it_waits_counts_as_theirs(
    dsn: str, admin: psycopg.Connection, copy: Copy
) -> None:
    copy()
    entry = {
        **OTHERS.row("audit_logs", 50),
        "requestId": None,
        "bookingId": GENERATED.id("bookings", 7),
    }
    with psycopg.connect(dsn) as writer, ThreadPoolExecutor(1) as thread:
        writer.execute(
            "UPDATE sync_jobs SET attempts = attempts WHERE id = %s", [GENERATED.id("sync_jobs", 4)]
        )
        insert(writer, "audit_logs", entry)
        done = thread.submit(roll_back, dsn)
        wait_for(admin, "test", waiting=True, sessions=1)
        writer.commit()
        found = numbers(done.result())
    assert (found["sync_jobs"], found["bookings"]) == ((39, 0, 1), (39, 1, 0))
    assert found["scheduling_requests"] == (39, 1, 0)
    assert admin.execute("SELECT count(*) FROM audit_logs WHERE booking_id IS NOT NULL").fetchone() == (1,)


def test_a_command_that_is_killed_in_the_middle_leaves_all_rows(
    dsn: str, admin: psycopg.Connection, copy: Copy, tmp_path: Path
) -> None:
    copy()
    before = contents(admin)
    with psycopg.connect(dsn) as holder:
        # Bookings come after three tables without children: those are deleted from when it has to wait here.
        holder.execute("SELECT FROM bookings WHERE id = %s FOR UPDATE", [GENERATED.id("bookings", 7)])
        command = subprocess.Popen(
            [sys.executable, "-P", "-m", "harness", "migrate", "rollback"],
            env={**os.environ, "DATABASE_URL": dsn},
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(admin, "parity migrate rollback", waiting=True, sessions=1)
        command.send_signal(signal.SIGKILL)
        command.wait()
    # Its server process finds out that nobody is there any more.
    wait_for(admin, "parity migrate rollback", waiting=True, sessions=0)
    wait_for(admin, "parity migrate rollback", waiting=False, sessions=0)
    assert contents(admin) == before
    assert numbers(roll_back(dsn)) == dict.fromkeys(ENTITIES, (40, 0, 0))
