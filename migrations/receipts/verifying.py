"""Checks a receipt on the database that it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES
from harness.models.outcome import Counts, Finding
from harness.models.verdict import UNCHECKED_LEVEL
from migrations.connection import server_version
from migrations.loading.preflight import read_facts
from migrations.loading.session import open_connection
from migrations.receipts.checking import Now, check_files, check_schema, check_table
from migrations.receipts.document import Receipt
from migrations.receipts.state import accounts, identity, run_of, state, untouched

__all__ = ["Verified", "verified"]


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a check of a receipt found."""

    findings: tuple[Finding, ...]
    counts: dict[str, Counts]
    postgres: str
    """The version of the server."""


def verified(dsn: str, receipt: Receipt, *, migrations_hash: str | None) -> Verified:
    """Compare everything that a receipt names with what is there, at one moment.

    `migrations_hash` is what the database proves now. Raises ConfigurationError
    where nothing can be compared: another database, a receipt that the
    database's own record contradicts, a run that was rolled back.
    """
    with _explained(), open_connection(dsn, "parity migrate verify") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            postgres = server_version(connection)
            _check_place(connection, receipt, postgres)
            schema_fingerprint = read_facts(connection).schema_fingerprint
            now = {
                table: Now(
                    state=state(connection, table),
                    untouched=untouched(connection, receipt.run_id, table),
                )
                for table in ENTITIES
            }
    by_table = {table: tuple(check_table(table, receipt.tables[table], now[table])) for table in now}
    files = tuple(check_files(receipt))
    schema = tuple(
        check_schema(receipt, migrations_hash=migrations_hash, schema_fingerprint=schema_fingerprint)
    )
    failed = sum(bool(found) for found in by_table.values())
    total = len(by_table)
    counts = {"tables": Counts.of(total, failed=failed)}
    if receipt.files:
        counts["files"] = _of_files(len(receipt.files), files)
    return Verified(
        findings=(*(finding for found in by_table.values() for finding in found), *files, *schema),
        counts=counts,
        postgres=postgres,
    )


def _of_files(total: int, findings: tuple[Finding, ...]) -> Counts:
    unchecked = sum(finding.level == UNCHECKED_LEVEL for finding in findings)
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
            "different major versions cannot be compared. Compare the rows: harness migrate diff SOURCE."
        )
    if not here.has_ledger:
        raise ConfigurationError(
            "The schema parity_migration, with what the copy recorded, is gone from this database: it "
            "cannot be told which rows are the copy's. Compare the rows: harness migrate diff SOURCE."
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
