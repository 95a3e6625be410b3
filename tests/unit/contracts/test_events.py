"""Events survive the file, and a damaged file is noticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.events import (
    Begun,
    Broke,
    CaseInfo,
    Collected,
    Ended,
    Event,
    Finished,
    Lost,
    Opened,
    Operation,
    Problem,
    Started,
    Writer,
)
from contracts.plan import MEMORY, SUPABASE, Plan
from contracts.stream import Stream

EVENTS: tuple[Event, ...] = (
    Begun(packages=("/a", "/b")),
    Collected(
        worker="gw0",
        cases=(
            CaseInfo(id="a.b", adapter="memory", level="core", needs=("server",), heading="A", where="x:1"),
        ),
    ),
    Opened(worker="gw0", adapter="memory", capabilities=("server",), seconds=0.5),
    Started(worker="gw0", adapter="memory", case="a.b"),
    Finished(
        worker="gw0",
        adapter="memory",
        case="a.b",
        level="core",
        proves="é\ud800",
        phases={"setup": "passed"},
        steps=1,
        operations=(Operation(step=1, call="c", answer="a"),),
        problem=Problem(
            divergence=True,
            expected="1",
            actual="2",
            message="m",
            where="w",
            traceback="t",
            detail="one\n  two",
        ),
    ),
    Lost(worker="gw1", reason="gone"),
    Broke(what="x", text="y"),
    Ended(exit_status=1),
)


def test_events_arrive_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "events"
    writer, stream = Writer(path), Stream(path)
    for event in EVENTS:
        writer(event)
        assert list(stream.read()) == [event]
    assert list(stream.read()) == []
    assert tuple(stream.events) == EVENTS
    assert stream.damaged is None


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "events"
    Writer(path)(EVENTS[-1])
    whole = path.read_bytes()
    path.write_bytes(whole[:10])
    stream = Stream(path)
    assert list(stream.read()) == []
    path.write_bytes(whole)
    assert list(stream.read()) == [EVENTS[-1]]


@pytest.mark.parametrize(
    "line", ["nonsense", "{}", '{"event": "Unknown"}', '{"event": "Ended", "other": 1}', "[]"]
)
def test_damaged_stream_is_noticed(tmp_path: Path, line: str) -> None:
    path = tmp_path / "events"
    path.write_text(line + "\n")
    stream = Stream(path)
    assert list(stream.read()) == []
    assert stream.damaged is not None


def test_stream_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert list(Stream(tmp_path / "missing").read()) == []


def test_plan_survives_its_text(tmp_path: Path) -> None:
    plan = Plan(
        events=tmp_path,
        adapters=(MEMORY, replace(SUPABASE, cases=("a.b",))),
        stack=tmp_path,
        level="core",
        owner_fd=7,
    )
    assert Plan.loads(plan.dumps()) == plan
