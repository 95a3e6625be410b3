"""`OwnStore`: the scheduler's database by SQL, without PostgREST between.

Values are checked and encoded by the library (`harness.adapters.codec`,
`queries`, `flows`); what only the database can know is left to its
constraints and functions, and comes back as SQLSTATE and constraint name.
Rows travel as JSON, as they do over PostgREST.
"""

from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from harness.adapters import codec, flows
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Actor, Id, OpsSummary
from harness.errors import NotFound
from harness.models import (
    AuditLog,
    Booking,
    NewBooking,
    ReconciliationJob,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

from .sql import Client
from .tables import History, Queue, Requests, Table, WebhookEvents

__all__ = ["OwnStore"]


class OwnStore:
    """A `harness.adapters.protocol.Store` on one connection, which its threads share."""

    capabilities = frozenset(Capability)

    def __init__(self, url: str) -> None:
        """Take a libpq URL. Nothing is sent before the first operation."""
        self._client = Client(url)
        self.scheduling_requests = Requests(self._client, SchedulingRequest)
        self.bookings = Table(self._client, Booking)
        self.audit_logs = History(self._client, AuditLog)
        self.sync_jobs = Queue(self._client, SyncJob)
        self.webhook_events = WebhookEvents(self._client, WebhookEvent)
        self.reconciliation_jobs = Queue(self._client, ReconciliationJob)

    def book(self, new: NewBooking, *, actor: Actor) -> Booking:
        """Book a slot for a pending request."""
        values, kind, by = flows.check_book(new, actor)
        values.setdefault("id", str(uuid4()))
        return self._flow("book", actor_type=kind, actor_id=by, **values)

    def reschedule(
        self, booking_id: Id, *, scheduled_start: datetime, scheduled_end: datetime, actor: Actor
    ) -> Booking:
        """Move an active booking."""
        start, end, kind, by = flows.check_reschedule(scheduled_start, scheduled_end, actor)
        return self._flow(
            "reschedule",
            booking_id=_existing(booking_id),
            scheduled_start=start,
            scheduled_end=end,
            actor_type=kind,
            actor_id=by,
        )

    def cancel(self, booking_id: Id, *, reason: str | None = None, actor: Actor) -> Booking:
        """Cancel an active booking."""
        text, kind, by = flows.check_cancel(reason, actor)
        return self._flow(
            "cancel", booking_id=_existing(booking_id), reason=text, actor_type=kind, actor_id=by
        )

    def ops_summary(self) -> OpsSummary:
        """Count what the operations dashboard shows."""
        (numbers,) = self._client.call("ops_summary")
        return OpsSummary(numbers["counts"], numbers["needs_attention"], numbers["due"])

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _flow(self, function: str, **arguments: Any) -> Booking:
        (row,) = self._client.call(function, **arguments)
        return codec.decode_object(entity_of(Booking), row)


def _existing(booking_id: Id) -> str:
    wire_id = codec.parse_id(booking_id)
    if wire_id is None:
        raise NotFound("bookings")
    return wire_id
