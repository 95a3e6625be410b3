"""Queues: attempts that are used up end a job that is due, and no other."""

from datetime import timedelta
from typing import Any

from psycopg import sql

from contracts.builders import FAR_FUTURE, PAST, created
from contracts.case import needs
from contracts.entities import each_queue, queue, states
from contracts.expect import every
from contracts.held import paused, waits
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from contracts.workers import started, within
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import Row, entity_of

USED_UP = {"attempts": 2, "max_attempts": 2}


@each_queue
def test_finished_job_stays_finished(subject: Subject, store: Store, row: type[Row]) -> None:
    """A job that ended with its last attempt stays as it ended, whatever is claimed later."""
    choices = entity_of(row).by_name["status"].choices or ()
    final = [status for status in choices if status not in {states(row).waiting, "processing"}]
    jobs = [created(row, store, status=status, run_after=PAST, **USED_UP) for status in final]
    assert queue(store, row).claim() == ()
    with every() as about:
        for status, job in zip(final, jobs, strict=True):
            with about(status):
                assert in_store(subject, job) == expected_in_store(subject, job)


@each_queue
def test_running_last_attempt_is_left_alone(subject: Subject, store: Store, row: type[Row]) -> None:
    """A job whose last attempt is under way is not failed before its lease runs out."""
    job = created(row, store, status="processing", run_after=FAR_FUTURE, **USED_UP)
    assert queue(store, row).claim() == ()
    assert in_store(subject, job) == expected_in_store(subject, job)
    assert queue(store, row).complete(job.id, 2).status == states(row).done


@needs(Capability.SERVER)
@each_queue
def test_row_that_is_set_free_between_the_steps(subject: Subject, store: Store, row: type[Row]) -> None:
    """An exhausted job that is set free after the exhausted ones were failed is left to the next claim."""
    held: Any = created(row, store, run_after=PAST - timedelta(minutes=1), **USED_UP)
    created(row, store, run_after=PAST, **USED_UP)
    table = entity_of(row).table
    # Behind the statement, as it sees the rows in an order that nobody promises: here it has seen them all.
    with (
        paused(subject, table, "AFTER UPDATE ON {} FOR EACH STATEMENT") as keeper,
        subject.connect() as session,
    ):
        lock = sql.SQL("SELECT FROM {} WHERE id = %s FOR UPDATE").format(sql.Identifier(table))
        session.execute(lock, (held.id,))
        claiming = started(lambda: queue(store, row).claim())
        waits(subject, keeper, claiming)
        session.rollback()
        keeper.rollback()
        assert within(claiming) == ()
    assert queue(store, row).get(held.id) == held
    assert queue(store, row).claim() == ()
    assert queue(store, row).get(held.id).status == "failed"  # type: ignore[union-attr]  # it exists
