"""updated_at: it never goes back, not even behind a clock that was ahead of ours."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from contracts.builders import COORDINATOR, FAR_FUTURE, PAST, a_patch, a_wire, changes
from contracts.case import needs
from contracts.entities import MUTABLE, QUEUES, mutable, queue, states
from contracts.expect import every
from contracts.stored import moment
from contracts.subject import Subject
from contracts.workers import a_tick
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import Booking, Row, SchedulingRequest, SyncJob, entity_of


def ahead(subject: Subject, row: type[Row], **values: Any) -> Any:
    """Store a row that was changed by somebody whose clock is far ahead; return its wire form."""
    wire = a_wire(row, updated_at=FAR_FUTURE, **values)
    subject.load(row, [wire])
    return wire


@needs(Capability.WHOLE_ROWS)
def test_update_behind_a_clock_that_was_ahead(subject: Subject, store: Store) -> None:
    """An update of a row whose updated_at lies in the future does not set it back."""
    request = ahead(subject, SchedulingRequest)
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                wire = request if row is SchedulingRequest else ahead(subject, row, **_link(row, request))
                after: Any = mutable(store, row).update(wire["id"], a_patch(row))
                assert after.updated_at == FAR_FUTURE


@needs(Capability.WHOLE_ROWS)
def test_queue_behind_a_clock_that_was_ahead(subject: Subject, store: Store) -> None:
    """Claim, fail and complete do not set an updated_at back that lies in the future."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                wire = ahead(subject, row)
                (claimed,) = queue(store, row).claim()
                failed = queue(store, row).fail(wire["id"], claimed.attempts, error="down", retry_in_s=0)
                (again,) = queue(store, row).claim()
                done = queue(store, row).complete(wire["id"], again.attempts)
                assert [job.updated_at for job in (claimed, failed, again, done)] == [FAR_FUTURE] * 4
                assert done.status == states(row).done


@needs(Capability.WHOLE_ROWS)
def test_flows_behind_a_clock_that_was_ahead(subject: Subject, store: Store) -> None:
    """The flows do not set an updated_at back that lies in the future, of neither row."""
    request = ahead(subject, SchedulingRequest, status="booked")
    booking = ahead(subject, Booking, request_id=UUID(request["id"]))
    moved = store.reschedule(
        booking["id"],
        scheduled_start=datetime(2030, 2, 1, 9, tzinfo=UTC),
        scheduled_end=datetime(2030, 2, 1, 10, tzinfo=UTC),
        actor=COORDINATOR,
    )
    cancelled = store.cancel(booking["id"], actor=COORDINATOR)
    found = store.scheduling_requests.get(request["id"])
    assert found is not None
    assert [row.updated_at for row in (moved, cancelled, found)] == [FAR_FUTURE] * 3


@needs(Capability.WHOLE_ROWS)
def test_creation_time_outlives_every_change(subject: Subject, store: Store) -> None:
    """created_at of a row that is claimed, failed, completed and updated stays to the microsecond."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                wire = a_wire(row, created_at=PAST)
                subject.load(row, [wire])
                (claimed,) = queue(store, row).claim()
                queue(store, row).fail(wire["id"], claimed.attempts, error="down", retry_in_s=0)
                (again,) = queue(store, row).claim()
                queue(store, row).complete(wire["id"], again.attempts)
                after: Any = mutable(store, row).update(wire["id"], changes(row, max_attempts=9))
                assert after.created_at == PAST


@needs(Capability.SERVER)
def test_two_changes_of_one_transaction_advance_twice(subject: Subject, store: Store) -> None:
    """updated_at is the moment of the change, not of the transaction that it is part of."""
    job = a_wire(SyncJob)
    subject.load(SyncJob, [job])
    statement = sql.SQL("UPDATE {} SET last_error = %s WHERE id = %s RETURNING updated_at")
    with subject.connect() as session:
        seen = []
        for error in ("one", "two"):
            a_tick()
            found = session.execute(statement.format(sql.Identifier("sync_jobs")), (error, job["id"]))
            seen += [row["updated_at"] for row in found.fetchall()]
    after = store.sync_jobs.get(job["id"])
    assert after is not None
    assert seen[0] < seen[1]
    assert after.updated_at == moment(subject, seen[1])


def _link(row: type[Row], request: Any) -> dict[str, Any]:
    return {"request_id": UUID(request["id"])} if row is Booking else {}
