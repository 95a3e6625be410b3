"""Queues: due work is claimed by exactly one worker, oldest first."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from psycopg import sql

from contracts.builders import FAR_FUTURE, PAST, a_wire, changes, created
from contracts.case import needs, strict
from contracts.entities import QUEUES, each_queue, mutable, queue, states
from contracts.expect import every, refused
from contracts.held import unhindered
from contracts.stored import everything, expected_in_store, in_store
from contracts.subject import Subject
from contracts.workers import clients, eventually, started, together
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import InvalidValue
from harness.models import Row, entity_of

MINUTE = timedelta(minutes=1)
BRIEF_S = 0.02
"""A lease that runs out while a case waits for it."""


def reclaimed(store: Store, row: type[Row]) -> tuple[Any, ...]:
    """Claim as soon as a brief lease has run out."""
    return eventually(lambda: queue(store, row).claim(), "a claim after the lease ran out")


@each_queue
def test_new_job_is_claimable(store: Store, row: type[Row]) -> None:
    """A job that was just created is due."""
    job = created(row, store)
    assert [claimed.id for claimed in queue(store, row).claim()] == [job.id]


@each_queue
def test_claim_takes_the_job(subject: Subject, store: Store, row: type[Row]) -> None:
    """A claimed row is being processed, was attempted once more, and is leased from now on."""
    job: Any = created(row, store, attempts=1, run_after=PAST)
    before = datetime.now(UTC)
    (claimed,) = queue(store, row).claim(lease_s=600)
    after = datetime.now(UTC)
    assert (claimed.id, claimed.status, claimed.attempts) == (job.id, "processing", 2)
    slack = timedelta(seconds=60)
    assert before - slack <= claimed.run_after - timedelta(seconds=600) <= after + slack
    assert in_store(subject, claimed) == expected_in_store(subject, claimed)
    changed = {"status", "attempts", "run_after", "updated_at"}
    kept = [name for name in entity_of(row).by_name if name not in changed]
    assert {name: getattr(claimed, name) for name in kept} == {name: getattr(job, name) for name in kept}


@each_queue
def test_claimed_job_is_not_claimed_again(store: Store, row: type[Row]) -> None:
    """A job whose lease runs is nobody else's."""
    created(row, store)
    assert len(queue(store, row).claim()) == 1
    assert queue(store, row).claim() == ()


def test_nothing_is_due_in_an_empty_queue(store: Store) -> None:
    """A claim of nothing is empty and is no error."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                assert queue(store, row).claim() == ()


@each_queue
def test_future_job_is_not_claimed(subject: Subject, store: Store, row: type[Row]) -> None:
    """A job that is not due yet stays as it is."""
    job = created(row, store, run_after=FAR_FUTURE)
    assert queue(store, row).claim() == ()
    assert in_store(subject, job) == expected_in_store(subject, job)


@each_queue
def test_only_waiting_and_processing_jobs_are_due(store: Store, row: type[Row]) -> None:
    """A row that is done, failed or in another final state is never claimed."""
    choices = entity_of(row).by_name["status"].choices or ()
    made = {status: created(row, store, status=status, run_after=PAST).id for status in choices}
    claimed = {job.id for job in queue(store, row).claim()}
    assert claimed == {made[states(row).waiting], made["processing"]}


@each_queue
def test_oldest_is_claimed_first(store: Store, row: type[Row]) -> None:
    """Jobs are claimed and returned in order of run_after, whatever the order of creation."""
    made = {n: created(row, store, run_after=PAST + n * MINUTE).id for n in (3, 1, 4, 0, 2)}
    assert [job.id for job in queue(store, row).claim(limit=2)] == [made[0], made[1]]
    assert [job.id for job in queue(store, row).claim(limit=10)] == [made[2], made[3], made[4]]


@each_queue
def test_oldest_is_claimed_first_whatever_its_id(subject: Subject, store: Store, row: type[Row]) -> None:
    """Ids that run the other way do not change the order of claiming."""
    ids = sorted((uuid4() for _ in range(4)), key=str, reverse=True)
    subject.load(row, [a_wire(row, id=id_, run_after=PAST + n * MINUTE) for n, id_ in enumerate(ids)])
    assert [job.id for job in queue(store, row).claim(limit=2)] == ids[:2]
    assert [job.id for job in queue(store, row).claim(limit=2)] == ids[2:]


@each_queue
def test_ties_are_claimed_by_id(store: Store, row: type[Row]) -> None:
    """Jobs that are due at the same moment are claimed and returned in order of their ids."""
    made = sorted((created(row, store, run_after=PAST).id for _ in range(6)), key=str)
    assert [job.id for job in queue(store, row).claim(limit=4)] == made[:4]
    assert [job.id for job in queue(store, row).claim(limit=4)] == made[4:]


@each_queue
def test_limit_of_a_claim(subject: Subject, store: Store, row: type[Row]) -> None:
    """A claim takes at most its limit, ten by default, and leaves the others as they are."""
    subject.load(row, [a_wire(row) for _ in range(12)])
    assert len(queue(store, row).claim(limit=1)) == 1
    assert len(queue(store, row).claim()) == 10
    assert len(queue(store, row).claim(limit=1000)) == 1


@each_queue
def test_lease_lasts_as_long_as_asked(store: Store, row: type[Row]) -> None:
    """A lease is counted in fractions of a second, from the claim on."""
    created(row, store)
    claimed: Any
    (claimed,) = queue(store, row).claim(lease_s=100.9)
    assert timedelta(seconds=100.1) < claimed.run_after - claimed.updated_at <= timedelta(seconds=100.9)


@each_queue
def test_expired_lease_is_claimed_again(store: Store, row: type[Row]) -> None:
    """A job whose worker vanished is claimed again when its lease has run out, with one more attempt."""
    job = created(row, store)
    (first,) = queue(store, row).claim(lease_s=BRIEF_S)
    (second,) = reclaimed(store, row)
    assert (first.id, second.id) == (job.id, job.id)
    assert (first.attempts, second.attempts) == (1, 2)
    assert second.run_after > first.run_after


@each_queue
def test_exhausted_job_fails_at_the_next_claim(store: Store, row: type[Row]) -> None:
    """A job whose last lease ran out becomes failed at the next claim, and is not returned."""
    job = created(row, store, max_attempts=1)
    assert [claimed.id for claimed in queue(store, row).claim(lease_s=BRIEF_S)] == [job.id]

    def failed() -> bool:
        assert queue(store, row).claim() == ()
        return bool(queue(store, row).get(job.id).status == "failed")  # type: ignore[union-attr]  # it exists

    eventually(failed, "a failed job")
    kept: Any = queue(store, row).get(job.id)
    assert kept.attempts == 1
    assert queue(store, row).claim() == ()


@each_queue
def test_exhausted_jobs_do_not_count_toward_the_limit(store: Store, row: type[Row]) -> None:
    """Exhausted jobs that were due for longest do not keep the others from being claimed."""
    exhausted = [
        created(row, store, attempts=2, max_attempts=2, status=status, run_after=PAST).id
        for status in ("processing", states(row).waiting, "processing")
    ]
    job = created(row, store)
    assert [claimed.id for claimed in queue(store, row).claim(limit=1)] == [job.id]
    found: list[Any] = [queue(store, row).get(id_) for id_ in exhausted]
    assert [(item.status, item.attempts) for item in found] == [("failed", 2)] * 3


@each_queue
def test_job_made_due_is_claimed(store: Store, row: type[Row]) -> None:
    """A job whose run_after is moved into the past is due."""
    job = created(row, store, run_after=FAR_FUTURE)
    assert queue(store, row).claim() == ()
    mutable(store, row).update(job.id, changes(row, run_after=PAST))
    assert [claimed.id for claimed in queue(store, row).claim()] == [job.id]


@each_queue
def test_each_of_200_jobs_is_claimed_once(subject: Subject, store: Store, row: type[Row]) -> None:
    """Eight workers share 200 jobs: each is claimed by exactly one of them, once."""
    subject.load(row, [a_wire(row) for _ in range(200)])
    with clients(subject, 8) as stores:

        def work(index: int) -> list[Any]:
            mine: list[Any] = []
            while claimed := queue(stores[index], row).claim(limit=8, lease_s=3600):
                mine += claimed
            return mine

        outcomes = together(8, work)
    claimed = [job for jobs in outcomes if isinstance(jobs, list) for job in jobs]
    # A claim that passes over rows which others hold may be empty early: what is left is claimed here.
    claimed += queue(store, row).claim(limit=1000, lease_s=3600)
    assert len(claimed) == 200
    assert len({job.id for job in claimed}) == 200
    assert {job.attempts for job in claimed} == {1}
    assert {wire["attempts"] for wire in subject.stored_rows(row)} == {1}


@needs(Capability.SERVER)
@each_queue
def test_held_row_is_passed_over(subject: Subject, store: Store, row: type[Row]) -> None:
    """A row that another transaction holds or reads is passed over at once, and claimed when it is free."""
    held = created(row, store, run_after=PAST)
    table = sql.Identifier(entity_of(row).table)
    for lock in ("FOR UPDATE", "FOR SHARE"):
        free = created(row, store)
        with subject.connect() as session:
            session.execute(
                sql.SQL("SELECT FROM {} WHERE id = %s {}").format(table, sql.SQL(lock)), (held.id,)
            )
            claimed = unhindered(subject, session, started(lambda: queue(store, row).claim()))
            assert [job.id for job in claimed] == [free.id]
            session.rollback()
    assert [job.id for job in queue(store, row).claim()] == [held.id]


@needs(Capability.SERVER)
@each_queue
def test_last_attempt_is_not_failed_while_it_ends(subject: Subject, store: Store, row: type[Row]) -> None:
    """A row whose last lease ran out is passed over while its worker completes it, and stays completed."""
    late = created(row, store, status="processing", attempts=1, max_attempts=1, run_after=PAST)
    done = states(row).done
    with subject.connect() as session:
        statement = sql.SQL("UPDATE {} SET status = %s WHERE id = %s")
        session.execute(statement.format(sql.Identifier(entity_of(row).table)), (done, late.id))
        claiming = started(lambda: queue(store, row).claim())
        assert unhindered(subject, session, claiming) == ()
        session.commit()
    found: Any = queue(store, row).get(late.id)
    assert (found.status, found.last_error) == (done, None)


@strict
def test_limit_out_of_bounds_is_refused(subject: Subject, store: Store) -> None:
    """A claim takes 1 to 1,000 rows."""
    for row in QUEUES:
        created(row, store)
    before = everything(subject)
    with every() as about:
        for row in QUEUES:
            for limit in (0, -1, 1001):
                with about(f"{entity_of(row).table} {limit}"), refused(InvalidValue, "limit"):
                    queue(store, row).claim(limit=limit)
    assert everything(subject) == before


@strict
def test_lease_out_of_bounds_is_refused(subject: Subject, store: Store) -> None:
    """A lease lasts more than nothing, and a day at most."""
    for row in QUEUES:
        created(row, store)
    before = everything(subject)
    with every() as about:
        for row in QUEUES:
            for lease_s in (0, -1.0, 86_400.001, 1e300):
                with about(f"{entity_of(row).table} {lease_s}"), refused(InvalidValue, "lease_s"):
                    queue(store, row).claim(lease_s=lease_s)
    assert everything(subject) == before


@strict
@needs(Capability.PYTHON_VALUES)
def test_endless_lease_is_refused(store: Store) -> None:
    """A lease is a number of seconds."""
    for lease_s in (float("nan"), float("inf")):
        with refused(InvalidValue, "lease_s"):
            store.sync_jobs.claim(lease_s=lease_s)


@each_queue
def test_bounds_of_a_claim_are_accepted(store: Store, row: type[Row]) -> None:
    """The least and the greatest limit and lease are accepted."""
    for limit, lease_s in ((1, 0.001), (1000, 86_400)):
        job = created(row, store)
        assert [claimed.id for claimed in queue(store, row).claim(limit=limit, lease_s=lease_s)] == [job.id]
        mutable(store, row).delete(job.id)
