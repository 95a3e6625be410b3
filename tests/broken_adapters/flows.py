"""Mistakes in what a flow asks before it acts, and in how it is torn."""

from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import where
from harness.errors import Conflict, NotFound, StoreError
from harness.models import (
    BookingPatch,
    NewAuditLog,
    NewBooking,
    NewSyncJob,
    SchedulingRequestPatch,
)

from ._flows import slot
from ._helpers import Call, around, history, rewrite, round_trip

TORN = "facts: nothing spans two requests: a failed second step left a request 'booked' with no booking"


def record(store: Any, booking: Any, action: str, payload: Any, actor: Any) -> None:
    """Write what each flow leaves behind, in two requests."""
    store.audit_logs.create(
        NewAuditLog(
            request_id=booking.request_id,
            booking_id=booking.id,
            action=action,
            actor_type=actor.type,
            actor_id=actor.id,
            payload=payload,
        )
    )
    store.sync_jobs.create(
        NewSyncJob(
            type="icims_note",
            entity_type="booking",
            entity_id=str(booking.id),
            payload={"action": action, "request_id": str(booking.request_id)},
        )
    )


def bookable(store: Any, new: NewBooking) -> Any:
    """Look whether a request may be booked, in a request of its own."""
    request = store.scheduling_requests.get(new.values["request_id"])
    if request is None:
        raise NotFound("scheduling_requests")
    if request.status != "pending":
        raise Conflict("request_not_bookable")
    return request


@broken(killer="flows_arguments.invalid_slot", source=TORN)
def status_is_written_first(store: Any) -> None:
    """Book marks the request as booked, and inserts the booking in a second request, which may fail."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        request = store.scheduling_requests.get(new.values.get("request_id"))
        try:
            return original(new, actor=actor)
        except StoreError:
            if request is not None and request.status == "pending":
                store.scheduling_requests.update(request.id, SchedulingRequestPatch(status="booked"))
            raise

    around(store, "book", book)


@broken(
    killer="flows_concurrent.one_of_many_bookings_wins[8]",
    source="calcom/cal.diy#13397: [CAL-3023] Race condition in /api/book/event endpoint",
)
def book_checks_then_writes(store: Any) -> None:
    """Book looks whether the request is free, and writes in further requests."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        request = bookable(store, new)
        round_trip()
        store.scheduling_requests.update(request.id, SchedulingRequestPatch(status="pending"))
        for booking in store.bookings.list(where=[where("request_id", "eq", request.id)]).rows:
            store.bookings.update(booking.id, BookingPatch(status="cancelled"))
        return original(new, actor=actor)

    around(store, "book", book)


@broken(
    killer="flows_concurrent.one_of_many_cancellations_wins",
    source="newtheatre/rooms#83: Availability check and the write are not atomic",
)
def cancel_checks_then_writes(store: Any) -> None:
    """Cancel looks at the booking, and writes in further requests."""

    def cancel(original: Call, booking_id: Any, *, reason: Any = None, actor: Any) -> Any:
        before = store.bookings.get(booking_id)
        if before is None or before.status == "cancelled":
            return original(booking_id, reason=reason, actor=actor)
        round_trip()
        changes = {"status": "cancelled", "cancelled_at": store._now(), "cancellation_reason": reason}
        after = store.bookings.update(before.id, BookingPatch(**changes))
        store.scheduling_requests.update(after.request_id, SchedulingRequestPatch(status="cancelled"))
        record(store, after, "cancelled", {"reason": reason}, actor)
        return after

    around(store, "cancel", cancel)


@broken(
    killer="flows_concurrent.all_of_many_reschedules_happen_one_by_one",
    source="LibreBooking/librebooking#147: Double bookings - Race condition",
)
def reschedule_reads_the_old_slot_first(store: Any) -> None:
    """Reschedule takes the slot for its audit entry from a row that it read before."""

    def reschedule(original: Call, booking_id: Any, **options: Any) -> Any:
        before = store.bookings.get(booking_id)
        round_trip()
        after = original(booking_id, **options)
        if before is not None:
            history(store, after, payload={"from": slot(before), "to": slot(after)})
        return after

    around(store, "reschedule", reschedule)


@broken(killer="flows_refused.book_after_the_link_expired", source="plan: the page checks expires_at")
def expiry_is_not_checked(store: Any) -> None:
    """Book takes a request whose link has expired."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        request = store.scheduling_requests.get(new.values.get("request_id"))
        if request is not None and request.status == "pending" and request.expires_at <= store._now():
            expires = request.expires_at.isoformat(timespec="microseconds")
            rewrite(store, "scheduling_requests", request.id, expires_at="9998-01-01T00:00:00.000000+00:00")
            try:
                return original(new, actor=actor)
            finally:
                rewrite(store, "scheduling_requests", request.id, expires_at=expires)
        return original(new, actor=actor)

    around(store, "book", book)


@broken(killer="flows_refused.book_of_a_request_that_is_not_pending", source="plan: the page checks it")
def state_is_not_checked(store: Any) -> None:
    """Book takes a request that was cancelled or has expired."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        request = store.scheduling_requests.get(new.values.get("request_id"))
        if request is not None and request.status in {"cancelled", "expired"}:
            store.scheduling_requests.update(request.id, SchedulingRequestPatch(status="pending"))
        return original(new, actor=actor)

    around(store, "book", book)


@broken(killer="flows.expiry_does_not_matter_to_coordinators", source="plan: one check for all flows")
def expired_links_cannot_be_rescheduled(store: Any) -> None:
    """Reschedule refuses a booking whose link has expired since."""

    def reschedule(original: Call, booking_id: Any, **options: Any) -> Any:
        booking = store.bookings.get(booking_id)
        if booking is not None:
            request = store.scheduling_requests.get(booking.request_id)
            if request.expires_at <= store._now():
                raise Conflict("request_not_bookable")
        return original(booking_id, **options)

    around(store, "reschedule", reschedule)


@broken(killer="flows.cancel_ends_booking_and_request[empty]", source="emcie-co/parlant#774: falsy values")
def empty_reason_is_none(store: Any) -> None:
    """An empty reason of a cancellation is stored as NULL."""

    def cancel(original: Call, booking_id: Any, *, reason: Any = None, actor: Any) -> Any:
        return original(booking_id, reason=reason or None, actor=actor)

    around(store, "cancel", cancel)


@broken(killer="flows_refused.flow_after_cancel[cancel]", source="plan: a repeated cancel is harmless")
def cancel_is_repeatable(store: Any) -> None:
    """Cancelling a cancelled booking returns it."""

    def cancel(original: Call, booking_id: Any, *, reason: Any = None, actor: Any) -> Any:
        booking = store.bookings.get(booking_id)
        if booking is not None and booking.status == "cancelled":
            return booking
        return original(booking_id, reason=reason, actor=actor)

    around(store, "cancel", cancel)


@broken(killer="flows_refused.book_twice", source="plan: a repeated book is harmless")
def book_is_repeatable(store: Any) -> None:
    """Booking a booked request returns its booking."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        try:
            return original(new, actor=actor)
        except Conflict as error:
            found = store.bookings.list(where=[where("request_id", "eq", new.values["request_id"])]).rows
            if error.constraint != "request_not_bookable" or not found:
                raise
            return found[0]

    around(store, "book", book)


@broken(killer="flows.book_keeps_the_given_id", source="plan: the id of a booking is the server's default")
def book_chooses_the_id(store: Any) -> None:
    """Book ignores the id that the client chose."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        values = {name: value for name, value in new.values.items() if name != "id"}
        return original(NewBooking(**values), actor=actor)

    around(store, "book", book)
