"""Queues: complete and fail change one row, and say when."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import sql

from contracts.builders import PAST, a_webhook_event, changes, created
from contracts.case import needs
from contracts.entities import each_queue, queue
from contracts.expect import every, refused
from contracts.held import waits
from contracts.stored import everything, moment
from contracts.subject import Subject
from contracts.workers import started, within
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import NotFound
from harness.models import Row, WebhookEvent, entity_of

MISSING = "00000000-0000-4000-8000-000000000000"
FINISHING = ("complete", "fail")


def finish(store: Store, row: type[Row], operation: str, job: Any) -> Any:
    """Complete a claimed job, or fail it with a retry in a minute."""
    if operation == "complete":
        return queue(store, row).complete(job.id, job.attempts)
    return queue(store, row).fail(job.id, job.attempts, error="down", retry_in_s=60)


@each_queue
def test_other_jobs_are_left_alone(store: Store, row: type[Row]) -> None:
    """Completing or failing a job leaves what others are working on."""
    for _ in range(3):
        created(row, store)
    first, second, other = queue(store, row).claim()
    finish(store, row, "complete", first)
    finish(store, row, "fail", second)
    assert queue(store, row).get(other.id) == other


@each_queue
def test_missing_job_beside_another(subject: Subject, store: Store, row: type[Row]) -> None:
    """A job that does not exist is not found, though another one is being processed."""
    created(row, store)
    (claimed,) = queue(store, row).claim()
    before = everything(subject)
    with every() as about:
        with about("complete"), refused(NotFound):
            queue(store, row).complete(MISSING, claimed.attempts)
        with about("fail"), refused(NotFound):
            queue(store, row).fail(MISSING, claimed.attempts, error="down")
    assert everything(subject) == before


@each_queue
def test_last_failure_leaves_run_after(store: Store, row: type[Row]) -> None:
    """A job that failed for good is not given another time to run."""
    created(row, store, max_attempts=1)
    (claimed,) = queue(store, row).claim(lease_s=600)
    failed = queue(store, row).fail(claimed.id, 1, error="down", retry_in_s=1200)
    assert (failed.status, failed.run_after) == ("failed", claimed.run_after)


def test_processed_at_is_that_of_this_completion(store: Store) -> None:
    """An event that was processed before, and again by hand, says when the last time was."""
    store.webhook_events.create(a_webhook_event())
    (claimed,) = store.webhook_events.claim()
    store.webhook_events.update(claimed.id, changes(WebhookEvent, processed_at=PAST))
    done = store.webhook_events.complete(claimed.id, 1)
    assert done.processed_at is not None
    assert done.processed_at >= claimed.updated_at


@needs(Capability.SERVER)
@each_queue
def test_times_count_from_the_end_of_a_wait(subject: Subject, store: Store, row: type[Row]) -> None:
    """What complete and fail note as now is the moment of the change, not of a call that had to wait."""
    table = sql.Identifier(entity_of(row).table)
    touch = sql.SQL("UPDATE {} SET last_error = 'seen' WHERE id = %s").format(table)
    for operation in FINISHING:
        job = created(row, store)
        (claimed,) = queue(store, row).claim()
        assert claimed.id == job.id
        with subject.connect() as session:
            session.execute(touch, (job.id,))
            outcome = started(lambda operation=operation, job=claimed: finish(store, row, operation, job))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            waits(subject, session, outcome)
            now: datetime = session.execute("SELECT clock_timestamp() AS now").fetchall()[0]["now"]
            session.commit()
        done: Any = within(outcome)
        begun = moment(subject, now)
        assert done.updated_at >= begun
        if operation == "fail":
            assert done.run_after >= begun + timedelta(seconds=60)
        elif row is WebhookEvent:
            assert done.processed_at >= begun
