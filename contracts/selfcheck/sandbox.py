"""The database on which the broken adapters of one process take turns.

A clone with its PostgREST takes longer than the case that rejects a broken
adapter. So one clone is used again and again: a change is made, the cases
run, the change is taken back. Whether all of it was taken back is not
believed but read from the catalog, and a database that is not as it was is
dropped.
"""

import atexit
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from contracts.subject import Subject
from contracts.subjects import SupabaseSubject
from harness.errors import HarnessError
from harness.stack.cluster import SUPERUSER
from harness.stack.records import StackRecord

__all__ = ["Sandbox", "fingerprint"]

_CONNECT_S = 10
_QUIET_S = 1.0
_POLL_S = 0.005
Connection = psycopg.Connection[dict[str, Any]]

_CATALOG = """
    WITH facts (fact) AS (
        SELECT pg_get_functiondef(oid) || proowner::text || coalesce(proacl::text, '')
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'relation', oid::regclass, relkind, relowner, relacl, relrowsecurity,
            relforcerowsecurity, reloptions, relpersistence)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'column', attrelid::regclass, attnum, attname, format_type(atttypid, atttypmod),
            attcollation, attnotnull, attacl, attisdropped, pg_get_expr(adbin, adrelid))
        FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0
        UNION ALL
        SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, convalidated,
            pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid), indisvalid, indisready)
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgfoid::regproc, tgtype, tgenabled,
            CASE WHEN NOT tgisinternal THEN pg_get_triggerdef(pg_trigger.oid) END)
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'policy', polrelid::regclass, polname, polcmd, polroles, polpermissive,
            pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
        FROM pg_policy
        UNION ALL
        SELECT concat_ws(' ', 'schema', nspname, nspacl) FROM pg_namespace
        WHERE nspname !~ '^pg_(toast_)?temp'
        UNION ALL
        SELECT concat_ws(' ', 'default', defaclrole, defaclnamespace, defaclobjtype, defaclacl)
        FROM pg_default_acl
        UNION ALL
        SELECT concat_ws(' ', 'setting', setrole, setconfig) FROM pg_db_role_setting
        WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        UNION ALL
        SELECT concat_ws(' ', 'type', typname, typtype) FROM pg_type
        WHERE typnamespace = 'public'::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'event trigger', evtname, evtenabled, evtfoid::regproc) FROM pg_event_trigger
    )
    SELECT md5(string_agg(fact, chr(10) ORDER BY fact)) AS fingerprint FROM facts
"""
_BUSY = """
    SELECT count(*) AS n FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        AND state <> 'idle'
"""


def fingerprint(connection: Connection) -> str:
    """Return a hash of everything in the catalog that can make a difference to an adapter."""
    text: str = connection.execute(_CATALOG).fetchall()[0]["fingerprint"]
    return text


class Sandbox:
    """Lends one database of a process to one broken adapter after the other."""

    def __init__(self) -> None:
        self._idle: _Clone | None = None

    def lend(
        self, stack: Path, make: Callable[[Connection], None], undo: Callable[[Connection], None]
    ) -> Subject:
        """Return a subject on a database that was changed by `make`; closing it takes the change back."""
        clone = self._take(stack)
        threads = threading.active_count()
        try:
            make(clone.session)
        except BaseException:
            clone.drop()
            raise

        def give_back() -> None:
            # A thread that a rejected case left behind may still write.
            if threading.active_count() <= threads and clone.is_restored(undo):
                self._idle = clone
            else:
                clone.drop()

        lent: Any = _Lent(clone.subject, give_back)
        return lent  # type: ignore[no-any-return]  # what it lacks, __getattr__ finds in the subject

    def close(self) -> None:
        """Drop the database that nobody uses."""
        if self._idle is not None:
            self._idle.drop()
            self._idle = None

    def _take(self, stack: Path) -> "_Clone":
        clone, self._idle = self._idle, None
        if clone is not None and clone.stack == stack:
            return clone
        if clone is not None:
            clone.drop()
        return _Clone(stack)


class _Clone:
    """A database, how it was at first, and a session that changes it."""

    def __init__(self, stack: Path) -> None:
        self.stack = stack
        self.subject = SupabaseSubject.open(stack)
        atexit.register(self.drop)
        self.session = self.subject.connect()
        self.session.autocommit = True
        _deafen(StackRecord.read(stack).uri(SUPERUSER, self.session.info.dbname))
        self._original = fingerprint(self.session)

    def is_restored(self, undo: Callable[[Connection], None]) -> bool:
        """Take a change back, and say whether the database is as it was, and quiet."""
        try:
            self.subject.reset()
            undo(self.session)
            return self._is_quiet() and fingerprint(self.session) == self._original
        except (psycopg.Error, HarnessError):
            return False

    def _is_quiet(self) -> bool:
        """Wait a moment for what is just ending, as the start of the API may be."""
        deadline = time.monotonic() + _QUIET_S
        while self.session.execute(_BUSY).fetchall()[0]["n"]:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True

    def drop(self) -> None:
        """Give it up. May be repeated."""
        atexit.unregister(self.drop)
        self.session.close()
        self.subject.close()


class _Lent:
    """A subject whose end is that of the loan."""

    def __init__(self, subject: SupabaseSubject, give_back: Callable[[], None]) -> None:
        self._subject = subject
        self.close = give_back

    def __getattr__(self, name: str) -> Any:
        return getattr(self._subject, name)


def _deafen(database: str) -> None:
    """Keep the API from reading its schema anew at each change, which takes longer than all else here.

    Bodies, constraints, triggers and grants are none of what it remembers.
    """
    with psycopg.connect(database, connect_timeout=_CONNECT_S) as connection:
        connection.execute("ALTER EVENT TRIGGER pgrst_ddl_watch DISABLE")
        connection.execute("ALTER EVENT TRIGGER pgrst_drop_watch DISABLE")
