"""Constraints: a required column is never NULL, whether it was forgotten or set to None."""

import pytest

from contracts.builders import a_new, changes, created, without
from contracts.case import strict
from contracts.entities import mutable, repository
from contracts.expect import refused
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
    entity_of,
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


def _ids(columns: tuple[tuple[type[Row], str], ...]) -> list[str]:
    return [f"{entity_of(row).table}-{name}" for row, name in columns]


each_required = pytest.mark.parametrize(("row", "name"), REQUIRED, ids=_ids(REQUIRED))
each_defaulted = pytest.mark.parametrize(("row", "name"), DEFAULTED, ids=_ids(DEFAULTED))
CHANGEABLE = tuple(item for item in (*REQUIRED, *DEFAULTED) if item[0] is not AuditLog)


@each_required
def test_left_out_is_refused(store: Store, row: type[Row], name: str) -> None:
    """A row without a required column that has no default is refused."""
    with refused(InvalidValue):
        repository(store, row).create(without(a_new(row, store), name))
    assert repository(store, row).count() == 0


@strict
@each_required
def test_left_out_names_the_column(store: Store, row: type[Row], name: str) -> None:
    """The refusal of a row without a required column names the column."""
    with refused(InvalidValue, name):
        repository(store, row).create(without(a_new(row, store), name))


@each_required
def test_none_is_refused(store: Store, row: type[Row], name: str) -> None:
    """None in a required column is refused."""
    with refused(InvalidValue):
        repository(store, row).create(_with_none(row, store, name))
    assert repository(store, row).count() == 0


@strict
@each_required
def test_none_names_the_column(store: Store, row: type[Row], name: str) -> None:
    """The refusal of None in a required column names the column."""
    with refused(InvalidValue, name):
        repository(store, row).create(_with_none(row, store, name))


@strict
@each_defaulted
def test_none_is_not_the_default(store: Store, row: type[Row], name: str) -> None:
    """None in a column with a default is refused with the column's name; left out, it is defaulted."""
    with refused(InvalidValue, name):
        repository(store, row).create(_with_none(row, store, name))
    assert repository(store, row).count() == 0


@strict
@pytest.mark.parametrize(("row", "name"), CHANGEABLE, ids=_ids(CHANGEABLE))
def test_none_in_a_patch_names_the_column(store: Store, row: type[Row], name: str) -> None:
    """A required column cannot be cleared by a patch; the row stays."""
    made = created(row, store)
    with refused(InvalidValue, name):
        mutable(store, row).update(made.id, changes(row, **{name: None}))
    assert repository(store, row).get(made.id) == made


def _with_none(row: type[Row], store: Store, name: str) -> New[Row]:
    """Build a new row with None in one column."""
    new = a_new(row, store)
    return type(new)(**{**new.values, name: None})
