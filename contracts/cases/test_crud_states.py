"""Create, update, delete: a status or a flag is a value like any other, and takes nothing else along."""

from typing import Any

import pytest

from contracts.builders import (
    COORDINATOR,
    NOON,
    a_booking,
    a_new,
    a_reconciliation_job,
    a_request,
    a_sync_job,
    changes,
    created,
)
from contracts.case import strict
from contracts.entities import MUTABLE, each_mutable_entity, mutable, repository
from contracts.expect import every, refused
from contracts.stored import everything, seen
from contracts.subject import Subject
from contracts.workers import a_tick
from harness.adapters.protocol import Store
from harness.errors import Conflict
from harness.models import Booking, Column, ColumnType, Row, SchedulingRequest, entity_of

_SAMPLES: dict[ColumnType, Any] = {ColumnType.TEXT: "filled", ColumnType.TIMESTAMPTZ: NOON}


def optional(row: type[Row]) -> list[Column]:
    """Return the columns that may be empty."""
    return [column for column in entity_of(row).columns if column.nullable]


def a_scene(store: Store, row: type[Row], *, filled: bool, **values: Any) -> Any:
    """Create a row, all that may be empty filled or not, and rows that refer to it or that it refers to."""
    given: dict[str, Any] = {column.name: _SAMPLES[column.type] for column in optional(row) if filled}
    if entity_of(row).queue is not None:
        given |= {"attempts": 1, "max_attempts": 2}
    made: Any
    if row is Booking:
        request = store.scheduling_requests.create(a_request(status="booked", needs_attention=filled))
        made = store.bookings.create(a_booking(request, **{**given, **values}))
    else:
        made = created(row, store, **{**given, **values})
    named = [made.id]
    if row is SchedulingRequest:
        named.append(store.bookings.create(a_booking(made)).id)
    for id_ in named:
        store.sync_jobs.create(a_sync_job(entity_id=str(id_)))
        store.reconciliation_jobs.create(a_reconciliation_job(entity_id=str(id_)))
    return made


def values_of(row: type[Row]) -> list[tuple[str, Any]]:
    """Return the values of all columns with choices, and of the flags."""
    return [step for name, choices in _choices(row).items() for step in ((name, one) for one in choices)]


def turns(row: type[Row]) -> list[tuple[str, Any]]:
    """Return the values in an order in which each of a column follows each, itself included."""
    return [
        (name, value)
        for name, choices in _choices(row).items()
        for number, first in enumerate(choices)
        for value in (first, first, *(one for other in choices[number + 1 :] for one in (other, first)))
    ]


def _choices(row: type[Row]) -> dict[str, tuple[Any, ...]]:
    flags = {one.name: (True, False) for one in entity_of(row).columns if one.type is ColumnType.BOOLEAN}
    return {**flags, **{one.name: one.choices for one in entity_of(row).columns if one.choices is not None}}


@each_mutable_entity
@pytest.mark.parametrize("filled", [True, False], ids=["filled", "bare"])
def test_update_takes_nothing_along(subject: Subject, store: Store, row: type[Row], *, filled: bool) -> None:
    """From each status and flag to each other, an update changes that column and the time, alone."""
    made = a_scene(store, row, filled=filled)
    table, before = entity_of(row).table, everything(subject)
    with every() as about:
        for name, value in turns(row):
            a_tick()
            with about(f"{name}={value}"):
                assert (
                    getattr(mutable(store, row).update(made.id, changes(row, **{name: value})), name) == value
                )
                after = everything(subject)
                (old,) = (one for one in before[table] if one["id"] == str(made.id))
                (new,) = (one for one in after[table] if one["id"] == str(made.id))
                assert new == {**old, name: value, "updated_at": new["updated_at"]}
                assert new["updated_at"] > old["updated_at"]
                rest = {**after, table: [old if one is new else one for one in after[table]]}
                assert rest == before
            before = after


@each_mutable_entity
@pytest.mark.parametrize("filled", [True, False], ids=["filled", "bare"])
def test_same_value_again(subject: Subject, store: Store, row: type[Row], *, filled: bool) -> None:
    """An update with the value that a column has, None included, advances the time and no more."""
    made = a_scene(store, row, filled=filled)
    entity = entity_of(row)
    before = everything(subject)
    with every() as about:
        for name in [name for name in entity.by_name if name != "id" and name not in entity.assigned]:
            a_tick()
            with about(name):
                mutable(store, row).update(made.id, changes(row, **{name: getattr(made, name)}))
                after = everything(subject)
                (old,) = (one for one in before[entity.table] if one["id"] == str(made.id))
                (new,) = (one for one in after[entity.table] if one["id"] == str(made.id))
                assert new["updated_at"] > old["updated_at"]
                # What the store assigned comes back at the resolution at which it was read.
                was, is_now = seen(subject, row, old), seen(subject, row, new)
                assert is_now == {**was, "updated_at": is_now["updated_at"]}
                rest = {**after, entity.table: [old if one is new else one for one in after[entity.table]]}
                assert rest == before
            before = after


@each_mutable_entity
def test_create_takes_nothing_along(subject: Subject, store: Store, row: type[Row]) -> None:
    """Created in each status and with each flag, a row has what was given and else its defaults."""
    entity = entity_of(row)
    plain = created(row, store)
    loose = {"id", "request_id", *entity.assigned, *(name for one in entity.uniques for name in one.columns)}
    loose |= {c.name for c in entity.columns if c.type is ColumnType.TIMESTAMPTZ and not c.nullable}
    loose |= {"public_token", "entity_id"}
    with every() as about:
        for name, value in values_of(row):
            with about(f"{name}={value}"):
                new = a_new(row, store, **{name: value})
                before = everything(subject)
                a_tick()
                made = repository(store, row).create(new)
                kept = entity.by_name.keys() - loose - {name}
                assert {k: getattr(made, k) for k in kept} == {k: getattr(plain, k) for k in kept}
                assert getattr(made, name) == value
                after = everything(subject)
                after[entity.table] = [one for one in after[entity.table] if one["id"] != str(made.id)]
                assert after == before


def test_delete_takes_nothing_along(subject: Subject, store: Store) -> None:
    """Deleting a row leaves the jobs that name it, and the request of a booking, as they were."""
    with every() as about:
        for row in MUTABLE:
            made = a_scene(store, row, filled=True)
            before = everything(subject)
            mutable(store, row).delete(made.id)
            after = everything(subject)
            gone = {str(made.id)}
            for table, rows in before.items():
                with about(f"{entity_of(row).table}: {table}"):
                    cascaded = table == "bookings" and row is SchedulingRequest
                    left = [
                        one
                        for one in rows
                        if one["id"] not in gone and not (cascaded and one["request_id"] in gone)
                    ]
                    assert after[table] == left


def test_request_and_booking_are_separate(subject: Subject, store: Store) -> None:
    """A request that was booked, and its booking, are each updated and deleted without the other."""
    booking = store.book(a_booking(store.scheduling_requests.create(a_request())), actor=COORDINATOR)
    before = everything(subject)
    store.bookings.delete(booking.id)
    after = everything(subject)
    assert after["scheduling_requests"] == before["scheduling_requests"]
    assert after["sync_jobs"] == before["sync_jobs"]
    assert [{**one, "booking_id": None} for one in before["audit_logs"]] == after["audit_logs"]


@strict
def test_second_active_booking_by_update(store: Store) -> None:
    """An update that makes a second booking of a request active is refused by the index, not by a flow."""
    request = store.scheduling_requests.create(a_request())
    store.bookings.create(a_booking(request))
    over = store.bookings.create(a_booking(request, status="cancelled"))
    with refused(Conflict, "bookings_one_active_per_request"):
        store.bookings.update(over.id, changes(Booking, status="confirmed"))
    assert store.bookings.get(over.id) == over
