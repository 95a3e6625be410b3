"""Errors: whatever went wrong, no message repeats what a row or an argument held."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from contracts.builders import (
    NOON,
    a_booking,
    a_delivery,
    a_request,
    a_sync_job,
    a_webhook_event,
    an_audit_log,
    changes,
    created,
)
from contracts.case import needs, strict
from contracts.expect import chain, every, raised
from contracts.flows import a_booked
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Actor, Store
from harness.adapters.queries import Order, where
from harness.models import AuditLog, Booking, SchedulingRequest, SyncJob, WebhookEvent

SECRET = "tok-5d1f0c7e-do-not-log"  # noqa: S105 - what no message may repeat
SPOILED = f"{SECRET}\x00"
SURROGATE = f"{SECRET}\ud800"
Attempts = dict[str, Callable[[], object]]


def check(attempts: Attempts) -> None:
    """Expect each attempt to be refused by an error that keeps the secret, as do all that it came from."""
    with every() as about:
        for name, attempt in attempts.items():
            with about(name):
                for error in chain(raised(attempt)):
                    said = f"{error} {error!r} {error.args!r} {vars(error)!r}"
                    assert SECRET not in said, type(error)


@strict
def test_creates_keep_the_secret(store: Store) -> None:
    """No refusal of a create repeats a value of the row."""
    store.scheduling_requests.create(a_request(public_token_hash=SECRET))
    requests, jobs = store.scheduling_requests, store.sync_jobs
    secret: dict[str, Any] = {"candidate_name": SECRET, "public_token": SECRET}
    check(
        {
            "left out": lambda: requests.create(a_request(**secret, duration_minutes=None)),
            "choice": lambda: requests.create(a_request(**secret, interview_type=SECRET)),
            "bounds": lambda: requests.create(a_request(**secret, duration_minutes=0)),
            "window": lambda: requests.create(a_request(**secret, window_end=NOON)),
            "size": lambda: requests.create(a_request(candidate_email=SECRET * 99)),
            "unique": lambda: requests.create(a_request(**secret, public_token_hash=SECRET)),
            "reference": lambda: store.audit_logs.create(
                an_audit_log(request_id=uuid4(), action=SECRET, payload={"token": SECRET})
            ),
            "nul": lambda: requests.create(a_request(candidate_name=SPOILED)),
            "surrogate": lambda: requests.create(a_request(candidate_name=SURROGATE)),
            "list": lambda: requests.create(a_request(interviewer_emails=[SECRET, SPOILED])),
            "document": lambda: jobs.create(a_sync_job(payload={SECRET: [SURROGATE]})),
            "key": lambda: jobs.create(a_sync_job(payload={SPOILED: SECRET})),
            "integer": lambda: requests.create(a_request(duration_minutes=SECRET)),
            "boolean": lambda: requests.create(a_request(needs_attention=SECRET)),
            "time": lambda: requests.create(a_request(expires_at=SECRET)),
            "link": lambda: store.audit_logs.create(an_audit_log(request_id=SECRET, actor_id=SECRET)),
        }
    )


@strict
@needs(Capability.CLIENT_IDS)
def test_refused_ids_keep_the_secret(store: Store) -> None:
    """No refusal of an id that the client chose repeats it, or a value of the row."""
    entry = created(AuditLog, store)
    check(
        {
            "primary key": lambda: store.audit_logs.create(
                an_audit_log(id=entry.id, action=SECRET, actor_id=SECRET)
            ),
            "id": lambda: store.bookings.create(a_booking(uuid4(), id=SECRET, booked_by=SECRET)),
        }
    )


@strict
def test_updates_keep_the_secret(store: Store) -> None:
    """No refusal of an update repeats the patch or the row that it was for."""
    store.scheduling_requests.create(a_request(public_token_hash=SECRET))
    request = store.scheduling_requests.create(a_request(candidate_name=SECRET, public_token=SECRET))
    booking = store.bookings.create(a_booking(request, booked_by=SECRET, cancellation_reason=SECRET))
    job = store.sync_jobs.create(a_sync_job(last_error=SECRET, entity_id=SECRET))

    def patch(**values: Any) -> Callable[[], object]:
        return lambda: store.scheduling_requests.update(request.id, changes(SchedulingRequest, **values))

    check(
        {
            "none": patch(req_title=None, created_by=SECRET),
            "choice": patch(status=SECRET),
            "bounds": patch(duration_minutes=-1),
            "half of a window": patch(window_end=NOON),
            "size": patch(candidate_email=SECRET * 99),
            "unique": patch(public_token_hash=SECRET),
            "nul": patch(candidate_name=SPOILED),
            "surrogate": patch(candidate_name=SURROGATE),
            "type": patch(duration_minutes=SECRET),
            "reference": lambda: store.bookings.update(booking.id, changes(Booking, request_id=uuid4())),
            "slot": lambda: store.bookings.update(booking.id, changes(Booking, scheduled_end=NOON)),
            "attempts": lambda: store.sync_jobs.update(job.id, changes(SyncJob, attempts=99)),
            "missing row": lambda: store.scheduling_requests.update(
                SECRET, changes(SchedulingRequest, candidate_name=SECRET)
            ),
        }
    )


@strict
def test_reads_keep_the_secret(store: Store) -> None:
    """No refusal of a read repeats what was asked for."""
    requests = store.scheduling_requests

    def listed(field: str, operator: Any, value: Any) -> Callable[[], object]:
        return lambda: requests.list(where=[where(field, operator, value)])

    check(
        {
            "token": lambda: requests.get_by_token_hash(SPOILED),
            "equal": listed("candidate_name", "eq", SURROGATE),
            "member": listed("candidate_name", "in", [SECRET, SPOILED]),
            "long": listed("candidate_name", "eq", SECRET * 200),
            "integer": listed("duration_minutes", "eq", SECRET),
            "range": listed("expires_at", "lt", SECRET),
            "is_null": listed("created_by", "is_null", SECRET),
            "operator": listed("created_by", SECRET, "x"),
            "cursor": lambda: requests.list(cursor=SECRET),
            "order": lambda: requests.list(order=Order("created_at", SECRET)),  # type: ignore[arg-type]  # the case is about it
        }
    )


@strict
def test_flows_and_queues_keep_the_secret(store: Store) -> None:
    """No refusal of a flow, of a queue or of a delivery repeats what it was given or what is stored."""
    booking = a_booked(store)
    request = store.scheduling_requests.create(a_request(candidate_name=SECRET))
    secret = Actor("coordinator", SECRET)
    job = store.sync_jobs.create(a_sync_job(entity_id=SECRET, payload={"token": SECRET}, last_error=SECRET))
    store.webhook_events.receive(a_delivery(event_id=SECRET, signature=SECRET))
    events = store.webhook_events

    def book(actor: Actor = secret, **values: Any) -> Callable[[], object]:
        return lambda: store.book(a_booking(request, booked_by=SECRET, **values), actor=actor)

    check(
        {
            "slot": book(scheduled_end=NOON - timedelta(hours=1)),
            "actor": book(actor=Actor(SECRET, SECRET)),  # type: ignore[arg-type]  # the case is about it
            "actor id": book(actor=Actor("system", SPOILED)),
            "left out": book(scheduled_start=None),
            "text": book(calendar_event_id=SPOILED),
            "set by the flow": book(cancellation_reason=SECRET),
            "state": lambda: store.book(a_booking(booking.request_id, booked_by=SECRET), actor=secret),
            "missing": lambda: store.cancel(SECRET, reason=SECRET, actor=secret),
            "reason": lambda: store.cancel(booking.id, reason=SPOILED, actor=secret),
            "stale claim": lambda: store.sync_jobs.complete(job.id, 7),
            "stale failure": lambda: store.sync_jobs.fail(job.id, 7, error=SECRET),
            "error": lambda: store.sync_jobs.fail(job.id, 1, error=SPOILED),
            "missing job": lambda: store.sync_jobs.fail(SECRET, 1, error=SECRET),
            "other hash": lambda: events.receive(a_delivery(event_id=SECRET, payload_hash=SECRET)),
            "other tenant": lambda: events.receive(a_delivery(event_id=SECRET, tenant_id=SECRET)),
            "event": lambda: events.receive(a_delivery(event_id=SPOILED)),
            "event size": lambda: events.receive(a_delivery(event_id=SECRET * 99)),
            "event type": lambda: events.receive(a_delivery(event_type=None, signature=SECRET)),
            "event payload": lambda: events.receive(a_webhook_event(payload={SECRET: SURROGATE})),
            "event status": lambda: events.update(
                store.webhook_events.list().rows[0].id, changes(WebhookEvent, status=SECRET)
            ),
        }
    )
