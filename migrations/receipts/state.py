"""What a database says about a run and about its tables, for a receipt and for its check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.catalog import query
from migrations.comparison.naming import IDENTITY
from migrations.comparison.sides.statements import row_hash

__all__ = [
    "Account",
    "Identity",
    "RunOf",
    "TableState",
    "accounts",
    "identity",
    "run_of",
    "state",
    "untouched",
]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Which database this is."""

    system_identifier: str | None
    """Of the cluster; None where this role may not ask."""
    database_oid: int
    has_ledger: bool


@dataclass(frozen=True, kw_only=True)
class RunOf:
    """A run, as it is recorded beside the rows."""

    run_id: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    source: str
    source_fingerprint: str
    plan_fingerprint: str
    schema_fingerprint: str
    system_identifier: str | None
    database_oid: int
    versions: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Account:
    """The rows of one table that a run has read, and what became of them."""

    table: str
    read: int
    inserted: int
    identical: int
    quarantined: int


@dataclass(frozen=True, kw_only=True)
class TableState:
    """All rows of one table, as numbers."""

    rows: int
    ids: str
    fingerprint: str


def identity(connection: psycopg.Connection) -> Identity:
    """Ask the database who it is."""
    with connection.cursor(row_factory=dict_row) as cursor:
        here = cursor.execute(query("server_identity")).fetchone() or {}
        system: str | None = None
        if here["may_identify"]:
            row = cursor.execute("SELECT system_identifier::text AS id FROM pg_control_system()").fetchone()
            system = None if row is None else row["id"]
    return Identity(
        system_identifier=system, database_oid=here["database_oid"], has_ledger=here["has_ledger"]
    )


def run_of(connection: psycopg.Connection, run_id: str) -> RunOf:
    """Read a run. Raises ConfigurationError if the database does not know it."""
    with connection.cursor(row_factory=class_row(RunOf)) as cursor:
        found = cursor.execute(query("receipt_run"), {"run_id": run_id}).fetchone()
    if found is None:
        raise ConfigurationError(
            f"This database knows no run {run_id}: it is not the one that was copied to."
        )
    return found


def accounts(connection: psycopg.Connection, run_id: str) -> Mapping[str, Account]:
    """Add up the segments of a run, for each table of the model."""
    with connection.cursor(row_factory=class_row(Account)) as cursor:
        found = {each.table: each for each in cursor.execute(query("receipt_accounts"), {"run_id": run_id})}
    none = {"read": 0, "inserted": 0, "identical": 0, "quarantined": 0}
    return {table: found.get(table) or Account(table=table, **none) for table in ENTITIES}


def state(connection: psycopg.Connection, table: str) -> TableState:
    """Count and fingerprint all rows of a table.

    The sums are of hashes that are hashed once more: a plain sum stays as it was when rows swap a value.
    """
    entity = ENTITIES[table]
    statement = sql.SQL(
        "SELECT count(*), coalesce(sum(hashint8extended(uuid_hash_extended(id, 0), 1)), 0)::text, "
        "coalesce(sum(hashint8extended({}, 1)), 0)::text FROM {}"
    ).format(row_hash(entity, IDENTITY.of(entity)), sql.Identifier("public", table))
    row = connection.execute(statement).fetchone()
    rows, ids, fingerprint = row if row is not None else (0, "0", "0")
    return TableState(rows=rows, ids=ids, fingerprint=fingerprint)


def untouched(connection: psycopg.Connection, run_id: str, table: str) -> int:
    """Count the rows that are as the run inserted them: an update or a new insert has another ``xmin``."""
    statement = sql.SQL(
        "SELECT count(*) FROM {} AS t JOIN parity_migration.segments AS s ON t.xmin = s.xid::xid "
        "WHERE s.run_id = %(run_id)s::uuid AND s.table_name = %(table)s"
    ).format(sql.Identifier("public", table))
    row = connection.execute(statement, {"run_id": run_id, "table": table}).fetchone()
    return int(row[0]) if row is not None else 0
