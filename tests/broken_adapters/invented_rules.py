"""Rules that the protocol does not know: flows that refuse, or allow, what nobody asked them to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import Conflict

from ._beside import request_of
from ._helpers import Call, around, rewrite, wire

EACH_BOOKING = "flows_book_effects.effects_of_each_booking[as_it_is]"
LINK = "flows_book_effects.link_is_open_until_its_end"
MOVED = "flows_effects.effects_of_each_flow_in_turn[reason-moved-filled]"
BOOKABLE = "protocol: book asks for a pending request whose link has not expired, and for nothing else"
ACTIVE = "protocol: a flow on a booking asks that it and its request are active, and for nothing else"
EXPIRED = "protocol: Conflict unless the link of the request has not expired"


def refuse(store: Any, when: Callable[[Any, Any], bool]) -> None:
    """Refuse bookings of pending requests: `when` gets the new booking's values and the request."""

    def book(original: Call, new: Any, *, actor: Any) -> Any:
        request = request_of(store, new)
        if request is not None and request.status == "pending" and when(new.values, request):
            raise Conflict("request_not_bookable")
        return original(new, actor=actor)

    around(store, "book", book)


def refuse_on(store: Any, name: str, when: Callable[[Any], bool]) -> None:
    """Refuse a flow on a booking that is not over."""

    def flow(original: Call, id: Any, **options: Any) -> Any:
        booking = store.bookings.get(id)
        if booking is not None and booking.status != "cancelled" and when(booking):
            raise Conflict("request_not_bookable")
        return original(id, **options)

    around(store, name, flow)


def grace(store: Any, for_: timedelta) -> None:
    """Let book take a link that ended just now."""

    def book(original: Call, new: Any, *, actor: Any) -> Any:
        request, now = request_of(store, new), datetime.now(UTC)
        if request is None or not now - for_ <= request.expires_at <= now:
            return original(new, actor=actor)
        rewrite(store, "scheduling_requests", request.id, expires_at=wire(now + timedelta(hours=1)))
        try:
            return original(new, actor=actor)
        finally:
            rewrite(store, "scheduling_requests", request.id, expires_at=wire(request.expires_at))

    around(store, "book", book)


@broken(killer=EACH_BOOKING, source=BOOKABLE)
def slot_before_the_window_is_refused(store: Any) -> None:
    """Book refuses a slot before the window of the request."""
    refuse(store, lambda values, request: bool(values["scheduled_start"] < request.window_start))


@broken(killer=EACH_BOOKING, source=BOOKABLE)
def slot_after_the_window_is_refused(store: Any) -> None:
    """Book refuses a slot that ends after the window of the request."""
    refuse(store, lambda values, request: bool(values["scheduled_end"] > request.window_end))


@broken(killer=EACH_BOOKING, source=BOOKABLE)
def slot_in_the_past_is_refused(store: Any) -> None:
    """Book refuses a slot that is over."""
    refuse(store, lambda values, _request: bool(values["scheduled_end"] < datetime.now(UTC)))


@broken(
    killer=EACH_BOOKING, source="facts: two confirmed bookings for one slot are accepted, of two requests"
)
def slot_of_another_request_is_taken(store: Any) -> None:
    """Book refuses a slot that an active booking of another request has."""
    refuse(
        store,
        lambda values, _request: any(
            row.status != "cancelled" and row.scheduled_start == values["scheduled_start"]
            for row in store.bookings.iterate()
        ),
    )


@broken(killer=EACH_BOOKING, source=BOOKABLE)
def request_is_booked_once(store: Any) -> None:
    """Book refuses a request that had a booking which was cancelled."""
    refuse(
        store,
        lambda _values, request: any(row.request_id == request.id for row in store.bookings.iterate()),
    )


@broken(killer=LINK, source=EXPIRED)
def link_has_a_second_of_grace(store: Any) -> None:
    """A link that ended less than a second ago is open still."""
    grace(store, timedelta(seconds=1))


@broken(killer=LINK, source=EXPIRED)
def link_has_a_minute_of_grace(store: Any) -> None:
    """A link that ended less than a minute ago is open still, as clocks may differ."""
    grace(store, timedelta(minutes=1))


@broken(killer=LINK, source=EXPIRED)
def link_ends_five_minutes_early(store: Any) -> None:
    """A link that ends within five minutes is taken for expired."""
    refuse(
        store, lambda _values, request: bool(request.expires_at < datetime.now(UTC) + timedelta(minutes=5))
    )


@broken(killer=MOVED, source=ACTIVE)
def booking_moves_three_times_at_most(store: Any) -> None:
    """The fourth reschedule of a booking is refused."""

    def is_tired(booking: Any) -> bool:
        entries = store.audit_logs.iterate()
        moves = [row for row in entries if row.booking_id == booking.id and row.action == "rescheduled"]
        return len(moves) >= 3

    refuse_on(store, "reschedule", is_tired)


@broken(killer=MOVED, source=ACTIVE)
def appointment_that_began_cannot_be_cancelled(store: Any) -> None:
    """Cancel refuses a booking whose slot has begun."""
    refuse_on(store, "cancel", lambda booking: bool(booking.scheduled_start <= datetime.now(UTC)))


@broken(killer=MOVED, source=ACTIVE)
def appointment_that_is_over_cannot_be_moved(store: Any) -> None:
    """Reschedule to a slot that is over is refused."""

    def reschedule(original: Call, id: Any, **options: Any) -> Any:
        booking, end = store.bookings.get(id), options["scheduled_end"]
        if booking is not None and isinstance(end, datetime) and end < datetime.now(UTC):
            raise Conflict("request_not_bookable")
        return original(id, **options)

    around(store, "reschedule", reschedule)


@broken(killer=MOVED, source="protocol: cancel of a booking that is not active is Conflict")
def cancelling_again_is_fine(store: Any) -> None:
    """Cancel with the same reason answers the booking that is cancelled already."""

    def cancel(original: Call, id: Any, *, reason: Any = None, actor: Any) -> Any:
        booking = store.bookings.get(id)
        if booking is not None and (booking.status, booking.cancellation_reason) == ("cancelled", reason):
            return booking
        return original(id, reason=reason, actor=actor)

    around(store, "cancel", cancel)
