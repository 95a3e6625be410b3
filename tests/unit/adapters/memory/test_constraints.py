"""What is refused, in which order, and that a refusal leaves nothing behind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import (
    NOON,
    a_booking,
    a_request,
    a_sync_job,
    a_webhook_event,
    an_audit_log,
    without,
)
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.errors import Conflict, InvalidValue, MissingReference, StoreError
from harness.models import ENTITIES, BookingPatch, SchedulingRequestPatch, SyncJobPatch, WebhookEventPatch

GHOST = UUID(int=999)


def everything(database: MemoryDatabase) -> dict[str, list[Any]]:
    return {table: list(database.rows(table)) for table in ENTITIES}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"candidate_name": None, "req_title": None}, "candidate_name"),
        ({"status": None, "duration_minutes": 0}, "status"),
        ({"id": None}, "id"),
        ({"needs_attention": None}, "needs_attention"),
        ({"duration_minutes": 0, "candidate_email": "e" * 1025}, "scheduling_requests_candidate_email_size"),
        ({"duration_minutes": -5, "status": "Pending"}, "scheduling_requests_duration_positive"),
        ({"status": "Pending", "window_end": NOON}, "scheduling_requests_status_check"),
        ({"window_end": NOON}, "scheduling_requests_window_order"),
        ({"interview_type": "Onsite"}, "scheduling_requests_interview_type_check"),
        ({"public_token_hash": "é" * 513}, "scheduling_requests_public_token_hash_size"),
    ],
    ids=str,
)
def test_null_comes_before_check_and_checks_come_by_name(
    store: MemoryStore, database: MemoryDatabase, changes: dict[str, Any], name: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        store.scheduling_requests.create(a_request(**changes))
    assert caught.value.name == name
    assert list(database.rows("scheduling_requests")) == []


@pytest.mark.parametrize("name", ["candidate_name", "interviewer_emails", "expires_at"])
def test_a_column_without_a_default_is_null_when_absent(store: MemoryStore, name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        store.scheduling_requests.create(without(a_request(), name))
    assert caught.value.name == name


def test_check_comes_before_unique(store: MemoryStore) -> None:
    first = store.scheduling_requests.create(a_request())
    with pytest.raises(InvalidValue, match="duration_positive"):
        store.scheduling_requests.create(a_request(id=first.id, duration_minutes=0))


def test_the_primary_key_comes_before_other_unique_keys(store: MemoryStore) -> None:
    new = a_request()
    first = store.scheduling_requests.create(new)
    with pytest.raises(Conflict) as caught:
        store.scheduling_requests.create(type(new)(**{**new.values, "id": first.id}))
    assert caught.value.constraint == "scheduling_requests_pkey"
    with pytest.raises(Conflict) as caught:
        store.scheduling_requests.create(new)
    assert caught.value.constraint == "scheduling_requests_public_token_hash_key"


def test_unique_comes_before_the_foreign_key(store: MemoryStore) -> None:
    booking = store.bookings.create(a_booking(store.scheduling_requests.create(a_request())))
    with pytest.raises(Conflict) as caught:
        store.bookings.create(a_booking(GHOST, id=booking.id))
    assert caught.value.constraint == "bookings_pkey"


def test_the_foreign_keys_come_in_order_of_columns(store: MemoryStore) -> None:
    with pytest.raises(MissingReference) as caught:
        store.audit_logs.create(an_audit_log(request_id=GHOST, booking_id=GHOST))
    assert caught.value.constraint == "audit_logs_request_id_fkey"
    request = store.scheduling_requests.create(a_request())
    with pytest.raises(MissingReference) as caught:
        store.audit_logs.create(an_audit_log(request_id=request.id, booking_id=GHOST))
    assert caught.value.constraint == "audit_logs_booking_id_fkey"


def test_a_request_has_one_active_booking(store: MemoryStore) -> None:
    request = store.scheduling_requests.create(a_request())
    first = store.bookings.create(a_booking(request))
    with pytest.raises(Conflict) as caught:
        store.bookings.create(a_booking(request, status="rescheduled"))
    assert caught.value.constraint == "bookings_one_active_per_request"
    cancelled = store.bookings.create(a_booking(request, status="cancelled"))
    with pytest.raises(Conflict):
        store.bookings.update(cancelled.id, BookingPatch(status="confirmed"))
    store.bookings.update(first.id, BookingPatch(status="cancelled"))
    assert store.bookings.update(cancelled.id, BookingPatch(status="confirmed")).status == "confirmed"


def test_a_booking_moves_to_a_request_that_exists_and_is_free(store: MemoryStore) -> None:
    booking = store.bookings.create(a_booking(store.scheduling_requests.create(a_request())))
    taken = store.scheduling_requests.create(a_request())
    store.bookings.create(a_booking(taken))
    with pytest.raises(Conflict):
        store.bookings.update(booking.id, BookingPatch(request_id=taken.id))
    with pytest.raises(MissingReference) as caught:
        store.bookings.update(booking.id, BookingPatch(request_id=GHOST))
    assert caught.value.constraint == "bookings_request_id_fkey"
    free = store.scheduling_requests.create(a_request())
    assert store.bookings.update(booking.id, BookingPatch(request_id=free.id)).request_id == free.id
    store.scheduling_requests.delete(free.id)
    assert store.bookings.get(booking.id) is None


def test_a_token_hash_is_free_again_after_a_change_or_a_delete(store: MemoryStore) -> None:
    first = store.scheduling_requests.create(a_request(public_token_hash="one"))  # made up
    second = store.scheduling_requests.create(a_request(public_token_hash="two"))  # made up
    taken = SchedulingRequestPatch(public_token_hash="one")  # made up
    with pytest.raises(Conflict) as caught:
        store.scheduling_requests.update(second.id, taken)
    assert caught.value.constraint == "scheduling_requests_public_token_hash_key"
    store.scheduling_requests.update(first.id, taken)
    store.scheduling_requests.update(first.id, SchedulingRequestPatch(public_token_hash="three"))  # made up
    store.scheduling_requests.update(second.id, taken)
    store.scheduling_requests.delete(second.id)
    store.scheduling_requests.create(a_request(public_token_hash="one"))  # made up


def test_an_event_is_unique_per_provider(store: MemoryStore) -> None:
    store.webhook_events.create(a_webhook_event(event_id="1"))
    other = store.webhook_events.create(a_webhook_event(event_id="1", provider="graph"))
    with pytest.raises(Conflict) as caught:
        store.webhook_events.update(other.id, WebhookEventPatch(provider="icims"))
    assert caught.value.constraint == "webhook_events_provider_event_id_key"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"attempts": 6}, "sync_jobs_attempts_bounds"),
        ({"attempts": -1}, "sync_jobs_attempts_bounds"),
        ({"max_attempts": 0}, "sync_jobs_max_attempts_positive"),
        ({"max_attempts": None, "status": "Done"}, "max_attempts"),
    ],
    ids=str,
)
def test_a_refused_update_changes_nothing(
    store: MemoryStore, clock: Any, changes: dict[str, Any], name: str
) -> None:
    job = store.sync_jobs.create(a_sync_job())
    clock.advance(1)
    with pytest.raises(InvalidValue) as caught:
        store.sync_jobs.update(job.id, SyncJobPatch(**changes))
    assert caught.value.name == name
    assert store.sync_jobs.get(job.id) == job


def test_no_message_carries_what_a_row_holds(store: MemoryStore) -> None:
    secret = "ada@example.org"
    calls: list[Callable[[], object]] = [
        lambda: store.scheduling_requests.create(a_request(candidate_email=secret, duration_minutes=0)),
        lambda: store.scheduling_requests.create(a_request(status=secret)),
        lambda: store.scheduling_requests.create(a_request(candidate_email=f"{secret}\x00")),
        lambda: store.scheduling_requests.create(a_request(candidate_email=f"{secret}\ud800")),
        lambda: store.sync_jobs.create(a_sync_job(payload={secret: {1}})),
    ]
    for call in calls:
        with pytest.raises(StoreError) as caught:
            call()
        assert secret not in str(caught.value)
        assert secret not in repr(caught.value.__cause__)


class Broken(BaseException):
    """Comes from nowhere, as KeyboardInterrupt does."""


@pytest.mark.parametrize("call", range(1, 6))
def test_an_interrupted_delete_leaves_no_trace(
    store: MemoryStore, database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    request = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(a_booking(request))
    for _ in range(2):
        store.audit_logs.create(an_audit_log(request_id=request.id, booking_id=booking.id))
    before = everything(database)
    _interrupt(monkeypatch, call)
    with pytest.raises(Broken):
        store.scheduling_requests.delete(request.id)
    monkeypatch.undo()
    assert {
        table: sorted(rows, key=lambda row: str(row["id"])) for table, rows in everything(database).items()
    } == before
    # The indexes are whole again, too: the key is taken, and the delete finds all children.
    with pytest.raises(Conflict):
        store.bookings.create(a_booking(request))
    assert store.scheduling_requests.delete(request.id)
    assert [(row["request_id"], row["booking_id"]) for row in database.rows("audit_logs")] == [
        (None, None)
    ] * 2
    assert list(database.rows("bookings")) == []


def _interrupt(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Fail in the middle of the given write of a row: after it left the indexes, before it is back."""
    from harness.adapters.memory.table import Table  # noqa: PLC0415  # the place that is broken on purpose

    whole = Table._unindex
    calls = iter(range(1, call + 1))

    def broken(self: Table, row: Any) -> None:
        whole(self, row)
        if next(calls, None) == call:
            raise Broken

    monkeypatch.setattr(Table, "_unindex", broken)


def test_a_clock_without_a_zone_stores_nothing(database: MemoryDatabase) -> None:
    store = MemoryStore(database=database, now=lambda: NOON.replace(tzinfo=None))
    with pytest.raises(InvalidValue):
        store.sync_jobs.create(a_sync_job())
    assert list(database.rows("sync_jobs")) == []


def test_a_slot_ends_after_it_starts(store: MemoryStore) -> None:
    request = store.scheduling_requests.create(a_request())
    with pytest.raises(InvalidValue, match="bookings_slot_order"):
        store.bookings.create(a_booking(request, scheduled_end=NOON))
    store.bookings.create(a_booking(request, scheduled_end=NOON + timedelta(microseconds=1)))
