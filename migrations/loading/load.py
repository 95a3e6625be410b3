"""Loads one segment: the function that an executor runs, in a thread, a process, or on another machine."""

from typing import Final

import psycopg

from harness.errors import HarnessError
from migrations.loading import ledger
from migrations.loading.account import Account
from migrations.loading.careful import load_carefully
from migrations.loading.direct import has_known_ids, load_directly
from migrations.loading.preparing import prepare
from migrations.loading.refusals import concerns_a_row
from migrations.loading.session import SESSIONS, Session
from migrations.loading.turns import NotYourTurn, await_predecessor, holding
from migrations.loading.work import Prepared, Task

__all__ = ["load", "load_segment"]

_ATTEMPTS: Final = 20
_CIRCLE = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def load_segment(task: Task) -> Account | None:
    """Load a segment; None if the one before it is not committed, so that this one has to be tried again.

    Each process and thread that calls it keeps one connection for the run.
    """
    return load(SESSIONS.of_this_thread(task.dsn, task.run_id), task)


def load(session: Session, task: Task) -> Account | None:
    """The same, on a given session."""
    prepared: Prepared | None = None
    for attempt in range(_ATTEMPTS):
        try:
            with holding(session.connection, task.segment):
                if ledger.is_done(session.connection, task.run_id, task.segment.table, task.segment.number):
                    raise HarnessError(
                        f"Segment {task.segment.number} of {task.segment.table} was committed by somebody "
                        "else: another process is at work on the same run. Wait for it, then run the same "
                        "command again."
                    )
                prepared = prepared or prepare(task)
                return _load(session, task, prepared, direct=attempt == 0)
        except NotYourTurn:
            return None
        except _CIRCLE:
            # A later segment holds a key that this one needs, and waits for this one. It has to let go first:
            # it does when it sees that this one is neither at work nor committed.
            continue
    raise HarnessError(
        f"Segment {task.segment.number} of {task.segment.table} was in {_ATTEMPTS} deadlocks: somebody else "
        "locks rows of the target. Stop the writers, then run the same command again."
    )


def _load(session: Session, task: Task, prepared: Prepared, *, direct: bool) -> Account:
    if direct and (task.was_empty or not _has_known_ids(session, prepared)):
        try:
            return load_directly(session, task.run_id, prepared)
        except NotYourTurn:
            pass
        except psycopg.Error as error:
            if not concerns_a_row(error):
                raise
    # With nothing written, so that nobody waits for this one meanwhile.
    await_predecessor(session.connection, task.run_id, task.segment)
    return load_carefully(session, task.run_id, prepared)


def _has_known_ids(session: Session, prepared: Prepared) -> bool:
    try:
        return has_known_ids(session.connection, prepared)
    except psycopg.DataError:
        return True  # one of the ids is none: the careful way says which
