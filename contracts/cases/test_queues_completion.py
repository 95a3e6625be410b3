"""Queues: who claimed a job completes it or gives it back, and a worker that is too late is told so."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.builders import FAR_FUTURE, PAST, a_webhook_event, changes, created
from contracts.case import needs, strict
from contracts.entities import QUEUES, each_queue, mutable, queue, states
from contracts.expect import every, refused
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import InvalidValue
from harness.models import Row, SyncJob, entity_of

MISSING = "00000000-0000-4000-8000-000000000000"
BRIEF_S = 0.02
"""A lease that runs out while a case waits for it."""


@each_queue
def test_complete_ends_the_job(subject: Subject, store: Store, row: type[Row]) -> None:
    """A completed job is done, with its attempts, and is never claimed again."""
    created(row, store)
    (claimed,) = queue(store, row).claim()
    done = queue(store, row).complete(claimed.id, claimed.attempts)
    assert (done.id, done.status, done.attempts) == (claimed.id, states(row).done, 1)
    assert in_store(subject, done) == expected_in_store(subject, done)
    mutable(store, row).update(done.id, changes(row, run_after=PAST))
    assert queue(store, row).claim() == ()


def test_complete_sets_processed_at(store: Store) -> None:
    """A processed webhook event says when, not before it was claimed; until then, it does not."""
    store.webhook_events.create(a_webhook_event())
    (claimed,) = store.webhook_events.claim()
    assert claimed.processed_at is None
    done = store.webhook_events.complete(claimed.id, claimed.attempts)
    assert done.processed_at is not None
    assert claimed.updated_at <= done.processed_at <= done.updated_at


def test_fail_does_not_set_processed_at(store: Store) -> None:
    """A webhook event that failed, for now or for good, was not processed."""
    for max_attempts in (1, 2):
        store.webhook_events.create(a_webhook_event(max_attempts=max_attempts))
    for claimed in store.webhook_events.claim():
        assert store.webhook_events.fail(claimed.id, 1, error="down").processed_at is None


@each_queue
def test_fail_gives_the_job_back(subject: Subject, store: Store, row: type[Row]) -> None:
    """A job that failed waits again, with its error and its attempts, due when it was asked to be."""
    created(row, store)
    (claimed,) = queue(store, row).claim()
    before = datetime.now(UTC)
    failed = queue(store, row).fail(claimed.id, claimed.attempts, error="iCIMS is down", retry_in_s=600)
    after = datetime.now(UTC)
    assert (failed.status, failed.attempts, failed.last_error) == (states(row).waiting, 1, "iCIMS is down")
    slack = timedelta(seconds=60)
    assert before - slack <= failed.run_after - timedelta(seconds=600) <= after + slack
    assert in_store(subject, failed) == expected_in_store(subject, failed)
    assert queue(store, row).claim() == ()


@each_queue
def test_failed_job_is_tried_again(store: Store, row: type[Row]) -> None:
    """A job that failed is claimed again when it is due, with one more attempt."""
    created(row, store)
    (first,) = queue(store, row).claim()
    queue(store, row).fail(first.id, first.attempts, error="down", retry_in_s=0)
    (second,) = queue(store, row).claim()
    assert (second.id, second.attempts, second.status) == (first.id, 2, "processing")


@each_queue
def test_last_attempt_fails_for_good(store: Store, row: type[Row]) -> None:
    """A job that fails at its last attempt is failed, and is never claimed again."""
    created(row, store, max_attempts=2)
    (first,) = queue(store, row).claim()
    queue(store, row).fail(first.id, 1, error="error 1", retry_in_s=0)
    (second,) = queue(store, row).claim()
    ended = queue(store, row).fail(second.id, 2, error="error 2", retry_in_s=0)
    assert (ended.status, ended.attempts, ended.last_error) == ("failed", 2, "error 2")
    mutable(store, row).update(ended.id, changes(row, run_after=PAST))
    assert queue(store, row).claim() == ()


@each_queue
def test_last_error_is_kept(store: Store, row: type[Row]) -> None:
    """The last error stays when the job is claimed again and when it is completed."""
    created(row, store)
    (first,) = queue(store, row).claim()
    queue(store, row).fail(first.id, first.attempts, error="first error", retry_in_s=0)
    (second,) = queue(store, row).claim()
    assert second.last_error == "first error"
    assert queue(store, row).complete(second.id, second.attempts).last_error == "first error"


@each_queue
def test_error_of_an_exhausted_job_is_kept(store: Store, row: type[Row]) -> None:
    """A job that becomes failed because its last lease ran out keeps the last error that was reported."""
    used_up = {"attempts": 3, "max_attempts": 3, "status": "processing", "run_after": PAST}
    job = created(row, store, **used_up, last_error="known")
    assert queue(store, row).claim() == ()
    found: Any = queue(store, row).get(job.id)
    assert (found.status, found.last_error) == ("failed", "known")


@strict
@each_queue
def test_error_of_an_exhausted_job_without_one(store: Store, row: type[Row]) -> None:
    """A job that becomes failed because its last lease ran out says so, if no error was ever reported."""
    used_up = {"attempts": 3, "max_attempts": 3, "status": "processing", "run_after": PAST}
    job = created(row, store, **used_up)
    assert queue(store, row).claim() == ()
    found: Any = queue(store, row).get(job.id)
    assert (found.status, found.last_error) == ("failed", "attempts exhausted")


def test_finish_by_upper_case_id(store: Store) -> None:
    """A job is found by its id in capitals."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                created(row, store)
                (claimed,) = queue(store, row).claim()
                assert queue(store, row).complete(str(claimed.id).upper(), 1).id == claimed.id


def test_error_text_is_kept(store: Store) -> None:
    """An error is stored as it is, whatever it quotes."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                error = "HTTP 502: {\"a\": 'b'}, \\ % \N{ROCKET}\n" + "x" * 10_000
                created(row, store)
                (claimed,) = queue(store, row).claim()
                assert queue(store, row).fail(claimed.id, 1, error=error).last_error == error


@strict
def test_retry_out_of_bounds_is_refused(store: Store) -> None:
    """A retry comes now at the earliest and in thirty days at the latest."""
    with every() as about:
        for row in QUEUES:
            created(row, store)
            (claimed,) = queue(store, row).claim()
            for retry_in_s in (-0.001, 2_592_000.1, -1e300):
                with about(f"{entity_of(row).table} {retry_in_s}"), refused(InvalidValue, "retry_in_s"):
                    queue(store, row).fail(claimed.id, 1, error="x", retry_in_s=retry_in_s)
            assert queue(store, row).get(claimed.id) == claimed


@each_queue
def test_retry_comes_as_late_as_asked(store: Store, row: type[Row]) -> None:
    """A delay is counted in fractions of a second, from the failure on."""
    created(row, store)
    (claimed,) = queue(store, row).claim()
    failed = queue(store, row).fail(claimed.id, claimed.attempts, error="x", retry_in_s=100.9)
    assert timedelta(seconds=100.1) < failed.run_after - failed.updated_at <= timedelta(seconds=100.9)


@strict
@needs(Capability.PYTHON_VALUES)
def test_endless_retry_is_refused(store: Store) -> None:
    """A delay is a number of seconds."""
    created(SyncJob, store)
    (claimed,) = store.sync_jobs.claim()
    for retry_in_s in (float("nan"), float("inf")):
        with refused(InvalidValue, "retry_in_s"):
            store.sync_jobs.fail(claimed.id, 1, error="x", retry_in_s=retry_in_s)


@each_queue
def test_bounds_of_a_retry_are_accepted(store: Store, row: type[Row]) -> None:
    """A retry at once and one in thirty days are accepted."""
    created(row, store)
    for retry_in_s, due in ((0, 1), (2_592_000, 0)):
        (claimed,) = queue(store, row).claim()
        failed = queue(store, row).fail(claimed.id, claimed.attempts, error="x", retry_in_s=retry_in_s)
        assert failed.run_after < FAR_FUTURE
        assert store.ops_summary().due[entity_of(row).table] == due
    assert queue(store, row).claim() == ()


@strict
def test_unstorable_error_is_refused(store: Store) -> None:
    """An error with NUL is refused, and the claim stays."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                created(row, store)
                (claimed,) = queue(store, row).claim()
                with refused(InvalidValue):
                    queue(store, row).fail(claimed.id, 1, error="a\x00b")
                assert queue(store, row).get(claimed.id) == claimed
