"""``harness load capacity``: the highest rate that a server carries within its budgets."""

from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from harness.models.outcome import Subject
from harness.settings import Settings
from harness.settings.parity_toml import load
from harness.version import version
from loadtests.errors import LoadError
from loadtests.records import Recording
from loadtests.result import Result
from loadtests.runs import options
from loadtests.runs.capacity import bracket, judged
from loadtests.runs.capacity_request import CapacityOptions, open_search, refuse_contradictions
from loadtests.runs.ending import again, begin, finish
from loadtests.runs.searching import CapacitySearch

__all__ = ["capacity"]

_STEP = "load capacity"


@click.command()
@click.option("--host", metavar="URL", help="A server that is there: http://NAME:PORT.")
@click.option(
    "--db-mode",
    type=click.Choice(["memory", "supabase"]),
    help="Start servers in this mode; with --host, refuse one that runs in the other.",
)
@click.option(
    "--profile",
    type=click.Choice(["read-only", "write"]),
    show_default="read-only",
    help="With --host: only read, or also create rows, which are removed after each probe.",
)
@options.allow_writes
@options.allow_rate
@click.option(
    "--from",
    "lowest",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    show_default=True,
    help="The lowest rate.",
)
@click.option(
    "--to",
    "highest",
    type=click.FloatRange(min=0, min_open=True),
    default=1000.0,
    show_default=True,
    help="The highest rate that may be offered.",
)
@click.option(
    "--resolution",
    type=click.FloatRange(0.01, 1.0),
    default=0.1,
    show_default=True,
    help="How narrow the bracket is to be, as a share.",
)
@click.option(
    "--repeat",
    "times",
    type=click.IntRange(1, 10),
    default=3,
    show_default=True,
    help="Probes of one rate that must agree.",
)
@click.option(
    "--probe-seconds",
    "least_s",
    type=click.FloatRange(2, 600),
    default=8.0,
    show_default=True,
    help="How long a probe measures; longer at low rates.",
)
@options.seed
@options.workers
@click.option("--record-only", is_flag=True, help="Judge nothing: print what is carried.")
@options.config
@options.report
@options.json_path
def capacity(**given: Any) -> int:
    """Search the highest rate at which all budgets are kept, and judge it by [budgets.capacity].

    A rate is carried if each of several short runs keeps p50, p95, p99 and errors of the budgets, and if at
    least 99 % of what was offered is answered. Exit status: 0 PASS, or measured with --record-only;
    1 REGRESSED; 2 INCONCLUSIVE, INVALID (the generator was the limit) or could not check.
    """
    started_at = datetime.now(UTC)
    asked = CapacityOptions(**given)
    begin(asked.json_path, asked.report)
    refuse_contradictions(asked)
    with open_search(asked, load(asked.config)) as search:
        search.run()
    if asked.record_only:
        return _say(search)
    return finish(_result(search, started_at), asked.json_path, asked.report)


def _result(search: CapacitySearch, started_at: datetime) -> Result:
    recording = _recording(search)
    samples = sum(window.achieved for window in search.windows)
    return Result(
        step=_STEP,
        run_id=Settings.from_environ().run_id or started_at.strftime("%Y%m%dT%H%M%S"),
        started_at=started_at,
        duration_s=(datetime.now(UTC) - started_at).total_seconds(),
        recording=recording,
        judgements=(judged(search.found, search.mode, search.range.demanded, samples),),
        notes=tuple(
            f"{one.rate_per_s:.4g}/s: {one.held.value} ({one.reason})."
            for one in sorted(search.probed, key=lambda one: one.rate_per_s)
        ),
        names={"a": search.mode},
        facts=(
            ("capacity", bracket(search.found) if search.probed else "not known"),
            ("probes", f"{len(search.recordings)} runs at {len(search.probed)} rates"),
        ),
        command=again(),
        subject=Subject(harness={"version": version()}),
    )


def _recording(search: CapacitySearch) -> Recording | None:
    """All probes as the rounds of one recording; None if there is none."""
    if not search.recordings:
        return None
    first, last = search.recordings[0], search.recordings[-1]
    highest = max(one.load.rate_per_s for one in search.recordings)
    return msgspec.structs.replace(
        last,
        begun_at=first.begun_at,
        load=msgspec.structs.replace(last.load, rate_per_s=highest),
        windows=search.windows,
        complete=search.complete,
        remarks=(),
    )


def _say(search: CapacitySearch) -> int:
    """Print what is carried: exit status 0 without a verdict."""
    if not search.complete:
        raise LoadError("the search was interrupted, and nothing is known of the capacity.")
    found = search.found
    if found.contradiction is not None:
        raise LoadError(f"the probes contradict each other: {found.contradiction}.")
    limit = "" if found.limit is None else f"; at {found.limit:.4g}/s the generator was the limit"
    click.echo(f"measured, not judged: {bracket(found)} in mode {search.mode}{limit}")
    return 0
