"""Concurrency: what meets a row that another transaction holds waits for it, and then sees what was done."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from contracts.builders import UNRELATED, a_booking, a_patch, a_request, a_wire, changes, created
from contracts.case import needs
from contracts.entities import each_mutable_entity, each_queue, mutable, queue, repository, states
from contracts.expect import Divergence, refused
from contracts.flows import a_booked, run
from contracts.stored import moment
from contracts.subject import Subject
from contracts.workers import eventually, started, within
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, NotFound
from harness.models import Booking, Row, SchedulingRequest, entity_of

T = TypeVar("T")
Session = psycopg.Connection[dict[str, Any]]
WAITING = """
    SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
each_end = pytest.mark.parametrize("ending", ["complete", "fail"])


@contextmanager
def held(subject: Subject, row: type[Row], id_: object, **values: Any) -> Iterator[Session]:
    """Change a row in a transaction that stays open. The block ends it; leaving the block rolls it back."""
    with subject.connect() as session:
        change(session, row, id_, **values)
        yield session
        session.rollback()


def change(session: Session, row: type[Row], id_: object, **values: Any) -> None:
    """Change columns of a row."""
    assignments = [sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in values.items()]
    statement = sql.SQL("UPDATE {} SET {} WHERE id = {}")
    session.execute(
        statement.format(sql.Identifier(entity_of(row).table), sql.SQL(", ").join(assignments), id_)
    )


def delete(session: Session, row: Row) -> None:
    """Remove a row."""
    table = sql.Identifier(entity_of(type(row)).table)
    session.execute(sql.SQL("DELETE FROM {} WHERE id = {}").format(table, row.id))


def meeting(subject: Subject, act: Callable[[], T]) -> Future[T]:
    """Start an operation, and return once it waits for the row. Divergence if it does not wait."""
    future = started(act)
    with subject.connect() as observer:
        observer.autocommit = True
        eventually(
            lambda: future.done() or observer.execute(WAITING).fetchall()[0]["n"] > 0,
            "an operation that waits for the transaction which holds the row",
        )
    if future.done():
        raise Divergence(
            "an operation that waits for the transaction which holds the row",
            f"{future.exception() or future.result()!r} at once",
        )
    return future


def end(store: Store, row: type[Row], ending: str, id_: Any, attempts: int) -> Any:
    """Complete a job, or fail it."""
    if ending == "complete":
        return queue(store, row).complete(id_, attempts)
    return queue(store, row).fail(id_, attempts, error="down")


@needs(Capability.SERVER)
@each_end
@each_queue
def test_late_worker_sees_the_claim_it_waited_for(
    subject: Subject, store: Store, row: type[Row], ending: str
) -> None:
    """A worker that ends its job while somebody claims it again is refused as soon as that has happened."""
    wire = a_wire(row, status="processing", attempts=1)
    subject.load(row, [wire])
    with held(subject, row, wire["id"], attempts=2) as session:
        ended = meeting(subject, lambda: end(store, row, ending, wire["id"], 1))
        session.commit()
    with refused(Conflict):
        within(ended)
    kept: Any = queue(store, row).get(wire["id"])
    assert (kept.status, kept.attempts, kept.last_error) == ("processing", 2, None)


@needs(Capability.SERVER)
@each_end
@each_queue
def test_worker_goes_on_when_the_claim_is_given_up(
    subject: Subject, store: Store, row: type[Row], ending: str
) -> None:
    """A worker that waited for a claim which is rolled back ends its job."""
    wire = a_wire(row, status="processing", attempts=1)
    subject.load(row, [wire])
    with held(subject, row, wire["id"], attempts=2) as session:
        ended = meeting(subject, lambda: end(store, row, ending, wire["id"], 1))
        session.rollback()
    assert within(ended).status == (states(row).done if ending == "complete" else states(row).waiting)


@needs(Capability.SERVER)
@pytest.mark.parametrize("flow", ["reschedule", "cancel"])
@pytest.mark.parametrize("row", [SchedulingRequest, Booking], ids=["request", "booking"])
def test_flow_sees_the_cancellation_it_waited_for(
    subject: Subject, store: Store, row: type[Row], flow: str
) -> None:
    """A flow that meets a booking or a request which is being cancelled is refused once it is."""
    booking = a_booked(store)
    id_ = booking.id if row is Booking else booking.request_id
    with held(subject, row, id_, status="cancelled") as session:
        moved = meeting(subject, lambda: run(store, flow, booking.id))
        session.commit()
    with refused(Conflict):
        within(moved)
    assert store.audit_logs.count() == store.sync_jobs.count() == 1


@needs(Capability.SERVER)
@each_mutable_entity
def test_patch_keeps_what_it_waited_for(subject: Subject, store: Store, row: type[Row]) -> None:
    """A patch that waited for a change of other columns keeps it, and its updated_at is not older."""
    made = created(row, store)
    (one, (first, second)), (other, (value, _)), *_ = UNRELATED[row].items()
    with held(subject, row, made.id, **{one: as_sql(first)}) as session:
        patched = meeting(
            subject, lambda: mutable(store, row).update(made.id, changes(row, **{other: value}))
        )
        # Later than the beginning of the transaction that waits.
        change(session, row, made.id, **{one: as_sql(second)})
        (newest,) = session.execute(
            sql.SQL("SELECT updated_at FROM {} WHERE id = {}").format(
                sql.Identifier(entity_of(row).table), made.id
            )
        ).fetchall()
        session.commit()
    after: Any = within(patched)
    assert (getattr(after, one), getattr(after, other)) == (second, value)
    assert after.updated_at >= moment(subject, newest["updated_at"])
    assert repository(store, row).get(made.id) == after


@needs(Capability.SERVER)
@each_mutable_entity
def test_patch_sees_the_delete_it_waited_for(subject: Subject, store: Store, row: type[Row]) -> None:
    """A patch that waited for a delete finds no row."""
    made = created(row, store)
    with subject.connect() as session:
        delete(session, made)
        patched = meeting(subject, lambda: mutable(store, row).update(made.id, a_patch(row)))
        session.commit()
    with refused(NotFound):
        within(patched)


@needs(Capability.SERVER)
@each_mutable_entity
def test_delete_sees_the_delete_it_waited_for(subject: Subject, store: Store, row: type[Row]) -> None:
    """A delete that waited for another one says that there was no row."""
    made = created(row, store)
    with subject.connect() as session:
        delete(session, made)
        deleted = meeting(subject, lambda: mutable(store, row).delete(made.id))
        session.commit()
    assert within(deleted) is False


@needs(Capability.SERVER)
@pytest.mark.parametrize("commits", [True, False], ids=["kept", "given_up"])
def test_create_waits_for_the_token_hash(subject: Subject, store: Store, commits: bool) -> None:  # noqa: FBT001  # a parameter
    """A create with a token hash that another transaction is about to take succeeds only if that gives up."""
    other = store.scheduling_requests.create(a_request())
    wanted = "sha256:wanted"
    with held(subject, SchedulingRequest, other.id, public_token_hash=wanted) as session:
        made = meeting(subject, lambda: store.scheduling_requests.create(a_request(public_token_hash=wanted)))
        if commits:
            session.commit()
        else:
            session.rollback()
    if commits:
        with refused(Conflict):
            within(made)
    else:
        stored = within(made)  # before the read: Python would evaluate the other side first
        assert store.scheduling_requests.get_by_token_hash(wanted) == stored


@needs(Capability.SERVER)
def test_booking_waits_for_the_one_before(subject: Subject, store: Store) -> None:
    """A second booking of a request whose first is being cancelled is stored once that has happened."""
    booking = store.bookings.create(a_booking(created(SchedulingRequest, store)))
    with held(subject, Booking, booking.id, status="cancelled") as session:
        second = meeting(subject, lambda: store.bookings.create(a_booking(booking.request_id)))
        session.commit()
    assert within(second).request_id == booking.request_id


def as_sql(value: Any) -> Any:
    """Return a value as psycopg takes it: JSON objects wrapped."""
    return Jsonb(value) if isinstance(value, dict) else value
