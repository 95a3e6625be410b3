"""Rows: each one counts, once, however many there are and whatever was deleted before."""

from typing import Any

from contracts.builders import a_sync_job, a_wire, created
from contracts.entities import each_mutable_entity, each_queue, mutable, queue
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.models import Row, SchedulingRequest, SyncJob


def test_summary_counts_more_rows_than_the_cap(subject: Subject, store: Store) -> None:
    """The numbers of the dashboard are exact beyond the rows that a server returns at once."""
    subject.load(SyncJob, [a_wire(SyncJob) for _ in range(1_050)])
    subject.load(SchedulingRequest, [a_wire(SchedulingRequest, needs_attention=True) for _ in range(1_001)])
    summary = store.ops_summary()
    assert summary.counts["sync_jobs"]["pending"] == 1_050
    assert summary.due["sync_jobs"] == 1_050
    assert summary.needs_attention == 1_001


@each_mutable_entity
def test_rows_after_a_delete_are_new(store: Store, row: type[Row]) -> None:
    """Rows can be created after a delete, and none gets the id of another."""
    made = [created(row, store) for _ in range(3)]
    assert mutable(store, row).delete(made[0].id) is True
    made += [created(row, store) for _ in range(2)]
    assert len({item.id for item in made}) == 5


@each_queue
def test_last_attempt_is_made(store: Store, row: type[Row]) -> None:
    """A job with one attempt left is claimed for it."""
    job = created(row, store, attempts=2, max_attempts=3)
    claimed: Any
    (claimed,) = queue(store, row).claim()
    assert (claimed.id, claimed.attempts) == (job.id, 3)


def test_jobs_of_the_same_content_are_two(store: Store) -> None:
    """Two jobs with equal values are two rows: nothing but the unique keys makes rows one."""
    new = a_sync_job(entity_id="same")
    one, two = store.sync_jobs.create(new), store.sync_jobs.create(new)
    assert one.id != two.id
    assert store.sync_jobs.count(where=[where("entity_id", "eq", "same")]) == 2
