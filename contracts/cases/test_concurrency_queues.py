"""Concurrency: a job is handed out, and ends, exactly once, whoever asks at the same moment."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from contracts.builders import PAST, a_delivery, a_webhook_event, a_wire
from contracts.entities import each_queue, mutable, queue, states
from contracts.subject import Subject
from contracts.workers import clients, races, tally, together, winner
from harness.adapters.protocol import Received
from harness.errors import Conflict
from harness.models import ReconciliationJob, Row, SyncJob, WebhookEvent

HOUR_S = 3600.0
JOBS: dict[type[Row], int] = {SyncJob: 200, WebhookEvent: 64, ReconciliationJob: 64}
"""Jobs to drain: a request for each end of each attempt is what the case costs."""


def loaded(subject: Subject, row: type[Row], n: int = 1, **values: Any) -> list[UUID]:
    """Store n jobs of a queue past the adapter, and return their ids."""
    ids = sorted((uuid4() for _ in range(n)), key=str)
    subject.load(row, [a_wire(row, id=id_, **values) for id_ in ids])
    return ids


def statuses(subject: Subject, row: type[Row]) -> list[tuple[str, int]]:
    """Read status and attempts of all jobs of a queue."""
    return [(wire["status"], wire["attempts"]) for wire in subject.stored_rows(row)]


@each_queue
def test_queue_is_drained_without_loss(subject: Subject, row: type[Row]) -> None:
    """Eight workers drain a queue of failing jobs: each attempt is handed out once, each job ends once."""
    ids = loaded(subject, row, JOBS[row], max_attempts=3)
    # Every eighth job fails at its first attempt, every sixteenth of all at each of its three.
    failures = {id_: 3 if n % 16 == 0 else 1 for n, id_ in enumerate(map(str, ids)) if n % 8 == 0}
    with clients(subject, 8) as stores:

        def work(index: int) -> list[tuple[str, int, str]]:
            jobs, mine = queue(stores[index], row), []
            while claimed := jobs.claim(limit=10, lease_s=HOUR_S):
                for job in claimed:
                    if job.attempts <= failures.get(str(job.id), 0):
                        ended = jobs.fail(job.id, job.attempts, error="down", retry_in_s=0)
                    else:
                        ended = jobs.complete(job.id, job.attempts)
                    mine.append((str(job.id), job.attempts, ended.status))
            return mine

        outcomes = together(8, work)
        # A worker whose claim passed over rows that others held stops early: the rest is done here.
        outcomes.append(work(0))
    assert tally(outcomes) == {"list": 9}
    handed_out = Counter(end for mine in outcomes if isinstance(mine, list) for end in mine)
    expected: Counter[tuple[str, int, str]] = Counter()
    for id_ in map(str, ids):
        tries = failures.get(id_, 0)
        expected.update((id_, n, "failed" if n == 3 else states(row).waiting) for n in range(1, tries + 1))
        if tries < 3:
            expected[id_, tries + 1, states(row).done] += 1
    assert handed_out - expected == Counter()
    assert expected - handed_out == Counter()
    failed = Counter(failures.values())
    ends = {(states(row).done, 2): failed[1], ("failed", 3): failed[3]}
    ends[states(row).done, 1] = len(ids) - failed.total()
    assert Counter(statuses(subject, row)) == ends


@each_queue
def test_expired_leases_are_claimed_once(subject: Subject, row: type[Row]) -> None:
    """Jobs whose leases ran out go to one new worker each, and the workers before are all refused."""
    with races(subject, 6) as (stores, rounds):
        for _ in rounds:
            ids = loaded(subject, row, 6, status="processing", attempts=1, run_after=PAST)
            claims = together(6, lambda index: queue(stores[index], row).claim(limit=4, lease_s=HOUR_S))
            jobs = [job for claimed in claims if isinstance(claimed, tuple) for job in claimed]
            # Rows that one claim held were passed over by the others: whatever is left is due.
            jobs += queue(subject.store, row).claim(lease_s=HOUR_S)
            assert [id_ for id_, times in Counter(job.id for job in jobs).items() if times > 1] == []
            assert sorted((job.id for job in jobs), key=str) == ids
            assert [job.attempts for job in jobs] == [2] * 6

            def late(index: int, ids: list[UUID] = ids) -> Any:
                jobs = queue(stores[index], row)
                if index % 2:
                    return jobs.complete(ids[index], 1)
                return jobs.fail(ids[index], 1, error="late")

            assert [type(outcome) for outcome in together(6, late)] == [Conflict] * 6
            assert statuses(subject, row) == [("processing", 2)] * 6


@each_queue
def test_claims_of_one_expired_job(subject: Subject, row: type[Row]) -> None:
    """Of eight workers that claim one job whose lease ran out, one gets it."""
    with races(subject, 8) as (stores, rounds):
        for _ in rounds:
            loaded(subject, row, status="processing", attempts=1, run_after=PAST)
            outcomes = together(8, lambda index: queue(stores[index], row).claim(lease_s=HOUR_S))
            jobs = [job for claimed in outcomes if isinstance(claimed, tuple) for job in claimed]
            assert [job.attempts for job in jobs] == [2]
            assert statuses(subject, row) == [("processing", 2)]


@each_queue
def test_complete_against_fail(subject: Subject, row: type[Row]) -> None:
    """Of workers that complete and fail one claim at once, one does, and the job is what that one says."""
    with races(subject, 6) as (stores, rounds):
        for _ in rounds:
            (id_,) = loaded(subject, row, status="processing", attempts=1, run_after=PAST)

            def end(index: int, id_: UUID = id_) -> Any:
                jobs = queue(stores[index], row)
                if index % 2:
                    return jobs.complete(id_, 1)
                return jobs.fail(id_, 1, error=f"by {index}", retry_in_s=HOUR_S)

            outcomes = together(6, end)
            assert queue(subject.store, row).get(id_) == winner(outcomes, row)


@each_queue
def test_late_worker_against_the_next_claim(subject: Subject, row: type[Row]) -> None:
    """A late worker completes or fails its job, or somebody else claims it: one of the two, never both."""
    with races(subject, 6) as (stores, rounds):
        for _ in rounds:
            (id_,) = loaded(subject, row, status="processing", attempts=1, run_after=PAST)

            def work(index: int, id_: UUID = id_) -> Any:
                jobs = queue(stores[index], row)
                match index:
                    case 0:
                        return jobs.complete(id_, 1)
                    case 1:
                        return jobs.fail(id_, 1, error="late", retry_in_s=HOUR_S)
                return jobs.claim(lease_s=HOUR_S)

            outcomes = together(6, work)
            ended = [outcome for outcome in outcomes[:2] if isinstance(outcome, row)]
            claimed = [job for claim in outcomes[2:] if isinstance(claim, tuple) for job in claim]
            assert {type(outcome) for outcome in outcomes[:2]} <= {row, Conflict}
            assert len(ended) + len(claimed) == 1
            assert queue(subject.store, row).get(id_) == [*ended, *claimed][0]


@each_queue
def test_last_attempt_is_completed_or_failed(subject: Subject, row: type[Row]) -> None:
    """A job whose last lease ran out is completed by its worker or failed by a claim, never both."""
    with races(subject, 6) as (stores, rounds):
        for _ in rounds:
            (id_,) = loaded(subject, row, status="processing", attempts=2, max_attempts=2, run_after=PAST)

            def work(index: int, id_: UUID = id_) -> Any:
                jobs = queue(stores[index], row)
                return jobs.complete(id_, 2) if index == 0 else jobs.claim(lease_s=HOUR_S)

            completed, *claims = together(6, work)
            assert claims == [()] * 5
            expected = "failed" if isinstance(completed, Conflict) else states(row).done
            assert statuses(subject, row) == [(expected, 2)]


@each_queue
def test_deletion_against_claims(subject: Subject, row: type[Row]) -> None:
    """A job that is deleted while it is claimed goes to one worker at most, and does not come back."""
    with races(subject, 6) as (stores, rounds):
        for _ in rounds:
            (id_,) = loaded(subject, row)

            def work(index: int, id_: UUID = id_) -> Any:
                if index == 0:
                    return mutable(stores[index], row).delete(id_)
                claimed = queue(stores[index], row).claim(lease_s=HOUR_S)
                ended = [together(1, lambda _: queue(stores[index], row).complete(id_, 1)) for _ in claimed]
                return len(claimed), ended

            deleted, *others = together(6, work)
            assert deleted is True
            assert sum(other[0] for other in others if isinstance(other, tuple)) <= 1
            assert statuses(subject, row) == []


def test_deliveries_of_one_event(subject: Subject) -> None:
    """Of clients that deliver one event at once, one is told new, and all get the row that is stored."""
    with races(subject, 6) as (stores, rounds):
        for _ in rounds:
            outcomes = together(6, lambda index: stores[index].webhook_events.receive(a_delivery()))
            assert tally(outcomes) == {"Received": 6}
            received = [outcome for outcome in outcomes if isinstance(outcome, Received)]
            assert sum(answer.is_new for answer in received) == 1
            stored = {str(wire["id"]) for wire in subject.stored_rows(WebhookEvent)}
            assert {str(answer.event.id) for answer in received} == stored
            assert len(stored) == 1


def test_delivery_against_claims(subject: Subject) -> None:
    """An event that is delivered again and again while it is claimed is stored once and claimed once."""
    with races(subject, 8) as (stores, rounds):
        for _ in rounds:

            def work(index: int) -> Any:
                events = stores[index].webhook_events
                if index % 2:
                    return events.receive(a_delivery())
                return [job for _ in range(2) for job in events.claim(lease_s=HOUR_S)]

            outcomes = together(8, work)
            received = [outcome for outcome in outcomes if isinstance(outcome, Received)]
            claimed = [job for jobs in outcomes if isinstance(jobs, list) for job in jobs]
            claimed += subject.store.webhook_events.claim(lease_s=HOUR_S)
            assert sum(answer.is_new for answer in received) == 1
            assert len({answer.event.id for answer in received}) == 1
            assert [(job.id, job.attempts) for job in claimed] == [(received[0].event.id, 1)]
            assert statuses(subject, WebhookEvent) == [("processing", 1)]


def test_deliveries_and_deletions_balance(subject: Subject) -> None:
    """Of one event delivered and deleted at once, as many were new as were deleted or are left."""
    with races(subject, 6) as (stores, rounds):
        for number in rounds:
            key = f"evt-{number}"

            def work(index: int, key: str = key) -> tuple[int, int]:
                events = stores[index].webhook_events
                new = deleted = 0
                for _ in range(3):
                    received = events.receive(a_webhook_event(event_id=key, payload_hash="h"))
                    new += received.is_new
                    deleted += events.delete(received.event.id)
                return new, deleted

            outcomes = together(6, work)
            pairs = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
            assert len(pairs) == 6
            left = len(list(subject.stored_rows(WebhookEvent)))
            assert sum(new for new, _ in pairs) == sum(deleted for _, deleted in pairs) + left
            assert left == 0
