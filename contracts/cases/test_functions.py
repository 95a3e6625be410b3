"""Functions: what the SQL functions refuse by themselves, whoever calls them past the adapter."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from contracts.builders import NOON, a_delivery, a_request, created
from contracts.case import needs, strict
from contracts.entities import each_queue, queue
from contracts.expect import Divergence, every
from contracts.flows import a_booked
from contracts.held import Session
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import Row, entity_of

INVALID_ARGUMENT = "22023"
FLOWS = {
    "book": "SELECT book(gen_random_uuid(), %(id)s, %(start)s, %(end)s, 'ada', 'system')",
    "reschedule": "SELECT reschedule(%(id)s, %(start)s, %(end)s, 'system')",
}
SLOTS = {
    "scheduled_start": {"start": "-infinity", "end": NOON.isoformat()},
    "scheduled_end": {"start": NOON.isoformat(), "end": "infinity"},
}


@contextmanager
def refuses(session: Session, sqlstate: str, message: str | None = None) -> Iterator[None]:
    """Expect that a call of a function is refused with this code and text, and undo it."""
    session.execute("SET ROLE service_role")
    try:
        yield
    except psycopg.Error as error:
        found = (error.sqlstate, error.diag.message_primary)
        if found != (sqlstate, message or error.diag.message_primary):
            raise Divergence(f"{sqlstate} {message}", f"{found[0]} {found[1]}") from error
    else:
        raise Divergence(f"{sqlstate} {message}", "success")
    finally:
        session.rollback()


@needs(Capability.SERVER)
@pytest.mark.parametrize("flow", [*FLOWS])
def test_endless_slot_is_refused(subject: Subject, store: Store, flow: str) -> None:
    """A slot without a beginning or an end is refused, under the name of the argument."""
    id_ = store.scheduling_requests.create(a_request()).id if flow == "book" else a_booked(store).id
    before = everything(subject)
    with subject.connect() as session, every() as about:
        for name, slot in SLOTS.items():
            with about(name), refuses(session, INVALID_ARGUMENT, name):
                session.execute(FLOWS[flow], {"id": id_, **slot})
    assert everything(subject) == before


@needs(Capability.SERVER)
@each_queue
def test_limit_of_a_claim(subject: Subject, store: Store, row: type[Row]) -> None:
    """A claim refuses a limit outside of 1 to 1,000, and none."""
    created(row, store)
    call = sql.SQL("SELECT {}(%s, 60)").format(sql.Identifier(f"claim_{entity_of(row).table}"))
    with subject.connect() as session, every() as about:
        for limit in (0, -1, 1001, None):
            with about(limit), refuses(session, INVALID_ARGUMENT, "limit"):
                session.execute(call, (limit,))


@needs(Capability.SERVER)
@each_queue
def test_lease_of_a_claim(subject: Subject, store: Store, row: type[Row]) -> None:
    """A claim refuses a lease of nothing, of more than a day, and of no number of seconds."""
    created(row, store)
    call = sql.SQL("SELECT {}(1, %s::float8)").format(sql.Identifier(f"claim_{entity_of(row).table}"))
    with subject.connect() as session, every() as about:
        for lease_s in ("0", "-1", "86400.001", "Infinity", "NaN", None):
            with about(lease_s), refuses(session, INVALID_ARGUMENT, "lease_s"):
                session.execute(call, (lease_s,))


@needs(Capability.SERVER)
@each_queue
def test_delay_of_a_retry(subject: Subject, store: Store, row: type[Row]) -> None:
    """A failure refuses a retry in the past, in more than thirty days, and at no time."""
    created(row, store)
    (claimed,) = queue(store, row).claim()
    call = sql.SQL("SELECT {}(%s, 1, 'x', %s::float8)").format(
        sql.Identifier(f"fail_{entity_of(row).singular}")
    )
    with subject.connect() as session, every() as about:
        for delay_s in ("-0.001", "2592000.1", "Infinity", "NaN", None):
            with about(delay_s), refuses(session, INVALID_ARGUMENT, "retry_in_s"):
                session.execute(call, (claimed.id, delay_s))


@strict
@needs(Capability.SERVER)
def test_repeated_booking_carries_the_constraint(subject: Subject, store: Store) -> None:
    """The error of a repeated booking names the key where a driver looks for it."""
    booking = a_booked(store)
    call = FLOWS["book"].replace("gen_random_uuid()", "%(booking)s")
    values = {"id": booking.request_id, "booking": booking.id, "start": NOON, "end": NOON}
    with subject.connect() as session:
        assert constraint_of(session, call, values) == ("public", "bookings", "bookings_pkey")


@strict
@needs(Capability.SERVER)
def test_refused_delivery_carries_the_constraint(subject: Subject, store: Store) -> None:
    """The error of another event under a known key names the key where a driver looks for it."""
    event = store.webhook_events.receive(a_delivery()).event
    call = (
        "SELECT receive_webhook_event(%(id)s, 'tenant-2', %(provider)s, %(event_id)s, 'hash-2', 'x',"
        " '{}', 'x', true)"
    )
    values = {"id": uuid4(), "provider": event.provider, "event_id": event.event_id}
    key = ("public", "webhook_events", "webhook_events_provider_event_id_key")
    with subject.connect() as session:
        assert constraint_of(session, call, values) == key


@needs(Capability.SERVER)
def test_history_does_not_depend_on_the_session(subject: Subject, store: Store) -> None:
    """The times in the history are UTC, whatever the time zone of the session that wrote them."""
    request = store.scheduling_requests.create(a_request())
    with subject.connect() as session:
        session.execute("SET LOCAL TIME ZONE 'Asia/Kolkata'")
        session.execute(FLOWS["book"], {"id": request.id, "start": NOON, "end": NOON.replace(hour=13)})
    (entry,) = store.audit_logs.list().rows
    assert entry.payload["scheduled_start"] == "2030-01-15T12:00:00.000000+00:00"


def constraint_of(session: Session, call: str, values: dict[str, Any]) -> tuple[str | None, ...]:
    """Call a function that refuses, and return schema, table and constraint of the error."""
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        session.execute(call.encode(), values)
    diag = caught.value.diag
    return diag.schema_name, diag.table_name, diag.constraint_name
