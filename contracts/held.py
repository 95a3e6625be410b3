"""Sessions that hold something, and calls that wait for them or do not: races without luck."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from contracts.expect import Divergence
from contracts.subject import Subject
from contracts.workers import eventually, within

__all__ = ["Session", "paused", "unhindered", "waits"]

T = TypeVar("T")
Session = psycopg.Connection[dict[str, Any]]

_WAITING = "SELECT count(*) AS n FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
_PAUSE = """
    CREATE FUNCTION public.parity_pause() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(417); RETURN NEW; END; $$
"""


def waits(subject: Subject, session: Session, outcome: Future[Any]) -> None:
    """Return once the started call waits for what the session holds; Divergence if it ended without."""
    if not _is_held_up(subject, session, outcome):
        raise Divergence("a call that waits for the session", f"an answer at once: {_told(outcome)}")


def unhindered(subject: Subject, session: Session, outcome: Future[T]) -> T:
    """Return the result of the started call; Divergence as soon as it waits for what the session holds."""
    if _is_held_up(subject, session, outcome):
        raise Divergence("an answer at once", "a call that waits for the session")
    return within(outcome)


@contextmanager
def paused(subject: Subject, table: str, events: str) -> Iterator[Session]:
    """Stop every transaction at a trigger, such as ``AFTER INSERT ON {} FOR EACH STATEMENT``.

    It stands until the yielded session ends its transaction.
    """
    with subject.connect() as keeper, subject.connect() as session:
        session.execute(_PAUSE)
        trigger = sql.SQL(f"CREATE TRIGGER a_parity_pause {events} EXECUTE FUNCTION parity_pause()")
        session.execute(trigger.format(sql.Identifier(table)))
        session.commit()
        keeper.execute("SELECT pg_advisory_xact_lock(417)")
        try:
            yield keeper
        finally:
            keeper.rollback()
            session.execute("DROP FUNCTION public.parity_pause() CASCADE")
            # A case that fails leaves this block with a rollback.
            session.commit()


def _is_held_up(subject: Subject, session: Session, outcome: Future[Any]) -> bool:
    with subject.connect() as observer:
        observer.autocommit = True
        holder = session.info.backend_pid

        def settled() -> bool:
            return outcome.done() or observer.execute(_WAITING, (holder,)).fetchall()[0]["n"] > 0

        eventually(settled, "an answer, or a call that waits")
    return not outcome.done()


def _told(outcome: Future[Any]) -> str:
    error = outcome.exception()
    return "success" if error is None else type(error).__name__
