"""Constraints: which of several violations is reported, by updates and by flows, too."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from contracts.builders import COORDINATOR, NOON, a_booking, a_request, a_webhook_event, changes, created
from contracts.case import needs, strict
from contracts.entities import MUTABLE, mutable
from contracts.expect import every, refused
from contracts.flows import a_booked
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Actor, Store
from harness.errors import Conflict, InvalidValue, MissingReference, NotFound
from harness.models import Booking, SchedulingRequest, WebhookEvent, entity_of

HOUR = timedelta(hours=1)


@strict
def test_missing_row_before_constraints(store: Store) -> None:
    """An update of a row that does not exist says so, whatever else is wrong with the patch."""
    with every() as about:
        for row in MUTABLE:
            table = entity_of(row).table
            for name, patch in (("null", {"status": None}), ("check", {"status": "no such state"})):
                with about(f"{table} {name}"), refused(NotFound, table):
                    mutable(store, row).update(uuid4(), changes(row, **patch))


@strict
def test_order_of_violations_of_an_update(store: Store) -> None:
    """An update reports a missing value, then a broken CHECK, then a conflict, then a missing reference."""
    store.scheduling_requests.create(a_request(public_token_hash="h1"))  # noqa: S106 - no secret
    request = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(a_booking(request))
    taken = {"public_token_hash": "h1"}
    with every() as about:
        with about("required before CHECK"), refused(InvalidValue, "req_title"):
            store.scheduling_requests.update(
                request.id, changes(SchedulingRequest, req_title=None, duration_minutes=0, **taken)
            )
        with about("CHECK before unique"), refused(InvalidValue, "scheduling_requests_duration_positive"):
            store.scheduling_requests.update(
                request.id, changes(SchedulingRequest, duration_minutes=0, status="x", **taken)
            )
        with about("CHECK before reference"), refused(InvalidValue, "bookings_status_check"):
            store.bookings.update(booking.id, changes(Booking, status="x", request_id=uuid4()))
        with about("reference last"), refused(MissingReference, "bookings_request_id_fkey"):
            store.bookings.update(booking.id, changes(Booking, request_id=uuid4(), booked_by="x"))
    assert store.scheduling_requests.get(request.id) == request
    assert store.bookings.get(booking.id) == booking


@strict
def test_required_columns_in_order_of_the_table(store: Store) -> None:
    """Of several missing values, the column that stands first in the table is named."""
    with refused(InvalidValue, "candidate_name"):
        store.scheduling_requests.create(
            a_request(req_title=None, public_token=None, candidate_email=None, candidate_name=None)
        )
    request = store.scheduling_requests.create(a_request())
    with refused(InvalidValue, "candidate_email"):
        store.scheduling_requests.update(
            request.id, changes(SchedulingRequest, expires_at=None, candidate_email=None)
        )


def test_booking_cannot_move_to_a_request_that_is_taken(store: Store) -> None:
    """A patch cannot move an active booking to a request that has an active one."""
    one, two = (store.bookings.create(a_booking(created(SchedulingRequest, store))) for _ in range(2))
    with refused(Conflict):
        store.bookings.update(one.id, changes(Booking, request_id=two.request_id))
    assert store.bookings.get(one.id) == one
    moved = store.bookings.update(one.id, changes(Booking, request_id=two.request_id, status="cancelled"))
    assert (moved.request_id, moved.status) == (two.request_id, "cancelled")


def test_event_key_is_free_after_delete_and_change(store: Store) -> None:
    """The key of an event that was deleted, or that has another key now, can be used again."""
    first = store.webhook_events.create(a_webhook_event(event_id="e1"))
    store.webhook_events.delete(first.id)
    second = store.webhook_events.create(a_webhook_event(event_id="e1"))
    store.webhook_events.update(second.id, changes(WebhookEvent, event_id="e2"))
    third = store.webhook_events.create(a_webhook_event(event_id="e1"))
    with refused(Conflict):
        store.webhook_events.update(third.id, changes(WebhookEvent, event_id="e2"))
    store.webhook_events.update(third.id, changes(WebhookEvent, event_id="e2", provider="greenhouse"))
    assert store.webhook_events.count() == 2


@strict
@needs(Capability.CLIENT_IDS)
def test_order_of_refusals_of_book(subject: Subject, store: Store) -> None:
    """Book reports a missing request, then a used id, then a wrong state, then the constraints."""
    booking = a_booked(store)
    pending = store.scheduling_requests.create(a_request())
    wrong: dict[str, Any] = {"scheduled_end": NOON - HOUR}
    robot = Actor("robot")  # type: ignore[arg-type]  # the case is about it
    before = everything(subject)
    with every() as about:
        with about("missing request before used id"), refused(NotFound, "scheduling_requests"):
            store.book(a_booking(uuid4(), id=booking.id, **wrong), actor=robot)
        with about("used id before wrong state"), refused(Conflict, "bookings_pkey"):
            store.book(a_booking(booking.request_id, id=booking.id, **wrong), actor=robot)
        with about("wrong state before constraints"), refused(Conflict, "request_not_bookable"):
            store.book(a_booking(booking.request_id, **wrong), actor=robot)
        with about("slot before actor"), refused(InvalidValue, "bookings_slot_order"):
            store.book(a_booking(pending, **wrong), actor=robot)
        with about("actor last"), refused(InvalidValue, "audit_logs_actor_type_check"):
            store.book(a_booking(pending), actor=robot)
    assert everything(subject) == before


@strict
def test_order_of_refusals_of_reschedule(subject: Subject, store: Store) -> None:
    """Reschedule reports a missing booking, then a wrong state, then the constraints."""
    active, cancelled = a_booked(store), a_booked(store)
    store.cancel(cancelled.id, actor=COORDINATOR)
    robot = Actor("robot")  # type: ignore[arg-type]  # the case is about it
    wrong: dict[str, Any] = {"scheduled_start": NOON, "scheduled_end": NOON - HOUR, "actor": robot}
    before = everything(subject)
    with every() as about:
        with about("missing booking"), refused(NotFound, "bookings"):
            store.reschedule(uuid4(), **wrong)
        with about("wrong state"), refused(Conflict, "request_not_bookable"):
            store.reschedule(cancelled.id, **wrong)
        with about("slot"), refused(InvalidValue, "bookings_slot_order"):
            store.reschedule(active.id, **wrong)
        with about("actor"), refused(InvalidValue, "audit_logs_actor_type_check"):
            store.reschedule(active.id, **{**wrong, "scheduled_end": NOON + HOUR})
    assert everything(subject) == before
