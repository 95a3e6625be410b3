"""created_at and updated_at: assigned by the store, one for ever, the other with every change."""

from typing import Any

from psycopg import sql

from contracts.builders import (
    COORDINATOR,
    NOON,
    a_booking,
    a_new,
    a_patch,
    a_request,
    a_webhook_event,
    changes,
    created,
)
from contracts.case import needs, strict
from contracts.entities import (
    MUTABLE,
    ROWS,
    each_mutable_entity,
    each_queue,
    mutable,
    queue,
    repository,
)
from contracts.expect import every, refused
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from contracts.workers import a_tick, clients, together
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import InvalidValue, StoreError
from harness.models import Booking, Row, entity_of


def created_time(row: Row) -> Any:
    """Return the time of creation: bookings call it booked_at."""
    return getattr(row, entity_of(type(row)).created)


def updated_time(row: Row | None) -> Any:
    """Return the time of the last change."""
    assert row is not None
    return getattr(row, "updated_at")  # noqa: B009 - the five classes share no base with the column


def test_equal_on_create(store: Store) -> None:
    """A new row was created when it was last changed."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                assert created_time(made) == updated_time(made)


def test_booking_is_booked_when_created(store: Store) -> None:
    """A booking has booked_at for created_at."""
    booking = created(Booking, store)
    assert booking.booked_at == booking.updated_at
    assert not hasattr(booking, "created_at")


def test_creation_times_follow_the_order_of_creation(store: Store) -> None:
    """A row created later was not created earlier."""
    with every() as about:
        for row in ROWS:
            with about(entity_of(row).table):
                first = created(row, store)
                a_tick()
                second = created(row, store)
                assert created_time(first) < created_time(second)


@each_mutable_entity
def test_update_advances(store: Store, row: type[Row]) -> None:
    """Each update that was awaited advances updated_at, and never created_at."""
    made = created(row, store)
    seen = [updated_time(made)]
    for _ in range(3):
        a_tick()
        after = mutable(store, row).update(made.id, a_patch(row))
        seen.append(updated_time(after))
        assert created_time(after) == created_time(made)
    assert seen == sorted(set(seen))
    assert updated_time(repository(store, row).get(made.id)) == seen[-1]


@each_mutable_entity
def test_update_that_changes_no_value_advances(store: Store, row: type[Row]) -> None:
    """An update with the values that are already there advances updated_at, too."""
    made = created(row, store)
    first = mutable(store, row).update(made.id, a_patch(row))
    a_tick()
    second = mutable(store, row).update(made.id, a_patch(row))
    assert updated_time(second) > updated_time(first)


def test_update_advances_only_its_row(subject: Subject, store: Store) -> None:
    """The updated_at of other rows stays."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                one, other = created(row, store), created(row, store)
                a_tick()
                mutable(store, row).update(one.id, a_patch(row))
                assert in_store(subject, other) == expected_in_store(subject, other)


@needs(Capability.SERVER)
@each_mutable_entity
def test_every_path_of_writing_advances(subject: Subject, store: Store, row: type[Row]) -> None:
    """An update by another client of the database advances updated_at, and cannot set it."""
    made = created(row, store)
    a_tick()
    with subject.connect() as session:
        session.execute(
            sql.SQL("UPDATE {} SET updated_at = '2001-01-01Z' WHERE id = %s").format(
                sql.Identifier(entity_of(row).table)
            ),
            (made.id,),
        )
    after = repository(store, row).get(made.id)
    assert updated_time(after) > updated_time(made)


@strict
def test_client_cannot_set_the_times_on_create(store: Store) -> None:
    """A time that the store assigns is refused in a new row."""
    with every() as about:
        for row in ROWS:
            for name in sorted(entity_of(row).assigned):
                with about(f"{entity_of(row).table}.{name}"), refused(InvalidValue, name):
                    repository(store, row).create(a_new(row, store, **{name: NOON}))
            assert repository(store, row).count() == 0


@strict
def test_client_cannot_set_the_times_on_update(store: Store) -> None:
    """A time that the store assigns is refused in a patch, and the row stays."""
    with every() as about:
        for row in MUTABLE:
            made = created(row, store)
            for name in sorted(entity_of(row).assigned):
                with about(f"{entity_of(row).table}.{name}"), refused(InvalidValue, name):
                    mutable(store, row).update(made.id, changes(row, **{name: NOON}))
            assert repository(store, row).get(made.id) == made


def test_failed_update_does_not_advance(store: Store) -> None:
    """A refused update is no update."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                a_tick()
                with refused(InvalidValue):
                    mutable(store, row).update(made.id, changes(row, status="no such state"))
                assert updated_time(repository(store, row).get(made.id)) == updated_time(made)


@each_mutable_entity
def test_never_decreases_under_concurrent_updates(subject: Subject, store: Store, row: type[Row]) -> None:
    """Of updates by eight clients at once, each client sees updated_at grow, and the last value stays."""
    made = created(row, store)
    with clients(subject, 8) as stores:

        def work(index: int) -> list[Any]:
            return [updated_time(mutable(stores[index], row).update(made.id, a_patch(row))) for _ in range(2)]

        outcomes = together(8, work)
    seen = [times for times in outcomes if not isinstance(times, StoreError)]
    assert len(seen) == 8
    assert all(times == sorted(times) for times in seen)
    assert updated_time(repository(store, row).get(made.id)) == max(times[-1] for times in seen)


@each_queue
def test_claim_complete_and_fail_advance(store: Store, row: type[Row]) -> None:
    """Claiming a job, failing it and completing it are changes."""
    job: Any = created(row, store)
    jobs = queue(store, row)
    seen = [job.updated_at]
    a_tick()
    (claimed,) = jobs.claim()
    a_tick()
    failed = jobs.fail(job.id, claimed.attempts, error="down", retry_in_s=0)
    a_tick()
    (again,) = jobs.claim()
    a_tick()
    done = jobs.complete(job.id, again.attempts)
    seen += [claimed.updated_at, failed.updated_at, again.updated_at, done.updated_at]
    assert seen == sorted(set(seen))
    assert done.created_at == job.created_at


def test_book_reschedule_and_cancel_advance(store: Store) -> None:
    """Each flow advances the booking and its request, and neither's time of creation."""
    request = store.scheduling_requests.create(a_request())
    a_tick()
    booked = store.book(a_booking(request), actor=COORDINATOR)
    requests = [request, store.scheduling_requests.get(request.id)]
    a_tick()
    moved = store.reschedule(
        booked.id,
        scheduled_start=NOON.replace(hour=14),
        scheduled_end=NOON.replace(hour=15),
        actor=COORDINATOR,
    )
    requests.append(store.scheduling_requests.get(request.id))
    a_tick()
    cancelled = store.cancel(booked.id, actor=COORDINATOR)
    requests.append(store.scheduling_requests.get(request.id))
    assert booked.updated_at < moved.updated_at < cancelled.updated_at
    assert {row.booked_at for row in (booked, moved, cancelled)} == {booked.booked_at}
    times = [updated_time(row) for row in requests]
    assert times == sorted(set(times))
    assert {created_time(row) for row in requests if row is not None} == {request.created_at}


def test_redelivery_advances_nothing(subject: Subject, store: Store) -> None:
    """Receiving an event that is known already is no change."""
    new = a_webhook_event()
    first = store.webhook_events.receive(new).event
    a_tick()
    assert store.webhook_events.receive(new).event == first
    assert in_store(subject, first) == expected_in_store(subject, first)


def test_deleting_a_request_keeps_the_creation_times_of_its_history(store: Store) -> None:
    """The links of audit entries are cleared when a request goes; when they were written stays."""
    request = store.scheduling_requests.create(a_request())
    booking = store.book(a_booking(request), actor=COORDINATOR)
    (entry,) = store.audit_logs.list().rows
    assert (entry.request_id, entry.booking_id) == (request.id, booking.id)
    a_tick()
    store.scheduling_requests.delete(request.id)
    (kept,) = store.audit_logs.list().rows
    assert (kept.request_id, kept.booking_id) == (None, None)
    assert kept.created_at == entry.created_at


def test_claim_leaves_what_it_does_not_claim(subject: Subject, store: Store) -> None:
    """Rows that are not due are not touched by a claim."""
    waiting = store.webhook_events.create(a_webhook_event(run_after=NOON.replace(year=2090)))
    store.webhook_events.create(a_webhook_event())
    a_tick()
    assert len(store.webhook_events.claim()) == 1
    assert in_store(subject, waiting) == expected_in_store(subject, waiting)
