"""Values of new rows: data that does not matter comes from here, data that matters stands in the case.

Columns with a default are left out, so that a case sees the store's default
unless it names the column. Times are whole milliseconds, so that they
survive at any declared resolution.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from contracts.entities import repository
from harness.adapters.codec import encode_value
from harness.adapters.protocol import Actor, Store
from harness.models import (
    NEW_ID,
    NOW,
    AuditLog,
    Booking,
    BookingPatch,
    Column,
    New,
    NewAuditLog,
    NewBooking,
    NewReconciliationJob,
    NewSchedulingRequest,
    NewSyncJob,
    NewWebhookEvent,
    Patch,
    ReconciliationJob,
    ReconciliationJobPatch,
    Row,
    SchedulingRequest,
    SchedulingRequestPatch,
    SyncJob,
    SyncJobPatch,
    WebhookEvent,
    WebhookEventPatch,
    entity_of,
)

__all__ = [
    "COORDINATOR",
    "FAR_FUTURE",
    "NOON",
    "PAST",
    "UNRELATED",
    "a_booking",
    "a_delivery",
    "a_new",
    "a_patch",
    "a_reconciliation_job",
    "a_request",
    "a_sync_job",
    "a_webhook_event",
    "a_wire",
    "an_audit_log",
    "changes",
    "created",
    "wires",
    "without",
]

R = TypeVar("R", bound=Row)

PAST = datetime(2020, 1, 15, 12, tzinfo=UTC)
NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)
FAR_FUTURE = datetime(2099, 12, 31, tzinfo=UTC)
COORDINATOR = Actor("coordinator", "coordinator-7")


def a_request(**overrides: Any) -> NewSchedulingRequest:
    """Build a pending request with a token of its own, whose link does not expire."""
    token = uuid4().hex
    values = {
        "candidate_name": "Ada Lovelace",
        "candidate_email": "ada@example.org",
        "req_title": "Analyst",
        "interview_type": "phone_screen",
        "duration_minutes": 45,
        "interviewer_emails": ["charles@example.org"],
        "organizer_email": "mary@example.org",
        "window_start": NOON,
        "window_end": NOON + timedelta(days=7),
        "candidate_timezone": "Europe/London",
        "public_token": token,
        "public_token_hash": f"sha256:{token}",
        "expires_at": FAR_FUTURE,
    }
    return NewSchedulingRequest(**{**values, **overrides})


def a_booking(request: SchedulingRequest | UUID, **overrides: Any) -> NewBooking:
    """Build a booking of half an hour for a request."""
    values = {
        "request_id": request.id if isinstance(request, SchedulingRequest) else request,
        "scheduled_start": NOON,
        "scheduled_end": NOON + timedelta(minutes=30),
        "booked_by": "ada@example.org",
    }
    return NewBooking(**{**values, **overrides})


def an_audit_log(**overrides: Any) -> NewAuditLog:
    """Build an audit entry that links to nothing."""
    return NewAuditLog(**{"action": "viewed", "actor_type": "system", **overrides})


def a_sync_job(**overrides: Any) -> NewSyncJob:
    """Build a job for iCIMS."""
    values = {"type": "icims_note", "entity_id": str(uuid4()), "entity_type": "booking"}
    return NewSyncJob(**{**values, **overrides})


def a_webhook_event(**overrides: Any) -> NewWebhookEvent:
    """Build an event that nobody sent before."""
    values = {
        "event_id": f"evt-{uuid4()}",
        "payload_hash": "sha256:5feceb66",
        "event_type": "candidate.updated",
        "payload": {"candidate": 17},
        "signature": "v1=c0ffee",
    }
    return NewWebhookEvent(**{**values, **overrides})


def a_delivery(**overrides: Any) -> NewWebhookEvent:
    """Build a delivery of the event evt-1 of tenant-1: the same one each time."""
    same = {"event_id": "evt-1", "tenant_id": "tenant-1", "payload_hash": "hash-1"}
    return a_webhook_event(**{**same, **overrides})


def a_reconciliation_job(**overrides: Any) -> NewReconciliationJob:
    """Build a repair of one booking."""
    values = {
        "job_type": "state_mismatch",
        "entity_type": "booking",
        "entity_id": str(uuid4()),
        "detection_reason": "nightly comparison",
    }
    return NewReconciliationJob(**{**values, **overrides})


_BUILDERS: Mapping[type[Row], Callable[..., New[Any]]] = {
    SchedulingRequest: a_request,
    AuditLog: an_audit_log,
    SyncJob: a_sync_job,
    WebhookEvent: a_webhook_event,
    ReconciliationJob: a_reconciliation_job,
}
_PATCHES: Mapping[type[Row], type[Patch[Any]]] = {
    SchedulingRequest: SchedulingRequestPatch,
    Booking: BookingPatch,
    SyncJob: SyncJobPatch,
    WebhookEvent: WebhookEventPatch,
    ReconciliationJob: ReconciliationJobPatch,
}
_CHANGES: Mapping[type[Row], Mapping[str, Any]] = {
    SchedulingRequest: {"candidate_name": "Grace Hopper"},
    Booking: {"calendar_event_id": "event-2"},
    SyncJob: {"last_error": "iCIMS answered 502"},
    WebhookEvent: {"last_error": "no such candidate"},
    ReconciliationJob: {"last_error": "calendar is down"},
}


UNRELATED: Mapping[type[Row], Mapping[str, tuple[Any, Any]]] = {
    SchedulingRequest: {
        "candidate_name": ("a", "b"),
        "needs_attention": (True, False),
        "req_title": ("a", "b"),
    },
    Booking: {"calendar_event_id": ("a", "b"), "conference_join_url": ("a", "b"), "booked_by": ("a", "b")},
    SyncJob: {"last_error": ("a", "b"), "payload": ({"n": 1}, {"n": 2}), "entity_id": ("a", "b")},
    WebhookEvent: {"last_error": ("a", "b"), "verified": (True, False), "event_type": ("a", "b")},
    ReconciliationJob: {"last_error": ("a", "b"), "detection_reason": ("a", "b"), "tenant_id": ("a", "b")},
}
"""Columns of each entity that nothing connects, with two values each, for writers that meet in one row."""


def a_new(row: type[R], store: Store, **overrides: Any) -> New[R]:
    """Build the values of a new row of any entity; parents that it needs are created first."""
    if row is not Booking:
        return cast("New[R]", _BUILDERS[row](**overrides))
    if "request_id" not in overrides:
        overrides["request_id"] = store.scheduling_requests.create(a_request()).id
    return cast("New[R]", a_booking(overrides["request_id"], **overrides))


def created(row: type[R], store: Store, **overrides: Any) -> R:
    """Create a row of any entity, parents included."""
    return repository(store, row).create(a_new(row, store, **overrides))


def changes(row: type[R], **values: Any) -> Patch[R]:
    """Build a patch of any entity that can be changed."""
    return _PATCHES[row](**values)


def a_patch(row: type[R]) -> Patch[R]:
    """Build a patch that changes one column of a row from a builder."""
    return changes(row, **_CHANGES[row])


def a_wire(row: type[Row], **overrides: Any) -> dict[str, Any]:
    """Build the wire form of a whole row for `Subject.load`, written and due at `PAST` unless overridden.

    A booking needs its ``request_id``.
    """
    new = a_booking(overrides["request_id"]) if row is Booking else _BUILDERS[row]()
    values = {**new.values, **overrides}
    return {
        column.name: None if value is None else encode_value(column, value)
        for column in entity_of(row).columns
        for value in [values[column.name] if column.name in values else _default(column)]
    }


def wires(row: type[Row], n: int, **overrides: Any) -> list[dict[str, Any]]:
    """Build the wire forms of n rows that differ in nothing but their keys."""
    one = a_wire(row, **overrides)
    columns = entity_of(row).by_name
    unique = {name for unique in entity_of(row).uniques for name in unique.columns}
    keys = [name for name in unique if columns[name].references is None and columns[name].default is None]
    return [{**one, **{name: f"{one[name]}-{k}" for name in keys}, "id": str(uuid4())} for k in range(n)]


def _default(column: Column) -> Any:
    if column.default is NOW:
        return PAST
    if column.default is NEW_ID:
        return uuid4()
    return None if column.default is None else column.default.value


def without(new: New[R], *names: str) -> New[R]:
    """Return the same values without some columns."""
    return type(new)(**{name: value for name, value in new.values.items() if name not in names})
