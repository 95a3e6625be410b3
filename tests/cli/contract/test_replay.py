"""``harness contract --replay`` as a user meets it."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.models.outcome import Outcome, Status
from tests.recorder import Recorder, a_day, request

Run = Callable[..., Any]
MEMORY = ("--adapter", "memory")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    record = Recorder()
    a_day(record)
    return record.write(tmp_path / "calls.jsonl")


def test_memory_and_bridge_answer_as_recorded(harness: Run, tmp_path: Path, recording: Path) -> None:
    bridge = f"bridge-memory:{sys.executable} -P -m harness bridge serve --adapter memory"
    arguments = ("--adapter", "memory", "--adapter", bridge, "--json", "outcome.json", "--report", "report")
    done = harness("contract", "--replay", str(recording), *arguments, cwd=tmp_path, HARNESS_RUN_ID="run-7")
    assert (done.status, done.last_line) == (0, "PARITY in 38 recorded calls on memory and bridge-memory")
    result = Outcome.from_json((tmp_path / "outcome.json").read_bytes())
    assert (result.run_id, result.step, result.status) == ("run-7", "replay", Status.PASSED)
    assert [(count.expected, count.passed) for count in result.counts.values()] == [(38, 38), (38, 38)]
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"report.json", "report.txt"}
    assert "level core" in done.out
    assert "createSchedulingRequest 6" in done.out
    assert "operations of the protocol: createBooking" in done.out


def test_difference_is_told_with_place_and_values(harness: Run, tmp_path: Path) -> None:
    record = Recorder()
    id_ = record("createSchedulingRequest", request())["id"]
    record("getSchedulingRequest", id_)
    record.calls[1]["result"]["reqTitle"] = "Gärtner"
    path = record.write(tmp_path / "calls.jsonl")
    done = harness("contract", "--replay", "calls.jsonl", *MEMORY, "--json", "outcome.json", cwd=tmp_path)
    assert (done.status, done.last_line) == (1, "DIVERGENCE: 1 recorded call")
    block = done.out.split("\n\n")[0].splitlines()
    assert block[0].split() == ["DIVERGENCE", "replay.2.getSchedulingRequest", "core"]
    assert [line.split(maxsplit=1) for line in block[3:]] == [
        ["expected", "reqTitle: 'Gärtner'"],
        ["memory", "reqTitle: 'Engineer'"],
        ["where", "calls.jsonl:3"],
    ]
    (finding,) = Outcome.from_json((tmp_path / "outcome.json").read_bytes()).findings
    assert (finding.id, finding.where) == ("replay.2.getSchedulingRequest", "memory calls.jsonl:3")
    assert path.exists()


def test_crash_of_the_application_could_not_check(harness: Run, tmp_path: Path, recording: Path) -> None:
    text = recording.read_text(encoding="utf-8")
    recording.write_text(text[: text.index('{"end"') - 20], encoding="utf-8")
    done = harness("contract", "--replay", str(recording), *MEMORY, "--json", "-", cwd=tmp_path)
    assert done.is_unchecked("is cut off, as by a crash: that call is not replayed.")
    result = Outcome.from_json(done.out)
    assert (result.status, result.counts["memory"].passed) == (Status.UNCHECKED, 37)


def test_difference_beats_a_crash(harness: Run, tmp_path: Path) -> None:
    record = Recorder()
    record("countBookings", {"where": []})
    record.calls[0]["result"], record.end = 7, None
    path = record.write(tmp_path / "calls.jsonl")
    done = harness("contract", "--replay", str(path), *MEMORY, cwd=tmp_path)
    assert (done.status, done.last_line) == (1, "DIVERGENCE: 1 recorded call")
    assert "has no end" in done.out


def test_recording_without_calls_could_not_check(harness: Run, tmp_path: Path) -> None:
    path = Recorder().write(tmp_path / "calls.jsonl")
    done = harness("contract", "--replay", str(path), *MEMORY, cwd=tmp_path)
    assert done.is_unchecked("holds no call that could be replayed.")


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_file_that_cannot_be_read_could_not_check(harness: Run, tmp_path: Path, name: str) -> None:
    done = harness("contract", "--replay", name, *MEMORY, "--json", "outcome.json", cwd=tmp_path)
    assert done.is_unchecked(f"The recording {name} cannot be read:")
    assert Outcome.from_json((tmp_path / "outcome.json").read_bytes()).status is Status.UNCHECKED


def test_adapter_that_takes_no_whole_rows_could_not_check(harness: Run, tmp_path: Path) -> None:
    source = "from harness.adapters.memory import *\ndef begin():\n    database = MemoryDatabase()\n"
    source += "    return lambda: MemoryStore(database=database)\n"
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    record = Recorder()
    record("createSchedulingRequest", request())
    record.head["rows"] = {"schedulingRequests": record("__export", "schedulingRequests")}
    record.calls.clear()
    record("getOpsSummary")
    path = record.write(tmp_path / "calls.jsonl")
    done = harness("contract", "--replay", str(path), "--adapter", "mine:begin", cwd=tmp_path)
    assert done.is_unchecked("has no way to take whole rows (whole_rows): nothing was replayed on it.")


@pytest.mark.parametrize(
    "beside",
    [
        ("--case", "crud.create"),
        ("--self-check",),
        ("--budget", "3"),
        ("--list",),
        ("--seed", "1"),
        ("--workers", "1"),
        ("--case-timeout", "9"),
        ("--json", "calls.jsonl"),
    ],
)
def test_option_about_cases_is_refused(
    harness: Run, tmp_path: Path, recording: Path, beside: tuple[str, ...]
) -> None:
    done = harness("contract", "--replay", "calls.jsonl", *beside, cwd=tmp_path)
    assert done.status == 2
    assert "Usage:" in done.err
    assert recording.stat().st_size > 0


def test_interrupted_replay_could_not_check(start: Callable[..., Any], tmp_path: Path) -> None:
    record = Recorder()
    record("createSchedulingRequest", request())
    record.clock.go_on(hours=1)
    record("getOpsSummary")
    path = record.write(tmp_path / "calls.jsonl")
    process = start("contract", "--replay", str(path), *MEMORY, "--pace", "--json", "outcome.json")
    assert "Replaying 2 calls on memory." in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out.splitlines()[-1].startswith("COULD NOT CHECK: The replay was interrupted.")
    assert "Traceback" not in err
    assert Outcome.from_json((tmp_path / "outcome.json").read_bytes()).status is Status.UNCHECKED


def test_pace_without_replay_is_refused(harness: Run, tmp_path: Path) -> None:
    done = harness("contract", "--pace", cwd=tmp_path)
    assert done.is_unchecked("--pace goes with --replay.")
