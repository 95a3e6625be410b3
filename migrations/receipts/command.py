"""``harness migrate verify``: checks a receipt against what is there now.

Exit status: 0 everything is as the receipt says; 1 something changed since; 2 could not check.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES
from harness.models.outcome import Counts, Finding
from migrations.connection import server_version
from migrations.files import read_directory
from migrations.loading.session import open_connection
from migrations.provenance import proven_hash
from migrations.receipts.checking import Now, check_files, check_schema, check_table
from migrations.receipts.document import Receipt, read_receipt
from migrations.receipts.state import accounts, identity, run_of, state, untouched
from migrations.run import Run
from migrations.sources.location import DatabaseAt, locate, target_of

__all__ = ["verify"]


@click.command()
@click.argument("receipt", type=click.Path(path_type=Path))
@click.option("--target", metavar="TARGET", help="Where the copy wrote to. Default: DATABASE_URL.")
@click.option("--sql", type=click.Path(path_type=Path), help="The migrations of the database, if not ours.")
@click.option("--json", "json_path", metavar="PATH", help="Write the outcome as JSON; - is stdout.")
def verify(*, receipt: Path, target: str | None, sql: Path | None, json_path: str | None) -> int:
    """Check every count, fingerprint and file that a RECEIPT names; nothing is written."""
    run = Run.begin("migrate verify", sql, None, None, json_path)
    written = read_receipt(receipt)
    location = target_of(run.settings) if target is None else locate(target, run.settings)
    if not isinstance(location, DatabaseAt):
        raise ConfigurationError(
            f"{location} is no database: a receipt is checked by the server that has the rows. "
            "Set DATABASE_URL, or give --target postgresql://…"
        )
    with _explained(), open_connection(location.dsn, "parity migrate verify") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            postgres = server_version(connection)
            _check_place(connection, written, postgres)
            now = {
                table: Now(
                    state=state(connection, table),
                    untouched=untouched(connection, written.run_id, table),
                )
                for table in ENTITIES
            }
    migrations_hash = proven_hash(location.dsn, read_directory(run.directory))
    by_table = {
        table: tuple(check_table(table, written.tables[table], now[table])) for table in written.tables
    }
    files = tuple(check_files(written))
    schema = tuple(check_schema(written, migrations_hash=migrations_hash))
    failed = sum(1 for found in by_table.values() if found)
    counts = {"tables": Counts(expected=6, executed=6, passed=6 - failed, failed=failed)}
    if written.files:
        counts["files"] = _of_files(len(written.files), files)
    return run.end(
        counts,
        (*(finding for found in by_table.values() for finding in found), *files, *schema),
        f"OK: all as after run {written.run_id} ({sum(each.rows for each in written.tables.values())} rows).",
        migrations_hash=migrations_hash,
        target={"postgres": postgres},
    )


def _of_files(total: int, findings: tuple[Finding, ...]) -> Counts:
    unchecked = sum(finding.level == "unchecked" for finding in findings)
    failed = len(findings) - unchecked
    return Counts(
        expected=total,
        executed=total - unchecked,
        passed=total - unchecked - failed,
        failed=failed,
        unchecked=unchecked,
    )


def _check_place(connection: psycopg.Connection, receipt: Receipt, postgres: str) -> None:
    """Refuse another database than the receipt's, and one whose record of the run is not the receipt's."""
    here = identity(connection)
    there = receipt.target
    if there["system_identifier"] and here.system_identifier not in {None, there["system_identifier"]}:
        raise ConfigurationError(
            f"This is another cluster ({here.system_identifier}) than the receipt's "
            f"({there['system_identifier']}). Name the database that was copied to: {there['location']}."
        )
    if there["oid"] != str(here.database_oid):
        raise ConfigurationError(
            f"This is another database of the cluster (oid {here.database_oid}) than the receipt's "
            f"(oid {there['oid']}, {there['database']}). Name that one: {there['location']}."
        )
    if postgres.partition(".")[0] != there["postgres"].partition(".")[0]:
        raise ConfigurationError(
            f"The server is Postgres {postgres} by now, and was {there['postgres']}: fingerprints of "
            "different "
            "major versions cannot be compared. Compare the rows: harness migrate diff SOURCE."
        )
    if not here.has_ledger:
        raise ConfigurationError(
            "The schema parity_migration, with what the copy recorded, is gone from this database: it "
            "cannot be "
            "told which rows are the copy's. Compare the rows: harness migrate diff SOURCE."
        )
    run = run_of(connection, receipt.run_id)
    if run.state == "rolled_back":
        raise ConfigurationError(
            f"Run {receipt.run_id} was rolled back since: what its receipt says is no longer meant to hold."
        )
    recorded = accounts(connection, receipt.run_id)
    for table, moved in recorded.items():
        said = receipt.tables[table]
        if (moved.read, moved.inserted, moved.identical, moved.quarantined) != (
            said.read,
            said.inserted,
            said.identical,
            said.quarantined,
        ):
            raise ConfigurationError(
                f"{table}: the database recorded another run under {receipt.run_id} than the receipt states "
                f"({moved.inserted} rows inserted, not {said.inserted}). One of the two was changed."
            )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"This role may not check the receipt: {error.diag.message_primary} (SQLSTATE 42501). "
            "Use the role that copied."
        ) from error
    except psycopg.Error as error:
        said = error.diag.message_primary or "the connection was lost"
        raise StackError(f"The receipt could not be checked: {said}. Try again.") from error
