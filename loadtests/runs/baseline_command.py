"""``harness load baseline``: keep runs of one server, bless some, and compare a new one with them."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from harness.errors import ConfigurationError
from harness.redact import redact
from harness.settings import secrets
from loadtests.records import Recording
from loadtests.runs import recording_file
from loadtests.runs.blessing import FEWEST_RUNS, MIN_SPAN_S, refuse_to_bless, refuse_unfit, span_s
from loadtests.runs.durations import Duration, in_words
from loadtests.runs.recording_file import Stored
from loadtests.runs.store import BaselineSet, Member, Store

__all__ = ["baseline"]

_directory = click.option(
    "--baselines",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("load-baselines"),
    show_default=True,
    help="The directory of the store.",
)


@click.group()
def baseline() -> None:
    """Keep runs, and compare a new one with them.

    A set of baselines is at least five runs of `harness load run`, recorded in the same way and spread over
    time. Record each with --out FILE, `add` it, `bless` the set, and `compare` later runs with it.
    """


@baseline.command()
@click.argument("run", type=click.Path(path_type=Path))
@_directory
def add(run: Path, directory: Path) -> None:
    """Keep RUN, a file that `harness load run --out` wrote."""
    recording = recording_file.read(run).recording
    refuse_unfit(recording, str(run))
    path = Store(directory).add(recording)
    _say(f"added {recording.run_id} as {path}")


@baseline.command("list")
@_directory
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def list_(directory: Path, *, as_json: bool) -> None:
    """Print the runs that are kept, and the sets that they are in."""
    store = Store(directory)
    runs, sets = store.runs(), store.sets()
    if as_json:
        click.echo(redact(json.dumps(_document(runs, sets), indent=2, ensure_ascii=False), secrets()))
        return
    if not runs:
        _say(f"{directory} has no runs. Add one: harness load baseline add FILE")
        return
    rows: list[tuple[str, ...]] = [("RUN", "BEGUN (UTC)", "MODE", "REGION", "LOAD", "REQUESTS", "SETS")]
    rows += [_row(stored.recording, _sets_of(stored.recording, sets)) for stored in runs]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        _say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for one in sets:
        _say(f"\n{_described(store, one)}")


@baseline.command()
@click.argument("name")
@click.argument("runs", metavar="[RUN]…", nargs=-1)
@_directory
@click.option(
    "--min-span",
    "min_span_s",
    type=Duration(),
    default=MIN_SPAN_S,
    show_default="1h",
    help="Demand that the first and the last run begun so far apart: 90min, 2h, 1d.",
)
def bless(name: str, runs: tuple[str, ...], directory: Path, min_span_s: float) -> None:
    """Make the set NAME out of the runs with these ids; without ids, out of all that no set has yet."""
    store = Store(directory)
    chosen = _chosen(store, runs)
    refuse_to_bless([stored.recording for stored in chosen], min_span_s)
    path = store.bless(
        BaselineSet(
            name=name,
            blessed_at=time.time(),
            min_span_s=min_span_s,
            members=tuple(Member(run_id=stored.recording.run_id, sha256=stored.sha256) for stored in chosen),
        )
    )
    _say(f"{_described(store, store.named(name))}\nwritten to {path}")


def _chosen(store: Store, ids: Sequence[str]) -> tuple[Stored, ...]:
    there = store.runs()
    if not ids:
        taken = {member.run_id for one in store.sets() for member in one.members}
        return tuple(stored for stored in there if stored.recording.run_id not in taken)
    by_id = {stored.recording.run_id: stored for stored in there}
    for one in ids:
        if one not in by_id:
            raise ConfigurationError(f"{store.directory} has no run {one!r}. See: harness load baseline list")
    return tuple(by_id[one] for one in ids)


def _described(store: Store, one: BaselineSet) -> str:
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


def _document(runs: Sequence[Stored], sets: Sequence[BaselineSet]) -> dict[str, Any]:
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


def _say(text: str) -> None:
    click.echo(redact(text, secrets()))
