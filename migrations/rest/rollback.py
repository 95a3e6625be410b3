"""What ``harness migrate rollback`` says when it takes back a copy by REST."""

from collections.abc import Iterator
from pathlib import Path

from harness.errors import ConfigurationError
from harness.models.outcome import Counts, Finding
from migrations.rest.journal_reading import is_journal
from migrations.rest.undo import Undone, undo
from migrations.run import Run
from migrations.sources.location import Location, RestAt
from migrations.wording import all_of, counted

__all__ = ["rollback_by_rest"]

_SHOWN = 5


def rollback_by_rest(begun: Run, location: Location, run: str | None, *, dry_run: bool) -> int | None:
    """Take back the copy whose journal `run` names, and print the outcome; returns the exit status.

    None if this is a matter of a database. Raises HarnessError.
    """
    journal = None if run is None else Path(run)
    if journal is None or not is_journal(journal):
        if not isinstance(location, RestAt):
            return None
        raise ConfigurationError(
            f"{location} is reached by REST, where a copy is taken back by its journal: name the file "
            "copy-RUN.journal.jsonl, which is where the copy was started or in its --report directory. Or "
            "name the database, with DATABASE_URL or --target postgresql://…"
        )
    if not isinstance(location, RestAt):
        raise ConfigurationError(
            f"{journal} is the journal of a copy by REST: give its target, --target https://…, with "
            "SUPABASE_SERVICE_ROLE_KEY."
        )
    if dry_run:
        raise ConfigurationError(
            "By REST, what may be removed is found out by removing it: --dry-run needs DATABASE_URL."
        )
    undone = undo(location, journal)
    removed = sum(table.removed for table in undone)
    stored = sum(table.stored for table in undone)
    counts = {"tables": Counts.of(len(undone))}
    if stored:
        counts["rows"] = Counts.of(stored, failed=stored - removed)
    return begun.end(
        counts,
        tuple(finding for table in undone for finding in _findings(table)),
        f"OK: {all_of(removed)} of {journal.name} {'is' if removed == 1 else 'are'} removed.",
        migrations_hash=None,
        notes=[f"{table.table}: {table.removed:,} of {counted(table.stored)} removed" for table in undone],
    )


def _findings(table: Undone) -> Iterator[Finding]:
    if table.gone:
        yield Finding(
            id=f"rollback.{table.table}.gone",
            level="core",
            where=table.table,
            expected=f"{counted(table.stored)} as stored",
            actual=f"{table.gone:,} not there",
            message=f"{table.gone:,} of {counted(table.stored)} of {table.table} "
            f"{'was' if table.gone == 1 else 'were'} removed by somebody else.",
        )
    for why, count in table.kept.items():
        examples = [kept.id for kept in table.named if kept.why == why]
        more = f", and {count - _SHOWN:,} more" if count > _SHOWN else ""
        yield Finding(
            id=f"rollback.{table.table}.kept",
            level="core",
            where=table.table,
            expected="every row of the copy can be removed",
            actual=f"{counted(count)} that {'stays' if count == 1 else 'stay'}",
            message=f"{counted(count)} of {table.table} {'stays' if count == 1 else 'stay'}, because {why}: "
            f"{', '.join(examples[:_SHOWN])}{more}.",
            detail="\n".join(examples),
        )
