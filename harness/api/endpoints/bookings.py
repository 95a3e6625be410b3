"""What happens to a booking: it is read, moved, cancelled."""

from harness.adapters.protocol import Actor
from harness.api.exchange import Inquiry, Reply, json_of, row_of
from harness.api.refusals import Refusal
from harness.api.schemas import TEXT, named, obj, row_name
from harness.api.service import Endpoint, Service
from harness.models import Booking, entity_of

__all__ = ["ENDPOINTS"]

_PATH = "/api/bookings/{id}"
_BOOKING = entity_of(Booking)
_SLOT = {"scheduledStart": "scheduled_start", "scheduledEnd": "scheduled_end"}
_REASON = {"reason": {"anyOf": [TEXT, {"type": "null"}]}}
_COORDINATOR = Actor("coordinator")


def get(service: Service, inquiry: Inquiry) -> Reply:
    """Return one booking."""
    booking = service.store.bookings.get(inquiry.path["id"])
    if booking is None:
        raise Refusal("not_found", "bookings: no row with this id")
    return json_of(row_of(booking))


def reschedule(service: Service, inquiry: Inquiry) -> Reply:
    """Move a booking to another slot."""
    slot = {"scheduled_start": None, "scheduled_end": None, **inquiry.values(_BOOKING, _SLOT)}
    return json_of(row_of(service.store.reschedule(inquiry.path["id"], **slot, actor=_COORDINATOR)))


def cancel(service: Service, inquiry: Inquiry) -> Reply:
    """Cancel a booking."""
    reason = inquiry.fields(_REASON).get("reason")
    booking = service.store.cancel(inquiry.path["id"], reason=reason, actor=_COORDINATOR)
    return json_of(row_of(booking))


ENDPOINTS = (
    Endpoint(
        name="get_booking",
        method="GET",
        path=_PATH,
        summary="Return a booking.",
        handle=get,
        round_trips=1,
        answers=row_name(Booking),
        refusals=("not_found",),
    ),
    Endpoint(
        name="reschedule",
        method="POST",
        path=f"{_PATH}/reschedule",
        summary="Move an active booking to another slot.",
        handle=reschedule,
        round_trips=1,
        body=obj(named(_BOOKING, _SLOT)),
        answers=row_name(Booking),
        refusals=("not_found", "conflict", "invalid_value"),
    ),
    Endpoint(
        name="cancel",
        method="POST",
        path=f"{_PATH}/cancel",
        summary="Cancel an active booking and its request.",
        handle=cancel,
        round_trips=1,
        body=obj(_REASON, ()),
        answers=row_name(Booking),
        refusals=("not_found", "conflict", "invalid_value"),
    ),
)
