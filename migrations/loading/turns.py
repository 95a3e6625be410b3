"""Segments of a table are committed in the order of the source, whoever is faster."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from migrations.loading import ledger
from migrations.loading.locks import SEGMENTS, turn
from migrations.sources.segment import Segment

__all__ = ["NotYourTurn", "await_predecessor", "holding", "share"]


class NotYourTurn(Exception):
    """The segment before this one is not committed, and nobody is at work on it."""


@contextmanager
def holding(connection: psycopg.Connection, segment: Segment) -> Iterator[None]:
    """Be at work on a segment: whoever comes after it waits for the end of this block."""
    keys = turn(segment.table, segment.number)
    connection.execute("SELECT pg_advisory_lock(%s, %s)", keys)
    try:
        yield
    finally:
        # A lost connection has let go of it, and a rehearsal that failed is about to.
        with contextlib.suppress(psycopg.Error):
            connection.execute("SELECT pg_advisory_unlock(%s, %s)", keys)


def await_predecessor(connection: psycopg.Connection, run_id: str, segment: Segment) -> None:
    """Wait until the segment before is committed. Raises NotYourTurn if it is given up, or not begun.

    Inside a transaction the server sees who waits for whom, and ends a circle
    with an error in one of them (40P01).
    """
    if segment.number == 0:
        return
    keys = turn(segment.table, segment.number - 1)
    connection.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", keys)
    # In a statement of its own: its snapshot must be younger than the lock.
    if not ledger.is_done(connection, run_id, segment.table, segment.number - 1):
        raise NotYourTurn


def share(connection: psycopg.Connection) -> None:
    """Say that this transaction writes rows of a run, see `migrations.loading.locks.SEGMENTS`.

    From here on no constraint is deferred: at the commit it would be too late
    to say which row violates it.
    """
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", [SEGMENTS])
