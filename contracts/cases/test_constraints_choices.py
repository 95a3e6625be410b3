"""Constraints: a column with choices takes each of them and nothing else."""

from typing import Any

import pytest

from contracts.builders import a_new, changes, created
from contracts.case import strict
from contracts.entities import mutable, repository
from contracts.expect import refused
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.errors import InvalidValue
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

CHOICES: tuple[tuple[type[Row], str, tuple[str, ...]], ...] = (
    (SchedulingRequest, "interview_type", ("phone_screen", "hm_screen", "onsite", "final")),
    (SchedulingRequest, "status", ("pending", "booked", "rescheduled", "cancelled", "expired")),
    (Booking, "status", ("confirmed", "rescheduled", "cancelled")),
    (AuditLog, "actor_type", ("coordinator", "candidate", "system")),
    (SyncJob, "type", ("icims_note",)),
    (SyncJob, "entity_type", ("scheduling_request", "booking")),
    (SyncJob, "status", ("pending", "processing", "completed", "failed")),
    (WebhookEvent, "status", ("received", "processing", "processed", "failed")),
    (
        ReconciliationJob,
        "job_type",
        ("icims_note_missing", "calendar_event_missing", "state_mismatch"),
    ),
    (ReconciliationJob, "entity_type", ("scheduling_request", "booking")),
    (
        ReconciliationJob,
        "status",
        ("pending", "processing", "completed", "failed", "requires_attention"),
    ),
)
NAMES = [f"{entity_of(row).table}-{name}" for row, name, _ in CHOICES]
each_choice_column = pytest.mark.parametrize(("row", "name", "choices"), CHOICES, ids=NAMES)
each_choice = pytest.mark.parametrize(
    ("row", "name", "choice"),
    [(row, name, choice) for row, name, choices in CHOICES for choice in choices],
    ids=[f"{entity_of(row).table}-{name}-{choice}" for row, name, choices in CHOICES for choice in choices],
)
each_mutable_choice_column = pytest.mark.parametrize(
    ("row", "name", "choices"),
    [item for item in CHOICES if item[0] is not AuditLog],
    ids=[name for name in NAMES if not name.startswith("audit_logs")],
)


def wrong(choices: tuple[str, ...]) -> list[str]:
    """Name texts that are none of the choices, but look like one."""
    first = choices[0]
    return ["", "other", "NULL", first.upper(), first.capitalize(), f" {first}", f"{first} ", first[:-1]]


@each_choice
def test_choice_is_accepted(subject: Subject, store: Store, row: type[Row], name: str, choice: str) -> None:
    """Each accepted value of the column is stored as it is."""
    made = created(row, store, **{name: choice})
    assert getattr(made, name) == choice
    assert in_store(subject, made) == expected_in_store(subject, made)


@each_mutable_choice_column
def test_choice_is_accepted_on_update(
    store: Store, row: type[Row], name: str, choices: tuple[str, ...]
) -> None:
    """A client may change the column to each accepted value."""
    made = created(row, store)
    for choice in choices:
        assert getattr(mutable(store, row).update(made.id, changes(row, **{name: choice})), name) == choice


@each_choice_column
def test_other_value_is_refused(store: Store, row: type[Row], name: str, choices: tuple[str, ...]) -> None:
    """Another text is refused on create: a wrong word, a wrong case, a blank too many, the empty text."""
    for value in wrong(choices):
        with refused(InvalidValue):
            repository(store, row).create(a_new(row, store, **{name: value}))
    assert repository(store, row).count() == 0


@each_mutable_choice_column
def test_other_value_is_refused_on_update(
    store: Store, row: type[Row], name: str, choices: tuple[str, ...]
) -> None:
    """Another text is refused on update, and the row stays."""
    made = created(row, store)
    for value in wrong(choices):
        with refused(InvalidValue):
            mutable(store, row).update(made.id, changes(row, **{name: value}))
    assert repository(store, row).get(made.id) == made


@strict
@each_choice_column
def test_refusal_names_the_constraint(
    store: Store, row: type[Row], name: str, choices: tuple[str, ...]
) -> None:
    """The refusal names the CHECK of the column."""
    constraint = f"{entity_of(row).table}_{name}_check"
    with refused(InvalidValue, constraint):
        repository(store, row).create(a_new(row, store, **{name: choices[0].upper()}))


@strict
@each_mutable_choice_column
def test_refusal_names_the_constraint_on_update(
    store: Store, row: type[Row], name: str, choices: tuple[str, ...]
) -> None:
    """The refusal of a patch names the CHECK of the column."""
    constraint = f"{entity_of(row).table}_{name}_check"
    made = created(row, store)
    with refused(InvalidValue, constraint):
        mutable(store, row).update(made.id, changes(row, **{name: choices[0].upper()}))


@strict
@pytest.mark.parametrize("value", [1, True, ["pending"]], ids=["integer", "boolean", "list"])
def test_choice_is_a_text(store: Store, value: Any) -> None:
    """What is no text is refused by its type, with the column's name."""
    with refused(InvalidValue, "status"):
        repository(store, SchedulingRequest).create(a_new(SchedulingRequest, store, status=value))
