"""``harness migrate plan``: reads every row, and says what would be lost or changed.

Exit status: 0 every row would arrive unchanged; 1 rows would be lost or changed; 2 could not check.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Artifact, Counts, Finding
from harness.reports.files import make_directory, sha256_of, write_json, write_text
from harness.settings import Settings, StackKind
from migrations import options
from migrations.planning.document import Numbers, Plan, counts_as_loss, document, summary, verdict
from migrations.planning.examination import Examination, looked_at
from migrations.planning.findings import Group, collected
from migrations.run import Run
from migrations.sources.location import Location, locate, target_of
from migrations.sources.opening import opened
from migrations.sources.two_places import require_two_places
from migrations.wording import counted

__all__ = ["plan"]

_ROWS = 10_000
"""Rows that are judged at once: fewer need less memory, and are slower one by one."""
_SHOWN = 3
"""Examples of one kind that are printed; the report has more."""


def _options(command: Callable[..., int]) -> Callable[..., int]:
    for option in (
        options.json_path,
        options.report("plan.json, plan.txt and findings.jsonl, a line for each row,"),
        click.option(
            "--numbers",
            type=click.Choice(["double", "exact"]),
            default="double",
            show_default=True,
            help="How clients read JSON numbers; with double, numbers beyond it count as changed.",
        ),
        options.stack("the target"),
        options.allow_uncounted,
        options.allow_empty,
        click.option(
            "--target",
            metavar="TARGET",
            help="Where a copy would write to. Default: DATABASE_URL, else SUPABASE_URL by REST, else none.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("source")
@_options
def plan(
    *,
    source: str,
    target: str | None,
    allow_empty: bool,
    allow_uncounted: bool,
    numbers: Numbers,
    report: Path | None,
    stack: StackKind | None,
    json_path: str | None,
) -> int:
    """Read every row of SOURCE, and say what a copy to the target would lose or change. Writes to neither."""
    run = Run.begin("migrate plan", None, None, stack, json_path)
    from_where = locate(source, run.settings)
    to_where = _target(target, run.settings)
    if to_where is not None:
        require_two_places(from_where, to_where)
    if report is not None:
        make_directory(report)
    began = time.perf_counter()
    rows_file = None if report is None else report / "findings.jsonl"
    progress = _Progress(sys.stderr.isatty())
    with (
        progress,
        looked_at(to_where) as existing,
        opened(from_where, allow_uncounted=allow_uncounted) as rows,
        collected(rows_file) as findings,
    ):
        inventory = rows.inspect(allow_empty=allow_empty)
        tables = Examination(
            source=rows,
            inventory=inventory,
            existing=existing,
            findings=findings,
            rows=_ROWS,
            progress=progress,
        ).run()
    made = Plan(
        source=str(from_where),
        target=None if to_where is None else str(to_where),
        numbers=numbers,
        made_at=run.started_at,
        seconds=time.perf_counter() - began,
        inventory=inventory,
        tables=tables,
        findings=findings,
        rows_file=None if rows_file is None else rows_file.name,
    )
    if sum(table.read for table in tables) == 0:
        raise ConfigurationError(f"{from_where} has no row at all: there is nothing to plan.")
    artifacts = () if report is None else _write(made, report)
    return run.end(
        _counts(made),
        tuple(_finding(group) for group in findings.groups if counts_as_loss(group.effect, numbers)),
        verdict(made),
        migrations_hash=None,
        notes=tuple(summary(made)),
        bad=verdict(made),
        artifacts=artifacts,
    )


def _target(word: str | None, settings: Settings) -> Location | None:
    if word is not None:
        return locate(word, settings)
    if settings.database_url is None and settings.supabase_url is None:
        return None
    return target_of(settings)


def _write(made: Plan, directory: Path) -> tuple[Artifact, ...]:
    write_json(directory / "plan.json", document(made))
    write_text(directory / "plan.txt", "\n".join([*summary(made), verdict(made), ""]))
    names = ["plan.json", "plan.txt", "findings.jsonl"]
    return tuple(Artifact(path=str(directory / name), sha256=sha256_of(directory / name)) for name in names)


def _counts(made: Plan) -> dict[str, Counts]:
    """The rows of each table that has any, as cases: a row passes if it arrives as it is."""
    counts: dict[str, Counts] = {}
    for table in made.tables:
        changed = sum(
            group.rows
            for group in made.findings.groups
            if group.table == table.table
            and group.effect == "javascript"
            and counts_as_loss(group.effect, made.numbers)
        )
        failed = min(table.read, table.refused + changed)
        if table.read:
            counts[table.table] = Counts.of(table.read, failed=failed)
    return counts


def _finding(group: Group) -> Finding:
    first = group.examples[0]
    more = [f"row {example.position} (id {example.key}): {example.message}" for example in group.examples]
    return Finding(
        id=f"plan.{group.table}.{group.rule}" + (f".{group.column}" if group.column else ""),
        level="core",
        where=f"{group.table}, row {first.position} of the source, id {first.key}",
        expected="arrives unchanged",
        actual=_ACTUAL[group.effect] + (f" (SQLSTATE {group.sqlstate})" if group.sqlstate else ""),
        message=f"{counted(group.rows)}: {first.message}",
        detail="\n".join(more[:_SHOWN]),
    )


_ACTUAL = {
    "lost": "refused by Postgres",
    "changed": "Postgres would take something else",
    "javascript": "JavaScript reads another number",
    "normalised": "another spelling",
}


class _Progress:
    """Says on stderr how far the reading is, in place on a terminal."""

    def __init__(self, is_terminal: bool) -> None:  # noqa: FBT001  # one question
        self._is_terminal = is_terminal
        self._open = False
        self._table = ""
        self._began = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave a terminal on a new line, whatever comes next."""
        if self._open:
            click.echo(err=True)

    def __call__(self, table: str, done: int, total: int) -> None:
        if table != self._table:
            self._table, self._began = table, time.perf_counter()
        if done == 0:
            return
        if not self._is_terminal and done < total:
            return
        rate = done / max(time.perf_counter() - self._began, 1e-9)
        end = "\n" if done >= total or not self._is_terminal else ""
        self._open = not end
        lead = "\r\x1b[K" if self._is_terminal else ""
        click.echo(f"{lead}{table}: {done:,} of {total:,} rows, {rate:,.0f} rows/s{end}", err=True, nl=False)
