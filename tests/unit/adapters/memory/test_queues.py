"""Claim, complete and fail; and webhooks, received once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import a_reconciliation_job, a_sync_job, a_webhook_event, without
from harness.adapters.memory import MemoryStore
from harness.errors import Conflict, InvalidValue, NotFound
from harness.models import SyncJobPatch, WebhookEventPatch

START = datetime(2026, 1, 15, 10, tzinfo=UTC)


def test_a_new_job_is_due_at_once(store: MemoryStore, clock: Any) -> None:
    job = store.sync_jobs.create(a_sync_job())
    now = clock.advance(2)
    (claimed,) = store.sync_jobs.claim(lease_s=30)
    assert claimed.id == job.id
    assert (claimed.status, claimed.attempts) == ("processing", 1)
    assert (claimed.run_after, claimed.updated_at, claimed.created_at) == (
        now + timedelta(seconds=30),
        now,
        START,
    )
    assert store.sync_jobs.get(job.id) == claimed
    assert store.sync_jobs.claim() == ()


def test_the_oldest_due_rows_go_first_and_ties_go_by_id(store: MemoryStore) -> None:
    for number, seconds in ((4, -1), (3, -1), (2, -5), (1, 0), (5, 0.000001)):
        store.sync_jobs.create(a_sync_job(id=UUID(int=number), run_after=START + timedelta(seconds=seconds)))
    assert [job.id.int for job in store.sync_jobs.claim(limit=3)] == [2, 3, 4]
    assert [job.id.int for job in store.sync_jobs.claim(limit=3)] == [1]


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_finished_rows_are_never_due(store: MemoryStore, status: str) -> None:
    store.sync_jobs.create(a_sync_job(status=status))
    assert store.sync_jobs.claim() == ()


def test_a_row_that_needs_attention_is_never_due(store: MemoryStore) -> None:
    store.reconciliation_jobs.create(a_reconciliation_job(status="requires_attention"))
    assert store.reconciliation_jobs.claim() == ()


def test_an_expired_lease_is_due_and_the_first_owner_is_stale(store: MemoryStore, clock: Any) -> None:
    job = store.sync_jobs.create(a_sync_job())
    store.sync_jobs.claim(lease_s=10)
    clock.advance(9.999999)
    assert store.sync_jobs.claim() == ()
    clock.advance(0.000001)
    (again,) = store.sync_jobs.claim(lease_s=10)
    assert (again.id, again.attempts) == (job.id, 2)
    with pytest.raises(Conflict) as caught:
        store.sync_jobs.complete(job.id, 1)
    assert caught.value.constraint == "stale_claim"
    with pytest.raises(Conflict) as caught:
        store.sync_jobs.fail(job.id, 1, error="late")
    assert caught.value.constraint == "stale_claim"
    assert store.sync_jobs.get(job.id) == again


def test_an_expired_lease_that_nobody_claimed_may_complete(store: MemoryStore, clock: Any) -> None:
    job = store.sync_jobs.create(a_sync_job())
    store.sync_jobs.claim(lease_s=10)
    now = clock.advance(60)
    done = store.sync_jobs.complete(job.id, 1)
    assert (done.status, done.attempts, done.updated_at) == ("completed", 1, now)
    with pytest.raises(Conflict):
        store.sync_jobs.complete(job.id, 1)


def test_an_event_says_when_it_was_processed(store: MemoryStore, clock: Any) -> None:
    event = store.webhook_events.create(a_webhook_event())
    store.webhook_events.claim()
    now = clock.advance(3)
    done = store.webhook_events.complete(str(event.id).upper(), 1)
    assert (done.status, done.processed_at, done.updated_at) == ("processed", now, now)


def test_a_failed_attempt_waits_and_keeps_its_error(store: MemoryStore, clock: Any) -> None:
    event = store.webhook_events.create(a_webhook_event())
    store.webhook_events.claim()
    now = clock.advance(1)
    failed = store.webhook_events.fail(event.id, 1, error="502", retry_in_s=0.5)
    assert (failed.status, failed.attempts, failed.last_error) == ("received", 1, "502")
    assert failed.run_after == now + timedelta(seconds=0.5)
    assert store.webhook_events.claim() == ()
    clock.advance(0.5)
    assert store.webhook_events.claim()[0].attempts == 2


def test_the_last_attempt_fails_for_good(store: MemoryStore, clock: Any) -> None:
    job = store.sync_jobs.create(a_sync_job(max_attempts=1))
    (claimed,) = store.sync_jobs.claim(lease_s=10)
    now = clock.advance(1)
    failed = store.sync_jobs.fail(job.id, 1, error="gone")
    assert (failed.status, failed.last_error, failed.attempts) == ("failed", "gone", 1)
    assert (failed.run_after, failed.updated_at) == (claimed.run_after, now)


@pytest.mark.parametrize(("last_error", "expected"), [(None, "attempts exhausted"), ("502", "502"), ("", "")])
def test_a_due_row_without_attempts_left_becomes_failed(
    store: MemoryStore, clock: Any, last_error: str | None, expected: str
) -> None:
    used_up = store.sync_jobs.create(
        a_sync_job(
            status="processing", attempts=5, last_error=last_error, run_after=START - timedelta(hours=1)
        )
    )
    waiting = store.sync_jobs.create(a_sync_job())
    now = clock.advance(1)
    assert [job.id for job in store.sync_jobs.claim(limit=1)] == [waiting.id]
    failed = store.sync_jobs.get(used_up.id)
    assert failed is not None
    assert (failed.status, failed.last_error, failed.attempts) == ("failed", expected, 5)
    assert (failed.run_after, failed.updated_at) == (used_up.run_after, now)


def test_a_row_without_attempts_left_that_is_not_due_stays(store: MemoryStore) -> None:
    job = store.sync_jobs.create(
        a_sync_job(status="processing", attempts=5, run_after=START + timedelta(seconds=1))
    )
    assert store.sync_jobs.claim() == ()
    assert store.sync_jobs.get(job.id) == job


def test_what_is_not_being_processed_cannot_be_completed(store: MemoryStore) -> None:
    job = store.sync_jobs.create(a_sync_job())
    with pytest.raises(Conflict):
        store.sync_jobs.complete(job.id, 0)
    store.sync_jobs.update(job.id, SyncJobPatch(status="processing"))
    assert store.sync_jobs.complete(job.id, 0).status == "completed"


@pytest.mark.parametrize("id_", [UUID(int=9), "9", "\x00", None])
def test_a_row_that_does_not_exist_is_not_found(store: MemoryStore, id_: Any) -> None:
    with pytest.raises(NotFound) as caught:
        store.reconciliation_jobs.complete(id_, 1)
    assert caught.value.table == "reconciliation_jobs"
    with pytest.raises(NotFound):
        store.reconciliation_jobs.fail(id_, 1, error="x")


def test_a_delivery_is_new_once_and_changes_nothing_afterwards(store: MemoryStore, clock: Any) -> None:
    delivery = a_webhook_event(tenant_id="t")
    first = store.webhook_events.receive(delivery)
    assert first.is_new
    assert (first.event.status, first.event.provider, first.event.verified) == ("received", "icims", False)
    store.webhook_events.claim()
    done = store.webhook_events.complete(first.event.id, 1)
    clock.advance(5)
    second = store.webhook_events.receive(type(delivery)(**{**delivery.values, "payload": {"other": 1}}))
    assert not second.is_new
    assert second.event == done
    assert store.webhook_events.count() == 1


@pytest.mark.parametrize(
    "change", [{"payload_hash": "other"}, {"tenant_id": "u"}, {"tenant_id": None}], ids=str
)
def test_the_same_event_of_somebody_else_is_a_conflict(store: MemoryStore, change: dict[str, Any]) -> None:
    delivery = a_webhook_event(tenant_id="t")
    stored = store.webhook_events.receive(delivery).event
    with pytest.raises(Conflict) as caught:
        store.webhook_events.receive(type(delivery)(**{**delivery.values, **change}))
    assert caught.value.constraint == "webhook_events_provider_event_id_key"
    assert list(store.webhook_events.iterate()) == [stored]


def test_a_known_event_hides_a_taken_id_but_no_wrong_value(store: MemoryStore) -> None:
    delivery = a_webhook_event()
    stored = store.webhook_events.receive(delivery).event
    again = type(delivery)(**{**delivery.values, "id": stored.id})
    assert store.webhook_events.receive(again).event == stored
    with pytest.raises(Conflict) as caught:
        store.webhook_events.receive(a_webhook_event(id=stored.id))
    assert caught.value.constraint == "webhook_events_pkey"
    with pytest.raises(InvalidValue) as refused:
        store.webhook_events.receive(type(delivery)(**{**delivery.values, "signature": None}))
    assert refused.value.name == "signature"


@pytest.mark.parametrize("name", ["event_id", "payload_hash", "event_type", "payload", "signature"])
def test_a_delivery_without_a_required_column_is_refused(store: MemoryStore, name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        store.webhook_events.receive(without(a_webhook_event(), name))  # type: ignore[arg-type]  # a New of the same entity
    assert caught.value.name == name
    assert store.webhook_events.count() == 0


def test_an_event_that_was_deleted_is_new_again(store: MemoryStore) -> None:
    delivery = a_webhook_event()
    store.webhook_events.delete(store.webhook_events.receive(delivery).event.id)
    assert store.webhook_events.receive(delivery).is_new


def test_an_event_may_be_moved_out_of_the_way(store: MemoryStore) -> None:
    delivery = a_webhook_event()
    event = store.webhook_events.receive(delivery).event
    store.webhook_events.update(event.id, WebhookEventPatch(event_id="moved"))
    assert store.webhook_events.receive(delivery).is_new
