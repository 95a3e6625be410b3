"""What the turns of a soak ask for, and how a `Store` does it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from contracts.builders import (
    COORDINATOR,
    NOON,
    a_booking,
    a_request,
    a_sync_job,
    a_webhook_event,
    an_audit_log,
)
from harness.adapters.protocol import QueueRepository, Store
from harness.models import SchedulingRequestPatch

__all__ = ["NOTED", "QUEUES", "Claimed", "Desk", "StoreDesk"]

NOTED = "noted"
"""The action of the audit entries that a soak makes by itself."""
QUEUES = ("sync_jobs", "webhook_events")
_MANY = 50
"""Attempts that a job of a soak has: a claim whose answer is lost costs one."""


@dataclass(frozen=True)
class Claimed:
    """Work that was taken."""

    id: UUID
    attempts: int


class Desk(Protocol):
    """Each call is one request that changes something, or reads it. Errors are those of a `Store`."""

    def open_request(self, id: UUID) -> None:
        """Create a scheduling request."""
        ...

    def rename(self, id: UUID, name: str) -> None:
        """Change the candidate's name."""
        ...

    def name(self, id: UUID) -> str | None:
        """Read it; None if there is no such request."""
        ...

    def remove(self, id: UUID) -> bool:
        """Delete a request that has no booking."""
        ...

    def book(self, request: UUID, booking: UUID) -> None:
        """Book a slot."""
        ...

    def reschedule(self, booking: UUID, days: int) -> None:
        """Move a booking by so many days."""
        ...

    def cancel(self, booking: UUID) -> None:
        """Cancel a booking."""
        ...

    def deliver(self, event: str) -> tuple[str, bool]:
        """Deliver a webhook; return the id of the stored event, and whether it is new."""
        ...

    def claim(self, queue: str, limit: int, lease_s: float) -> list[Claimed]:
        """Take due work."""
        ...

    def complete(self, queue: str, work: Claimed) -> None:
        """Say that it is done."""
        ...

    def give_back(self, queue: str, work: Claimed) -> None:
        """Say that it failed, and is due again at once."""
        ...

    def note(self, id: UUID) -> None:
        """Write an audit entry, whose payload repeats the id."""
        ...

    def enqueue(self, id: UUID) -> None:
        """Create a sync job, whose entity_id repeats the id."""
        ...

    def close(self) -> None:
        """Give up the connections."""
        ...


class StoreDesk:
    """A desk at a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open_request(self, id: UUID) -> None:
        """Create a scheduling request."""
        self._store.scheduling_requests.create(a_request(id=id, candidate_name=""))

    def rename(self, id: UUID, name: str) -> None:
        """Change the candidate's name."""
        self._store.scheduling_requests.update(id, SchedulingRequestPatch(candidate_name=name))

    def name(self, id: UUID) -> str | None:
        """Read it; None if there is no such request."""
        found = self._store.scheduling_requests.get(id)
        return None if found is None else found.candidate_name

    def remove(self, id: UUID) -> bool:
        """Delete a request that has no booking."""
        return self._store.scheduling_requests.delete(id)

    def book(self, request: UUID, booking: UUID) -> None:
        """Book a slot."""
        self._store.book(a_booking(request, id=booking), actor=COORDINATOR)

    def reschedule(self, booking: UUID, days: int) -> None:
        """Move a booking by so many days."""
        start = NOON + timedelta(days=days)
        end = start + timedelta(hours=1)
        self._store.reschedule(booking, scheduled_start=start, scheduled_end=end, actor=COORDINATOR)

    def cancel(self, booking: UUID) -> None:
        """Cancel a booking."""
        self._store.cancel(booking, actor=COORDINATOR)

    def deliver(self, event: str) -> tuple[str, bool]:
        """Deliver a webhook; return the id of the stored event, and whether it is new."""
        received = self._store.webhook_events.receive(a_webhook_event(event_id=event))
        return str(received.event.id), received.is_new

    def claim(self, queue: str, limit: int, lease_s: float) -> list[Claimed]:
        """Take due work."""
        rows = self._queue(queue).claim(limit=limit, lease_s=lease_s)
        return [Claimed(row.id, row.attempts) for row in rows]

    def complete(self, queue: str, work: Claimed) -> None:
        """Say that it is done."""
        self._queue(queue).complete(work.id, work.attempts)

    def give_back(self, queue: str, work: Claimed) -> None:
        """Say that it failed, and is due again at once."""
        self._queue(queue).fail(work.id, work.attempts, error="again", retry_in_s=0)

    def note(self, id: UUID) -> None:
        """Write an audit entry, whose payload repeats the id."""
        self._store.audit_logs.create(an_audit_log(id=id, action=NOTED, payload={"key": str(id)}))

    def enqueue(self, id: UUID) -> None:
        """Create a sync job, whose entity_id repeats the id."""
        self._store.sync_jobs.create(a_sync_job(id=id, entity_id=str(id), max_attempts=_MANY))

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _queue(self, name: str) -> QueueRepository[Any]:
        queue: QueueRepository[Any] = getattr(self._store, name)
        return queue
