"""Flows: what another transaction does in the meantime is waited for, and then seen."""

from typing import Any

import pytest

from contracts.builders import COORDINATOR, a_booking, a_request
from contracts.case import needs
from contracts.expect import refused
from contracts.flows import a_booked, arranged, each_flow, run
from contracts.held import unhindered, waits
from contracts.subject import Subject
from contracts.workers import started, within
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, NotFound
from harness.models import Booking, SchedulingRequest

ENDS = {"reschedule": "rescheduled", "cancel": "cancelled"}
each_change = pytest.mark.parametrize("flow", [*ENDS])
"""The case holds for the two flows that change a booking; it takes the name as ``flow``."""


def status(subject: Subject, row: type[Any], id_: Any) -> str:
    """Read the status of a row past the adapter."""
    wire = subject.stored(row, id_)
    assert wire is not None
    return str(wire["status"])


@needs(Capability.SERVER)
@each_flow
def test_flow_passes_by_who_refers_to_its_rows(subject: Subject, store: Store, flow: str) -> None:
    """A flow does not wait for a transaction that writes into the history of its rows."""
    target = arranged(store, flow)
    booking = None if flow == "book" else store.bookings.get(target)
    links = (target, None) if booking is None else (booking.request_id, booking.id)
    with subject.connect() as session:
        session.execute(
            "INSERT INTO audit_logs (request_id, booking_id, action, actor_type)"
            " VALUES (%s, %s, 'viewed', 'system')",
            links,
        )
        done = unhindered(subject, session, started(lambda: run(store, flow, target)))
    assert status(subject, Booking, done.id) == {"book": "confirmed", **ENDS}[flow]


@needs(Capability.SERVER)
def test_link_that_expires_during_the_wait(subject: Subject, store: Store) -> None:
    """A link that expires while the booking waits for its request has expired."""
    request = store.scheduling_requests.create(a_request())
    with subject.connect() as session:
        session.execute("SELECT FROM scheduling_requests WHERE id = %s FOR UPDATE", (request.id,))
        outcome = started(lambda: store.book(a_booking(request), actor=COORDINATOR))
        waits(subject, session, outcome)
        session.execute(
            "UPDATE scheduling_requests SET expires_at = clock_timestamp() WHERE id = %s", (request.id,)
        )
        session.commit()
    with refused(Conflict):
        within(outcome)
    assert status(subject, SchedulingRequest, request.id) == "pending"


@needs(Capability.SERVER)
@each_change
def test_flow_sees_the_request_after_the_wait(subject: Subject, store: Store, flow: str) -> None:
    """A flow waits for a transaction that ends the request, and is refused then."""
    booking = a_booked(store)
    with subject.connect() as session:
        session.execute(
            "UPDATE scheduling_requests SET status = 'expired' WHERE id = %s", (booking.request_id,)
        )
        outcome = started(lambda: run(store, flow, booking.id))
        waits(subject, session, outcome)
        session.commit()
    with refused(Conflict):
        within(outcome)
    assert status(subject, SchedulingRequest, booking.request_id) == "expired"
    assert status(subject, Booking, booking.id) == "confirmed"


@needs(Capability.SERVER)
@each_change
def test_flow_sees_the_booking_after_the_wait(subject: Subject, store: Store, flow: str) -> None:
    """A flow waits for a transaction that ends the booking, and is refused then."""
    booking = a_booked(store)
    with subject.connect() as session:
        session.execute("UPDATE bookings SET status = 'cancelled' WHERE id = %s", (booking.id,))
        outcome = started(lambda: run(store, flow, booking.id))
        waits(subject, session, outcome)
        session.commit()
    with refused(Conflict):
        within(outcome)
    assert status(subject, SchedulingRequest, booking.request_id) == "booked"


@needs(Capability.SERVER)
@each_change
def test_flow_on_what_was_deleted_during_the_wait(subject: Subject, store: Store, flow: str) -> None:
    """A flow that waits for the deletion of the request finds nothing to change."""
    booking = a_booked(store)
    with subject.connect() as session:
        session.execute("DELETE FROM scheduling_requests WHERE id = %s", (booking.request_id,))
        outcome = started(lambda: run(store, flow, booking.id))
        waits(subject, session, outcome)
        session.commit()
    with refused(NotFound):
        within(outcome)


@needs(Capability.SERVER)
@each_change
def test_booking_that_moves_during_the_wait(subject: Subject, store: Store, flow: str) -> None:
    """A booking that moves to another request while a flow waits is changed together with that one."""
    booking = a_booked(store)
    new = store.scheduling_requests.create(a_request(status="booked"))
    with subject.connect() as session:
        session.execute(
            "UPDATE scheduling_requests SET status = 'expired' WHERE id = %s", (booking.request_id,)
        )
        session.execute("UPDATE bookings SET request_id = %s WHERE id = %s", (new.id, booking.id))
        outcome = started(lambda: run(store, flow, booking.id))
        waits(subject, session, outcome)
        session.commit()
    assert within(outcome).request_id == new.id
    assert status(subject, SchedulingRequest, booking.request_id) == "expired"
    assert status(subject, SchedulingRequest, new.id) == ENDS[flow]
    (entry,) = [entry for entry in store.audit_logs.list().rows if entry.action == ENDS[flow]]
    assert entry.request_id == new.id
