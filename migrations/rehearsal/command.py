"""``harness migrate rehearse``: the whole migration on a scratch database, there and back.

Exit status: 0 all of it works; 1 rows would be lost, refused or changed; 2 could not rehearse.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Counts
from harness.settings.migration import FEWEST_ROWS
from migrations import options
from migrations.rehearsal.checks import Checks
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.refusals import LEGAL_BESIDE, refusals
from migrations.rehearsal.round_trip import ROUND_TRIP, round_trip
from migrations.rehearsal.scratch import Options, scratch
from migrations.rehearsal.writing import write_file
from migrations.run import Run
from migrations.sources.location import SnapshotAt

__all__ = ["DEFAULT_ROWS", "rehearse"]

DEFAULT_ROWS = 2_000


@click.command()
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    metavar="SNAPSHOT",
    help="Rehearse with this snapshot of your application, besides the generated rows.",
)
@click.option(
    "--rows",
    type=click.IntRange(min=FEWEST_ROWS),
    help=f"How many rows to generate, where no snapshot is given. Default: {DEFAULT_ROWS:,}.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the generated rows.")
@click.option("--allow-empty", is_flag=True, help="Take a snapshot that has no row of some entity.")
@options.allow_uncounted
@options.sql
@options.json_path
def rehearse(
    *,
    source: Path | None,
    rows: int | None,
    seed: int,
    allow_empty: bool,
    allow_uncounted: bool,
    sql: Path | None,
    json_path: str | None,
) -> int:
    """Copy, compare, spoil, repair, export, restore and roll back, on a database of its own.

    Nothing is read from or written to DATABASE_URL: the scratch database is a copy of the migrated template
    of an embedded stack. Illegal rows of every kind are copied, too, and each must be refused.
    """
    if source is not None and rows is not None:
        raise ConfigurationError("--source and --rows exclude each other: a snapshot has as many as it has.")
    run = Run.begin("migration", sql, None, None, json_path)
    checks = Checks((*ROUND_TRIP, *LEGAL_BESIDE))
    options = Options(allow_empty=allow_empty, allow_uncounted=allow_uncounted)
    with (
        tempfile.TemporaryDirectory(prefix="parity-rehearsal-") as private,
        scratch(run.settings, Path(private)) as place,
    ):
        location = SnapshotAt(source.absolute()) if source is not None else None
        if location is None:
            location = SnapshotAt(Path(private) / "generated.json")
            write_file(Generated(seed=seed, counts=spread(rows or DEFAULT_ROWS)), location.path)
        copied = round_trip(place, location, options, checks, migrations=run.directory, say=_say)
        illegal = refusals(place, Generated(seed=seed, counts=spread(FEWEST_ROWS)), checks, say=_say)
    counts: Mapping[str, Counts] = {
        "checks": checks.counts,
        "rows": Counts(
            expected=copied.read,
            executed=copied.read,
            passed=copied.inserted,
            failed=copied.read - copied.inserted,
        ),
        "illegal rows": illegal.counts,
    }
    what = "generated rows" if source is None else f"rows of {source}"
    return run.end(
        counts,
        (*checks.findings, *illegal.findings),
        f"OK: {copied.read:,} {what} there and back; {illegal.counts.passed - 1} illegal rows refused.",
        migrations_hash=place.migrations_hash,
        target={"stack": place.stack, "postgres": place.postgres},
    )


def _say(what: str) -> None:
    click.echo(f"rehearsal: {what} ...", err=True)
