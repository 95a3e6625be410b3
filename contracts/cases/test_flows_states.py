"""Flows: which booking a flow is about, and what the history says of it."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.builders import COORDINATOR, a_booking, a_request, changes
from contracts.expect import every, refused
from contracts.flows import a_booked, run
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.protocol import Actor, Store
from harness.errors import Conflict
from harness.models import Booking, SchedulingRequest

each_change = pytest.mark.parametrize("flow", ["reschedule", "cancel"])
"""The case holds for the two flows that change a booking; it takes the name as ``flow``."""
HALF_AN_HOUR = timedelta(minutes=30)
TEXTS = {
    datetime(2030, 3, 1, 15, 4, 5, 6_000, tzinfo=UTC): "2030-03-01T15:04:05.006000+00:00",
    # Friday of week 53 of the ISO year 2026.
    datetime(2027, 1, 1, tzinfo=UTC): "2027-01-01T00:00:00.000000+00:00",
    datetime(2030, 7, 1, 23, 59, 59, tzinfo=UTC): "2030-07-01T23:59:59.000000+00:00",
}


@each_change
def test_flow_on_a_cancelled_booking_of_an_active_request(subject: Subject, store: Store, flow: str) -> None:
    """A cancelled booking stays cancelled, though its request is booked."""
    booking = a_booked(store)
    store.bookings.update(booking.id, changes(Booking, status="cancelled"))
    before = everything(subject)
    with refused(Conflict):
        run(store, flow, booking.id)
    assert everything(subject) == before


@each_change
def test_flow_beside_a_booking_that_is_over(store: Store, flow: str) -> None:
    """A flow on the active booking of a request passes by another one that was cancelled before."""
    request = store.scheduling_requests.create(a_request())
    over = store.bookings.create(a_booking(request, status="cancelled"))
    booking = store.book(a_booking(request), actor=COORDINATOR)
    assert run(store, flow, booking.id).id == booking.id
    assert store.bookings.get(over.id) == over


@each_change
def test_flow_on_a_request_that_is_over_beside_another(subject: Subject, store: Store, flow: str) -> None:
    """A booking of a request that is over stays as it is, whatever other requests are booked."""
    a_booked(store)
    booking = a_booked(store)
    a_booked(store)
    store.scheduling_requests.update(booking.request_id, changes(SchedulingRequest, status="expired"))
    before = everything(subject)
    with refused(Conflict):
        run(store, flow, booking.id)
    assert everything(subject) == before


def test_cancel_says_who_it_was(store: Store) -> None:
    """The audit entry of a cancellation names the actor, and its sync job the booking."""
    booking = a_booked(store)
    store.cancel(booking.id, actor=Actor("candidate", "ada@example.org"))
    (entry,) = [entry for entry in store.audit_logs.list().rows if entry.action == "cancelled"]
    assert (entry.actor_type, entry.actor_id) == ("candidate", "ada@example.org")
    (job,) = [job for job in store.sync_jobs.list().rows if job.payload["action"] == "cancelled"]
    assert (job.type, job.entity_type, job.entity_id) == ("icims_note", "booking", str(booking.id))


def test_times_in_the_history(store: Store) -> None:
    """The history spells each time in UTC, with 24 hours, the year of the calendar and six digits."""
    booking = a_booked(store)
    with every() as about:
        for start, text in TEXTS.items():
            store.reschedule(
                booking.id, scheduled_start=start, scheduled_end=start + HALF_AN_HOUR, actor=COORDINATOR
            )
            starts = {
                entry.payload["to"]["scheduled_start"]
                for entry in store.audit_logs.list().rows
                if entry.action == "rescheduled"
            }
            with about(text):
                assert text in starts
