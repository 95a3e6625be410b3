"""Applies a directory of migrations to a database, each file once and each file whole.

Works on hosted projects as the role ``postgres``, which is no superuser, and
beside Supabase's CLI (see `migrations.ledger`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from harness.errors import StackError
from harness.settings import Settings
from migrations import ledger
from migrations.catalog import query
from migrations.connection import connect
from migrations.errors import MigrationError
from migrations.files import PACKAGED, Migration, hash_of, read_directory
from migrations.statements import Statement, line_ends

__all__ = ["STATEMENT_TIMEOUT_S", "Applied", "apply", "prepare"]

_LOCK = 0x7061_7269_7479_0001
"""The key of the advisory lock: the letters "parity" and a number."""

STATEMENT_TIMEOUT_S = 300
"""How long one statement may take: an index of some million rows is built in less; what hangs must end."""


@dataclass(frozen=True)
class Applied:
    """What `apply` did."""

    applied: tuple[str, ...]
    """The versions applied by this call, in order."""
    versions: tuple[str, ...]
    """All versions that the database has now."""
    migrations_hash: str
    """One sha256 over the names and contents of all files."""
    notes: tuple[str, ...] = ()
    """What was accepted without proof, as sentences."""


def apply(
    dsn: str,
    directory: Path | None = None,
    *,
    include_all: bool = False,
    statement_timeout_s: int = STATEMENT_TIMEOUT_S,
) -> Applied:
    """Apply what is missing, then ask PostgREST to reload its schema. Default: the packaged migrations.

    A second caller waits for the first and then finds nothing to do. Each file is one transaction together
    with its row in the ledger: when one fails, the files before it stay and nothing of it remains. Drift is
    refused before anything is applied. A statement that takes longer than `statement_timeout_s` fails; 0 lets
    it take as long as it takes.

    Raises ConfigurationError for files that cannot be applied, MigrationError for drift and for SQL that
    fails (file, line and SQLSTATE in the message), StackError if the database cannot be reached.
    """
    migrations = read_directory(PACKAGED if directory is None else directory)
    with _alone(dsn), connect(dsn, application_name="parity schema apply") as connection:
        connection.autocommit = True
        try:
            ledger.create(connection)
            plan = ledger.plan(migrations, ledger.read(connection), include_all=include_all)
            for migration in plan.adopted:
                ledger.record_checksum(connection, migration)
        except psycopg.Error as cause:
            raise StackError(f"The ledger of migrations cannot be used: {_reason(cause)}") from cause
        try:
            for migration in plan.pending:
                _apply_file(connection, migration, statement_timeout_s)
        finally:
            _reload_schema(connection)
    return Applied(
        applied=tuple(migration.version for migration in plan.pending),
        versions=tuple(migration.version for migration in migrations),
        migrations_hash=hash_of(migrations),
        notes=plan.notes,
    )


def prepare(dsn: str) -> str:
    """Apply the migrations that the settings name to a template database; returns their hash."""
    return apply(dsn, Settings.from_environ().sql_dir).migrations_hash


@contextmanager
def _alone(dsn: str) -> Iterator[None]:
    # The lock belongs to a transaction on a connection of its own: it spans all files, and unlike a lock of
    # the session it cannot be left behind on a server of a transaction pooler.
    with connect(dsn, application_name="parity schema apply (lock)") as guard:
        try:
            guard.execute(query("apply_guard"))
            guard.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        except psycopg.Error as cause:
            raise StackError(
                f"Another apply is still at work on this database: {_reason(cause)} "
                "Try again when it is done."
            ) from cause
        yield


def _apply_file(connection: psycopg.Connection, migration: Migration, statement_timeout_s: int) -> None:
    statement: Statement | None = None
    try:
        with connection.transaction():
            connection.execute(query("apply_file_begin"))
            connection.execute(
                "SELECT set_config('statement_timeout', %s, true)", [f"{statement_timeout_s}s"]
            )
            # First, so that whatever the file sets (role, search_path) does not matter here.
            ledger.record(connection, migration)
            for statement in migration.statements:
                connection.execute(statement.text.encode())
        connection.execute(query("apply_file_end"))
    except psycopg.Error as cause:
        line = _line(statement, cause)
        message = f"{migration.file}, line {line}: {_reason(cause)}"
        if connection.broken:
            raise StackError(f"{message} Apply again: the ledger knows what was committed.") from cause
        raise MigrationError(
            f"{message} Nothing of this file remains; the files before it are applied. "
            "Correct it and apply again.",
            file=migration.file,
            line=line,
        ) from cause


def _line(statement: Statement | None, error: psycopg.Error) -> int:
    if statement is None:
        return 1
    position = error.diag.statement_position
    offset = line_ends(statement.text, int(position) - 1) if position is not None else 0
    return statement.line + offset


def _reason(error: psycopg.Error) -> str:
    # The primary message only: details of a violation print rows.
    if error.sqlstate is None:
        return "the connection was lost."
    message = error.diag.message_primary or type(error).__name__
    hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
    return f"{message} (SQLSTATE {error.sqlstate}).{hint}"


def _reload_schema(connection: psycopg.Connection) -> None:
    # Also after a failure, and when nothing was applied: an earlier call may have died on its way here.
    if not connection.broken:
        connection.execute("NOTIFY pgrst, 'reload schema'")
