"""``harness schema security``: what can somebody do who has no business with the database?

Exit status: 0 nothing at all; 1 something is open; 2 something could not be told, and nothing is open.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Finding
from harness.models.verdict import ADVICE_LEVEL, UNCHECKED_LEVEL
from harness.reports.files import make_directory
from harness.settings import StackKind, export
from migrations import options
from migrations.run import Run
from migrations.security.accounting import counts_of, counts_of_keys
from migrations.security.cells import Cell, State
from migrations.security.examine import Examination, examine
from migrations.security.findings import findings_of
from migrations.security.matrix import Matrix, matrix_of
from migrations.security.project import Project, opened
from migrations.security.publishing import publish
from migrations.security.text import terminal
from migrations.wording import counted

__all__ = ["security"]


@click.command()
@options.json_path
@options.stack("the project")
@click.option("--database-url", metavar="URL", help="The project's database. Default: DATABASE_URL.")
@options.sql
@options.report("the whole matrix as JSON, Markdown and HTML")
def security(
    *,
    json_path: str | None,
    stack: StackKind | None,
    database_url: str | None,
    sql: Path | None,
    report: Path | None,
) -> int:
    """Ask the real REST interface for everything, as everybody: nothing may be open.

    Without SUPABASE_URL the migrations are judged, on a copy with rows that is made for it. No row of a given
    project is ever changed.
    """
    if sql is not None:
        export("HARNESS_SQL", str(sql.absolute()))  # where the stack's template is made from
    run = Run.begin("schema security", sql, database_url, stack, json_path)
    if run.settings.stack == "embedded" and run.settings.database_url is not None and stack is None:
        raise ConfigurationError(
            "DATABASE_URL names a project, and SUPABASE_URL, where its REST interface is, is not set. Set it "
            "with SUPABASE_ANON_KEY and SUPABASE_SERVICE_ROLE_KEY, or judge the migrations on a copy: "
            "--stack embedded."
        )
    if report is not None:
        make_directory(report)
    with opened(run.settings) as project:
        seen = examine(project, now=int(time.time()), namespace=uuid4(), timeout_s=run.settings.timeout_s)
    return _conclude(run, project, seen, report)


def _conclude(run: Run, project: Project, seen: Examination, report: Path | None) -> int:
    findings = seen.keys or findings_of(seen.cells, seen.actors, seen.absent, seen.problems, seen.changed)
    matrix = matrix_of(seen.cells)
    holds = {actor.name: actor.holds for actor in seen.actors}
    blocking = [finding for finding in findings if finding.level != ADVICE_LEVEL]
    verdict = _bad(blocking) if blocking else _good(seen, matrix)
    shown = (terminal(matrix, holds),) if seen.cells else ()
    return run.end(
        counts_of_keys(seen.keys) if seen.keys else counts_of(seen.cells, seen.absent),
        findings,
        verdict,
        migrations_hash=project.migrations_hash,
        target={**({} if project.is_ours else {"url": project.url}), **seen.target},
        notes=(*shown, *seen.notes, *_notes(seen.cells)),
        bad=verdict,
        artifacts=() if report is None else publish(report, matrix, verdict, holds, findings),
    )


def _good(seen: Examination, matrix: Matrix) -> str:
    objects = len({cell.probe.about.object for cell in seen.cells})
    return (
        f"OK: nothing is readable, countable, writable or callable: {counted(matrix.requests, 'request')} as "
        f"{counted(len(seen.actors), 'actor')} to {counted(objects, 'object')}."
    )


def _bad(findings: Sequence[Finding]) -> str:
    doubts = sum(finding.level == UNCHECKED_LEVEL for finding in findings)
    opened = len(findings) - doubts
    if not opened:
        return f"COULD NOT CHECK: {counted(doubts, 'finding')}; nothing was found open."
    rest = f"; {doubts} more could not be checked" if doubts else ""
    return f"FAILED: {counted(opened, 'finding')}{rest}."


def _notes(cells: Sequence[Cell]) -> Iterator[str]:
    harmless = _objects(cells, State.HARMLESS)
    if harmless:
        yield f"Others can call {harmless}: with their own rights, which is no harm by itself."


def _objects(cells: Sequence[Cell], state: State) -> str:
    return ", ".join(dict.fromkeys(cell.probe.about.object for cell in cells if cell.state is state))
