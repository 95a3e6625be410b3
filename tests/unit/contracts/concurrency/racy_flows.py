"""Flows and a dashboard that are not one transaction."""

from datetime import UTC, datetime

from contracts.builders import changes
from harness.adapters import flows
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Actor, Id, OpsSummary
from harness.adapters.queries import where
from harness.errors import Conflict, NotFound
from harness.models import (
    Booking,
    NewAuditLog,
    NewBooking,
    NewSyncJob,
    SchedulingRequest,
)


class FlowsInSteps(MemoryStore):
    """``book`` and ``cancel`` are calls of other operations, one after the other."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

    def book(self, new: NewBooking, *, actor: Actor) -> Booking:
        flows.check_book(new, actor)
        request = self.scheduling_requests.get(new.values["request_id"])
        if request is None:
            raise NotFound("scheduling_requests")
        if request.status != "pending":
            raise Conflict(flows.REQUEST_NOT_BOOKABLE)
        now = datetime.now(UTC)
        booking = self.bookings.create(NewBooking(**{**new.values, "confirmed_at": now}))
        self.scheduling_requests.update(request.id, changes(SchedulingRequest, status="booked"))
        self._record(booking, "booked", actor)
        return booking

    def cancel(self, booking_id: Id, *, reason: str | None = None, actor: Actor) -> Booking:
        before = self.bookings.get(booking_id)
        if before is None:
            raise NotFound("bookings")
        request = self.scheduling_requests.get(before.request_id)
        if request is None or before.status == "cancelled" or request.status not in {"booked", "rescheduled"}:
            raise Conflict(flows.REQUEST_NOT_BOOKABLE)
        now = datetime.now(UTC)
        patch = changes(Booking, status="cancelled", cancelled_at=now, cancellation_reason=reason)
        booking = self.bookings.update(before.id, patch)
        self.scheduling_requests.update(request.id, changes(SchedulingRequest, status="cancelled"))
        self._record(booking, "cancelled", actor)
        return booking

    def _record(self, booking: Booking, action: str, actor: Actor) -> None:
        self.audit_logs.create(
            NewAuditLog(
                request_id=booking.request_id,
                booking_id=booking.id,
                action=action,
                actor_type=actor.type,
                actor_id=actor.id,
            )
        )
        payload = {"action": action, "request_id": str(booking.request_id)}
        self.sync_jobs.create(
            NewSyncJob(type="icims_note", entity_type="booking", entity_id=str(booking.id), payload=payload)
        )


class MovesFromWhatItRead(MemoryStore):
    """``reschedule`` reads where the booking is, and moves it in a transaction of its own."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

    def reschedule(
        self, booking_id: Id, *, scheduled_start: datetime, scheduled_end: datetime, actor: Actor
    ) -> Booking:
        before = self.bookings.get(booking_id)
        if before is None:
            raise NotFound("bookings")
        request = self.scheduling_requests.get(before.request_id)
        if request is None or before.status == "cancelled" or request.status not in {"booked", "rescheduled"}:
            raise Conflict(flows.REQUEST_NOT_BOOKABLE)
        with self._begin():
            patch = changes(
                Booking, status="rescheduled", scheduled_start=scheduled_start, scheduled_end=scheduled_end
            )
            after = self.bookings.update(before.id, patch)
            self.scheduling_requests.update(request.id, changes(SchedulingRequest, status="rescheduled"))
            payload = {
                "from": _slot(before.scheduled_start, before.scheduled_end),
                "to": _slot(scheduled_start, scheduled_end),
            }
            self.audit_logs.create(
                NewAuditLog(
                    request_id=request.id,
                    booking_id=after.id,
                    action="rescheduled",
                    actor_type=actor.type,
                    actor_id=actor.id,
                    payload=payload,
                )
            )
            note = {"action": "rescheduled", "request_id": str(request.id)}
            self.sync_jobs.create(
                NewSyncJob(type="icims_note", entity_type="booking", entity_id=str(after.id), payload=note)
            )
        return after


class CountsInPieces(MemoryStore):
    """``ops_summary`` counts table by table, and state by state."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

    def ops_summary(self) -> OpsSummary:
        whole = super().ops_summary()
        counts = {
            table: {
                status: getattr(self, table).count(where=[where("status", "eq", status)]) for status in found
            }
            for table, found in whole.counts.items()
        }
        return OpsSummary(counts=counts, needs_attention=whole.needs_attention, due=whole.due)


def _slot(start: datetime, end: datetime) -> dict[str, str]:
    return {
        "scheduled_start": start.isoformat(timespec="microseconds"),
        "scheduled_end": end.isoformat(timespec="microseconds"),
    }
