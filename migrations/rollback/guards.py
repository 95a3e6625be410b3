"""What must be certain before rows are removed: this is the database of the run, and they are its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.catalog import query
from migrations.loading.fingerprint import fingerprint_of
from migrations.rollback.runs import ROLLED_BACK, CopyRun

__all__ = ["There", "candidates", "check_place", "check_rows", "check_triggers"]

_OLDEST = 2**31
"""An ``xmin`` has 32 bits: in a row of an older transaction, it may mean another one."""


@dataclass(frozen=True)
class _Rows:
    count: int
    fingerprint: Decimal


@dataclass(frozen=True, kw_only=True)
class There:
    """What is there of the rows that a run inserted into a table."""

    inserted: int
    short: Mapping[int, int]
    """How many rows are not as they were inserted, by segment."""


def check_place(connection: psycopg.Connection, run: CopyRun) -> bool:
    """Refuse another database than that of the run; False if the cluster cannot be told from others."""
    with connection.cursor(row_factory=dict_row) as cursor:
        here = cursor.execute(query("server_identity")).fetchone() or {}
    if here["database_oid"] != run.database_oid:
        raise ConfigurationError(
            f"Run {run.run_id} wrote into another database (oid {run.database_oid}), of which this one "
            f"(oid {here['database_oid']}) is a copy: which of its rows are that run's cannot be told. "
            "Roll back there, or restore this one from a backup."
        )
    if run.age >= _OLDEST:
        raise ConfigurationError(
            f"{run.age} transactions lie between run {run.run_id} and now: its rows cannot be told from "
            "those of others. Restore a backup."
        )
    if run.system_identifier is None or not here["may_identify"]:
        return False
    row = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    if row is None or row[0] != run.system_identifier:
        raise ConfigurationError(
            f"Run {run.run_id} wrote into another cluster ({run.system_identifier}) than this one "
            f"({row[0] if row else 'unknown'}), which was restored from a dump of it or upgraded: which of "
            "its rows are that run's cannot be told. Roll back there, or restore a backup."
        )
    return True


def check_triggers(connection: psycopg.Connection) -> None:
    """Refuse tables on which a deletion fires triggers or rules of the application."""
    found = connection.execute(query("rollback_triggers"), {"tables": list(ENTITIES)}).fetchall()
    if found:
        listed = ", ".join(f"{name} of {table}" for table, name in found)
        raise ConfigurationError(
            f"Deleting rows would do more than that: {listed}. Disable it for the time of the rollback, "
            "or give --allow-triggers if what it does is wanted."
        )


def check_rows(connection: psycopg.Connection, run: CopyRun, table: str, *, certain: bool) -> There:
    """Compare the rows that are there with what each segment says."""
    given = {"run_id": run.run_id, "table": table}
    statement = sql.SQL("SELECT s.number, count(*), {} FROM {} GROUP BY s.number").format(
        fingerprint_of("t"), candidates(table)
    )
    found = {number: _Rows(rows, value) for number, rows, value in connection.execute(statement, given)}
    if run.state == ROLLED_BACK:
        # What the first time has left of a segment is less than it inserted.
        return There(inserted=sum(rows.count for rows in found.values()), short={})
    inserted = 0
    short: dict[int, int] = {}
    for number, rows, value in connection.execute(query("rollback_segments"), given):
        inserted += rows
        there = found.pop(number, _Rows(0, Decimal(0)))
        if there != _Rows(rows, value) and not (there.count < rows and (certain or there.count == 0)):
            raise _unlike(table, number, rows, there.count)
        if there.count < rows:
            short[number] = rows - there.count
    for number, there in found.items():
        raise _unlike(table, number, 0, there.count)
    return There(inserted=inserted, short=short)


def _unlike(table: str, number: int, inserted: int, there: int) -> ConfigurationError:
    return ConfigurationError(
        f"Segment {number} of {table} inserted {inserted} rows, and the {there} rows that look like them "
        "are others: the table was changed or rewritten since (a column that was added does that), or "
        "this is not the database of the run. Nothing was removed. Restore a backup, or see what differs "
        "from the source: harness migrate diff."
    )


def candidates(table: str) -> sql.Composable:
    """The rows ``t`` of segments ``s`` of the run, as they were inserted."""
    return sql.SQL(
        "parity_migration.segments AS s JOIN {} AS t ON t.xmin = s.xid::xid "
        "AND s.run_id = %(run_id)s::uuid AND s.table_name = %(table)s AND s.rolled_back_at IS NULL"
    ).format(sql.Identifier("public", table))
