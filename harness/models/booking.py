"""A slot that a candidate took."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from harness.models.description import NEW_ID, NOW, Check, Default, References, Unique
from harness.models.entity import Row, entity
from harness.models.values import New, Patch

__all__ = ["Booking", "BookingPatch", "BookingStatus", "NewBooking"]

BookingStatus = Literal["confirmed", "rescheduled", "cancelled"]


@entity(
    "bookings",
    singular="booking",
    created="booked_at",
    checks=(
        Check(
            "bookings_slot_order",
            "scheduled_end > scheduled_start",
            lambda row: row["scheduled_end"] > row["scheduled_start"],
        ),
    ),
    uniques=(
        Unique(
            "bookings_one_active_per_request",
            ("request_id",),
            where=Check("active", "status <> 'cancelled'", lambda row: row["status"] != "cancelled"),
        ),
    ),
)
class Booking(Row):
    """One booked slot of a scheduling request. Times are aware UTC datetimes with microseconds."""

    id: Annotated[UUID, NEW_ID]
    request_id: Annotated[UUID, References("scheduling_requests", on_delete="cascade")]
    scheduled_start: datetime
    scheduled_end: datetime
    calendar_event_id: str | None
    calendar_ical_uid: str | None
    conference_join_url: str | None
    icims_activity_id: str | None
    status: Annotated[BookingStatus, Default("'confirmed'::text", "confirmed")]
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    cancellation_reason: str | None
    booked_by: str
    booked_at: Annotated[datetime, NOW]
    updated_at: Annotated[datetime, NOW]


class NewBooking(New[Booking]):
    """The values of a new booking."""


class BookingPatch(Patch[Booking]):
    """Changes to a booking."""
