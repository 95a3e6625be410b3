"""``harness migrate rollback``: removes what a copy inserted and nobody changed since.

Exit status: 0 all of it is gone; 1 some rows stay, and why; 2 could not roll back, and nothing was removed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg

from harness.errors import ConfigurationError, StackError
from harness.models.outcome import Counts, Finding
from migrations import options
from migrations.catalog import query
from migrations.loading.session import open_connection
from migrations.pooler import require_session
from migrations.receipts.document import run_of
from migrations.rest.rollback import rollback_by_rest
from migrations.rollback.runs import ROLLED_BACK, CopyRun, all_runs, chosen
from migrations.rollback.undo import TableUndone, alone, undo
from migrations.run import Run
from migrations.sources.location import DatabaseAt, Location, locate, target_of
from migrations.wording import all_of, counted

__all__ = ["rollback"]

_SHOWN = 5


@click.command()
@click.argument("run", required=False, metavar="[RUN_ID|RECEIPT|JOURNAL]")
@click.option(
    "--target",
    metavar="TARGET",
    help="Where the copy wrote to. Default: DATABASE_URL, else SUPABASE_URL by REST.",
)
@click.option(
    "--dry-run", is_flag=True, help="Say what would be removed and what would stay; remove nothing."
)
@click.option("--allow-triggers", is_flag=True, help="Have the tables' own DELETE triggers do what they do.")
@options.json_path
def rollback(
    *, run: str | None, target: str | None, dry_run: bool, allow_triggers: bool, json_path: str | None
) -> int:
    """Remove the rows that a copy inserted and nobody changed since, in one transaction.

    RUN_ID is what the copy printed, or the beginning of it; it may be left out where only one run is left.
    A copy by REST is taken back by its JOURNAL, row by row.
    Rows that were changed since, and rows to which others refer by now, stay and are reported (exit 1).
    """
    begun = Run.begin("migrate rollback", None, None, None, json_path)
    location = target_of(begun.settings) if target is None else locate(target, begun.settings)
    by_rest = rollback_by_rest(begun, location, run, dry_run=dry_run)
    if by_rest is not None:
        return by_rest
    dsn = _database(location)
    require_session(dsn)
    with _explained(), open_connection(dsn, "parity migrate rollback") as connection, alone(connection):
        copied = chosen(_runs(connection), _named(run))
        if copied.state == ROLLED_BACK:
            click.echo(f"Run {copied} is looked at once more: what had to stay may go by now.", err=True)
        undone = undo(connection, copied, allow_triggers=allow_triggers, dry_run=dry_run)
    return begun.end(
        _counts(undone),
        tuple(finding for table in undone for finding in _findings(table, dry_run=dry_run)),
        f"OK: {_sentence(copied, undone, dry_run=dry_run)}",
        migrations_hash=None,
        notes=[_line(table, dry_run=dry_run) for table in undone],
        bad=_verdict(copied, undone, dry_run=dry_run),
    )


def _database(location: Location) -> str:
    if not isinstance(location, DatabaseAt):
        raise ConfigurationError(
            f"{location} is no database: a copy is rolled back in one transaction, which needs DATABASE_URL "
            "in session mode, or --target postgresql://…"
        )
    return location.dsn


def _named(run: str | None) -> str | None:
    if run is None:
        return None
    path = Path(run)
    return run_of(path) if path.is_file() else run


def _runs(connection: psycopg.Connection) -> tuple[CopyRun, ...]:
    row = connection.execute(query("server_identity")).fetchone()
    if row is None or not row[2]:
        raise ConfigurationError(
            "This database has no record of any copy: there is nothing to roll back. "
            "Check that --target or DATABASE_URL is the database that was copied to."
        )
    if row[0]:
        raise ConfigurationError("This server is a standby, which takes no changes. Name the primary.")
    return all_runs(connection)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"This role may not roll back: {error.diag.message_primary} (SQLSTATE 42501). Nothing was "
            "removed. Use the owner of the tables, or the role that copied."
        ) from error
    except psycopg.errors.LockNotAvailable as error:
        raise StackError(
            "Somebody holds rows or tables that have to be locked. Nothing was removed. End what writes to "
            "the tables (pg_stat_activity shows it), and roll back again."
        ) from error
    except psycopg.Error as error:
        said = error.diag.message_primary or "the connection was lost"
        state = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
        raise StackError(
            f"The rollback was not completed: {said}{state}. It is one transaction: either nothing was "
            "removed, or all of it. Roll back again: what is done already is found done."
        ) from error


def _counts(undone: Sequence[TableUndone]) -> dict[str, Counts]:
    counts = {"tables": Counts.of(len(undone))}
    rows = sum(table.inserted for table in undone)
    removed = sum(table.removed for table in undone)
    if rows:
        counts["rows"] = Counts.of(rows, failed=rows - removed)
    return counts


def _findings(table: TableUndone, *, dry_run: bool) -> Iterator[Finding]:
    stays = "would stay" if dry_run else "stays"
    if table.touched:
        yield Finding(
            id=f"rollback.{table.table}.changed_since",
            level="core",
            where=table.table,
            expected=f"{counted(table.inserted)} as inserted",
            actual=f"{table.inserted - table.touched:,} of them",
            message=f"{table.touched:,} of the {counted(table.inserted)} that the copy inserted into "
            f"{table.table} {'was' if table.touched == 1 else 'were'} changed or deleted since; what was "
            f"changed {stays}.{_named_rows(table)}",
            detail=_all_rows(table),
        )
    if table.kept:
        examples = ", ".join(f"{kept.key} (by {', '.join(kept.named_by)})" for kept in table.named[:_SHOWN])
        more = f", and {table.kept - _SHOWN:,} more" if table.kept > _SHOWN else ""
        yield Finding(
            id=f"rollback.{table.table}.referred_to",
            level="core",
            where=table.table,
            expected="no row refers to a copied row",
            actual=f"{table.kept:,} of them referred to",
            message=f"{table.table}: {table.kept:,} of the copied rows {_stay(dry_run)}, because rows that "
            f"the copy did not insert, or that were changed since, refer to them: {examples}{more}. "
            "Delete those first, and roll back again.",
            detail="\n".join(f"{kept.key} by {', '.join(kept.named_by)}" for kept in table.named),
        )


def _stay(dry_run: bool) -> str:  # noqa: FBT001  # one question
    return "would stay" if dry_run else "stay"


def _named_rows(table: TableUndone) -> str:
    if table.others is None:
        return " Which ones cannot be told: the snapshot that was copied is gone, or another one by now."
    kinds = (("changed", table.others.changed), ("gone", table.others.gone))
    said = [
        f"{kind}: {', '.join(keys[:_SHOWN])}{' …' if len(keys) > _SHOWN else ''}"
        for kind, keys in kinds
        if keys
    ]
    return f" They are {'; '.join(said)}." if said else ""


def _all_rows(table: TableUndone) -> str:
    if table.others is None:
        return ""
    return "\n".join(
        [*(f"{key} changed" for key in table.others.changed), *(f"{key} gone" for key in table.others.gone)]
    )


def _line(table: TableUndone, *, dry_run: bool) -> str:
    verb = "would be removed" if dry_run else "removed"
    stay = f", {table.kept:,} kept because others refer to them" if table.kept else ""
    touched = f", {table.touched:,} changed or deleted since" if table.touched else ""
    return f"{table.table}: {table.removed:,} of {counted(table.inserted)} {verb}{stay}{touched}"


def _verdict(run: CopyRun, undone: Sequence[TableUndone], *, dry_run: bool) -> str:
    rows = sum(table.inserted for table in undone)
    removed = sum(table.removed for table in undone)
    verb = "would be removed" if dry_run else "removed"
    return (
        f"FAILED: {removed:,} of {counted(rows)} of run {run.run_id} {verb}; "
        f"{rows - removed:,} changed or deleted since, or referred to."
    )


def _sentence(run: CopyRun, undone: Sequence[TableUndone], *, dry_run: bool) -> str:
    rows = sum(table.removed for table in undone)
    whole = f"{all_of(rows)} of run {run.run_id}"
    if dry_run:
        return f"{whole} would be removed; nothing was."
    return f"{whole} {'is' if rows == 1 else 'are'} removed; what was there before it is untouched."
