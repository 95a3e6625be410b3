"""One transaction that takes back a copy.

A row that the copy inserted and nobody touched has the transaction of its
segment as ``xmin``; an update makes another version of it, with another one.
So nothing has to be stored with a row to know that it may go.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.catalog import query
from migrations.loading.locks import RUN, SEGMENTS
from migrations.loading.sql import query as loading_query
from migrations.rollback.guards import There, candidates, check_place, check_rows, check_triggers
from migrations.rollback.references import Reference, is_named, naming, references_to
from migrations.rollback.runs import CopyRun
from migrations.rollback.touched import Touched, source_of, touched

__all__ = ["Kept", "TableUndone", "alone", "undo"]

_MOST_KEPT = 1_000
"""How many of the kept rows of a table are named."""
_ORDER = tuple(reversed(list(ENTITIES)))
"""Children before their parents."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A row of the copy that has to stay."""

    key: str
    named_by: tuple[str, ...]
    """The columns that refer to it: ``bookings.request_id``."""


@dataclass(frozen=True, kw_only=True)
class TableUndone:
    """What became of the rows that the copy inserted into one table."""

    table: str
    inserted: int
    """By the segments that were not undone before."""
    removed: int
    kept: int
    """Rows that stay because rows that stay refer to them."""
    named: tuple[Kept, ...]
    """The first of them."""
    others: Touched | None
    """The first of the rows that are not as they were inserted; None where that is not known."""

    @property
    def touched(self) -> int:
        """Rows that somebody changed or deleted since; what was changed stays."""
        return self.inserted - self.removed - self.kept


@contextmanager
def alone(connection: psycopg.Connection) -> Iterator[None]:
    """Be the only one who copies or rolls back, or raise ConfigurationError that names the other one."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [RUN]).fetchone()
    if row is None or not row[0]:
        holder = connection.execute(loading_query("lock_holder"), {"key": RUN}).fetchone()
        who = (
            "it has just ended: try again"
            if holder is None
            else f"process {holder[0]} of the server, since {holder[1].isoformat(timespec='seconds')}: "
            "wait for its end, or stop it"
        )
        raise ConfigurationError(f"A copy or a rollback is at work on this database ({who}).")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", [RUN])


def undo(
    connection: psycopg.Connection, run: CopyRun, *, allow_triggers: bool, dry_run: bool = False
) -> tuple[TableUndone, ...]:
    """Take back a run, all or nothing, and return what became of each table's rows, parents first.

    Rows stay and are counted if they were changed since, or if a row that
    stays refers to them; so a second call may find that more can go. With
    `dry_run` everything is done, and rolled back.

    Raises ConfigurationError if it is not certain that the rows are those of the run.
    """
    with connection.transaction(force_rollback=dry_run):
        # What sessions of a killed copy still commit is committed before anything is looked at.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [SEGMENTS])
        references = {table: references_to(connection, table) for table in ENTITIES}
        _lock(connection, references)
        certain = check_place(connection, run)
        if not allow_triggers:
            check_triggers(connection)
        there = {table: check_rows(connection, run, table, certain=certain) for table in ENTITIES}
        others = _touched(connection, run, there)
        removed = {table: _remove(connection, run, table, references[table]) for table in _ORDER}
        kept = {table: _kept(connection, run, table, references[table]) for table in ENTITIES}
        for table in ENTITIES:
            _mark(connection, run, table)
        connection.execute(query("rollback_mark"), {"run_id": run.run_id})
    return tuple(
        TableUndone(
            table=table,
            inserted=there[table].inserted,
            removed=removed[table],
            kept=kept[table][0],
            named=kept[table][1],
            others=others.get(table),
        )
        for table in ENTITIES
    )


def _lock(connection: psycopg.Connection, references: Mapping[str, Sequence[Reference]]) -> None:
    # Readers go on; whoever writes waits, so that no child appears between the look and the deletion.
    ours = [("public", table) for table in ENTITIES]
    theirs = [(each.schema, each.table) for found in references.values() for each in found]
    places = [sql.Identifier(*place) for place in dict.fromkeys([*ours, *theirs])]
    connection.execute(
        sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(sql.SQL(", ").join(places))
    )


def _touched(
    connection: psycopg.Connection, run: CopyRun, there: Mapping[str, There]
) -> Mapping[str, Touched]:
    if not any(each.short for each in there.values()):
        return {}
    with source_of(run) as source:
        if source is None:
            return {}
        return {
            table: touched(connection, run, table, each.short, source)
            for table, each in there.items()
            if each.short
        }


def _remove(connection: psycopg.Connection, run: CopyRun, table: str, references: Sequence[Reference]) -> int:
    free = [sql.SQL("NOT {}").format(is_named(reference)) for reference in references]
    statement = sql.SQL(
        "DELETE FROM {} AS t USING parity_migration.segments AS s WHERE t.xmin = s.xid::xid "
        "AND s.run_id = %(run_id)s::uuid AND s.table_name = %(table)s AND s.rolled_back_at IS NULL{}"
    ).format(
        sql.Identifier("public", table), sql.SQL("").join(sql.SQL(" AND {}").format(each) for each in free)
    )
    return connection.execute(statement, {"run_id": run.run_id, "table": table}).rowcount


def _kept(
    connection: psycopg.Connection, run: CopyRun, table: str, references: Sequence[Reference]
) -> tuple[int, tuple[Kept, ...]]:
    given = {"run_id": run.run_id, "table": table}
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(candidates(table)), given).fetchone()
    count = int(row[0]) if row is not None else 0
    if count == 0:
        return 0, ()
    statement = sql.SQL("SELECT t.id::text, {} FROM {} ORDER BY t.id LIMIT {}").format(
        naming(references), candidates(table), sql.Literal(_MOST_KEPT)
    )
    rows = connection.execute(statement, given).fetchall()
    return count, tuple(Kept(key=key, named_by=tuple(named_by)) for key, named_by in rows)


def _mark(connection: psycopg.Connection, run: CopyRun, table: str) -> None:
    """Mark the segments of which nothing is left; the others can be rolled back once more."""
    statement = sql.SQL(
        "UPDATE parity_migration.segments AS s SET rolled_back_at = clock_timestamp() "
        "WHERE s.run_id = %(run_id)s::uuid AND s.table_name = %(table)s AND s.rolled_back_at IS NULL "
        "AND NOT EXISTS (SELECT FROM {} AS t WHERE t.xmin = s.xid::xid)"
    ).format(sql.Identifier("public", table))
    connection.execute(statement, {"run_id": run.run_id, "table": table})
