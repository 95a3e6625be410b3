"""What a case breaks on purpose inside of the server, and how it is restored.

All of it is done by a session whose DDL nobody is told of: hosted projects,
and this stack, make PostgREST reload its schema cache after each statement.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from psycopg import sql

from contracts.entities import ROWS
from contracts.expect import Divergence
from contracts.subject import Subject
from contracts.workers import eventually, started, within
from harness.errors import HarnessError
from harness.models import entity_of

__all__ = ["altered", "failing_writes", "reload_schema", "unnoticed", "waiting_to_commit"]

_FAULT = sql.SQL(
    "CREATE OR REPLACE FUNCTION public.parity_fault() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION USING ERRCODE = {}, MESSAGE = 'injected fault'; END; $$"
)
_TRIGGER = sql.SQL(
    "CREATE TRIGGER parity_fault BEFORE INSERT OR UPDATE OR DELETE ON public.{} "
    "FOR EACH ROW EXECUTE FUNCTION public.parity_fault()"
)

_MARKER = sql.SQL(
    "CREATE FUNCTION public.{0}() RETURNS integer LANGUAGE sql RETURN 1; "
    "GRANT EXECUTE ON FUNCTION public.{0}() TO service_role"
)
"""What PostgREST can call once it has loaded a schema that is at least as new."""


@contextmanager
def unnoticed(subject: Subject) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """Open a session of the superuser that fires no event trigger, so that no schema cache is reloaded."""
    with subject.connect(superuser=True) as session:
        session.autocommit = True
        session.execute("SET session_replication_role = replica")
        yield session


@contextmanager
def altered(subject: Subject, *changes: tuple[str, str]) -> Iterator[None]:
    """Execute statements, and afterwards what undoes each; raises HarnessError if that fails."""
    with unnoticed(subject) as session:
        done: list[str] = []
        try:
            for change, undo in changes:
                session.execute(change.encode())
                done.append(undo)
            yield
        finally:
            _restore(session, reversed(done))


def _restore(session: psycopg.Connection[dict[str, Any]], statements: Iterator[str]) -> None:
    for statement in statements:
        try:
            session.execute(statement.encode())
        except psycopg.Error as error:
            raise HarnessError(
                f"What the case broke could not be restored by {statement!r}: {error}"
            ) from error


def reload_schema(subject: Subject) -> None:
    """Make PostgREST load its schema cache, and wait until it knows of something new.

    That is no proof that it knows of all that was changed before: a load that was under way reads tables
    first and functions later. It will, as it has been told. Raises HarnessError after 30 s.
    """
    name = f"parity_reload_{uuid4().hex}"
    given = subject.coordinates
    headers = {"apikey": given.service_role_key}
    with unnoticed(subject) as session:
        session.execute(_MARKER.format(sql.Identifier(name)))
        try:
            session.execute("NOTIFY pgrst, 'reload schema'")
            eventually(
                lambda: httpx.post(f"{given.supabase_url}/rest/v1/rpc/{name}", headers=headers).is_success,
                "PostgREST with the present schema",
            )
        except (Divergence, httpx.HTTPError) as error:
            raise HarnessError(f"PostgREST did not reload its schema cache: {error}") from error
        finally:
            session.execute(sql.SQL("DROP FUNCTION public.{}").format(sql.Identifier(name)))


class Waiting:
    """Sessions that have committed, and wait before they say so."""

    def __init__(self, session: psycopg.Connection[dict[str, Any]]) -> None:
        self._session = session

    def end(self, pid: int) -> None:
        """Terminate the session, as an administrator would."""
        self._session.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

    def find(self) -> int | None:
        """Return the process id of one of them, None if there is none."""
        found = self._session.execute(
            "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()"
        ).fetchone()
        return None if found is None else int(found["pid"])


def _prove(subject: Subject, waiting: Waiting) -> None:
    """Wait until a commit really waits: the server reads its configuration when it comes to it."""
    found = threading.Event()

    def commit() -> None:
        with suppress(psycopg.Error), subject.connect(superuser=True) as session:
            while not found.is_set():
                session.execute("SELECT pg_logical_emit_message(true, 'parity', 'probe')")
                session.commit()

    probe = started(commit)
    try:
        waiting.end(eventually(waiting.find, "a commit that waits"))
    finally:
        found.set()
    within(probe)


@contextmanager
def waiting_to_commit(subject: Subject) -> Iterator[Waiting]:
    """Let each commit be stored and never acknowledged, by waiting for a replica that does not exist.

    For servers of one's own: it holds for the whole cluster. Raises HarnessError if it cannot be undone.
    """
    with unnoticed(subject) as session:
        session.execute("SET synchronous_commit = local")
        session.execute("ALTER SYSTEM SET synchronous_standby_names = 'parity'")
        session.execute("SELECT pg_reload_conf()")
        try:
            waiting = Waiting(session)
            _prove(subject, waiting)
            yield waiting
        finally:
            with unnoticed(subject) as other:  # the first may have died with the server
                _restore(
                    other,
                    iter(["ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"]),
                )


@contextmanager
def failing_writes(subject: Subject, sqlstate: str, tables: Sequence[str] = ()) -> Iterator[None]:
    """Make every write of a row fail with an SQLSTATE, in these tables or in all six."""
    names = tables or [entity_of(row).table for row in ROWS]
    with unnoticed(subject) as session:
        session.execute(_FAULT.format(sql.Literal(sqlstate)))
        try:
            for name in names:
                session.execute(_TRIGGER.format(sql.Identifier(name)))
            yield
        finally:
            _restore(session, iter(["DROP FUNCTION public.parity_fault() CASCADE"]))
