"""Constraints: a column with choices takes each of them and nothing else."""

from typing import Any

from contracts.builders import a_new, changes, created
from contracts.case import strict
from contracts.entities import ROWS, each_entity, each_mutable_entity, mutable, repository
from contracts.expect import every, refused
from contracts.stored import expected_in_store, seen
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
CHOSEN: dict[type[Row], dict[str, tuple[str, ...]]] = {
    row: {name: choices for kind, name, choices in CHOICES if kind is row} for row in ROWS
}


def wrong(choices: tuple[str, ...]) -> list[str]:
    """Name texts that are none of the choices, but look like one."""
    first = choices[0]
    return ["", "other", "NULL", first.upper(), first.capitalize(), f" {first}", f"{first} ", first[:-1]]


@each_entity
def test_choice_is_accepted(subject: Subject, store: Store, row: type[Row]) -> None:
    """Each accepted value of a column is stored as it is."""
    made: list[Row] = []
    parent = {"request_id": created(SchedulingRequest, store).id} if row is Booking else {}
    with every() as about:
        for name, choices in CHOSEN[row].items():
            for choice in choices:
                with about(f"{name} {choice}"):
                    values = {"status": "cancelled", **parent, name: choice} if parent else {name: choice}
                    made.append(created(row, store, **values))
                    assert getattr(made[-1], name) == choice
                    if parent and choice != "cancelled":
                        mutable(store, row).delete(made.pop().id)
    stored = {str(wire["id"]): seen(subject, row, dict(wire)) for wire in subject.stored_rows(row)}
    assert [stored[str(item.id)] for item in made] == [expected_in_store(subject, item) for item in made]


@each_mutable_entity
def test_choice_is_accepted_on_update(store: Store, row: type[Row]) -> None:
    """A client may change a column to each accepted value."""
    made = created(row, store)
    with every() as about:
        for name, choices in CHOSEN[row].items():
            for choice in choices:
                with about(f"{name} {choice}"):
                    after = mutable(store, row).update(made.id, changes(row, **{name: choice}))
                    assert getattr(after, name) == choice


@each_entity
def test_other_value_is_refused(store: Store, row: type[Row]) -> None:
    """Another text is refused on create: a wrong word, a wrong case, a blank too many, the empty text."""
    parent = {"request_id": created(SchedulingRequest, store).id} if row is Booking else {}
    before = repository(store, row).count()
    with every() as about:
        for name, choices in CHOSEN[row].items():
            for value in wrong(choices):
                with about(f"{name} {value!r}"), refused(InvalidValue):
                    repository(store, row).create(a_new(row, store, **parent, **{name: value}))
    assert repository(store, row).count() == before == 0


@each_mutable_entity
def test_other_value_is_refused_on_update(store: Store, row: type[Row]) -> None:
    """Another text is refused on update, and the row stays."""
    made = created(row, store)
    with every() as about:
        for name, choices in CHOSEN[row].items():
            for value in ("", "other", choices[0].upper(), f"{choices[0]} "):
                with about(f"{name} {value!r}"), refused(InvalidValue):
                    mutable(store, row).update(made.id, changes(row, **{name: value}))
    assert repository(store, row).get(made.id) == made


@strict
@each_entity
def test_refusal_names_the_constraint(store: Store, row: type[Row]) -> None:
    """The refusal names the CHECK of the column, on create and on update."""
    made = created(row, store)
    with every() as about:
        for name, choices in CHOSEN[row].items():
            constraint = f"{entity_of(row).table}_{name}_check"
            wrong_value = {name: choices[0].upper()}
            with about(f"{name} on create"), refused(InvalidValue, constraint):
                repository(store, row).create(a_new(row, store, **wrong_value))
            if row is not AuditLog:
                with about(f"{name} on update"), refused(InvalidValue, constraint):
                    mutable(store, row).update(made.id, changes(row, **wrong_value))


@strict
def test_choice_is_a_text(store: Store) -> None:
    """What is no text is refused by its type, with the column's name."""
    values: tuple[Any, ...] = (1, True, ["pending"])
    with every() as about:
        for value in values:
            with about(value), refused(InvalidValue, "status"):
                repository(store, SchedulingRequest).create(a_new(SchedulingRequest, store, status=value))
