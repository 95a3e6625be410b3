"""Foreign keys: no orphans, and a deleted request takes its bookings along, but never its history."""

from uuid import uuid4

import pytest

from contracts.builders import (
    COORDINATOR,
    NOON,
    a_booking,
    a_request,
    a_sync_job,
    an_audit_log,
    changes,
)
from contracts.case import strict
from contracts.expect import refused
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from contracts.workers import clients, together
from harness.adapters.protocol import Store
from harness.errors import MissingReference
from harness.models import AuditLog, Booking, SchedulingRequest


def test_booking_of_no_request_is_refused(store: Store) -> None:
    """A booking belongs to a request that exists."""
    with refused(MissingReference):
        store.bookings.create(a_booking(uuid4()))
    assert store.bookings.count() == 0


@pytest.mark.parametrize("link", ["request_id", "booking_id"])
def test_audit_entry_on_nothing_is_refused(store: Store, link: str) -> None:
    """A link of an audit entry leads to a row that exists."""
    with refused(MissingReference):
        store.audit_logs.create(an_audit_log(**{link: uuid4()}))
    assert store.audit_logs.count() == 0


def test_booking_cannot_move_to_no_request(store: Store) -> None:
    """A patch cannot turn a booking into an orphan."""
    booking = store.bookings.create(a_booking(store.scheduling_requests.create(a_request())))
    with refused(MissingReference):
        store.bookings.update(booking.id, changes(Booking, request_id=uuid4()))
    assert store.bookings.get(booking.id) == booking


def test_booking_can_move_to_another_request(store: Store) -> None:
    """A patch may move a booking to a request that exists; it then goes with that one."""
    old = store.scheduling_requests.create(a_request())
    new = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(a_booking(old))
    moved = store.bookings.update(booking.id, changes(Booking, request_id=new.id))
    store.scheduling_requests.delete(old.id)
    assert store.bookings.get(booking.id) == moved
    store.scheduling_requests.delete(new.id)
    assert store.bookings.get(booking.id) is None


@strict
def test_missing_reference_names_the_constraint(store: Store) -> None:
    """The refusal names the foreign key, on create and on update."""
    booking = store.bookings.create(a_booking(store.scheduling_requests.create(a_request())))
    with refused(MissingReference, "bookings_request_id_fkey"):
        store.bookings.update(booking.id, changes(Booking, request_id=uuid4()))
    with refused(MissingReference, "audit_logs_request_id_fkey"):
        store.audit_logs.create(an_audit_log(request_id=uuid4()))
    with refused(MissingReference, "audit_logs_booking_id_fkey"):
        store.audit_logs.create(an_audit_log(booking_id=uuid4()))


def test_jobs_may_name_what_does_not_exist(store: Store) -> None:
    """The entity of a job is a text, not a reference: the job outlives its entity."""
    job = store.sync_jobs.create(a_sync_job(entity_id="never existed"))
    assert store.sync_jobs.get(job.id) == job


def test_deleting_a_request_removes_its_bookings(store: Store) -> None:
    """A deleted request takes all of its bookings along, and no other."""
    request = store.scheduling_requests.create(a_request())
    other = store.scheduling_requests.create(a_request())
    gone = [
        store.bookings.create(a_booking(request, status="cancelled")),
        store.bookings.create(a_booking(request, status="cancelled")),
        store.bookings.create(a_booking(request)),
    ]
    kept = store.bookings.create(a_booking(other))
    assert store.scheduling_requests.delete(request.id) is True
    assert [store.bookings.get(booking.id) for booking in gone] == [None, None, None]
    assert store.bookings.list().rows == (kept,)


def test_deleting_a_request_keeps_its_history(subject: Subject, store: Store) -> None:
    """The audit entries of a deleted request stay, all columns but their links unchanged."""
    request = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(a_booking(request))
    entry = store.audit_logs.create(
        an_audit_log(request_id=request.id, booking_id=booking.id, payload={"kept": True}, actor_id="a")
    )
    store.scheduling_requests.delete(request.id)
    expected = {**expected_in_store(subject, entry), "request_id": None, "booking_id": None}
    assert in_store(subject, entry) == expected


def test_deleting_a_booking_keeps_the_link_to_its_request(subject: Subject, store: Store) -> None:
    """The audit entries of a deleted booking lose the link to it, and keep the one to the request."""
    request = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(a_booking(request))
    entry = store.audit_logs.create(an_audit_log(request_id=request.id, booking_id=booking.id))
    assert store.bookings.delete(booking.id) is True
    assert in_store(subject, entry) == {**expected_in_store(subject, entry), "booking_id": None}
    assert store.scheduling_requests.get(request.id) == request


def test_deleting_leaves_the_history_of_others(subject: Subject, store: Store) -> None:
    """Audit entries that link elsewhere, or nowhere, are not touched."""
    request, other = (store.scheduling_requests.create(a_request()) for _ in range(2))
    entries = [
        store.audit_logs.create(an_audit_log(request_id=other.id)),
        store.audit_logs.create(an_audit_log()),
    ]
    store.scheduling_requests.delete(request.id)
    assert [in_store(subject, entry) for entry in entries] == [
        expected_in_store(subject, entry) for entry in entries
    ]


def test_mixed_links_are_cleared_one_by_one(store: Store) -> None:
    """An entry that links one request and the booking of another loses only the link to what is gone."""
    request, other = (store.scheduling_requests.create(a_request()) for _ in range(2))
    booking = store.bookings.create(a_booking(other))
    mixed = store.audit_logs.create(an_audit_log(request_id=request.id, booking_id=booking.id))
    store.scheduling_requests.delete(other.id)
    first = store.audit_logs.get(mixed.id)
    assert first is not None
    assert (first.request_id, first.booking_id) == (request.id, None)
    store.scheduling_requests.delete(request.id)
    second = store.audit_logs.get(mixed.id)
    assert second is not None
    assert (second.request_id, second.booking_id) == (None, None)


@pytest.mark.parametrize("bookings_first", [True, False], ids=["bookings_first", "requests_first"])
def test_order_of_deleting_does_not_matter(store: Store, *, bookings_first: bool) -> None:
    """Whether bookings or requests are deleted first, the same rows remain."""
    requests = [store.scheduling_requests.create(a_request()) for _ in range(3)]
    bookings = [store.book(a_booking(request), actor=COORDINATOR) for request in requests]
    if bookings_first:
        assert [store.bookings.delete(booking.id) for booking in bookings] == [True] * 3
        assert [store.scheduling_requests.delete(request.id) for request in requests] == [True] * 3
    else:
        assert [store.scheduling_requests.delete(request.id) for request in requests] == [True] * 3
        assert [store.bookings.delete(booking.id) for booking in bookings] == [False] * 3
    assert store.scheduling_requests.count() == store.bookings.count() == 0
    assert {(entry.request_id, entry.booking_id) for entry in store.audit_logs.iterate()} == {(None, None)}
    assert store.audit_logs.count() == store.sync_jobs.count() == 3


def test_booking_while_its_request_is_deleted(subject: Subject, store: Store) -> None:
    """Of a delete of a request and bookings for it at once, none leaves an orphan."""
    request = store.scheduling_requests.create(a_request())
    with clients(subject, 4) as stores:

        def work(index: int) -> object:
            if index == 0:
                return stores[index].scheduling_requests.delete(request.id)
            cancelled = a_booking(request, status="cancelled", cancelled_at=NOON)
            return stores[index].bookings.create(cancelled)

        outcomes = together(4, work)
    assert outcomes[0] is True
    assert {type(outcome) for outcome in outcomes[1:]} <= {Booking, MissingReference}
    assert list(subject.stored_rows(SchedulingRequest)) == []
    assert list(subject.stored_rows(Booking)) == []
    assert list(subject.stored_rows(AuditLog)) == []
