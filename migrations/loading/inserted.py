"""The rows that a transaction has inserted, found by its number and given one fingerprint."""

from dataclasses import dataclass
from decimal import Decimal

import psycopg
from psycopg import sql

from harness.errors import HarnessError
from migrations.loading.account import AccountingError
from migrations.loading.fingerprint import fingerprint_of
from migrations.loading.session import Session

__all__ = ["Mark", "mark", "seal"]


@dataclass(frozen=True)
class Mark:
    """A table as it was before the transaction wrote to it."""

    table: str
    block: int
    """The first block of the file that did not exist yet: bulk inserts go there, mostly."""


def mark(connection: psycopg.Connection, table: str) -> Mark:
    """Note how long the table's file is."""
    row = connection.execute(
        "SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::bigint", [f"public.{table}"]
    ).fetchone()
    return Mark(table, row[0] if row is not None else 0)


def seal(session: Session, before: Mark, inserted: int, sample: str | None) -> tuple[str, Decimal]:
    """Return the number of this transaction, as text of an xid8, and the fingerprint of the rows it inserted.

    `sample` is the id of one of them, needed in a rehearsal only. Raises
    AccountingError if the table has another number of rows of this
    transaction than the server counted: a trigger wrote or left out rows.
    """
    connection = session.connection
    xid = _number(session, before.table, sample)
    if inserted == 0:
        return xid, Decimal(0)
    table = sql.Identifier("public", before.table)
    statement = sql.SQL(
        "SELECT count(*), {fingerprint} FROM {table} AS r WHERE r.ctid >= %s::tid AND r.xmin = %s::xid8::xid"
    ).format(fingerprint=fingerprint_of("r"), table=table)
    found, fingerprint = 0, Decimal(0)
    # Where rows were deleted before there is room in earlier blocks: then the whole table is looked through.
    for block in dict.fromkeys((before.block, 0)):
        row = connection.execute(statement, [f"({block},0)", xid]).fetchone()
        found, fingerprint = row if row is not None else (0, Decimal(0))
        if found == inserted:
            return xid, fingerprint
    raise AccountingError(
        f"{before.table}: Postgres says that it inserted {inserted} rows, and {found} are there. A trigger "
        "writes or removes rows of this table; disable it for the time of the copy."
    )


def _number(session: Session, table: str, sample: str | None) -> str:
    if not session.rehearses or sample is None:
        row = session.connection.execute("SELECT pg_current_xact_id()::text").fetchone()
    else:
        # The rows carry the number of their savepoint, which no function tells.
        row = session.connection.execute(
            sql.SQL("SELECT xmin::text FROM {} WHERE id = %s::uuid").format(sql.Identifier("public", table)),
            [sample],
        ).fetchone()
    if row is None:
        raise HarnessError(f"{table}: a row that was just inserted is gone: a trigger removes it.")
    number: str = row[0]
    return number
