"""`MemoryStore`: one client of a `MemoryDatabase`, with the flows of the scheduler."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

from harness.adapters import codec, flows
from harness.adapters.capabilities import Capability
from harness.adapters.memory.database import MemoryDatabase, Transaction, utc_now
from harness.adapters.memory.queues import MemoryQueue, MemoryWebhookEvents, claimable
from harness.adapters.memory.repositories import MemoryHistory, MemoryRepository, MemorySchedulingRequests
from harness.adapters.memory.rows import Stored, unpack
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
from harness.errors import Conflict, NotFound
from harness.models import (
    ENTITIES,
    AuditLog,
    Booking,
    NewBooking,
    ReconciliationJob,
    SyncJob,
    entity_of,
)

__all__ = ["MemoryStore"]

_ACTIVE_BOOKING = {"confirmed", "rescheduled"}
_ACTIVE_REQUEST = {"booked", "rescheduled"}


class MemoryStore:
    """The scheduler's database in memory, as `harness.adapters.protocol.Store` describes it.

    Stores on the same database are clients of the same rows. Each operation
    holds all rows alone, from its reading of the clock to its last effect.
    updated_at advances with update, claim, complete, fail and the flows; the
    links that a delete sets to None, and a repeated delivery, advance nothing.
    """

    def __init__(
        self,
        *,
        database: MemoryDatabase | None = None,
        now: Callable[[], datetime] = utc_now,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self.database = MemoryDatabase() if database is None else database
        self._now = now
        self._new_id = new_id
        self.capabilities = frozenset(Capability) - {Capability.DURABLE, Capability.SERVER}
        begin = self._begin
        self.scheduling_requests: SchedulingRequestRepository = MemorySchedulingRequests(begin)
        self.bookings: Repository[Booking] = MemoryRepository(Booking, begin)
        self.audit_logs: AppendOnlyRepository[AuditLog] = MemoryHistory(AuditLog, begin)
        self.sync_jobs: QueueRepository[SyncJob] = MemoryQueue(SyncJob, begin)
        self.webhook_events: WebhookEventRepository = MemoryWebhookEvents(begin)
        self.reconciliation_jobs: QueueRepository[ReconciliationJob] = MemoryQueue(ReconciliationJob, begin)

    def _begin(self) -> AbstractContextManager[Transaction]:
        return self.database.transaction(self._now, self._new_id)

    def book(self, new: NewBooking, *, actor: Actor) -> Booking:
        """Book a slot for a pending request."""
        wire, *who = flows.check_book(new, actor)
        wire.setdefault("id", str(self._new_id()))
        with self._begin() as transaction:
            request = transaction.rows("scheduling_requests").get(wire["request_id"])
            if request is None:
                raise NotFound("scheduling_requests")
            if wire["id"] in transaction.rows("bookings"):
                raise Conflict("bookings_pkey")
            if request["status"] != "pending" or request["expires_at"] <= transaction.now:
                raise Conflict(flows.REQUEST_NOT_BOOKABLE)
            effects = {"status": "confirmed", "confirmed_at": transaction.now}
            booking = transaction.create("bookings", {**wire, **effects})
            transaction.update("scheduling_requests", request["id"], {"status": "booked"})
            _record(transaction, booking, flows.BOOKED, _slot(booking), who)
        return _decode(booking)

    def reschedule(
        self, booking_id: Id, *, scheduled_start: datetime, scheduled_end: datetime, actor: Actor
    ) -> Booking:
        """Move an active booking to another slot."""
        start, end, *who = flows.check_reschedule(scheduled_start, scheduled_end, actor)
        with self._begin() as transaction:
            before = _active(transaction, booking_id)
            changes = {"status": "rescheduled", "scheduled_start": start, "scheduled_end": end}
            after = transaction.update("bookings", before["id"], changes)
            transaction.update("scheduling_requests", after["request_id"], {"status": "rescheduled"})
            _record(transaction, after, flows.RESCHEDULED, {"from": _slot(before), "to": _slot(after)}, who)
        return _decode(after)

    def cancel(self, booking_id: Id, *, reason: str | None = None, actor: Actor) -> Booking:
        """Cancel an active booking and its request."""
        text, *who = flows.check_cancel(reason, actor)
        with self._begin() as transaction:
            before = _active(transaction, booking_id)
            changes = {"status": "cancelled", "cancelled_at": transaction.now, "cancellation_reason": text}
            after = transaction.update("bookings", before["id"], changes)
            transaction.update("scheduling_requests", after["request_id"], {"status": "cancelled"})
            _record(transaction, after, flows.CANCELLED, {"reason": text}, who)
        return _decode(after)

    def ops_summary(self) -> OpsSummary:
        """Count what the operations dashboard shows."""
        with self._begin() as transaction:
            counts = {}
            for table, entity in ENTITIES.items():
                column = entity.by_name.get("status")
                if column is not None and column.choices is not None:
                    found = Counter(row["status"] for row in transaction.rows(table).values())
                    counts[table] = {status: found[status] for status in column.choices}
            requests = transaction.rows("scheduling_requests").values()
            return OpsSummary(
                counts=counts,
                needs_attention=sum(row["needs_attention"] for row in requests),
                due={
                    table: claimable(transaction, entity)
                    for table, entity in ENTITIES.items()
                    if entity.queue is not None
                },
            )

    def close(self) -> None:
        """Do nothing: the rows belong to the database, and there are no connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _active(transaction: Transaction, booking_id: Id) -> Stored:
    """Return a booking that is active, as is its request. Raises NotFound and Conflict."""
    key = codec.parse_id(booking_id)
    booking = None if key is None else transaction.rows("bookings").get(key)
    if booking is None:
        raise NotFound("bookings")
    request = transaction.rows("scheduling_requests")[booking["request_id"]]
    if booking["status"] not in _ACTIVE_BOOKING or request["status"] not in _ACTIVE_REQUEST:
        raise Conflict(flows.REQUEST_NOT_BOOKABLE)
    return booking


def _record(
    transaction: Transaction, booking: Stored, action: str, payload: dict[str, Any], who: list[str | None]
) -> None:
    """Write what each flow leaves behind: the audit entry, then the note that is owed to iCIMS."""
    actor_type, actor_id = who
    transaction.create(
        "audit_logs",
        {
            "request_id": booking["request_id"],
            "booking_id": booking["id"],
            "action": action,
            "actor_type": actor_type,
            "actor_id": actor_id,
            "payload": codec.encode_value(entity_of(AuditLog).by_name["payload"], payload),
        },
    )
    transaction.create(
        "sync_jobs",
        {
            "type": "icims_note",
            "entity_type": "booking",
            "entity_id": booking["id"],
            "payload": {"action": action, "request_id": booking["request_id"]},
        },
    )


def _slot(booking: Stored) -> dict[str, Any]:
    return {"scheduled_start": booking["scheduled_start"], "scheduled_end": booking["scheduled_end"]}


def _decode(booking: Stored) -> Booking:
    entity = entity_of(Booking)
    return codec.decode(entity, unpack(entity, booking))
