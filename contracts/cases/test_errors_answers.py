"""Errors: an answer that no store could give is an error, and never becomes a row or a success."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import sql

from contracts.builders import (
    COORDINATOR,
    a_patch,
    a_request,
    a_webhook_event,
    created,
)
from contracts.case import needs, strict
from contracts.entities import MUTABLE, ROWS, mutable, repository
from contracts.expect import every, refused
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import NotFound, UnexpectedResponse
from harness.models import Booking, Row, SchedulingRequest, entity_of

NO_TIMES = ("infinity", "-infinity", "10000-01-01Z", "0044-03-15 12:00:00Z BC")
"""What Postgres takes for a time, and Python does not."""
REPLACED: dict[str, tuple[str, Callable[[Store], object]]] = {
    "receive_webhook_event": (
        "BEGIN RETURN; END;",
        lambda store: store.webhook_events.receive(a_webhook_event()),
    ),
    "complete_sync_job": ("BEGIN RETURN NULL; END;", lambda store: store.sync_jobs.complete(_ID, 1)),
    "fail_sync_job": ("BEGIN RETURN NULL; END;", lambda store: store.sync_jobs.fail(_ID, 1, error="x")),
    "cancel": ("BEGIN RETURN NULL; END;", lambda store: store.cancel(_ID, actor=COORDINATOR)),
    "ops_summary": ("SELECT '{}'::jsonb", lambda store: store.ops_summary()),
}
"""Functions of the server, what their body becomes, and who calls them."""
_ID = "00000000-0000-4000-8000-000000000000"


@needs(Capability.SERVER)
def test_time_that_no_store_assigns(subject: Subject, store: Store) -> None:
    """A time outside of the calendar, written by another client, is an error, and never a wrong time."""
    request = created(SchedulingRequest, store)
    with subject.connect() as session, every() as about:
        session.autocommit = True
        for text in NO_TIMES:
            session.execute(
                "UPDATE scheduling_requests SET window_start = '-infinity', window_end = 'infinity', "
                "expires_at = %s WHERE id = %s",
                (text, request.id),
            )
            with about(f"get {text}"), refused(UnexpectedResponse):
                store.scheduling_requests.get(request.id)
            with about(f"list {text}"), refused(UnexpectedResponse):
                store.scheduling_requests.list()
            with about(f"iterate {text}"), refused(UnexpectedResponse):
                list(store.scheduling_requests.iterate())


@needs(Capability.SERVER)
def test_row_that_is_not_stored(subject: Subject, store: Store) -> None:
    """A create whose row the server drops without a word is no success, in any table."""
    request = store.scheduling_requests.create(a_request())
    with dropping(subject, ROWS, "INSERT"), every() as about:
        for row in ROWS:
            parent = {"request_id": request.id} if row is Booking else {}
            with about(entity_of(row).table), refused(UnexpectedResponse):
                created(row, store, **parent)


@needs(Capability.SERVER)
def test_change_that_is_not_made(subject: Subject, store: Store) -> None:
    """An update that the server drops without a word finds no row, and a delete says False."""
    made = {row: created(row, store) for row in MUTABLE}
    with dropping(subject, MUTABLE, "UPDATE OR DELETE"), every() as about:
        for row, item in made.items():
            table = entity_of(row).table
            with about(f"update {table}"), refused(NotFound):
                mutable(store, row).update(item.id, a_patch(row))
            with about(f"delete {table}"):
                assert mutable(store, row).delete(item.id) is False
            with about(f"kept {table}"):
                assert repository(store, row).get(item.id) == item


@strict
@needs(Capability.SERVER)
def test_function_that_answers_nothing(subject: Subject, store: Store) -> None:
    """A function of the server that returns nothing is an error, and no empty success."""
    with every() as about:
        for name, (body, call) in REPLACED.items():
            with about(name), replaced(subject, name, body), refused(UnexpectedResponse):
                call(store)


@contextmanager
def dropping(subject: Subject, rows: Sequence[type[Row]], events: str) -> Iterator[None]:
    """Let the server drop each such change of some tables without an error, as a wrong trigger does."""
    with subject.connect() as session:
        session.execute(
            "CREATE FUNCTION public.parity_drop() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END; $$"
        )
        for row in rows:
            statement = sql.SQL(
                "CREATE TRIGGER aaa_parity_drop BEFORE {} ON {} FOR EACH ROW EXECUTE FUNCTION parity_drop()"
            )
            session.execute(statement.format(sql.SQL(events), sql.Identifier(entity_of(row).table)))
        session.commit()
        try:
            yield
        finally:
            session.execute("DROP FUNCTION public.parity_drop() CASCADE")
            # A case that fails leaves this block with a rollback.
            session.commit()


@contextmanager
def replaced(subject: Subject, function: str, body: str) -> Iterator[None]:
    """Give a function of the server another body, and its own one back afterwards."""
    with subject.connect() as session:
        (found,) = session.execute(
            "SELECT pg_get_functiondef(oid) AS definition, prosrc FROM pg_proc WHERE proname = %s "
            "AND pronamespace = 'public'::regnamespace",
            (function,),
        ).fetchall()
        definition: Any = found["definition"]
        session.execute(definition.replace(found["prosrc"], body))
        session.commit()
        try:
            yield
        finally:
            session.execute(definition)
            # A case that fails leaves this block with a rollback.
            session.commit()
