"""``harness migrate export``: writes a snapshot of a database, and compares it with the database.

Exit status: 0 the snapshot has every row; 1 a snapshot cannot hold some of them; 2 could not export.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Artifact, Counts, Finding
from harness.reports.files import make_directory, sha256_of
from harness.settings import Settings, StackKind
from migrations import options
from migrations.comparison.comparison import Comparison, TableComparison
from migrations.export.database import moment_of
from migrations.export.formats import FORMATS, Moment, SnapshotFormat, write_snapshot
from migrations.export.proof import proved_against
from migrations.rest.moment import moment_by_rest
from migrations.run import Run
from migrations.sources.location import DatabaseAt, Location, RestAt, SnapshotAt, locate, target_of
from migrations.wording import counted

__all__ = ["export"]


@click.command()
@click.argument("places", nargs=-1, required=True, metavar="[SOURCE] SNAPSHOT")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="json",
    show_default=True,
    help="One JSON as exportSnapshot writes it, or a directory with a file per table.",
)
@click.option("--allow-empty", is_flag=True, help="Write a snapshot of a database without any row.")
@click.option("--force", is_flag=True, help="Replace a snapshot that is there.")
@options.report("the rows that a snapshot cannot hold, if there are any,")
@options.stack("the source")
@options.json_path
def export(
    *,
    places: tuple[str, ...],
    form: SnapshotFormat,
    allow_empty: bool,
    force: bool,
    report: Path | None,
    stack: StackKind | None,
    json_path: str | None,
) -> int:
    """Write all rows of SOURCE, as they are at one moment, to SNAPSHOT, which is whole or not there.

    SOURCE defaults to DATABASE_URL, else SUPABASE_URL. Nothing is written to it. The snapshot is then
    compared with the same moment, row by row, by other code than wrote it. By REST, nobody may write
    meanwhile, which is checked.
    """
    run = Run.begin("migrate export", None, None, stack, json_path)
    source, path = _places(places, run.settings)
    if report is not None:
        make_directory(report)
    with _opened(source) as opened:
        if not any(opened.moment.counts.values()) and not allow_empty:
            raise ConfigurationError(
                f"{source} has no row in any of the six tables, so that nothing was written. Check that it "
                "is the right database, or give --allow-empty."
            )
        proof = write_snapshot(
            opened.moment,
            path,
            form,
            replace=force,
            progress=_say,
            proved=lambda draft: opened.proved(draft, report),
        )
        rows = sum(opened.moment.counts.values())
    return run.end(
        _counts(proof),
        tuple(finding for table in proof.tables for finding in _findings(table, proof.findings)),
        f"OK: {counted(rows)} written to {path}, equal to the database at that moment.",
        migrations_hash=None,
        target=opened.server,
        artifacts=tuple(Artifact(path=str(file), sha256=sha256_of(file)) for file in _files(path)),
    )


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """A source that is open at one moment."""

    moment: Moment
    place: Location
    """What the snapshot is compared with."""
    server: Mapping[str, str]
    """Its version, by its name."""
    settle: Callable[[], None] = lambda: None
    """Raises if it was not one moment after all."""

    def proved(self, draft: Path, report: Path | None) -> Comparison:
        """Compare a snapshot with the moment."""
        proof = proved_against(self.place, self.moment.counts, draft, report=report)
        self.settle()
        return proof


@contextmanager
def _opened(source: DatabaseAt | RestAt) -> Iterator[_Opened]:
    if isinstance(source, RestAt):
        with moment_by_rest(source) as rows:
            yield _Opened(
                moment=rows,
                place=source,
                server={"postgrest": rows.version},
                settle=rows.require_unchanged,
            )
        return
    with moment_of(source.dsn) as moment:
        yield _Opened(
            moment=moment,
            place=DatabaseAt(source.dsn, snapshot=moment.snapshot),
            server={"postgres": f"{moment.postgres // 10000}.{moment.postgres % 10000}"},
        )


def _places(places: tuple[str, ...], settings: Settings) -> tuple[DatabaseAt | RestAt, Path]:
    if len(places) > 2:
        raise ConfigurationError(f"Two places at most can be named, SOURCE and SNAPSHOT, not {len(places)}.")
    to_where = locate(places[-1], settings)
    if not isinstance(to_where, SnapshotAt):
        advice = (
            "Use harness migrate copy to fill it."
            if len(places) == 2
            else "Name the file to write after it: harness migrate export SOURCE SNAPSHOT."
        )
        raise ConfigurationError(f"{to_where} is no path for a snapshot. {advice}")
    source = locate(places[0], settings) if len(places) == 2 else target_of(settings)
    if isinstance(source, SnapshotAt):
        raise ConfigurationError(
            f"{source} is a snapshot, or is to be one; name the database to export: postgresql://…"
        )
    return source, to_where.path


def _counts(proof: Comparison) -> dict[str, Counts]:
    tables = len(proof.tables)
    unequal = sum(not table.equal for table in proof.tables)
    counts = {"tables": Counts.of(tables, failed=unequal)}
    if proof.rows:
        counts["rows"] = Counts.of(proof.rows, failed=min(proof.differing, proof.rows))
    return counts


def _findings(table: TableComparison, file: Path | None) -> Iterator[Finding]:
    if table.equal:
        return
    columns = ", ".join(f"{name} of {count}" for name, count in table.columns.items())
    where = f"They are in {file}." if file is not None else "Give --report DIR to have them listed."
    yield Finding(
        id=f"export.{table.table}",
        level="core",
        where=table.table,
        expected="every row in the snapshot as it is in the database",
        actual=f"{table.missing:,} too many, {table.extra:,} missing, {table.changed:,} changed",
        message=f"{table.table}: a snapshot cannot hold some rows as they are"
        f"{f' (columns: {columns})' if columns else ''}; reading it would change or refuse them. {where}",
    )


def _files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _say(table: str, rows: int) -> None:
    click.echo(f"{table}: {counted(rows)} written", err=True)
