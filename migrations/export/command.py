"""``harness migrate export``: writes a snapshot of a database, and compares it with the database.

Exit status: 0 the snapshot has every row; 1 a snapshot cannot hold some of them; 2 could not export.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Artifact, Counts, Finding
from harness.reports.files import sha256_of
from harness.settings import Settings, StackKind
from migrations.comparison.comparison import Comparison, TableComparison
from migrations.export.database import moment_of
from migrations.export.formats import FORMATS, SnapshotFormat, write_snapshot
from migrations.export.proof import proved
from migrations.run import Run
from migrations.sources.location import DatabaseAt, SnapshotAt, locate, target_of

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
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the rows that differ there, if there are any.",
)
@click.option(
    "--stack",
    type=click.Choice(["embedded", "docker", "external"]),
    help="What the source belongs to, for the report. Default: HARNESS_STACK.",
)
@click.option("--json", "json_path", metavar="PATH", help="Write the outcome as JSON; - is stdout.")
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

    SOURCE defaults to DATABASE_URL. Nothing is written to it. The snapshot is then compared with the same
    moment of the database, row by row, by other code than wrote it.
    """
    run = Run.begin("migrate export", None, None, stack, json_path)
    source, path = _places(places, run.settings)
    with moment_of(source.dsn) as moment:
        if not any(moment.counts.values()) and not allow_empty:
            raise ConfigurationError(
                f"{source} has no row in any of the six tables, so that nothing was written. Check that it "
                "is the right database, or give --allow-empty."
            )
        proof = write_snapshot(
            moment,
            path,
            form,
            replace=force,
            progress=_say,
            proved=lambda draft: proved(moment, source, draft, report=report),
        )
    rows = sum(moment.counts.values())
    return run.end(
        _counts(proof),
        tuple(finding for table in proof.tables for finding in _findings(table, proof.findings)),
        f"OK: {rows:,} rows written to {path}, equal to the database at that moment.",
        migrations_hash=None,
        target={"postgres": f"{moment.postgres // 10000}.{moment.postgres % 10000}"},
        artifacts=tuple(Artifact(path=str(file), sha256=sha256_of(file)) for file in _files(path)),
    )


def _places(places: tuple[str, ...], settings: Settings) -> tuple[DatabaseAt, Path]:
    if len(places) > 2:
        raise ConfigurationError(f"Two places at most can be named, SOURCE and SNAPSHOT, not {len(places)}.")
    source = locate(places[0], settings) if len(places) == 2 else target_of(settings)
    to_where = locate(places[-1], settings)
    if not isinstance(to_where, SnapshotAt):
        raise ConfigurationError(
            f"{to_where} is no path for a snapshot. Use harness migrate copy to fill it."
        )
    if not isinstance(source, DatabaseAt):
        raise ConfigurationError(
            f"{source} cannot be exported, only a database can: its rows are those of one moment. "
            "Set DATABASE_URL, or name it: postgresql://…"
        )
    return source, to_where.path


def _counts(proof: Comparison) -> dict[str, Counts]:
    tables = len(proof.tables)
    unequal = sum(not table.equal for table in proof.tables)
    counts = {"tables": Counts(expected=tables, executed=tables, passed=tables - unequal, failed=unequal)}
    if proof.rows:
        failed = min(proof.differing, proof.rows)
        counts["rows"] = Counts(
            expected=proof.rows, executed=proof.rows, passed=proof.rows - failed, failed=failed
        )
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
        actual=f"{table.missing} too many, {table.extra} missing, {table.changed} changed",
        message=f"{table.table}: a snapshot cannot hold some rows as they are"
        f"{f' (columns: {columns})' if columns else ''}; reading it would change or refuse them. {where}",
    )


def _files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _say(table: str, rows: int) -> None:
    click.echo(f"{table}: {rows:,} rows written", err=True)
