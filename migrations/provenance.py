"""Which files a database was made from, as far as its ledger proves it."""

from collections.abc import Callable, Sequence

import psycopg

from harness.errors import StackError
from migrations import ledger
from migrations.connection import connect
from migrations.files import Migration, hash_of
from migrations.history import History, judge_history

__all__ = ["judge_ledger", "proven_hash"]


def proven_hash(dsn: str, migrations: Sequence[Migration]) -> str | None:
    """Return the hash of these files if the ledger says that exactly they were applied, else None."""
    applied = {entry.version: entry.sha256 for entry in _read(dsn, ledger.read_existing) or ()}
    given = {migration.version: migration.sha256 for migration in migrations}
    return hash_of(migrations) if applied == given else None


def judge_ledger(dsn: str, migrations: Sequence[Migration], *, named: bool) -> History:
    """Compare the ledger of a database with these files, see `judge_history`."""
    return judge_history(migrations, _read(dsn, ledger.read_any), named=named)


def _read(
    dsn: str, how: Callable[[psycopg.Connection], tuple[ledger.Entry, ...] | None]
) -> tuple[ledger.Entry, ...] | None:
    with connect(dsn, application_name="parity schema check (ledger)") as connection:
        try:
            return how(connection)
        except psycopg.Error as cause:
            raise StackError(
                f"The ledger of migrations cannot be read (SQLSTATE {cause.sqlstate}): connect as its owner."
            ) from cause
