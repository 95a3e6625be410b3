"""The runs and sets of a store, as a table and as a JSON value."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from loadtests.records import Recording
from loadtests.runs.blessing import FEWEST_RUNS, MIN_SPAN_S, span_s
from loadtests.runs.durations import in_words
from loadtests.runs.recording_file import Stored
from loadtests.runs.store import BaselineSet, Store

__all__ = ["document", "summary", "table"]

_HEAD = ("RUN", "BEGUN (UTC)", "MODE", "REGION", "LOAD", "REQUESTS", "SETS")


def table(runs: Sequence[Stored], sets: Sequence[BaselineSet]) -> Iterator[str]:
    """Yield the lines of a table of runs."""
    rows = [_HEAD, *(_row(stored.recording, _sets_of(stored.recording, sets)) for stored in runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def summary(store: Store, one: BaselineSet) -> str:
    """A set in one line: how many runs, over which time, and what was demanded."""
    members = store.members(one)
    spread = f"spread over {in_words(span_s(members))} (at least {in_words(one.min_span_s)} demanded)"
    weak = "" if one.min_span_s >= MIN_SPAN_S else f"; less than {in_words(MIN_SPAN_S)} knows one hour only"
    return f"set {one.name}: {len(members)} runs (at least {FEWEST_RUNS}), {spread}{weak}"


def _row(recording: Recording, sets: Sequence[str]) -> tuple[str, ...]:
    kind = recording.fingerprints["a"]
    begun = datetime.fromtimestamp(recording.begun_at, UTC)
    return (
        recording.run_id,
        f"{begun:%Y-%m-%d %H:%M:%S}",
        kind.mode,
        kind.region or "-",
        f"{recording.load.loop}, {recording.load.rate_per_s:g}/s, {_seconds(recording):g} s",
        str(sum(window.achieved for window in recording.windows)),
        ", ".join(sets) or "-",
    )


def document(runs: Sequence[Stored], sets: Sequence[BaselineSet]) -> dict[str, Any]:
    """Return what `list --json` prints."""
    return {
        "runs": [_run_document(stored, sets) for stored in runs],
        "sets": [
            {
                "name": one.name,
                "blessed_at": datetime.fromtimestamp(one.blessed_at, UTC).isoformat(),
                "min_span_s": one.min_span_s,
                "runs": [member.run_id for member in one.members],
            }
            for one in sets
        ],
    }


def _run_document(stored: Stored, sets: Sequence[BaselineSet]) -> Mapping[str, Any]:
    recording = stored.recording
    kind = recording.fingerprints["a"]
    return {
        "run_id": recording.run_id,
        "file": str(stored.path),
        "sha256": stored.sha256,
        "begun_at": datetime.fromtimestamp(recording.begun_at, UTC).isoformat(),
        "mode": kind.mode,
        "region": kind.region,
        "loop": recording.load.loop,
        "rate_per_s": recording.load.rate_per_s,
        "seconds": _seconds(recording),
        "requests": sum(window.achieved for window in recording.windows),
        "sets": list(_sets_of(recording, sets)),
    }


def _sets_of(recording: Recording, sets: Sequence[BaselineSet]) -> tuple[str, ...]:
    return tuple(one.name for one in sets if recording.run_id in {member.run_id for member in one.members})


def _seconds(recording: Recording) -> float:
    return round(sum(window.duration_s for window in recording.windows), 3)
