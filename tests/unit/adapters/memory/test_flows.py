"""book, reschedule and cancel: all effects, written by hand, or none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import COORDINATOR, NOON, a_booking, a_request, a_sync_job, a_webhook_event
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Actor, OpsSummary
from harness.errors import Conflict, InvalidValue, NotFound, StoreError
from harness.models import (
    ENTITIES,
    Booking,
    BookingPatch,
    NewBooking,
    SchedulingRequest,
    SchedulingRequestPatch,
)

START = datetime(2026, 1, 15, 10, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)
CHOSEN = UUID(int=777)


def everything(database: MemoryDatabase) -> dict[str, list[Any]]:
    return {table: list(database.rows(table)) for table in ENTITIES}


def pending(store: MemoryStore, **changes: Any) -> SchedulingRequest:
    return store.scheduling_requests.create(a_request(**changes))


def booked(store: MemoryStore) -> Booking:
    return store.book(a_booking(pending(store), id=CHOSEN), actor=COORDINATOR)


def test_book_has_four_effects_of_one_moment(
    store: MemoryStore, database: MemoryDatabase, clock: Any
) -> None:
    request = pending(store)
    now = clock.advance(1)
    booking = store.book(
        a_booking(request, id=CHOSEN, calendar_event_id="cal-1"), actor=Actor("candidate", "ada")
    )

    assert (booking.id, booking.request_id, booking.status) == (CHOSEN, request.id, "confirmed")
    assert (booking.scheduled_start, booking.scheduled_end) == (NOON, NOON + timedelta(minutes=30))
    assert (booking.confirmed_at, booking.booked_at, booking.updated_at) == (now, now, now)
    assert (booking.calendar_event_id, booking.booked_by) == ("cal-1", "ada@example.org")
    assert store.bookings.get(CHOSEN) == booking

    after = store.scheduling_requests.get(request.id)
    assert after is not None
    assert (after.status, after.updated_at, after.created_at) == ("booked", now, START)

    (entry,) = store.audit_logs.iterate()
    assert (entry.request_id, entry.booking_id, entry.created_at) == (request.id, CHOSEN, now)
    assert (entry.action, entry.actor_type, entry.actor_id) == ("booked", "candidate", "ada")
    assert entry.payload == {
        "scheduled_start": "2030-01-15T12:00:00.000000+00:00",
        "scheduled_end": "2030-01-15T12:30:00.000000+00:00",
    }

    (job,) = store.sync_jobs.iterate()
    assert (job.type, job.entity_type, job.entity_id) == ("icims_note", "booking", str(CHOSEN))
    assert (job.status, job.run_after) == ("pending", now)
    assert job.payload == {"action": "booked", "request_id": str(request.id)}
    assert list(database.rows("webhook_events")) == []


def test_reschedule_moves_the_same_booking(store: MemoryStore, clock: Any) -> None:
    first = booked(store)
    now = clock.advance(1)
    booking = store.reschedule(
        str(CHOSEN), scheduled_start=LATER, scheduled_end=LATER + timedelta(minutes=1), actor=Actor("system")
    )
    assert (booking.id, booking.status) == (CHOSEN, "rescheduled")
    assert (booking.scheduled_start, booking.scheduled_end) == (LATER, LATER + timedelta(minutes=1))
    assert (booking.booked_at, booking.confirmed_at, booking.updated_at) == (START, START, now)
    request = store.scheduling_requests.get(first.request_id)
    assert request is not None
    assert (request.status, request.updated_at) == ("rescheduled", now)
    _, entry = store.audit_logs.iterate()
    assert (entry.action, entry.actor_type, entry.actor_id) == ("rescheduled", "system", None)
    assert entry.payload == {
        "from": {
            "scheduled_start": "2030-01-15T12:00:00.000000+00:00",
            "scheduled_end": "2030-01-15T12:30:00.000000+00:00",
        },
        "to": {
            "scheduled_start": "2030-01-15T15:00:00.000000+00:00",
            "scheduled_end": "2030-01-15T15:01:00.000000+00:00",
        },
    }
    _, job = store.sync_jobs.iterate()
    assert job.payload == {"action": "rescheduled", "request_id": str(first.request_id)}


def test_a_booking_is_rescheduled_again_after_its_link_expired(store: MemoryStore, clock: Any) -> None:
    booking = store.book(a_booking(pending(store, expires_at=START + timedelta(hours=1))), actor=COORDINATOR)
    clock.advance(7200)
    for start in (LATER, NOON):
        moved = store.reschedule(
            booking.id, scheduled_start=start, scheduled_end=start + timedelta(hours=1), actor=COORDINATOR
        )
        assert moved.scheduled_start == start


@pytest.mark.parametrize("reason", ["ill", "", None])
def test_cancel_ends_booking_and_request(store: MemoryStore, clock: Any, reason: str | None) -> None:
    first = booked(store)
    now = clock.advance(1)
    booking = store.cancel(CHOSEN, reason=reason, actor=COORDINATOR)
    assert (booking.status, booking.cancelled_at, booking.cancellation_reason) == ("cancelled", now, reason)
    assert (booking.updated_at, booking.confirmed_at) == (now, START)
    request = store.scheduling_requests.get(first.request_id)
    assert request is not None
    assert (request.status, request.updated_at) == ("cancelled", now)
    _, entry = store.audit_logs.iterate()
    assert (entry.action, entry.payload) == ("cancelled", {"reason": reason})
    _, job = store.sync_jobs.iterate()
    assert job.payload == {"action": "cancelled", "request_id": str(first.request_id)}


def _request_is(status: str) -> Callable[[MemoryStore], object]:
    return lambda store: store.scheduling_requests.update(
        next(store.scheduling_requests.iterate()).id, SchedulingRequestPatch(status=status)
    )


def _booking_is_cancelled(store: MemoryStore) -> object:
    return store.bookings.update(CHOSEN, BookingPatch(status="cancelled"))


@pytest.mark.parametrize(
    "change",
    [_request_is("pending"), _request_is("cancelled"), _request_is("expired"), _booking_is_cancelled],
    ids=["pending", "cancelled", "expired", "booking cancelled"],
)
def test_only_what_is_active_moves_or_ends(
    store: MemoryStore, database: MemoryDatabase, change: Callable[[MemoryStore], object]
) -> None:
    booked(store)
    change(store)
    before = everything(database)
    with pytest.raises(Conflict) as caught:
        store.reschedule(CHOSEN, scheduled_start=LATER, scheduled_end=LATER + timedelta(1), actor=COORDINATOR)
    assert caught.value.constraint == "request_not_bookable"
    with pytest.raises(Conflict) as caught:
        store.cancel(CHOSEN, actor=COORDINATOR)
    assert caught.value.constraint == "request_not_bookable"
    assert everything(database) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "booked"},
        {"status": "rescheduled"},
        {"status": "cancelled"},
        {"status": "expired"},
        {"expires_at": START},
        {"expires_at": START - timedelta(microseconds=1)},
    ],
    ids=str,
)
def test_only_a_pending_request_with_a_fresh_link_is_booked(
    store: MemoryStore, changes: dict[str, Any]
) -> None:
    request = pending(store, **changes)
    with pytest.raises(Conflict) as caught:
        store.book(a_booking(request), actor=COORDINATOR)
    assert caught.value.constraint == "request_not_bookable"
    assert store.bookings.count() == store.audit_logs.count() == store.sync_jobs.count() == 0


def test_a_link_is_good_until_its_last_microsecond(store: MemoryStore) -> None:
    request = pending(store, expires_at=START + timedelta(microseconds=1))
    assert store.book(a_booking(request), actor=COORDINATOR).status == "confirmed"


def test_a_repeated_book_with_the_same_id_says_so(store: MemoryStore) -> None:
    booking = booked(store)
    with pytest.raises(Conflict) as caught:
        store.book(a_booking(booking.request_id, id=CHOSEN), actor=COORDINATOR)
    assert caught.value.constraint == "bookings_pkey"
    with pytest.raises(Conflict) as caught:
        store.book(a_booking(booking.request_id), actor=COORDINATOR)
    assert caught.value.constraint == "request_not_bookable"


def test_an_active_booking_made_by_hand_blocks_the_flow(store: MemoryStore) -> None:
    request = pending(store)
    store.bookings.create(a_booking(request))
    with pytest.raises(Conflict) as caught:
        store.book(a_booking(request), actor=COORDINATOR)
    assert caught.value.constraint == "bookings_one_active_per_request"
    assert store.scheduling_requests.get(request.id) == request


def refused(store: MemoryStore, new: NewBooking, actor: Any) -> StoreError:
    with pytest.raises(StoreError) as caught:
        store.book(new, actor=actor)
    return caught.value


def test_the_refusals_of_book_come_in_order(store: MemoryStore, database: MemoryDatabase) -> None:
    """Each call repairs what the one before was refused for."""
    request = pending(store)
    wrong: dict[str, Any] = {"scheduled_end": NOON, "booked_by": None, "status": "confirmed", "id": CHOSEN}
    store.bookings.create(a_booking(pending(store), id=CHOSEN))
    before = everything(database)

    error = refused(store, a_booking(UUID(int=99), **wrong), Actor("robot"))  # type: ignore[arg-type]  # that is the test
    assert (type(error), error.subject) == (InvalidValue, "status")
    del wrong["status"]
    error = refused(store, a_booking(UUID(int=99), **wrong), "ada")
    assert (type(error), error.subject) == (InvalidValue, "actor")
    robot = Actor("robot")  # type: ignore[arg-type]  # that is the test
    error = refused(store, a_booking(UUID(int=99), **wrong), robot)
    assert (type(error), error.subject) == (NotFound, "scheduling_requests")
    error = refused(store, a_booking(request, **wrong), robot)
    assert (type(error), error.subject) == (Conflict, "bookings_pkey")
    del wrong["id"]
    error = refused(store, a_booking(pending(store, expires_at=START), **wrong), robot)
    assert (type(error), error.subject) == (Conflict, "request_not_bookable")
    error = refused(store, a_booking(request, **wrong), robot)
    assert (type(error), error.subject) == (InvalidValue, "booked_by")
    del wrong["booked_by"]
    error = refused(store, a_booking(request, **wrong), robot)
    assert (type(error), error.subject) == (InvalidValue, "bookings_slot_order")
    error = refused(store, a_booking(request), robot)
    assert (type(error), error.subject) == (InvalidValue, "audit_logs_actor_type_check")
    error = refused(store, a_booking(request), Actor(None))  # type: ignore[arg-type]  # that is the test
    assert (type(error), error.subject) == (InvalidValue, "actor_type")
    after = everything(database)
    del after["scheduling_requests"][-1]
    assert after == before


@pytest.mark.parametrize("id_", [UUID(int=9), "x", "\x00", None])
def test_a_booking_that_does_not_exist_is_not_found(store: MemoryStore, id_: Any) -> None:
    with pytest.raises(NotFound) as caught:
        store.cancel(id_, actor=COORDINATOR)
    assert caught.value.table == "bookings"
    with pytest.raises(NotFound):
        store.reschedule(id_, scheduled_start=NOON, scheduled_end=LATER, actor=COORDINATOR)


def test_a_slot_that_ends_before_it_starts_changes_nothing(
    store: MemoryStore, database: MemoryDatabase
) -> None:
    booked(store)
    before = everything(database)
    with pytest.raises(InvalidValue, match="bookings_slot_order"):
        store.reschedule(CHOSEN, scheduled_start=LATER, scheduled_end=NOON, actor=COORDINATOR)
    assert everything(database) == before


@pytest.mark.parametrize("ids_left", [0, 1, 2])
def test_a_failure_between_the_effects_leaves_no_trace(
    store: MemoryStore, database: MemoryDatabase, clock: Any, ids_left: int
) -> None:
    """The ids of booking, audit entry and sync job run out after 0, 1 or 2 of them."""
    request = pending(store)
    before = everything(database)
    left = iter([UUID(int=1000 + number) for number in range(ids_left)])
    failing = MemoryStore(database=database, now=clock, new_id=left.__next__)
    with pytest.raises((StopIteration, RuntimeError)):
        failing.book(a_booking(request), actor=COORDINATOR)
    assert everything(database) == before
    assert store.book(a_booking(request), actor=COORDINATOR).status == "confirmed"


def test_the_summary_counts_every_status_and_what_is_due(store: MemoryStore) -> None:
    booked(store)
    pending(store, needs_attention=True)
    store.sync_jobs.create(a_sync_job(attempts=5))
    store.sync_jobs.create(a_sync_job(status="processing"))
    store.sync_jobs.create(a_sync_job(run_after=START + timedelta(microseconds=1)))
    store.webhook_events.create(a_webhook_event(status="processed"))
    assert store.ops_summary() == OpsSummary(
        counts={
            "scheduling_requests": {
                "pending": 1,
                "booked": 1,
                "rescheduled": 0,
                "cancelled": 0,
                "expired": 0,
            },
            "bookings": {"confirmed": 1, "rescheduled": 0, "cancelled": 0},
            "sync_jobs": {"pending": 3, "processing": 1, "completed": 0, "failed": 0},
            "webhook_events": {"received": 0, "processing": 0, "processed": 1, "failed": 0},
            "reconciliation_jobs": {
                "pending": 0,
                "processing": 0,
                "completed": 0,
                "failed": 0,
                "requires_attention": 0,
            },
        },
        needs_attention=1,
        due={"sync_jobs": 2, "webhook_events": 0, "reconciliation_jobs": 0},
    )
