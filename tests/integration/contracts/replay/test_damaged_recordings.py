"""A recording that is not whole is never taken for one that is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.replay.reader import Recording
from harness.errors import ConfigurationError
from tests.integration.contracts.replay.conftest import Replay
from tests.recorder import Recorder, job

CALL: dict[str, Any] = {"n": 1, "op": "getOpsSummary", "args": [], "startedNs": 0, "endedNs": 1, "result": {}}
HEADER = json.dumps(Recorder().head)
END = json.dumps({"end": {"calls": 1, "running": 0, "complete": True}})


def lines(*changed: str) -> str:
    return "".join(f"{line}\n" for line in changed)


def call(**changes: Any) -> str:
    return json.dumps({**CALL, **changes})


def header(**changes: Any) -> str:
    return json.dumps({**json.loads(HEADER), **changes})


def deep(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


DAMAGED = {
    "empty": ("", "is empty: not even its header was written."),
    "no header": (lines(call(), END), ":1 is not the header of a recording"),
    "other format": (lines(header(recording="parity-recording/2"), END), ":1 is not the header"),
    "no start": (lines(header(startedAt="yesterday"), END), "startedAt is no ISO 8601 time"),
    "rows of no table": (lines(header(rows={"users": []}), END), "rows of 'users', which is no table"),
    "rows that are none": (lines(header(rows={"bookings": [1]}), END), "whose bookings are no list of rows"),
    "no JSON": (lines(HEADER, "{", call(n=2), END), ":2 is no JSON."),
    "NaN": (lines(HEADER, call().replace("{}", "NaN"), END), ":2 is no JSON."),
    "no object": (lines(HEADER, "[]", END), ":2 is no JSON object."),
    "unknown operation": (lines(HEADER, call(op="createUser"), END), "'createUser', which is no operation"),
    "no operation": (lines(HEADER, json.dumps({"n": 1}), END), "is no call: it has n, op, args"),
    "two outcomes": (lines(HEADER, call(error={"kind": "conflict"}), END), "has both result and error."),
    "unknown kind": (
        lines(
            HEADER, json.dumps({**{k: v for k, v in CALL.items() if k != "result"}, "error": {"kind": "odd"}})
        ),
        "has an error without a kind of the protocol.",
    ),
    "huge number": (lines(HEADER, call(n=10**30), END), "has a number or a time that no recorder writes."),
    "huge time": (
        lines(HEADER, call(endedNs=10**30), END),
        "has a number or a time that no recorder writes.",
    ),
    "deep": (lines(HEADER, call(args=[deep(600)]), END), ":2 is nested deeper than 300 levels."),
    "back in time": (lines(HEADER, call(startedNs=5), END), "ends before it starts."),
    "behind the end": (lines(HEADER, call(), END, call(n=2)), ":4 follows the end."),
    "one number twice": (lines(HEADER, call(), call(), END), "two of its calls have one number."),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_recording_is_refused(tmp_path: Path, case: str) -> None:
    text, why = DAMAGED[case]
    path = tmp_path / "recording"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        Recording.read(path)
    assert str(path) in str(refused.value)
    assert why in str(refused.value)


INCOMPLETE = {
    "cut off": (lines(HEADER, call()) + call(n=2)[:40], "recording:3 is cut off, as by a crash"),
    "no end": (lines(HEADER, call()), "has no end: the application still runs, or broke off."),
    "calls that began": (lines(HEADER, call(n=3)), "2 calls began and are not there"),
    "still running": (
        lines(HEADER, call(), json.dumps({"end": {"calls": 2, "running": 1, "complete": False}})),
        "1 calls were running when the recording ended",
    ),
    "stopped": (
        lines(
            HEADER,
            call(),
            json.dumps({"end": {"calls": 1, "running": 0, "complete": False, "reason": "the disk is full"}}),
        ),
        "is incomplete: the disk is full.",
    ),
    "lost lines": (
        lines(HEADER, call(), json.dumps({"end": {"calls": 9, "running": 0, "complete": True}})),
        "says that 9 calls began; it holds 1",
    ),
}


@pytest.mark.parametrize("case", INCOMPLETE)
def test_incomplete_recording_says_what_is_missing(tmp_path: Path, case: str) -> None:
    text, why = INCOMPLETE[case]
    path = tmp_path / "recording"
    path.write_text(text, encoding="utf-8")
    recording = Recording.read(path)
    assert len(recording) == 1
    assert why in " ".join(recording.missing)


def test_whole_recording_misses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "recording"
    path.write_text(lines(HEADER, call(), END), encoding="utf-8")
    assert Recording.read(path).missing == ()


def test_calls_come_by_their_start_though_they_were_written_at_their_end(tmp_path: Path) -> None:
    path = tmp_path / "recording"
    path.write_text(
        lines(HEADER, call(n=2, startedNs=5, endedNs=6), call(n=1, startedNs=1, endedNs=9)), encoding="utf-8"
    )
    assert [(one.n, one.line) for one in Recording.read(path).calls()] == [(1, 3), (2, 2)]


def test_file_that_changes_meanwhile_ends_the_replay(replay: Replay, tmp_path: Path) -> None:
    def rewrite(store: Any) -> None:
        def claim(_: Callable[..., Any], **__: Any) -> Any:
            path = tmp_path / "recording"
            path.write_bytes(b"x" * path.stat().st_size)
            return ()

        store.sync_jobs.claim = lambda **asked: claim(store, **asked)

    record = Recorder()
    record("claimSyncJobs", {"limit": 1, "leaseS": 60})
    for _ in range(400):  # more than a reader has in its buffer
        record("createSyncJob", job())
    done = replay(record, rewrite)
    assert "changed while it was replayed" in done.reasons[0]
    assert done.counts.unchecked > 0
