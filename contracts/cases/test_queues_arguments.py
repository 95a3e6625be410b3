"""Queues: defaults, bounds and types of what claim, complete and fail are given."""

from datetime import timedelta
from typing import Any

from contracts.builders import PAST, a_wire, created, wires
from contracts.case import needs, strict
from contracts.entities import QUEUES, each_queue, queue, states
from contracts.expect import every, refused
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, InvalidValue
from harness.models import Row, SyncJob, WebhookEvent, entity_of

SECOND = timedelta(seconds=1)
MOST = 1000


def test_lease_and_delay_last_a_minute_by_default(store: Store) -> None:
    """A claim that names no lease, and a failure that names no delay, last 60 seconds."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                created(row, store)
                (claimed,) = queue(store, row).claim()
                assert 50 * SECOND < claimed.run_after - claimed.updated_at <= 60 * SECOND
                failed = queue(store, row).fail(claimed.id, claimed.attempts, error="down")
                assert 50 * SECOND < failed.run_after - failed.updated_at <= 60 * SECOND


def test_queues_are_independent(subject: Subject, store: Store) -> None:
    """A claim of one queue touches no row of another, nor a row of the same number there."""
    for row in QUEUES:
        subject.load(row, [a_wire(row)])
    with every() as about:
        for row in QUEUES:
            before = everything(subject)
            assert len(queue(store, row).claim()) == 1
            after = everything(subject)
            for table in before:
                with about(f"{entity_of(row).table} and {table}"):
                    assert (after[table] != before[table]) == (table == entity_of(row).table)


@needs(Capability.CLIENT_IDS)
def test_completion_is_of_its_own_queue(subject: Subject, store: Store) -> None:
    """Of two jobs with one id in two queues, the one whose queue was asked is completed."""
    job = a_wire(SyncJob)
    subject.load(SyncJob, [job])
    subject.load(WebhookEvent, [a_wire(WebhookEvent, id=job["id"])])
    (claimed,) = store.sync_jobs.claim()
    (event,) = store.webhook_events.claim()
    assert claimed.id == event.id
    store.webhook_events.complete(event.id, event.attempts)
    assert store.sync_jobs.get(job["id"]) == claimed
    store.sync_jobs.fail(claimed.id, claimed.attempts, error="down")
    found = store.webhook_events.get(job["id"])
    assert found is not None
    assert (found.status, found.last_error) == ("processed", None)


@each_queue
def test_claim_of_a_thousand(subject: Subject, store: Store, row: type[Row]) -> None:
    """A claim of 1,000 rows returns each row that it took: none is cut off on the way."""
    subject.load(row, wires(row, MOST + 1))
    claimed = queue(store, row).claim(limit=MOST, lease_s=3600)
    assert len({job.id for job in claimed}) == len(claimed) == MOST
    taken = {wire["id"] for wire in subject.stored_rows(row) if wire["status"] == "processing"}
    assert taken == {str(job.id) for job in claimed}
    assert len(queue(store, row).claim(limit=MOST)) == 1


@each_queue
def test_last_attempt_may_succeed(store: Store, row: type[Row]) -> None:
    """A job that is completed at its last attempt is done, and not failed."""
    created(row, store, max_attempts=1)
    (claimed,) = queue(store, row).claim()
    done = queue(store, row).complete(claimed.id, claimed.attempts)
    assert (done.status, done.attempts, done.last_error) == (states(row).done, 1, None)


@each_queue
def test_job_that_was_given_up_cannot_finish(subject: Subject, store: Store, row: type[Row]) -> None:
    """A worker whose last lease ran out cannot complete or fail the job once a claim has failed it."""
    late = created(row, store, status="processing", attempts=2, max_attempts=2, run_after=PAST)
    assert queue(store, row).claim() == ()
    before = everything(subject)
    with every() as about:
        with about("complete"), refused(Conflict):
            queue(store, row).complete(late.id, 2)
        with about("fail"), refused(Conflict):
            queue(store, row).fail(late.id, 2, error="late")
    assert everything(subject) == before


@each_queue
def test_attempts_count_claims_only(store: Store, row: type[Row]) -> None:
    """The attempts of a job grow by one with each claim, and with nothing else."""
    job = created(row, store, max_attempts=3)
    seen = []
    for n in (1, 2):
        (claimed,) = queue(store, row).claim()
        failed = queue(store, row).fail(job.id, n, error="down", retry_in_s=0)
        seen += [claimed.attempts, failed.attempts]
    (last,) = queue(store, row).claim()
    done = queue(store, row).complete(job.id, last.attempts)
    assert [*seen, last.attempts, done.attempts] == [1, 1, 2, 2, 3, 3]


@strict
@needs(Capability.PYTHON_VALUES)
def test_what_is_no_number_is_refused(subject: Subject, store: Store) -> None:
    """Limits and tokens are integers, times are numbers of seconds: nothing is coerced."""
    jobs = {row: created(row, store).id for row in QUEUES}
    before = everything(subject)
    wrong: tuple[Any, ...] = ("1", True, None, [1])
    with every() as about:
        for row in QUEUES:
            table, rows = entity_of(row).table, queue(store, row)
            for value in (*wrong, 1.0):
                with about(f"{table} limit {value!r}"), refused(InvalidValue, "limit"):
                    rows.claim(limit=value)
                with about(f"{table} complete {value!r}"), refused(InvalidValue, "attempts"):
                    rows.complete(jobs[row], value)
                with about(f"{table} fail {value!r}"), refused(InvalidValue, "attempts"):
                    rows.fail(jobs[row], value, error="x")
            for value in wrong:
                with about(f"{table} lease {value!r}"), refused(InvalidValue, "lease_s"):
                    rows.claim(lease_s=value)
                with about(f"{table} delay {value!r}"), refused(InvalidValue, "retry_in_s"):
                    rows.fail(jobs[row], 1, error="x", retry_in_s=value)
    assert everything(subject) == before


@strict
def test_token_of_more_than_32_bits_is_refused(store: Store) -> None:
    """A token is an integer of 32 bits."""
    with every() as about:
        for row in QUEUES:
            job = created(row, store)
            for token in (2**31, -(2**31) - 1, 2**64):
                with about(f"{entity_of(row).table} complete {token}"), refused(InvalidValue, "attempts"):
                    queue(store, row).complete(job.id, token)
                with about(f"{entity_of(row).table} fail {token}"), refused(InvalidValue, "attempts"):
                    queue(store, row).fail(job.id, token, error="x")


@strict
@needs(Capability.PYTHON_VALUES)
def test_error_is_a_text(store: Store) -> None:
    """The error of a failure is a text, and is not left out."""
    created(SyncJob, store)
    (claimed,) = store.sync_jobs.claim()
    with every() as about:
        for value in (None, 5, ValueError("x"), b"x", "\ud800"):
            with about(repr(value)), refused(InvalidValue, "error"):
                store.sync_jobs.fail(claimed.id, 1, error=value)  # type: ignore[arg-type]  # the case is about it
    assert store.sync_jobs.get(claimed.id) == claimed
