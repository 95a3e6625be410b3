"""``harness migrate diff``: compares two places, row by row and column by column.

Exit status: 0 equal, and something was compared; 1 different; 2 could not compare.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from harness.models.outcome import Artifact, Counts, Finding
from harness.reports.files import sha256_of
from harness.settings import StackKind
from migrations import options
from migrations.comparison.compare import compare
from migrations.comparison.comparison import Comparison, TableComparison
from migrations.comparison.mapping import read_mapping
from migrations.comparison.naming import IDENTITY
from migrations.comparison.segments import REREAD_S
from migrations.comparison.terminal import table_line, verdict, words_of
from migrations.run import Run
from migrations.sources.location import locate, target_of
from migrations.sources.two_places import require_two_places
from migrations.wording import counted

__all__ = ["diff"]


def _options(command: Callable[..., int]) -> Callable[..., int]:
    for option in (
        options.json_path,
        options.stack("the target"),
        click.option(
            "--limit",
            type=click.IntRange(min=0, max=1000),
            default=20,
            show_default=True,
            help="Differences that are printed; the files of --report have all of them.",
        ),
        click.option(
            "--no-reread",
            is_flag=True,
            help="Report what differs at first sight, also where somebody is writing.",
        ),
        click.option(
            "--mapping",
            type=click.Path(path_type=Path, dir_okay=False),
            help="A TOML file with names that differ, changes on purpose, and what is not compared.",
        ),
        options.report("every difference, as JSONL, Parquet and HTML,"),
        click.option(
            "--table",
            "tables",
            multiple=True,
            type=click.Choice(list(ENTITIES)),
            help="Compare this table only; may be repeated.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("source")
@click.argument("target", required=False)
@_options
def diff(
    *,
    source: str,
    target: str | None,
    tables: tuple[str, ...],
    mapping: Path | None,
    report: Path | None,
    no_reread: bool,
    limit: int,
    stack: StackKind | None,
    json_path: str | None,
) -> int:
    """Compare SOURCE and TARGET, every row and every column.

    TARGET defaults to DATABASE_URL, else SUPABASE_URL by REST. Equal is what Postgres would keep apart
    in nothing: texts to the byte, times to the microsecond, numbers to the last digit, JSON as jsonb.
    """
    run = Run.begin("migrate diff", None, None, stack, json_path)
    from_where = locate(source, run.settings)
    to_where = locate(target, run.settings) if target is not None else target_of(run.settings)
    names, other_names = (IDENTITY, IDENTITY) if mapping is None else read_mapping(mapping)
    if mapping is None:  # with one, two tables of the same database may be compared
        require_two_places(from_where, to_where)
    talk = json_path == "-"

    def told(table: TableComparison) -> None:
        click.echo(table_line(table), err=talk)

    comparison = compare(
        from_where,
        to_where,
        tables=tables or None,
        source_naming=names,
        target_naming=other_names,
        report=report,
        reread_s=() if no_reread else REREAD_S,
        told=told,
    )
    if comparison.rows == 0:
        raise ConfigurationError(
            f"Nothing was compared: {comparison.source} and {comparison.target} have no rows. "
            "If that is right, there is nothing to prove."
        )
    return run.end(
        {table.table: _counts(table) for table in comparison.tables if table.rows},
        tuple(_findings(comparison)),
        verdict(comparison),
        migrations_hash=None,
        notes=tuple(_notes(comparison, limit)),
        bad=verdict(comparison),
        artifacts=tuple(
            Artifact(path=str(path), sha256=sha256_of(path)) for path in comparison.files.values()
        ),
    )


def _counts(table: TableComparison) -> Counts:
    return Counts.of(table.rows, failed=table.differing)


def _findings(comparison: Comparison) -> Iterator[Finding]:
    """One finding per table and kind, or column: single rows are in the files of the report."""
    for table in comparison.tables:
        for kind, count, expected in (
            ("missing", table.missing, "every row of the source is in the target"),
            ("extra", table.extra, "no row in the target that the source does not have"),
            ("duplicate", table.duplicates, "each id once on each side"),
        ):
            if count:
                yield _finding(comparison, table, kind, expected, counted(count, "row"))
        for column, count in table.columns.items():
            expected = "the value of the source"
            actual = f"another value in {counted(count, 'row')}"
            yield _finding(comparison, table, f"changed.{column}", expected, actual)


def _finding(
    comparison: Comparison, table: TableComparison, rule: str, expected: str, actual: str
) -> Finding:
    kind, _, column = rule.partition(".")
    example = next(
        (
            found.key
            for found in comparison.first
            if found.table == table.table and found.kind == kind and (found.column or "") == column
        ),
        None,
    )
    where = table.table + (f".{column}" if column else "")
    such = f", such as {example}" if example is not None else ""
    return Finding(
        id=f"diff.{table.table}.{rule}",
        level="core",
        where=where,
        expected=expected,
        actual=actual,
        message=f"{where}: {actual} {_SAID[kind]}{such}.",
    )


_SAID = {
    "missing": "of the source missing in the target",
    "extra": "in the target only",
    "duplicate": "with an id that is there more than once",
    "changed": "of the target",
}


def _notes(comparison: Comparison, limit: int) -> Iterator[str]:
    yield from map(words_of, comparison.first[:limit])
    shown = len(comparison.first[:limit])
    if comparison.found > shown and limit:
        more = counted(comparison.found - shown, "more difference")
        yield f"… and {more}." + ("" if comparison.files else " --report DIR writes all of them.")
    for kind, path in comparison.files.items():
        yield f"All differences as {kind}: {path}"
