"""`SupabaseStore`: the scheduler's database behind supabase-py, PostgREST and Postgres."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx

from harness.adapters import codec, flows
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import (
    Actor,
    AppendOnlyRepository,
    Id,
    OpsSummary,
    QueueRepository,
    Repository,
    SchedulingRequestRepository,
    WebhookEventRepository,
)
from harness.adapters.rest import Rest
from harness.adapters.supabase_tables import (
    AppendOnlyTable,
    QueueTable,
    SchedulingRequestTable,
    Table,
    WebhookEventTable,
)
from harness.errors import NotFound, UnexpectedResponse
from harness.models import (
    AuditLog,
    Booking,
    NewBooking,
    ReconciliationJob,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
)
from harness.models import entity_of as of

__all__ = ["SupabaseStore"]

_BOOKING = of(Booking)


class SupabaseStore:
    """A `Store` on a Supabase project. Nothing is sent before the first operation.

    A flow is one SQL function: PostgREST runs each call in a transaction of
    its own, and nothing spans two requests.
    """

    capabilities = frozenset(Capability)

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 10.0,
        new_id: Callable[[], UUID] = uuid4,
        http: httpx.Client | None = None,
    ) -> None:
        """Take the project's URL and service role key. `timeout_s` is the longest wait for the server.

        An application that needs a proxy or certificates of its own gives its `http` client, which then has
        its own timeouts and stays open. Raises ConfigurationError if that may speak HTTP/2: a store is shared
        between threads, and such a client is not safe to.
        """
        self._rest = Rest(url, key, timeout_s=timeout_s, http=http)
        self._new_id = new_id
        self.scheduling_requests: SchedulingRequestRepository = SchedulingRequestTable(
            self._rest, of(SchedulingRequest), new_id
        )
        self.bookings: Repository[Booking] = Table(self._rest, _BOOKING, new_id)
        self.audit_logs: AppendOnlyRepository[AuditLog] = AppendOnlyTable(self._rest, of(AuditLog), new_id)
        self.sync_jobs: QueueRepository[SyncJob] = QueueTable(self._rest, of(SyncJob), new_id)
        self.webhook_events: WebhookEventRepository = WebhookEventTable(self._rest, of(WebhookEvent), new_id)
        self.reconciliation_jobs: QueueRepository[ReconciliationJob] = QueueTable(
            self._rest, of(ReconciliationJob), new_id
        )

    def book(self, new: NewBooking, *, actor: Actor) -> Booking:
        """Book a slot for a pending request."""
        values, *by = flows.check_book(new, actor)
        values.setdefault("id", str(self._new_id()))
        return self._flow("book", {f"p_{name}": value for name, value in values.items()}, *by)

    def reschedule(
        self, booking_id: Id, *, scheduled_start: datetime, scheduled_end: datetime, actor: Actor
    ) -> Booking:
        """Move an active booking."""
        start, end, *by = flows.check_reschedule(scheduled_start, scheduled_end, actor)
        slot = {"p_scheduled_start": start, "p_scheduled_end": end}
        return self._flow("reschedule", {"p_booking_id": _existing(booking_id), **slot}, *by)

    def cancel(self, booking_id: Id, *, reason: str | None = None, actor: Actor) -> Booking:
        """Cancel an active booking and its request."""
        text, *by = flows.check_cancel(reason, actor)
        return self._flow("cancel", {"p_booking_id": _existing(booking_id), "p_reason": text}, *by)

    def ops_summary(self) -> OpsSummary:
        """Count what the operations dashboard shows."""
        match self._rest.call("ops_summary", {}, reading=True):
            case {
                "counts": dict() as counts,
                "needs_attention": int() as needs_attention,
                "due": dict() as due,
            }:
                return OpsSummary(counts, needs_attention, due)
            case _:
                raise UnexpectedResponse("ops_summary did not return the numbers")

    def close(self) -> None:
        """Close the connections."""
        self._rest.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def _flow(
        self, function: str, arguments: Mapping[str, Any], actor_type: str | None, actor_id: str | None
    ) -> Booking:
        row = self._rest.call(function, {**arguments, "p_actor_type": actor_type, "p_actor_id": actor_id})
        return codec.decode_object(_BOOKING, row)


def _existing(booking_id: Id) -> str:
    wire_id = codec.parse_id(booking_id)
    if wire_id is None:
        raise NotFound(_BOOKING.table)
    return wire_id
