"""Stores that are right as long as one client at a time uses them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.builders import changes
from contracts.subjects.memory import MemorySubject
from harness.adapters import codec, flows
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.memory.rows import changed
from harness.adapters.protocol import Actor, Id, OpsSummary, Received, Store
from harness.adapters.queries import where
from harness.errors import Conflict, NotFound
from harness.models import (
    ENTITIES,
    Booking,
    NewAuditLog,
    NewBooking,
    NewSyncJob,
    NewWebhookEvent,
    Patch,
    Row,
    SchedulingRequest,
    WebhookEvent,
    entity_of,
)

Make = Callable[[MemoryDatabase], Store]
QUEUES = ("sync_jobs", "webhook_events", "reconciliation_jobs")


class RacySubject(MemorySubject):
    """A subject whose stores are all made by one function."""

    name = "racy"

    def __init__(self, make: Make) -> None:
        super().__init__()
        self._make = make
        self.store = make(self._database)

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        yield self._make(self._database)


class _Over:
    """A repository with some operations replaced."""

    def __init__(self, right: Any) -> None:
        self._right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)


class Lockless(MemoryStore):
    """Nobody holds the rows: each operation checks, and then acts."""

    def __init__(self, database: MemoryDatabase) -> None:
        class NoLock:
            def __enter__(self) -> None: ...
            def __exit__(self, *_: object) -> None: ...

        database._lock = NoLock()  # type: ignore[assignment]  # that is what is wrong with it
        super().__init__(database=database)


class ReceivesByLookingFirst(MemoryStore):
    """``receive`` looks for the event, and creates it if it is not there; who loses is told new, too."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Events(_Over):
            def receive(self, new: NewWebhookEvent) -> Received:
                found = self._find(new)
                if found is None:
                    try:
                        return Received(self._right.create(new), is_new=True)
                    except Conflict:
                        found = self._find(new)
                        if found is None:
                            raise
                        return Received(found, is_new=True)
                if found.payload_hash != new.values["payload_hash"]:
                    raise Conflict("webhook_events_provider_event_id_key")
                return Received(found, is_new=False)

            def _find(self, new: NewWebhookEvent) -> WebhookEvent | None:
                rows = self._right.list(where=[where("event_id", "eq", new.values["event_id"])]).rows
                return rows[0] if rows else None

        self.webhook_events = Events(self.webhook_events)


class _Claiming(_Over):
    """A queue whose claim reads the due rows, and writes to each."""

    def __init__(self, right: Any, row: type[Row], *, compares: bool) -> None:
        super().__init__(right)
        self._row, self._compares = row, compares
        self._queue = entity_of(row).queue

    def claim(self, *, limit: int = 10, lease_s: float = 60.0) -> tuple[Any, ...]:
        now = datetime.now(UTC)
        assert self._queue is not None
        due = [
            row
            for row in self._right.list(limit=1000).rows
            if row.status in {self._queue.waiting, "processing"} and row.run_after <= now
        ]
        claimed: list[Any] = []
        for row in sorted(due, key=lambda row: (row.run_after, row.id)):
            if len(claimed) == limit:
                break
            error = row.last_error or flows.EXHAUSTED
            patch = (
                changes(self._row, status="failed", last_error=error)
                if row.attempts >= row.max_attempts
                else changes(
                    self._row,
                    status="processing",
                    attempts=row.attempts + 1,
                    run_after=now + timedelta(seconds=lease_s),
                )
            )
            try:
                with self._right._begin() as transaction:
                    stored = transaction.rows(self._right._table).get(str(row.id))
                    if self._compares and (stored is None or stored["status"] != row.status):
                        continue
                    after = self._right.update(row.id, patch)
            except NotFound:
                continue
            if after.status == "processing":
                claimed.append(after)
        return tuple(claimed)


class ClaimsByReadingFirst(MemoryStore):
    """``claim`` reads what is due, and then marks it: two workers may have read the same."""

    _compares = False

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)
        for table in QUEUES:
            row = ENTITIES[table].row
            setattr(self, table, _Claiming(getattr(self, table), row, compares=self._compares))


class CountsAttemptsFromWhatItRead(ClaimsByReadingFirst):
    """``claim`` marks a row whose status is still the one that it read, and counts from what it read."""

    _compares = True


class EndsByLookingFirst(MemoryStore):
    """``complete`` and ``fail`` look whether the claim holds, and then write."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Queue(_Over):
            def __init__(self, right: Any, row: type[Row]) -> None:
                super().__init__(right)
                self._row, self._queue = row, entity_of(row).queue

            def _check(self, id: Id, attempts: int) -> Any:
                row = self._right.get(id)
                if row is None:
                    raise NotFound(entity_of(self._row).table)
                if row.status != "processing" or row.attempts != attempts:
                    raise Conflict(flows.STALE_CLAIM)
                return row

            def complete(self, id: Id, attempts: int) -> Any:
                self._check(id, attempts)
                done: dict[str, Any] = {"status": self._queue.done}  # type: ignore[union-attr]  # queues only
                return self._right.update(id, changes(self._row, **done))

            def fail(self, id: Id, attempts: int, *, error: str, retry_in_s: float = 60.0) -> Any:
                row = self._check(id, attempts)
                patch: dict[str, Any] = {"last_error": error, "status": "failed"}
                if row.attempts < row.max_attempts:
                    patch["status"] = self._queue.waiting  # type: ignore[union-attr]  # queues only
                    patch["run_after"] = datetime.now(UTC) + timedelta(seconds=retry_in_s)
                return self._right.update(id, changes(self._row, **patch))

        for table in QUEUES:
            setattr(self, table, Queue(getattr(self, table), ENTITIES[table].row))


class WritesWholeRows(MemoryStore):
    """``update`` reads the row, changes a column, and writes all columns back."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Rows(_Over):
            def __init__(self, right: Any, row: type[Row]) -> None:
                super().__init__(right)
                self._row = row

            def update(self, id: Id, patch: Patch[Any]) -> Any:
                row = self._right.get(id)
                if row is None:
                    raise NotFound(entity_of(self._row).table)
                entity = entity_of(self._row)
                values = {
                    column.name: getattr(row, column.name)
                    for column in entity.columns
                    if column.name not in {"id", *entity.assigned}
                }
                return self._right.update(id, changes(self._row, **{**values, **patch.values}))

        for table in ("scheduling_requests", "bookings", *QUEUES):
            setattr(self, table, Rows(getattr(self, table), ENTITIES[table].row))


class DeletesByLookingFirst(MemoryStore):
    """``delete`` says True if the row was there when it looked."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Rows(_Over):
            def delete(self, id: Id) -> bool:
                if self._right.get(id) is None:
                    return False
                self._right.delete(id)
                return True

        for table in ("scheduling_requests", "bookings", *QUEUES):
            setattr(self, table, Rows(getattr(self, table)))


class RemembersWhatItRead(MemoryStore):
    """Each client keeps the rows that it got, until it changes them itself."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Rows(_Over):
            def __init__(self, right: Any) -> None:
                super().__init__(right)
                self._kept: dict[str, Any] = {}

            def get(self, id: Id) -> Any:
                if str(id) not in self._kept:
                    self._kept[str(id)] = self._right.get(id)
                return self._kept[str(id)]

            def update(self, id: Id, patch: Patch[Any]) -> Any:
                self._kept.pop(str(id), None)
                return self._right.update(id, patch)

            def delete(self, id: Id) -> bool:
                self._kept.pop(str(id), None)
                return bool(self._right.delete(id))

        for table in ("scheduling_requests", "bookings", *QUEUES):
            setattr(self, table, Rows(getattr(self, table)))


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


class StampsBeforeItWaits(MemoryStore):
    """The time of a change is read before the rows are held, and written whatever stands there."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Rows(_Over):
            def update(self, id: Id, patch: Patch[Any]) -> Any:
                stamp = codec.encode_time("updated_at", datetime.now(UTC))
                with self._right._begin() as transaction:
                    key = str(self._right.update(id, patch).id)
                    old = transaction.rows(self._right._table)[key]
                    new = changed(self._right._entity, old, {"updated_at": stamp})
                    transaction._tables[self._right._table].replace(old, new)
                    return self._right._decode(new)

        for table in ("scheduling_requests", "bookings", *QUEUES):
            setattr(self, table, Rows(getattr(self, table)))


def _slot(start: datetime, end: datetime) -> dict[str, str]:
    return {
        "scheduled_start": start.isoformat(timespec="microseconds"),
        "scheduled_end": end.isoformat(timespec="microseconds"),
    }


RACY: tuple[type[MemoryStore], ...] = (
    Lockless,
    ReceivesByLookingFirst,
    ClaimsByReadingFirst,
    CountsAttemptsFromWhatItRead,
    EndsByLookingFirst,
    WritesWholeRows,
    DeletesByLookingFirst,
    RemembersWhatItRead,
    FlowsInSteps,
    MovesFromWhatItRead,
    CountsInPieces,
    StampsBeforeItWaits,
)
