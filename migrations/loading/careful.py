"""The careful way: for rows of which some are in the table already, or are refused by the server.

The rows are staged and compared. What is new is inserted at the top level of
its transaction, never in a savepoint: only then is the xmin of each row the
number in the checkpoint, by which a rollback knows the rows of this run. So
the rows that the server refuses are found beforehand, with savepoints, in a
transaction that is rolled back.
"""

from collections.abc import Sequence
from typing import Final

import psycopg
from psycopg import sql

from harness.errors import HarnessError
from migrations.loading import ledger
from migrations.loading.account import Account
from migrations.loading.bisection import offenders
from migrations.loading.inserted import mark, seal
from migrations.loading.refusals import concerns_a_row, refused_by
from migrations.loading.session import Session
from migrations.loading.staging import columns_of, compare, keep_identical, rows_at, stage, staged
from migrations.loading.turns import await_predecessor, share
from migrations.loading.work import Prepared
from migrations.sources.segment import Refused

__all__ = ["load_carefully"]

_ROUNDS: Final = 5
"""How often refused rows are looked for: once, unless others write the same rows meanwhile."""


def load_carefully(session: Session, run_id: str, prepared: Prepared) -> Account:
    """Write one segment with its checkpoint; each row is inserted, found identical, or quarantined.

    The segment before must be committed. Raises HarnessError if the rows that
    are refused change from one moment to the next.
    """
    refused = [*prepared.refused, *stage(session.connection, prepared)]
    state: str | None = None
    for _ in range(_ROUNDS):
        try:
            return _write(session, run_id, prepared, refused)
        except psycopg.Error as error:
            if not concerns_a_row(error):
                raise
            state = error.sqlstate
        refused += _probe(session.connection, prepared, refused)
    raise HarnessError(
        f"Segment {prepared.segment.number} of {prepared.entity.table} fails again and again, each time for "
        f"other rows ({state}): somebody writes to the target. Stop the writers, then run the same "
        "command again."
    )


def _write(session: Session, run_id: str, prepared: Prepared, known: Sequence[Refused]) -> Account:
    connection = session.connection
    table = sql.Identifier("public", prepared.entity.table)
    with connection.transaction():
        if not session.rehearses:
            # Comparison and insert see the same moment; what others commit in between is a unique violation.
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        share(connection)
        _leave_out(connection, prepared, known)
        met = compare(connection, run_id, prepared)
        refused = [*known, *met.refused]
        keep_identical(connection, prepared, met)
        before = mark(connection, prepared.entity.table)
        inserted, sample = 0, None
        if met.staged > met.identical + len(met.refused):
            sample = _first_new(connection, prepared) if session.rehearses else None
            inserted = connection.execute(
                sql.SQL(
                    "INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} AS s "
                    "WHERE NOT EXISTS (SELECT FROM {table} AS t WHERE t.id = s.id) "
                    "AND s._position <> ALL (%s) ORDER BY s._position"
                ).format(table=table, columns=columns_of(prepared), staged=staged(prepared)),
                [[one.position for one in met.refused]],
            ).rowcount
        xid, fingerprint = seal(session, before, inserted, sample)
        await_predecessor(connection, run_id, prepared.segment)
        account = prepared.account(inserted=inserted, identical=met.identical, refused=refused)
        ledger.checkpoint(
            connection,
            run_id,
            prepared.segment,
            account,
            digest=prepared.digest,
            xid=xid,
            fingerprint=fingerprint,
        )
        ledger.quarantine(connection, run_id, prepared.segment, refused)
    return account


def _probe(connection: psycopg.Connection, prepared: Prepared, known: Sequence[Refused]) -> list[Refused]:
    """Find the rows that the server refuses, and leave nothing behind."""
    values = {
        "table": sql.Identifier("public", prepared.entity.table),
        "columns": columns_of(prepared),
        "staged": staged(prepared),
    }
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} AS s "
        "WHERE s._position BETWEEN %s AND %s AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.id = s.id)"
    ).format(**values)
    with connection.transaction(force_rollback=True):
        share(connection)
        _leave_out(connection, prepared, known)
        connection.execute(sql.SQL("CREATE INDEX ON {staged} (_position)").format(**values))
        positions = [
            row[0]
            for row in connection.execute(
                sql.SQL("SELECT _position FROM {staged} ORDER BY _position").format(**values)
            )
        ]

        def attempt(low: int, high: int) -> None:
            with connection.transaction():
                connection.execute(statement, [positions[low], positions[high - 1]])

        found = [(positions[one.index], one.error) for one in offenders(len(positions), attempt)]
    texts = rows_at(prepared, [position for position, _ in found])
    return [refused_by(error, prepared.entity, position, texts[position]) for position, error in found]


def _leave_out(connection: psycopg.Connection, prepared: Prepared, refused: Sequence[Refused]) -> None:
    connection.execute(
        sql.SQL("DELETE FROM {} WHERE _position = ANY (%s)").format(staged(prepared)),
        [[one.position for one in refused]],
    )


def _first_new(connection: psycopg.Connection, prepared: Prepared) -> str | None:
    row = connection.execute(
        sql.SQL(
            "SELECT s.id::text FROM {staged} AS s "
            "WHERE NOT EXISTS (SELECT FROM {table} AS t WHERE t.id = s.id) ORDER BY s._position LIMIT 1"
        ).format(staged=staged(prepared), table=sql.Identifier("public", prepared.entity.table))
    ).fetchone()
    return row[0] if row is not None else None
