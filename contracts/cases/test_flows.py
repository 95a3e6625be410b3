"""Flows: book, reschedule and cancel change four tables, exactly as stated."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.builders import COORDINATOR, NOON, a_booking, a_request, changes
from contracts.case import needs
from contracts.stored import everything, expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Actor, Store
from harness.models import AuditLog, Booking, SchedulingRequest, SyncJob

START = datetime(2030, 3, 1, 9, 30, 0, 250_000, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
CANDIDATE = Actor("candidate", "ada@example.org")


LINKS = {
    "calendar_event_id": "event-1",
    "calendar_ical_uid": "uid-1",
    "conference_join_url": "https://meet.example.org/1",
    "icims_activity_id": "activity-1",
}
UNTOUCHED = {
    "application_id": "application-1",
    "created_by": "mary",
    "graph_tenant_id": "tenant-1",
    "needs_attention": True,
    "needs_attention_reason": "the room is double-booked",
    "req_id": "requisition-1",
}
"""Columns of a request that are none of a flow's business: set, so that clearing them is seen."""


def booked(store: Store) -> tuple[SchedulingRequest, Booking]:
    """Book the slot at START for a new request; all columns of both that may be empty are set."""
    request = store.scheduling_requests.create(a_request(**UNTOUCHED))
    new = a_booking(request, scheduled_start=START, scheduled_end=START + HALF_AN_HOUR, **LINKS)
    return request, store.book(new, actor=CANDIDATE)


def moved(store: Store, booking: Booking, **overrides: Any) -> Booking:
    """Reschedule a booking to the day after START."""
    start = START + timedelta(days=1)
    arguments = {"scheduled_start": start, "scheduled_end": start + HALF_AN_HOUR, "actor": COORDINATOR}
    return store.reschedule(booking.id, **{**arguments, **overrides})


def request_status(store: Store, request: SchedulingRequest) -> str:
    """Read the status of a request, of which nothing else has changed since."""
    found = store.scheduling_requests.get(request.id)
    assert found is not None
    assert {**vars(found), "status": request.status, "updated_at": request.updated_at} == vars(request)
    return found.status


def newest(store: Store, action: str) -> tuple[AuditLog, SyncJob]:
    """Return the one audit entry and the one sync job of an action."""
    (entry,) = [entry for entry in store.audit_logs.list().rows if entry.action == action]
    (job,) = [job for job in store.sync_jobs.list().rows if job.payload["action"] == action]
    return entry, job


def test_book_creates_the_booking(subject: Subject, store: Store) -> None:
    """The booking is confirmed, now, with all that the caller gave."""
    request = store.scheduling_requests.create(a_request())
    booking = store.book(a_booking(request, booked_by="ada", **LINKS), actor=CANDIDATE)
    assert (booking.request_id, booking.booked_by, booking.status) == (request.id, "ada", "confirmed")
    assert (booking.scheduled_start, booking.scheduled_end) == (NOON, NOON + HALF_AN_HOUR)
    assert {name: getattr(booking, name) for name in LINKS} == LINKS
    assert booking.confirmed_at == booking.booked_at
    assert (booking.cancelled_at, booking.cancellation_reason) == (None, None)
    assert in_store(subject, booking) == expected_in_store(subject, booking)
    assert store.bookings.list().rows == (booking,)


def test_book_changes_the_request(store: Store) -> None:
    """The request is booked, and nothing else of it changes."""
    request, _ = booked(store)
    assert request_status(store, request) == "booked"


def test_book_writes_the_history(store: Store) -> None:
    """The audit entry says who booked which slot."""
    request, booking = booked(store)
    (entry,) = store.audit_logs.list().rows
    assert (entry.request_id, entry.booking_id, entry.action) == (request.id, booking.id, "booked")
    assert (entry.actor_type, entry.actor_id) == ("candidate", "ada@example.org")
    assert entry.payload == {
        "scheduled_start": "2030-03-01T09:30:00.250000+00:00",
        "scheduled_end": "2030-03-01T10:00:00.250000+00:00",
    }


def test_book_owes_a_note(store: Store) -> None:
    """The sync job names the booking and is due at once."""
    request, booking = booked(store)
    (job,) = store.sync_jobs.list().rows
    assert (job.type, job.entity_type, job.entity_id) == ("icims_note", "booking", str(booking.id))
    assert (job.status, job.attempts, job.max_attempts, job.last_error) == ("pending", 0, 5, None)
    assert job.payload == {"action": "booked", "request_id": str(request.id)}
    assert [claimed.id for claimed in store.sync_jobs.claim()] == [job.id]


@needs(Capability.CLIENT_IDS)
def test_book_keeps_the_given_id(store: Store) -> None:
    """A booking has the id that the client chose."""
    id_ = uuid4()
    request = store.scheduling_requests.create(a_request())
    assert store.book(a_booking(request, id=id_), actor=CANDIDATE).id == id_


def test_actor_without_an_id(store: Store) -> None:
    """An actor may be nobody in particular."""
    request = store.scheduling_requests.create(a_request())
    store.book(a_booking(request), actor=Actor("system"))
    (entry,) = store.audit_logs.list().rows
    assert (entry.actor_type, entry.actor_id) == ("system", None)


def test_flows_leave_other_rows(subject: Subject, store: Store) -> None:
    """The flows on one request change no row of another."""
    booked(store)
    before = everything(subject)
    _, booking = booked(store)
    moved(store, booking)
    store.cancel(booking.id, actor=CANDIDATE)
    after = everything(subject)
    for table, rows in before.items():
        assert [row for row in after[table] if row["id"] in {old["id"] for old in rows}] == rows, table


def test_reschedule_moves_the_booking(subject: Subject, store: Store) -> None:
    """The same row has the new slot and is rescheduled, as is the request; nothing else of it changes."""
    request, booking = booked(store)
    after = moved(store, booking)
    start = START + timedelta(days=1)
    assert (after.scheduled_start, after.scheduled_end) == (start, start + HALF_AN_HOUR)
    assert after.status == "rescheduled"
    changed = {"scheduled_start", "scheduled_end", "status", "updated_at"}
    assert {k: v for k, v in vars(after).items() if k not in changed} == {
        k: v for k, v in vars(booking).items() if k not in changed
    }
    assert in_store(subject, after) == expected_in_store(subject, after)
    assert store.bookings.list().rows == (after,)
    assert request_status(store, request) == "rescheduled"


def test_reschedule_writes_the_history(store: Store) -> None:
    """The audit entry says from which slot to which; the sync job names the booking."""
    request, booking = booked(store)
    moved(store, booking)
    entry, job = newest(store, "rescheduled")
    assert (entry.request_id, entry.booking_id) == (request.id, booking.id)
    assert (entry.actor_type, entry.actor_id) == ("coordinator", "coordinator-7")
    assert entry.payload == {
        "from": {
            "scheduled_start": "2030-03-01T09:30:00.250000+00:00",
            "scheduled_end": "2030-03-01T10:00:00.250000+00:00",
        },
        "to": {
            "scheduled_start": "2030-03-02T09:30:00.250000+00:00",
            "scheduled_end": "2030-03-02T10:00:00.250000+00:00",
        },
    }
    assert (job.type, job.entity_type, job.entity_id) == ("icims_note", "booking", str(booking.id))
    assert job.payload == {"action": "rescheduled", "request_id": str(request.id)}
    assert (store.audit_logs.count(), store.sync_jobs.count()) == (2, 2)


def test_reschedule_twice(store: Store) -> None:
    """A rescheduled booking can be rescheduled again."""
    request, booking = booked(store)
    moved(store, booking)
    start = START + timedelta(days=2)
    after = moved(store, booking, scheduled_start=start, scheduled_end=start + HALF_AN_HOUR)
    assert (after.scheduled_start, after.status) == (start, "rescheduled")
    assert request_status(store, request) == "rescheduled"
    assert (store.bookings.count(), store.audit_logs.count(), store.sync_jobs.count()) == (1, 3, 3)


@pytest.mark.parametrize("reason", ["candidate is ill", "", None], ids=["text", "empty", "none"])
def test_cancel_ends_booking_and_request(subject: Subject, store: Store, reason: str | None) -> None:
    """The booking is cancelled, now, with the reason, and so is the request."""
    request, booking = booked(store)
    after = store.cancel(booking.id, reason=reason, actor=CANDIDATE)
    assert (after.id, after.status, after.cancellation_reason) == (booking.id, "cancelled", reason)
    assert after.cancelled_at is not None
    assert booking.updated_at <= after.cancelled_at <= after.updated_at
    changed = {"status", "cancelled_at", "cancellation_reason", "updated_at"}
    assert {k: v for k, v in vars(after).items() if k not in changed} == {
        k: v for k, v in vars(booking).items() if k not in changed
    }
    assert in_store(subject, after) == expected_in_store(subject, after)
    assert request_status(store, request) == "cancelled"
    entry, job = newest(store, "cancelled")
    assert (entry.request_id, entry.booking_id, entry.payload) == (
        request.id,
        booking.id,
        {"reason": reason},
    )
    assert job.payload == {"action": "cancelled", "request_id": str(request.id)}


def test_cancel_a_rescheduled_booking(store: Store) -> None:
    """A rescheduled booking can be cancelled; the slot that it had is kept."""
    request, booking = booked(store)
    after = moved(store, booking)
    cancelled = store.cancel(booking.id, actor=COORDINATOR)
    assert (cancelled.status, cancelled.scheduled_start) == ("cancelled", after.scheduled_start)
    assert request_status(store, request) == "cancelled"


def test_flows_by_upper_case_id(store: Store) -> None:
    """The flows find a booking by its id in capitals, and write its id in small letters."""
    _, booking = booked(store)
    capitals = str(booking.id).upper()
    start = START + timedelta(days=1)
    store.reschedule(capitals, scheduled_start=start, scheduled_end=start + HALF_AN_HOUR, actor=COORDINATOR)
    assert store.cancel(capitals, actor=COORDINATOR).id == booking.id
    assert {job.entity_id for job in store.sync_jobs.list().rows} == {str(booking.id)}


def test_expiry_does_not_matter_to_coordinators(store: Store) -> None:
    """A booking whose link has expired since can be rescheduled and cancelled."""
    request, booking = booked(store)
    store.scheduling_requests.update(
        request.id, changes(SchedulingRequest, expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    )
    assert moved(store, booking).status == "rescheduled"
    assert store.cancel(booking.id, actor=COORDINATOR).status == "cancelled"
