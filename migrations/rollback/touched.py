"""Which rows of a copy somebody changed or deleted since, as far as its source still tells."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from harness.errors import HarnessError
from harness.models import ENTITIES
from migrations.catalog import query
from migrations.rollback.runs import CopyRun
from migrations.sources.location import SnapshotAt
from migrations.sources.opening import opened
from migrations.sources.segment import POSITION
from migrations.sources.source import Source

__all__ = ["Touched", "source_of", "touched"]

_MOST = 1_000
"""How many rows of a table are named."""


@dataclass(frozen=True, kw_only=True)
class Touched:
    """The ids of rows that are not as they were inserted."""

    changed: tuple[str, ...] = ()
    """Rows that are there with another writer."""
    gone: tuple[str, ...] = ()


@contextmanager
def source_of(run: CopyRun) -> Iterator[Source | None]:
    """Open the snapshot that a run has read, if it is still there and the same; None if not."""
    path = Path(run.source)
    if not path.exists():
        yield None
        return
    try:
        with opened(SnapshotAt(path), allow_uncounted=True) as source:
            is_same = source.inspect(allow_empty=True).fingerprint == run.source_fingerprint
            yield source if is_same else None
    except HarnessError:
        yield None


def touched(
    connection: psycopg.Connection,
    run: CopyRun,
    table: str,
    short: Mapping[int, int],
    source: Source,
) -> Touched:
    """Name rows of segments of which so many are not as they were inserted; the first ones, of each kind.

    A segment that found rows there already does not tell them from rows that
    were changed since: then only those that are gone are named.
    """
    changed: list[str] = []
    gone: list[str] = []
    for segment in source.segments(ENTITIES[table], rows=run.rows_per_segment):
        if segment.number not in short:
            continue
        given = {"run_id": run.run_id, "table": table, "number": segment.number}
        refused = {row[0] for row in connection.execute(query("rollback_refused"), given)}
        frame = source.read(segment).rows
        places = zip(frame[POSITION].to_list(), frame["id"].to_list(), strict=True)
        ids = [id_.lower() for place, id_ in places if place not in refused]
        there, ours = _present(connection, run, table, ids)
        lost = [id_ for id_ in ids if id_ not in there]
        others = [id_ for id_ in ids if id_ in there and id_ not in ours]
        gone += lost
        if len(lost) + len(others) == short[segment.number]:
            changed += others
        if len(changed) + len(gone) >= _MOST:
            break
    return Touched(changed=tuple(changed[:_MOST]), gone=tuple(gone[:_MOST]))


def _present(
    connection: psycopg.Connection, run: CopyRun, table: str, ids: Sequence[str]
) -> tuple[set[str], set[str]]:
    """The ids that are there, and those of them whose rows are as the run inserted them."""
    statement = sql.SQL(
        "SELECT t.id::text, EXISTS (SELECT FROM parity_migration.segments AS s WHERE t.xmin = s.xid::xid "
        "AND s.run_id = %(run_id)s::uuid AND s.table_name = %(table)s) "
        "FROM {} AS t WHERE t.id = ANY (%(ids)s::uuid[])"
    ).format(sql.Identifier("public", table))
    rows = connection.execute(statement, {"run_id": run.run_id, "table": table, "ids": list(ids)}).fetchall()
    return {id_ for id_, _ in rows}, {id_ for id_, is_ours in rows if is_ours}
