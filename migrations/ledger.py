"""The ledger of applied migrations, shared with Supabase's CLI, and what it must agree with.

``supabase_migrations.schema_migrations`` gets what the CLI would write: the
version, the name, and the statements one by one, so that ``supabase migration
list``, ``fetch`` and ``db push`` go on working on a database that was migrated
here, and the other way round. The CLI keeps no checksum, and two splitters of
SQL need not agree on comments: exact drift is therefore judged by the sha256
of the file in ``supabase_migrations.parity_checksums``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from migrations.catalog import query
from migrations.errors import MigrationError
from migrations.files import Migration
from migrations.statements import essence

__all__ = [
    "Entry",
    "Plan",
    "create",
    "difference",
    "plan",
    "read",
    "read_any",
    "read_existing",
    "record",
    "record_checksum",
]


@dataclass(frozen=True)
class Entry:
    """One row of the ledger."""

    version: str
    name: str | None
    statements: list[str] | None
    """What the tool that applied the migration wrote down; None if it did not."""
    sha256: str | None
    """The file as it was applied; None for a migration applied by another tool."""


@dataclass(frozen=True)
class Plan:
    """What is to be done so that ledger and directory agree."""

    pending: tuple[Migration, ...]
    adopted: tuple[Migration, ...]
    """Applied by another tool, and accepted: their checksums are recorded now."""
    notes: tuple[str, ...]


def plan(migrations: Sequence[Migration], ledger: Sequence[Entry], *, include_all: bool = False) -> Plan:
    """Compare a directory with a ledger.

    Raises MigrationError if an applied file changed or is gone, or if a new file comes before an applied one.
    The last is refused because the schema would depend on when a database was migrated: a fresh one runs the
    file earlier. `include_all` applies it nevertheless, as the CLI's option of the same name does.
    """
    files = {migration.version: migration for migration in migrations}
    adopted: list[Migration] = []
    notes: list[str] = []
    for entry in ledger:
        if entry.version not in files:
            raise MigrationError(
                f"Migration {entry.version}_{entry.name or '…'} was applied to this database, but its file "
                "is gone. Restore it, or give --sql the directory that this database was migrated from.",
                file=f"{entry.version}_{entry.name or ''}.sql",
            )
        migration = files[entry.version]
        changed = difference(entry, migration)
        if changed is not None:
            raise _changed(migration, changed, migration.sha256)
        if entry.sha256 is not None:
            continue
        adopted.append(migration)
        if not entry.statements:
            notes.append(
                f"{migration.file} was applied by another tool that recorded no statements: "
                "whether it was this file cannot be told; `harness schema check` compares the result."
            )
    applied = {entry.version for entry in ledger}
    pending = tuple(migration for migration in migrations if migration.version not in applied)
    if not include_all:
        _refuse_late_files(pending, applied)
    return Plan(pending, tuple(adopted), tuple(notes))


def difference(entry: Entry, migration: Migration) -> str | None:
    """Say what was applied where that was not this file; None where it was, or where nothing tells."""
    if entry.sha256 is not None:
        return None if entry.sha256 == migration.sha256 else entry.sha256
    if entry.statements and essence(";\n".join(entry.statements)) != essence(migration.text):
        return "other statements, recorded by another tool"
    return None


def create(connection: psycopg.Connection) -> None:
    """Create the ledger where there is none."""
    connection.execute(query("ledger_create"))


def read(connection: psycopg.Connection) -> tuple[Entry, ...]:
    """Return all rows of the ledger."""
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return tuple(cursor.execute(query("ledger_read")).fetchall())


def read_existing(connection: psycopg.Connection) -> tuple[Entry, ...] | None:
    """Return all rows of the ledger without creating it; None if there is none, or one without checksums."""
    row = connection.execute(query("ledger_exists")).fetchone()
    return read(connection) if row is not None and row[0] else None


def read_any(connection: psycopg.Connection) -> tuple[Entry, ...] | None:
    """Return all rows of the ledger, also of one that only other tools wrote to; None if there is none."""
    row = connection.execute(query("ledger_found")).fetchone()
    has_ledger, has_checksums = row if row is not None else (False, False)
    if has_ledger and has_checksums:
        return read(connection)
    if not has_ledger:
        return None
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return tuple(cursor.execute(query("ledger_read_bare")).fetchall())


def record(connection: psycopg.Connection, migration: Migration) -> None:
    """Write down that a migration is applied, in the transaction that applies it."""
    values: dict[str, Any] = {
        "version": migration.version,
        "name": migration.name,
        "statements": [statement.text for statement in migration.statements],
    }
    connection.execute(query("ledger_record"), values)
    record_checksum(connection, migration)


def record_checksum(connection: psycopg.Connection, migration: Migration) -> None:
    """Write down which file stands for an applied migration."""
    connection.execute(
        query("ledger_record_checksum"), {"version": migration.version, "sha256": migration.sha256}
    )


def _refuse_late_files(pending: Sequence[Migration], applied: set[str]) -> None:
    latest = max((int(version) for version in applied if version.isdecimal()), default=-1)
    for migration in pending:
        if int(migration.version) < latest:
            raise MigrationError(
                f"{migration.file} is new, but comes before a migration that is applied already "
                f"(version {latest}): a fresh database would run them in another order. Give the "
                "file a higher number, or use --include-all if its place in the order does not matter.",
                file=migration.file,
            )


def _changed(migration: Migration, applied: str, current: str) -> MigrationError:
    return MigrationError(
        f"{migration.file} was changed after it was applied to this database (applied: {applied}; "
        f"now: {current}). Nothing was applied. Restore the file, and put the change into a new one.",
        file=migration.file,
    )
