"""Flows: the numbers of the operations dashboard are exact."""

from typing import Any

from contracts.builders import (
    COORDINATOR,
    FAR_FUTURE,
    PAST,
    a_booking,
    a_request,
    a_webhook_event,
    a_wire,
    changes,
    created,
)
from contracts.entities import QUEUES, each_queue, queue, states
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.models import (
    Booking,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

NOTHING: dict[str, dict[str, int]] = {
    "scheduling_requests": {"pending": 0, "booked": 0, "rescheduled": 0, "cancelled": 0, "expired": 0},
    "bookings": {"confirmed": 0, "rescheduled": 0, "cancelled": 0},
    "sync_jobs": {"pending": 0, "processing": 0, "completed": 0, "failed": 0},
    "webhook_events": {"received": 0, "processing": 0, "processed": 0, "failed": 0},
    "reconciliation_jobs": {
        "pending": 0,
        "processing": 0,
        "completed": 0,
        "failed": 0,
        "requires_attention": 0,
    },
}


def counts(store: Store) -> dict[str, dict[str, int]]:
    """Read the counts per table and status."""
    return {table: dict(numbers) for table, numbers in store.ops_summary().counts.items()}


def test_summary_of_nothing(store: Store) -> None:
    """Every table and every status is there with 0 if nothing is stored."""
    summary = store.ops_summary()
    assert counts(store) == NOTHING
    assert summary.needs_attention == 0
    assert dict(summary.due) == {"sync_jobs": 0, "webhook_events": 0, "reconciliation_jobs": 0}


def test_summary_counts_each_status(subject: Subject, store: Store) -> None:
    """Rows are counted per table and status."""
    expected = {table: dict(numbers) for table, numbers in NOTHING.items()}
    request = created(SchedulingRequest, store)
    expected["scheduling_requests"]["pending"] = 1
    rows: tuple[type[Row], ...] = (SchedulingRequest, SyncJob, WebhookEvent, ReconciliationJob)
    for row in rows:
        table = entity_of(row).table
        for n, status in enumerate(NOTHING[table], start=1):
            subject.load(row, [a_wire(row, status=status) for _ in range(n)])
            expected[table][status] += n
    for status, n in {"confirmed": 1, "rescheduled": 0, "cancelled": 3}.items():
        subject.load(Booking, [a_wire(Booking, request_id=request.id, status=status) for _ in range(n)])
        expected["bookings"][status] = n
    assert counts(store) == expected


def test_summary_counts_what_needs_attention(store: Store) -> None:
    """Requests with the flag are counted, whatever their status."""
    for status, flag in (("pending", True), ("cancelled", True), ("pending", False)):
        store.scheduling_requests.create(a_request(status=status, needs_attention=flag))
    assert store.ops_summary().needs_attention == 2


@each_queue
def test_summary_counts_what_a_claim_would_take(subject: Subject, store: Store, row: type[Row]) -> None:
    """Due are waiting rows whose time has come and expired leases, unless their attempts are used up."""
    waiting = states(row).waiting
    due: list[dict[str, Any]] = [
        {"status": waiting},
        {"status": waiting, "run_after": PAST},
        {"status": "processing", "run_after": PAST},
    ]
    not_due: list[dict[str, Any]] = [
        {"status": waiting, "run_after": FAR_FUTURE},
        {"status": "processing", "run_after": FAR_FUTURE},
        {"status": states(row).done, "run_after": PAST},
        {"status": "failed", "run_after": PAST},
        {"status": waiting, "run_after": PAST, "attempts": 3, "max_attempts": 3},
        {"status": "processing", "run_after": PAST, "attempts": 3, "max_attempts": 3},
    ]
    created(row, store, **due[0])
    subject.load(row, [a_wire(row, **values) for values in [*due[1:], *not_due]])
    expected = {entity_of(kind).table: 0 for kind in QUEUES} | {entity_of(row).table: len(due)}
    assert dict(store.ops_summary().due) == expected
    assert len(queue(store, row).claim()) == len(due)
    assert store.ops_summary().due[entity_of(row).table] == 0


@each_queue
def test_summary_counts_last_attempts(store: Store, row: type[Row]) -> None:
    """A row with one attempt left is due."""
    created(row, store, run_after=PAST, attempts=2, max_attempts=3)
    assert store.ops_summary().due[entity_of(row).table] == 1


def test_summary_follows_the_flows(store: Store) -> None:
    """The summary shows what the flows did."""
    request = store.scheduling_requests.create(a_request())
    booking = store.book(a_booking(request), actor=COORDINATOR)
    store.webhook_events.receive(a_webhook_event())
    assert counts(store)["scheduling_requests"] == {**NOTHING["scheduling_requests"], "booked": 1}
    assert counts(store)["bookings"] == {**NOTHING["bookings"], "confirmed": 1}
    assert dict(store.ops_summary().due) == {"sync_jobs": 1, "webhook_events": 1, "reconciliation_jobs": 0}
    store.cancel(booking.id, actor=COORDINATOR)
    assert counts(store)["scheduling_requests"] == {**NOTHING["scheduling_requests"], "cancelled": 1}
    assert counts(store)["bookings"] == {**NOTHING["bookings"], "cancelled": 1}
    assert store.ops_summary().due["sync_jobs"] == 2
    (event,) = store.webhook_events.claim()
    store.webhook_events.complete(event.id, event.attempts)
    assert counts(store)["webhook_events"] == {**NOTHING["webhook_events"], "processed": 1}


def test_summary_sees_other_clients(subject: Subject, store: Store) -> None:
    """The summary counts what other clients wrote."""
    request = store.scheduling_requests.create(a_request())
    with subject.another_client() as other:
        other.scheduling_requests.update(request.id, changes(SchedulingRequest, needs_attention=True))
        assert store.ops_summary().needs_attention == 1
