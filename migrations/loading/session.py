"""Sessions on the target: with known settings, one per thread, kept between segments."""

import contextlib
import os
import threading
from dataclasses import dataclass, field

import psycopg

from migrations.connection import connect
from migrations.loading.sql import query

__all__ = ["SESSIONS", "Session", "Sessions", "open_connection"]


@dataclass(eq=False)
class Session:
    """One connection to the target."""

    connection: psycopg.Connection = field(repr=False)
    rehearses: bool = False
    """True if everything happens inside one transaction that is rolled back at the end."""


def open_connection(dsn: str, application_name: str) -> psycopg.Connection:
    """Connect with the settings that the copy relies on; autocommit. Errors as in `connect`."""
    connection = connect(dsn, application_name=application_name)
    try:
        connection.autocommit = True
        connection.execute(query("session_settings"))
    except BaseException:
        connection.close()
        raise
    return connection


class Sessions:
    """The open sessions of this process, by thread and target."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int, str, str], Session] = {}
        self._lock = threading.Lock()

    def of_this_thread(self, dsn: str, run_id: str) -> Session:
        """The session of this thread for a run; opened where there is none that works."""
        # A process that was forked must not use the sockets of its parent.
        key = (os.getpid(), threading.get_ident(), dsn, run_id)
        with self._lock:
            found = self._open.get(key)
        if found is not None and not found.connection.closed:
            return found
        opened = Session(open_connection(dsn, f"parity migrate copy {run_id[:8]}"))
        with self._lock:
            self._open[key] = opened
        return opened

    def cancel(self, run_id: str) -> None:
        """Have the statements of a run that are being executed cancelled."""
        with self._lock:
            found = [session for key, session in self._open.items() if key[3] == run_id]
        for session in found:
            with contextlib.suppress(psycopg.Error):
                session.connection.cancel_safe(timeout=5)

    def close(self, run_id: str) -> None:
        """Close this process's sessions for a run; other processes close theirs by ending."""
        with self._lock:
            found = [key for key in self._open if key[0] == os.getpid() and key[3] == run_id]
            sessions = [self._open.pop(key) for key in found]
        for session in sessions:
            with contextlib.suppress(psycopg.Error):
                session.connection.close()


SESSIONS = Sessions()
