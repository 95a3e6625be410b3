"""Which files a database was made from, as far as its ledger proves it."""

from collections.abc import Sequence

import psycopg

from harness.errors import StackError
from harness.models.outcome import Finding
from migrations import ledger
from migrations.connection import connect
from migrations.errors import MigrationError
from migrations.files import Migration, hash_of

__all__ = ["judge_ledger", "proven_hash"]


def proven_hash(dsn: str, migrations: Sequence[Migration]) -> str | None:
    """Return the hash of these files if the ledger says that exactly they were applied, else None."""
    applied = {entry.version: entry.sha256 for entry in _read(dsn) or ()}
    given = {migration.version: migration.sha256 for migration in migrations}
    return hash_of(migrations) if applied == given else None


def judge_ledger(dsn: str, migrations: Sequence[Migration]) -> tuple[Finding, ...]:
    """Return one finding for each file that is not applied, or for the first that is not the applied one."""
    try:
        pending = ledger.plan(migrations, _read(dsn) or (), include_all=True).pending
    except MigrationError as error:
        return (_finding(error.file, "the applied file", "another one, or none", str(error)),)
    return tuple(
        _finding(
            migration.file,
            "applied",
            "not in the ledger",
            f"{migration.file} is not applied to this database: run `harness schema apply` first.",
        )
        for migration in pending
    )


def _read(dsn: str) -> tuple[ledger.Entry, ...] | None:
    with connect(dsn, application_name="parity schema check (ledger)") as connection:
        try:
            return ledger.read_existing(connection)
        except psycopg.Error as cause:
            raise StackError(
                f"The ledger of migrations cannot be read (SQLSTATE {cause.sqlstate}): connect as its owner."
            ) from cause


def _finding(file: str, expected: str, actual: str, message: str) -> Finding:
    return Finding(
        id=f"migration.{file}",
        level="core",
        where=f"migration {file}",
        expected=expected,
        actual=actual,
        message=message,
    )
