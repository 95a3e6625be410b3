"""The fast way: rows whose ids are all new go straight into their table, by COPY."""

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row

from migrations.loading import ledger
from migrations.loading.account import Account
from migrations.loading.encode import copy_text
from migrations.loading.inserted import mark, seal
from migrations.loading.session import Session
from migrations.loading.turns import await_predecessor, share
from migrations.loading.work import Prepared

__all__ = ["has_known_ids", "load_directly"]


def has_known_ids(connection: psycopg.Connection, prepared: Prepared) -> bool:
    """True if one of the rows has an id that is in the table already."""
    statement = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE id = ANY (%s::uuid[]))").format(
        sql.Identifier("public", prepared.entity.table)
    )
    ids = prepared.rows["id"].to_list()
    return bool(connection.cursor(row_factory=scalar_row).execute(statement, [ids]).fetchone())


def load_directly(session: Session, run_id: str, prepared: Prepared) -> Account:
    """Write one segment with its checkpoint, in one transaction.

    Raises whatever the server says about one of the rows, and NotYourTurn;
    then nothing of the segment was written.
    """
    connection = session.connection
    table = prepared.entity.table
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier("public", table), sql.SQL(", ").join(map(sql.Identifier, prepared.columns))
    )
    text = copy_text(prepared.rows, prepared.columns)
    with connection.transaction():
        share(connection)
        before = mark(connection, table)
        with connection.cursor() as cursor:
            if text:
                with cursor.copy(statement) as copy:
                    copy.write(text)
            inserted = cursor.rowcount if text else 0
        sample = prepared.rows["id"][0] if inserted else None
        xid, fingerprint = seal(session, before, inserted, sample)
        await_predecessor(connection, run_id, prepared.segment)
        account = prepared.account(inserted=inserted, identical=0, refused=prepared.refused)
        ledger.checkpoint(
            connection,
            run_id,
            prepared.segment,
            account,
            digest=prepared.digest,
            xid=xid,
            fingerprint=fingerprint,
        )
        ledger.quarantine(connection, run_id, prepared.segment, prepared.refused)
    return account
