"""``harness load baseline``: keep runs of one server, bless some, and compare a new one with them."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.redact import redact, redact_json
from harness.settings import secrets
from harness.settings.parity_toml import load
from loadtests.records import Recording
from loadtests.runs import options, recording_file
from loadtests.runs.blessing import MIN_SPAN_S, refuse_to_bless, refuse_unfit
from loadtests.runs.durations import Duration
from loadtests.runs.ending import again, begin, finish
from loadtests.runs.listing import document, summary, table
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
        click.echo(json.dumps(redact_json(document(runs, sets), secrets()), indent=2, ensure_ascii=False))
        return
    if not runs:
        _say(f"{directory} has no runs. Add one: harness load baseline add FILE")
        return
    for line in table(runs, sets):
        _say(line)
    for one in sets:
        _say(f"\n{summary(store, one)}")


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
    """Make the set NAME out of runs.

    Without ids it takes all runs that no set has yet.
    """
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
    _say(f"{summary(store, store.named(name))}\nwritten to {path}")


@baseline.command()
@click.argument("run")
@click.option("--baseline", "name", help="The set.  [default: the only one that there is]")
@_directory
@options.config
@options.report
@options.json_path
def compare(
    run: str,
    *,
    name: str | None,
    directory: Path,
    config: Path | None,
    report: Path | None,
    json_path: str | None,
) -> int:
    """Compare RUN with a blessed set.

    RUN is a file, or the id of a run that is kept. Judged by the ratios of [budgets] in parity.toml. Exit
    status: 0 PASS; 1 REGRESSED; 2 INCONCLUSIVE, INVALID (the canary says that the environment changed), or
    another fingerprint.
    """
    from loadtests.runs.comparing import compared  # noqa: PLC0415  # scipy takes longer to load than most commands to run

    started_at = datetime.now(UTC)
    begin(json_path, report)
    budgets = load(config).budgets
    store = Store(directory)
    chosen = store.named(name)
    result = compared(
        _recording(store, run),
        chosen,
        store.members(chosen),
        budgets,
        started_at=started_at,
        command=again(),
    )
    return finish(result, json_path, report)


def _recording(store: Store, run: str) -> Recording:
    """The run of a file, or that of an id in the store."""
    for stored in () if Path(run).exists() else store.runs():
        if stored.recording.run_id == run:
            return stored.recording
    return recording_file.read(Path(run)).recording


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


def _say(text: str) -> None:
    click.echo(redact(text, secrets()))
