"""Columns: each column of each entity is given, read, changed and kept, whatever its value."""

from datetime import timedelta
from typing import Any

from contracts.builders import NOON, a_new, changes, created
from contracts.entities import MUTABLE, QUEUES, each_entity, each_mutable_entity, mutable, repository
from contracts.expect import every
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.models import (
    AuditLog,
    Booking,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

HOUR = timedelta(hours=1)
WHOLE: dict[type[Row], dict[str, Any]] = {
    SchedulingRequest: {
        "application_id": "application-9",
        "candidate_name": 'Grace, "Amazing" O\'Hopper \\ {%} \N{ROCKET}',
        "candidate_email": "grace+1@example.org",
        "req_id": "null",
        "req_title": "(Rear Admiral)",
        "interview_type": "final",
        "duration_minutes": 7,
        "interviewer_emails": ("a,b@example.org", ""),
        "organizer_email": "jean@example.org",
        "calendar_provider": "google",
        "graph_tenant_id": "tenant-9",
        "window_start": NOON + HOUR,
        "window_end": NOON + 2 * HOUR,
        "candidate_timezone": "America/New_York",
        "public_token": "token-9",
        "public_token_hash": "hash-9",
        "expires_at": NOON + 3 * HOUR,
        "status": "expired",
        "needs_attention": True,
        "needs_attention_reason": "no slot fits",
        "created_by": "jean@example.org",
    },
    Booking: {
        "scheduled_start": NOON + HOUR,
        "scheduled_end": NOON + 2 * HOUR,
        "calendar_event_id": "event-9",
        "calendar_ical_uid": "uid-9",
        "conference_join_url": "https://meet.example.org/9?a=b&c=%2C",
        "icims_activity_id": "activity-9",
        "status": "rescheduled",
        "confirmed_at": NOON + 3 * HOUR,
        "cancelled_at": NOON + 4 * HOUR,
        "cancellation_reason": "ill, again",
        "booked_by": "grace@example.org",
    },
    AuditLog: {
        "action": "viewed \N{ROCKET}",
        "actor_type": "candidate",
        "actor_id": "grace@example.org",
        "payload": {"page": [9, None]},
    },
    SyncJob: {
        "type": "icims_note",
        "entity_id": "request-9",
        "entity_type": "scheduling_request",
        "attempts": 2,
        "max_attempts": 9,
        "status": "failed",
        "last_error": "HTTP 502: {}",
        "payload": {"note": [9, None]},
        "run_after": NOON + HOUR,
    },
    WebhookEvent: {
        "tenant_id": "tenant-9",
        "provider": "greenhouse",
        "event_id": "event-9",
        "payload_hash": "sha256:9",
        "event_type": "candidate.hired",
        "payload": [{"candidate": 9}],
        "signature": "v1=9",
        "verified": True,
        "status": "processed",
        "attempts": 2,
        "max_attempts": 9,
        "last_error": "HTTP 502: {}",
        "run_after": NOON + HOUR,
        "processed_at": NOON + 2 * HOUR,
    },
    ReconciliationJob: {
        "tenant_id": "tenant-9",
        "job_type": "calendar_event_missing",
        "entity_type": "scheduling_request",
        "entity_id": "request-9",
        "status": "requires_attention",
        "attempts": 2,
        "max_attempts": 9,
        "last_error": "HTTP 502: {}",
        "detection_reason": "seen by hand",
        "run_after": NOON + HOUR,
    },
}
"""A value for each column that a client sets, none of them its default; links are left to their cases."""
LEFT_OUT = {"id", "created_at", "updated_at", "booked_at", "request_id", "booking_id"}
EMPTY: dict[type[Row], dict[str, Any]] = {
    SchedulingRequest: {
        "needs_attention": False,
        "interviewer_emails": (),
        "created_by": "",
        "candidate_name": "",
        "calendar_provider": "",
    },
    Booking: {"booked_by": "", "cancellation_reason": "", "conference_join_url": ""},
    SyncJob: {"attempts": 0, "last_error": "", "payload": False},
    WebhookEvent: {"attempts": 0, "verified": False, "tenant_id": "", "payload": 0, "signature": ""},
    ReconciliationJob: {"attempts": 0, "last_error": "", "detection_reason": "", "tenant_id": ""},
}
"""Values that count as false in many languages, and are values like any other."""


def columns(row: Row, names: dict[str, Any]) -> dict[str, Any]:
    """Read some columns of a row."""
    return {name: getattr(row, name) for name in names}


@each_entity
def test_every_column_is_set_on_create(subject: Subject, store: Store, row: type[Row]) -> None:
    """A create stores the value of each column that a client may set."""
    made = created(row, store, **WHOLE[row])
    assert {name for name in vars(made) if name not in WHOLE[row]} <= LEFT_OUT
    assert columns(made, WHOLE[row]) == WHOLE[row]
    assert in_store(subject, made) == expected_in_store(subject, made)
    assert repository(store, row).get(made.id) == made
    assert repository(store, row).list().rows == (made,)


@each_mutable_entity
def test_every_column_is_changed_by_an_update(subject: Subject, store: Store, row: type[Row]) -> None:
    """An update changes each column that a client may set."""
    made = created(row, store)
    after = mutable(store, row).update(made.id, changes(row, **WHOLE[row]))
    assert columns(after, WHOLE[row]) == WHOLE[row]
    assert in_store(subject, after) == expected_in_store(subject, after)
    assert repository(store, row).get(made.id) == after


def test_empty_values_are_values_on_create(subject: Subject, store: Store) -> None:
    """False, 0 and empty values that are given on create are stored, and no default takes their place."""
    with every() as about:
        for row, values in EMPTY.items():
            with about(entity_of(row).table):
                made = created(row, store, **values)
                assert columns(made, values) == values
                assert in_store(subject, made) == expected_in_store(subject, made)


def test_empty_values_are_values_on_update(subject: Subject, store: Store) -> None:
    """False, 0 and empty values in a patch are changes like any other."""
    with every() as about:
        for row, values in EMPTY.items():
            with about(entity_of(row).table):
                made = created(row, store, **WHOLE[row])
                after = mutable(store, row).update(made.id, changes(row, **values))
                assert columns(after, WHOLE[row]) == {**WHOLE[row], **values}
                assert in_store(subject, after) == expected_in_store(subject, after)


def test_new_job_is_due_from_its_creation_on(store: Store) -> None:
    """The default of run_after is the moment of creation."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                made: Any = created(row, store)
                assert made.run_after == made.created_at


def test_whole_row_is_kept_by_a_small_patch(store: Store) -> None:
    """A patch of one column keeps every other column of a row that has a value in each."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = repository(store, row).create(a_new(row, store, **WHOLE[row]))
                after = mutable(store, row).update(made.id, changes(row, status=_another_status(row)))
                expected = {**columns(made, vars(made)), "status": _another_status(row)}
                actual = columns(after, vars(after))
                assert {**actual, "updated_at": None} == {**expected, "updated_at": None}


def _another_status(row: type[Row]) -> str:
    return "cancelled" if row in {SchedulingRequest, Booking} else "processing"
