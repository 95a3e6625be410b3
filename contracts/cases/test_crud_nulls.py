"""Explicit None clears, absent leaves: for every nullable column."""

from datetime import UTC, datetime
from typing import Any

from contracts.builders import a_patch, changes, created
from contracts.case import strict
from contracts.entities import MUTABLE, each_mutable_entity, mutable, repository
from contracts.expect import every, refused
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.errors import InvalidValue
from harness.models import (
    Booking,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

MOMENT = datetime(2026, 5, 17, 8, 30, tzinfo=UTC)
NULLABLE: tuple[tuple[type[Row], str, Any], ...] = (
    (SchedulingRequest, "application_id", "app-1"),
    (SchedulingRequest, "req_id", "req-1"),
    (SchedulingRequest, "graph_tenant_id", "tenant-1"),
    (SchedulingRequest, "needs_attention_reason", "no slot fits"),
    (SchedulingRequest, "created_by", "mary@example.org"),
    (Booking, "calendar_event_id", "event-1"),
    (Booking, "calendar_ical_uid", "uid-1"),
    (Booking, "conference_join_url", "https://meet.example.org/1"),
    (Booking, "icims_activity_id", "activity-1"),
    (Booking, "confirmed_at", MOMENT),
    (Booking, "cancelled_at", MOMENT),
    (Booking, "cancellation_reason", "ill"),
    (SyncJob, "last_error", "timeout"),
    (WebhookEvent, "tenant_id", "tenant-1"),
    (WebhookEvent, "last_error", "timeout"),
    (WebhookEvent, "processed_at", MOMENT),
    (ReconciliationJob, "tenant_id", "tenant-1"),
    (ReconciliationJob, "last_error", "timeout"),
)


def nullable(row: type[Row]) -> dict[str, Any]:
    """Return a value for each nullable column of an entity."""
    return {name: value for kind, name, value in NULLABLE if kind is row}


@each_mutable_entity
def test_set_on_create(subject: Subject, store: Store, row: type[Row]) -> None:
    """A nullable column that is given on create is stored."""
    values = nullable(row)
    made = created(row, store, **values)
    assert {name: getattr(made, name) for name in values} == values
    assert in_store(subject, made) == expected_in_store(subject, made)


@each_mutable_entity
def test_explicit_none_on_create(store: Store, row: type[Row]) -> None:
    """None on create is NULL, as if the column had been left out."""
    nothing = dict.fromkeys(nullable(row))
    made = created(row, store, **nothing)
    assert {name: getattr(made, name) for name in nothing} == nothing
    assert repository(store, row).get(made.id) == made


@each_mutable_entity
def test_absent_leaves_and_none_clears(store: Store, row: type[Row]) -> None:
    """A patch sets what it names; a patch that leaves it out keeps it; a patch with None clears it."""
    values = nullable(row)
    made = created(row, store)
    whole: Any = mutable(store, row).update(made.id, changes(row, **values))
    assert {name: getattr(whole, name) for name in values} == values
    kept: Any = mutable(store, row).update(made.id, changes(row, **_another_change(row)))
    assert {name: getattr(kept, name) for name in values} == values
    left = dict(values)
    with every() as about:
        for name in values:
            with about(name):
                left[name] = None
                kept = mutable(store, row).update(made.id, changes(row, **{name: None}))
                assert {other: getattr(kept, other) for other in values} == left
    assert repository(store, row).get(made.id) == kept


@each_mutable_entity
def test_none_for_a_required_column_changes_nothing(store: Store, row: type[Row]) -> None:
    """None where a value is required refuses the whole patch."""
    made = created(row, store)
    with refused(InvalidValue):
        mutable(store, row).update(made.id, changes(row, **{**a_patch(row).values, "status": None}))
    assert repository(store, row).get(made.id) == made


@strict
def test_none_for_a_required_column_names_it(store: Store) -> None:
    """The refusal of None names the column, although it has a default."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                with refused(InvalidValue, "status"):
                    mutable(store, row).update(made.id, changes(row, status=None))


def _another_change(row: type[Row]) -> dict[str, Any]:
    """Name a change of a required column."""
    if row is SchedulingRequest:
        return {"candidate_name": "Grace Hopper"}
    return {"status": "cancelled"} if row is Booking else {"max_attempts": 9}
