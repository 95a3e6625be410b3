"""The whole of ``harness schema check``: models, SQL files, database, and the application's types."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StackError
from harness.models.outcome import Counts, Finding
from harness.models.verdict import ADVICE_LEVEL
from harness.settings import Settings
from migrations.against_files import Judgement, judge_files, not_made
from migrations.check import Examination, examine
from migrations.errors import MigrationError
from migrations.files import Migration, read_directory
from migrations.made import ObjectsOf, make, objects_of
from migrations.provenance import judge_ledger, proven_hash
from migrations.typescript.judgement import NOT_COMPARED, judge_types

__all__ = ["Checked", "Request", "check_all"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be compared with what."""

    dsn: str
    settings: Settings
    directory: Path
    named: bool
    """Somebody said that the database was made from this directory."""
    models_only: bool = False
    types: Path | None = None
    """The application's types file."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was compared, and what came of it."""

    findings: tuple[Finding, ...]
    counts: Mapping[str, Counts]
    notes: tuple[str, ...]
    """What was not compared, and what is worth knowing without being a finding."""
    summary: str
    """What was compared, for a result without findings."""
    postgres: str
    migrations_hash: str | None


def check_all(request: Request) -> Checked:
    """Compare everything with everything; nothing is written to the database.

    Raises StackError if the database cannot be read, ConfigurationError for a directory that is none.
    """
    migrations = read_directory(request.directory)
    examination = examine(request.dsn)
    history = judge_ledger(request.dsn, migrations, named=request.named)
    live = objects_of(request.dsn)
    types = (
        judge_types(request.types, request.dsn, late=bool(history.findings or examination.findings))
        if request.types is not None
        else None
    )
    proven = proven_hash(request.dsn, migrations)
    # Last: to start a stack is to forget the PG* variables that may lead to the database.
    files = None if request.models_only else _files(request, examination, live, migrations)

    total = sum(examination.examined.values())
    counts = {"objects": Counts.of(total, failed=min(len(examination.findings), total))}
    notes = [*history.notes]
    summary = ", ".join(f"{number} {kind}" for kind, number in examination.examined.items())
    summary = f"as the models say ({summary})"
    if history.compared:
        failed = min(len(history.findings), history.compared)
        counts["ledger"] = Counts.of(history.compared, failed=failed)
    if files is not None:
        counts |= files.counts
        notes += files.notes
        summary += f", as the SQL files make it ({counts['files'].expected} objects)"
    else:
        notes.append("The SQL files were not compared (--models-only).")
    if types is not None:
        counts |= types.counts
        notes += types.notes
    findings = (
        *history.findings,
        *(files.findings if files is not None else examination.findings),
        *(types.findings if types is not None else ()),
    )
    if types is None and any(finding.level != ADVICE_LEVEL for finding in findings):
        notes.append(f"{NOT_COMPARED.capitalize()}.")
    elif types is None:
        summary += f"; {NOT_COMPARED}"
    return Checked(
        findings=findings,
        counts=counts,
        notes=tuple(notes),
        summary=summary,
        postgres=examination.postgres,
        migrations_hash=proven,
    )


def _files(
    request: Request, examination: Examination, live: ObjectsOf, migrations: tuple[Migration, ...]
) -> Judgement:
    try:
        made = make(request.settings, request.directory)
    except (MigrationError, StackError) as error:
        return not_made(examination, error)
    return judge_files(examination, live, made, migrations)
