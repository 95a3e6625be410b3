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
from harness.settings import Settings, StackKind, export
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
@click.option(
    "--stack",
    type=click.Choice(["embedded", "docker", "external"]),
    help="embedded and docker: the migrations, on a copy with rows that is made for it. external: the "
    "project of SUPABASE_URL, of which no row is changed. Default: HARNESS_STACK, else external where "
    "SUPABASE_URL is set.",
)
@click.option(
    "--database-url",
    metavar="URL",
    help="The database of the given project, as its owner. Default: DATABASE_URL.",
)
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

    Exit status: 0 nothing is; 1 something is open; 2 something could not be
    told, and nothing was found open.
    """
    if sql is not None:
        export("HARNESS_SQL", str(sql.absolute()))  # where the stack's template is made from
    run = Run.begin("schema security", sql, database_url, stack, json_path)
    _refuse_in_vain(run.settings, stack, sql, database_url)
    if report is not None:
        make_directory(report)
    with opened(run.settings) as project:
        seen = examine(project, now=int(time.time()), namespace=uuid4(), timeout_s=run.settings.timeout_s)
    return _conclude(run, project, seen, report)


def _refuse_in_vain(
    settings: Settings, stack: StackKind | None, sql: Path | None, database_url: str | None
) -> None:
    """Refuse what would be judged otherwise than it was meant."""
    if settings.stack == "external":
        if sql is not None:
            raise click.UsageError(
                "--sql is for a copy that is made of migrations, and a given project has its schema already: "
                "leave it out, or use --stack embedded."
            )
        return
    if sql is not None and settings.stack_file is not None:
        raise click.UsageError(
            "--sql needs a stack of its own, and HARNESS_STACK_FILE names one that runs: unset it."
        )
    if stack is not None and database_url is not None:
        raise click.UsageError(
            f"--database-url names the database of a given project, and --stack {stack} makes its own: leave "
            "one of them out."
        )
    if stack is None and settings.database_url is not None:
        raise ConfigurationError(
            "DATABASE_URL names a project, and SUPABASE_URL, where its REST interface is, is not set. Set it "
            "with SUPABASE_ANON_KEY and SUPABASE_SERVICE_ROLE_KEY, or judge the migrations on a copy: "
            "--stack embedded."
        )


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
        target={"stack": project.stack, **({} if project.is_ours else {"url": project.url}), **seen.target},
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
