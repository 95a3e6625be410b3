"""Constraints: a required column is never NULL, whether it was forgotten or set to None."""

from uuid import uuid4

from contracts.builders import a_new, changes, created, without
from contracts.case import strict
from contracts.entities import each_entity, each_mutable_entity, mutable, repository
from contracts.expect import every, refused
from harness.adapters.protocol import Store
from harness.errors import InvalidValue
from harness.models import (
    AuditLog,
    Booking,
    New,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
)

REQUIRED: tuple[tuple[type[Row], str], ...] = (
    (SchedulingRequest, "candidate_name"),
    (SchedulingRequest, "candidate_email"),
    (SchedulingRequest, "req_title"),
    (SchedulingRequest, "interview_type"),
    (SchedulingRequest, "duration_minutes"),
    (SchedulingRequest, "interviewer_emails"),
    (SchedulingRequest, "organizer_email"),
    (SchedulingRequest, "window_start"),
    (SchedulingRequest, "window_end"),
    (SchedulingRequest, "candidate_timezone"),
    (SchedulingRequest, "public_token"),
    (SchedulingRequest, "public_token_hash"),
    (SchedulingRequest, "expires_at"),
    (Booking, "request_id"),
    (Booking, "scheduled_start"),
    (Booking, "scheduled_end"),
    (Booking, "booked_by"),
    (AuditLog, "action"),
    (AuditLog, "actor_type"),
    (SyncJob, "type"),
    (SyncJob, "entity_id"),
    (SyncJob, "entity_type"),
    (WebhookEvent, "event_id"),
    (WebhookEvent, "payload_hash"),
    (WebhookEvent, "event_type"),
    (WebhookEvent, "payload"),
    (WebhookEvent, "signature"),
    (ReconciliationJob, "job_type"),
    (ReconciliationJob, "entity_type"),
    (ReconciliationJob, "entity_id"),
    (ReconciliationJob, "detection_reason"),
)
DEFAULTED: tuple[tuple[type[Row], str], ...] = (
    (SchedulingRequest, "calendar_provider"),
    (SchedulingRequest, "status"),
    (SchedulingRequest, "needs_attention"),
    (Booking, "status"),
    (AuditLog, "payload"),
    (SyncJob, "attempts"),
    (SyncJob, "max_attempts"),
    (SyncJob, "status"),
    (SyncJob, "payload"),
    (SyncJob, "run_after"),
    (WebhookEvent, "provider"),
    (WebhookEvent, "verified"),
    (WebhookEvent, "status"),
    (WebhookEvent, "attempts"),
    (WebhookEvent, "max_attempts"),
    (WebhookEvent, "run_after"),
    (ReconciliationJob, "status"),
    (ReconciliationJob, "attempts"),
    (ReconciliationJob, "max_attempts"),
    (ReconciliationJob, "run_after"),
)


def required(row: type[Row]) -> list[str]:
    """Name the required columns without a default."""
    return [name for kind, name in REQUIRED if kind is row]


def defaulted(row: type[Row]) -> list[str]:
    """Name the required columns with a default."""
    return [name for kind, name in DEFAULTED if kind is row]


@each_entity
def test_left_out_is_refused(store: Store, row: type[Row]) -> None:
    """A row without a required column that has no default is refused."""
    with every() as about:
        for name in required(row):
            with about(name), refused(InvalidValue):
                repository(store, row).create(without(_a_new(row, store), name))
    assert repository(store, row).count() == 0


@strict
@each_entity
def test_left_out_names_the_column(store: Store, row: type[Row]) -> None:
    """The refusal of a row without a required column names the column."""
    with every() as about:
        for name in required(row):
            with about(name), refused(InvalidValue, name):
                repository(store, row).create(without(_a_new(row, store), name))


@each_entity
def test_none_is_refused(store: Store, row: type[Row]) -> None:
    """None in a required column is refused."""
    with every() as about:
        for name in required(row):
            with about(name), refused(InvalidValue):
                repository(store, row).create(_with_none(row, store, name))
    assert repository(store, row).count() == 0


@strict
@each_entity
def test_none_names_the_column(store: Store, row: type[Row]) -> None:
    """None in a required column is refused with the column's name, also if the column has a default."""
    with every() as about:
        for name in (*required(row), *defaulted(row)):
            with about(name), refused(InvalidValue, name):
                repository(store, row).create(_with_none(row, store, name))
    assert repository(store, row).count() == 0


@strict
@each_mutable_entity
def test_none_in_a_patch_names_the_column(store: Store, row: type[Row]) -> None:
    """A required column cannot be cleared by a patch; the row stays."""
    made = created(row, store)
    with every() as about:
        for name in (*required(row), *defaulted(row)):
            with about(name), refused(InvalidValue, name):
                mutable(store, row).update(made.id, changes(row, **{name: None}))
    assert repository(store, row).get(made.id) == made


def _a_new(row: type[Row], store: Store) -> New[Row]:
    """Build a new row; the request of a booking need not exist, for what is missing is reported first."""
    return a_new(row, store, **({"request_id": uuid4()} if row is Booking else {}))


def _with_none(row: type[Row], store: Store, name: str) -> New[Row]:
    """Build a new row with None in one column."""
    new = _a_new(row, store)
    return type(new)(**{**new.values, name: None})
