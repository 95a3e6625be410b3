"""A day that was recorded on memory, replayed on Supabase: by our own adapter, and by one behind a bridge."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.bridging import BridgeCommand
from contracts.plan import SUPABASE, Adapter
from contracts.replay.clock import Clock
from contracts.replay.found import Replayed
from contracts.replay.player import Player
from contracts.replay.reader import Recording
from harness.models.operations import OPERATIONS
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from tests.recorder import ACTOR, Recorder, a_day, booking, job, request

SERVE = f"{sys.executable} -P -m harness bridge serve --adapter supabase"


@pytest.fixture(scope="module")
def stack() -> Iterator[Path]:
    with EmbeddedStack.start(Settings.from_environ()) as running:
        yield running.record


def replayed(adapter: Adapter, stack: Path, path: Path) -> Replayed:
    recording = Recording.read(path)
    done = Replayed(adapter=adapter.name, calls=len(recording))
    subject = adapter.open(stack)
    try:
        Player(recording, subject, done, level="strict", pace=False, clock=Clock()).play()
    finally:
        subject.close()
    return done


def bridged(directory: Path) -> Adapter:
    return BridgeCommand.of(SERVE, "supabase", directory).adapter()


def begun_with(rows: dict[str, Any]) -> Recorder:
    record = Recorder(rows=rows)
    for alias, listed in rows.items():
        record._dispatch(OPERATIONS["__import"], [alias, listed])
    return record


@pytest.mark.parametrize("is_bridged", [False, True])
def test_day_on_memory_is_a_day_on_supabase(stack: Path, tmp_path: Path, is_bridged: bool) -> None:  # noqa: FBT001  # a parameter of the test
    record = Recorder(milliseconds=True)
    a_day(record)
    path = record.write(tmp_path / "recording")
    done = replayed(bridged(tmp_path) if is_bridged else SUPABASE, stack, path)
    assert (done.passed, done.findings, done.doubtful, done.reasons) == (len(record.calls), [], [], [])


def test_rows_at_the_start_are_put_into_the_database(stack: Path, tmp_path: Path) -> None:
    before = Recorder()
    before.clock.go_on(hours=-1)
    first = before("createSchedulingRequest", request(1))["id"]
    before("bookSchedulingRequest", booking(first), ACTOR)
    before("createSchedulingRequest", request(2))
    before("createSyncJob", job(payload={"text": "é 😀", "n": [1.5, None]}))
    tables = ("schedulingRequests", "bookings", "auditLogs", "syncJobs")
    record = begun_with({alias: before("__export", alias) for alias in tables})
    record("getSchedulingRequest", first)
    record("listSyncJobs", {"where": [], "limit": 10})
    record("claimSyncJobs", {"limit": 10, "leaseS": 60})
    record("listAuditLogs", {"where": [["requestId", "eq", first]], "limit": 10})
    record("deleteSchedulingRequest", first)
    record("getOpsSummary")
    done = replayed(SUPABASE, stack, record.write(tmp_path / "recording"))
    assert (done.passed, done.findings, done.doubtful, done.reasons) == (6, [], [], [])


def test_rows_that_the_table_refuses_are_named_without_their_contents(stack: Path, tmp_path: Path) -> None:
    before = Recorder()
    before("createSchedulingRequest", request())
    (row,) = before("__export", "schedulingRequests")
    record = Recorder(rows={"schedulingRequests": [{**row, "durationMinutes": -1}]})
    record("getOpsSummary")
    done = replayed(SUPABASE, stack, record.write(tmp_path / "recording"))
    (reason,) = done.reasons
    assert "CheckViolation on scheduling_requests_duration_positive" in reason
    assert "Ada" not in reason
    assert done.counts.executed == 0
