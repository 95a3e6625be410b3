"""Queues: a worker that is too late is told so, and changes nothing."""

from typing import Any

import pytest

from contracts.builders import PAST, changes, created
from contracts.case import strict
from contracts.entities import each_queue, mutable, queue, states
from contracts.expect import every, refused
from contracts.stored import everything
from contracts.subject import Subject
from contracts.workers import clients, eventually, together
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import Conflict, NotFound, StoreError
from harness.models import Row

FINISHING = ("complete", "fail")
MISSING = "00000000-0000-4000-8000-000000000000"
BRIEF_S = 0.02
"""A lease that runs out while a case waits for it."""


def reclaimed(store: Store, row: type[Row]) -> Any:
    """Claim one job as soon as a brief lease has run out."""
    (job,) = eventually(lambda: queue(store, row).claim(), "a claim after the lease ran out")
    return job


@each_queue
def test_stale_worker_is_refused(subject: Subject, store: Store, row: type[Row]) -> None:
    """A worker whose lease ran out and whose job was claimed again can neither complete nor fail it."""
    created(row, store)
    (stale,) = queue(store, row).claim(lease_s=BRIEF_S)
    current = reclaimed(store, row)
    before = everything(subject)
    with every() as about:
        for operation in FINISHING:
            with about(operation), refused(Conflict):
                finish(store, row, operation, stale.id, stale.attempts)
    assert everything(subject) == before
    assert queue(store, row).complete(current.id, current.attempts).status == states(row).done


@each_queue
def test_expired_lease_that_nobody_took_may_finish(store: Store, row: type[Row]) -> None:
    """A worker that is late, but whose job nobody claimed again, may complete or fail it."""
    with every() as about:
        for operation, status in (("complete", states(row).done), ("fail", states(row).waiting)):
            with about(operation):
                created(row, store)
                (claimed,) = queue(store, row).claim(lease_s=60)
                mutable(store, row).update(claimed.id, changes(row, run_after=PAST))
                assert finish(store, row, operation, claimed.id, claimed.attempts).status == status


@each_queue
def test_waiting_job_cannot_finish(subject: Subject, store: Store, row: type[Row]) -> None:
    """A job that nobody claimed cannot be completed or failed."""
    job = created(row, store)
    before = everything(subject)
    with every() as about:
        for operation in FINISHING:
            with about(operation), refused(Conflict):
                finish(store, row, operation, job.id, 0)
    assert everything(subject) == before


@each_queue
@pytest.mark.parametrize("first", ["complete", "fail"])
def test_job_finishes_once(subject: Subject, store: Store, row: type[Row], first: str) -> None:
    """A job that was completed or given back cannot be completed or failed with the same claim."""
    created(row, store)
    (claimed,) = queue(store, row).claim()
    finish(store, row, first, claimed.id, claimed.attempts)
    before = everything(subject)
    with every() as about:
        for operation in FINISHING:
            with about(operation), refused(Conflict):
                finish(store, row, operation, claimed.id, claimed.attempts)
    assert everything(subject) == before


@each_queue
def test_wrong_token_is_refused(subject: Subject, store: Store, row: type[Row]) -> None:
    """A claim is completed with the number of attempts that it returned, and with no other."""
    created(row, store)
    (claimed,) = queue(store, row).claim()
    before = everything(subject)
    with every() as about:
        for operation in FINISHING:
            for attempts in (0, 2, -1, 2**31 - 1):
                with about(f"{operation} with {attempts}"), refused(Conflict):
                    finish(store, row, operation, claimed.id, attempts)
    assert everything(subject) == before


@strict
@each_queue
def test_stale_claim_is_named(store: Store, row: type[Row]) -> None:
    """The conflict of a stale worker is called stale_claim."""
    job = created(row, store)
    for operation in ("complete", "fail"):
        with refused(Conflict, "stale_claim"):
            finish(store, row, operation, job.id, 1)


@each_queue
def test_missing_job_is_not_found(store: Store, row: type[Row]) -> None:
    """Completing or failing a job that does not exist says so."""
    with every() as about:
        for operation in FINISHING:
            for id_ in (MISSING, "not-a-uuid"):
                with about(f"{operation} {id_}"), refused(NotFound):
                    finish(store, row, operation, id_, 1)


@each_queue
def test_attempts_are_exact_under_contention(subject: Subject, store: Store, row: type[Row]) -> None:
    """Eight workers that claim and fail the same jobs at once count each attempt once, up to the maximum."""
    made = [created(row, store, max_attempts=5).id for _ in range(4)]

    with clients(subject, 8) as stores:

        def work(index: int) -> list[tuple[Any, int]]:
            mine: list[tuple[Any, int]] = []
            for _ in range(200):
                claimed = queue(stores[index], row).claim(limit=1, lease_s=3600)
                for job in claimed:
                    mine.append((job.id, job.attempts))
                    queue(stores[index], row).fail(job.id, job.attempts, error="again", retry_in_s=0)
                if not claimed and store_is_done(stores[index], row):
                    break
            return mine

        outcomes = together(8, work)
    assert not any(isinstance(outcome, StoreError) for outcome in outcomes)
    claims = [claim for mine in outcomes if isinstance(mine, list) for claim in mine]
    assert sorted(claims, key=str) == sorted(((id_, n) for id_ in made for n in range(1, 6)), key=str)
    ended = [(wire["status"], wire["attempts"]) for wire in subject.stored_rows(row)]
    assert ended == [("failed", 5)] * 4


@each_queue
def test_one_of_many_completions_succeeds(subject: Subject, store: Store, row: type[Row]) -> None:
    """Of eight completions of one claim at once, exactly one succeeds."""
    created(row, store)
    (claimed,) = queue(store, row).claim()
    with clients(subject, 8) as stores:
        outcomes = together(8, lambda index: queue(stores[index], row).complete(claimed.id, 1))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
    assert sum(isinstance(outcome, row) for outcome in outcomes) == 1


def store_is_done(store: Store, row: type[Row]) -> bool:
    """Say whether no job is left that could be claimed again."""
    return queue(store, row).count(where=[where("status", "in", [states(row).waiting, "processing"])]) == 0


def finish(store: Store, row: type[Row], operation: str, id_: Any, attempts: int) -> Any:
    """Complete a job, or fail it."""
    if operation == "complete":
        return queue(store, row).complete(id_, attempts)
    return queue(store, row).fail(id_, attempts, error="down")
