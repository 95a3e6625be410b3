"""`Store`: what the scheduler asks of its database, and the edges that every adapter must keep.

The contract checks exactly what stands here. Common to all operations:

- Values are checked before anything is sent: a wrong type, an unknown or a
  store-assigned column is InvalidValue with the column's name, whether or not
  the row exists. Then comes what the store says, in Postgres' order: a missing
  row to change (NotFound), NOT NULL (InvalidValue with the column), CHECK
  (InvalidValue with the constraint), UNIQUE (Conflict with the constraint),
  foreign keys (MissingReference with the constraint).
- Rows are values. Changing a returned row or an argument never changes the store.
- A call that raises leaves no trace, except that OutcomeUnknown says nothing
  about whether it happened, and Unavailable says that it did not.
- Times are aware UTC datetimes with microseconds, assigned by the store's
  own clock.
- Stores are safe to share between threads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar
from uuid import UUID

from harness.adapters.capabilities import Capability
from harness.adapters.queries import Condition, Order, Page
from harness.models import (
    ActorType,
    AuditLog,
    Booking,
    New,
    NewBooking,
    NewWebhookEvent,
    Patch,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
)

__all__ = [
    "Actor",
    "AppendOnlyRepository",
    "Id",
    "OpsSummary",
    "QueueRepository",
    "Received",
    "Repository",
    "SchedulingRequestRepository",
    "Store",
    "WebhookEventRepository",
]

Id = UUID | str
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Actor:
    """Who acts, for the audit entry of a flow."""

    type: ActorType
    id: str | None = None


@dataclass(frozen=True)
class Received:
    """The answer to a delivered webhook."""

    event: WebhookEvent
    """The stored event: the first delivery's, with its id and its state, however often it is delivered."""
    is_new: bool
    """True for at most one delivery of an event (for none, if the answer to the first was lost)."""


@dataclass(frozen=True)
class OpsSummary:
    """The numbers of the operations dashboard, from one snapshot."""

    counts: Mapping[str, Mapping[str, int]]
    """Rows per table and status, for every table with a status and every status, 0 included."""
    needs_attention: int
    """Scheduling requests with the flag set."""
    due: Mapping[str, int]
    """Rows per queue that a claim would return now: due, and with attempts left."""


class AppendOnlyRepository(Protocol[R]):
    """The rows of one table that are only ever added."""

    def create(self, new: New[R]) -> R:
        """Store one row and return it whole, defaults included.

        Without an id, the adapter chooses a random one before it sends. A
        create that is repeated with the same id is Conflict on the primary
        key, and one row exists.
        """
        ...

    def get(self, id: Id) -> R | None:
        """Return a row, None if it does not exist or the id is malformed. The case of letters is free."""
        ...

    def list(
        self,
        *,
        where: Sequence[Condition] = (),
        order: Order | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        """Return at most `limit` rows in total order, and the cursor to the rows after them.

        By default in order of creation. Any limit of 0 or more works, above
        the server's row cap, too; 0 returns no rows and no cursor. The
        cursor is None exactly when no row followed. A cursor of another
        list, or one that was changed, is InvalidValue("cursor"); a negative
        limit InvalidValue("limit").
        """
        ...

    def iterate(self, *, where: Sequence[Condition] = (), order: Order | None = None) -> Iterator[R]:
        """Yield all rows in total order. Every row that nobody touches meanwhile comes exactly once.

        The conditions are checked when iterate is called, not at the first row.
        """
        ...

    def count(self, *, where: Sequence[Condition] = ()) -> int:
        """Count rows exactly."""
        ...


class Repository(AppendOnlyRepository[R], Protocol[R]):
    """The rows of one table."""

    def update(self, id: Id, patch: Patch[R]) -> R:
        """Change one row and return it whole. NotFound if it does not exist or the id is malformed.

        A patch changes what it names: None clears, an absent column stays,
        an empty patch is InvalidValue("patch"). An update advances
        updated_at, even if it changes no value.
        """
        ...

    def delete(self, id: Id) -> bool:
        """Remove one row: True if it existed, False if not or if the id is malformed.

        Deleting a request removes its bookings; the audit entries of both
        stay, with a link of None.
        """
        ...


class SchedulingRequestRepository(Repository[SchedulingRequest], Protocol):
    """Scheduling requests, also found by the hash of their public token."""

    def get_by_token_hash(self, token_hash: str) -> SchedulingRequest | None:
        """Return the request with this public_token_hash, or None. The match is exact, to the byte."""
        ...


class QueueRepository(Repository[R], Protocol[R]):
    """A table whose rows are also work. Work is picked up only through `claim`."""

    def claim(self, *, limit: int = 10, lease_s: float = 60.0) -> tuple[R, ...]:
        """Take due rows, at most `limit`, oldest run_after first; no row goes to two workers.

        Due is a row that waits with run_after past, or that is processed by
        somebody whose lease expired. It becomes processing, attempts + 1,
        run_after = now + lease. A due row whose attempts are used up becomes
        failed instead, is not returned and does not count toward the limit.
        Its last_error stays, or says "attempts exhausted" if none was ever reported.
        Rows that another transaction holds are passed over, not waited for.
        InvalidValue("limit") outside of 1 to 1,000, InvalidValue("lease_s")
        outside of more than 0 to 86,400 seconds.
        """
        ...

    def complete(self, id: Id, attempts: int) -> R:
        """Mark a claimed row as done.

        `attempts` is the fencing token: the number that `claim` returned. If
        the row is not being processed, or was claimed again since, this is
        Conflict("stale_claim"). An expired lease that nobody claimed again
        may complete. NotFound if the row does not exist.
        """
        ...

    def fail(self, id: Id, attempts: int, *, error: str, retry_in_s: float = 60.0) -> R:
        """Give a claimed row back, with the error as last_error.

        It waits again, due in `retry_in_s` seconds (0 to 2,592,000, else
        InvalidValue("retry_in_s")), or is failed if its attempts are used
        up. The fencing is that of `complete`.
        """
        ...


class WebhookEventRepository(QueueRepository[WebhookEvent], Protocol):
    """Webhook events, stored once per (provider, event_id)."""

    def receive(self, new: NewWebhookEvent) -> Received:
        """Store a delivery unless its (provider, event_id) is stored already.

        A stored event is never changed. The same key with another
        payload_hash or tenant_id is Conflict on
        ``webhook_events_provider_event_id_key``. Only id, tenant_id,
        provider, event_id, payload_hash, event_type, payload, signature and
        verified are taken; another column is InvalidValue.
        """
        ...


class Store(Protocol):
    """The scheduler's database."""

    capabilities: frozenset[Capability]
    scheduling_requests: SchedulingRequestRepository
    bookings: Repository[Booking]
    audit_logs: AppendOnlyRepository[AuditLog]
    sync_jobs: QueueRepository[SyncJob]
    webhook_events: WebhookEventRepository
    reconciliation_jobs: QueueRepository[ReconciliationJob]

    def book(self, new: NewBooking, *, actor: Actor) -> Booking:
        """Book a slot for a pending request: booking, request, audit entry and sync job, all or none.

        The booking is confirmed and the request booked. The audit entry is
        ``booked`` with scheduled_start and scheduled_end; the sync job is an
        ``icims_note`` on the booking with action and request_id. Conflict on
        ``bookings_pkey`` if a booking with this id exists;
        Conflict("request_not_bookable") unless the request is pending and
        its link has not expired; NotFound if there is no such request.
        ``status``, ``confirmed_at``, ``cancelled_at`` and
        ``cancellation_reason`` are set by the flow: InvalidValue if given.
        """
        ...

    def reschedule(
        self, booking_id: Id, *, scheduled_start: datetime, scheduled_end: datetime, actor: Actor
    ) -> Booking:
        """Move an active booking: booking and request become rescheduled, with audit entry and sync job.

        The row and its id stay the same. The audit entry holds ``from`` and ``to``, each with scheduled_start
        and scheduled_end. Conflict("request_not_bookable") unless booking and request are active; NotFound if
        there is no such booking.
        """
        ...

    def cancel(self, booking_id: Id, *, reason: str | None = None, actor: Actor) -> Booking:
        """Cancel an active booking and its request, with audit entry (``reason``) and sync job.

        Conflict and NotFound as in `reschedule`.
        """
        ...

    def ops_summary(self) -> OpsSummary:
        """Count what the operations dashboard shows."""
        ...

    def close(self) -> None:
        """Give up connections. Calling it twice is harmless."""
        ...

    def __enter__(self) -> Self:
        """Return the store itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the store."""
        ...
