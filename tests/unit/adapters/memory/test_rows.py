"""Create, read, update and delete, with the expected rows written by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import NOON, a_booking, a_request, a_sync_job, an_audit_log
from harness.adapters.capabilities import Capability
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Store
from harness.errors import InvalidValue, NotFound
from harness.models import (
    AuditLog,
    BookingPatch,
    NewBooking,
    NewSyncJob,
    SchedulingRequestPatch,
    SyncJob,
    SyncJobPatch,
)

START = datetime(2026, 1, 15, 10, tzinfo=UTC)
MALFORMED = ["", "x", "0b9ff3a15f0e4f9c8f6a0a1b2c3d4e5f", "\x00", 7, None]


def test_it_is_a_store_that_lacks_what_needs_a_server() -> None:
    store: Store = MemoryStore()
    assert set(Capability) - store.capabilities == {Capability.DURABLE, Capability.SERVER}


def test_a_new_row_gets_its_id_and_defaults_from_one_reading_of_the_clock(store: MemoryStore) -> None:
    job = store.sync_jobs.create(NewSyncJob(type="icims_note", entity_id="7", entity_type="booking"))
    assert job == SyncJob(
        id=UUID(int=1),
        type="icims_note",
        entity_id="7",
        entity_type="booking",
        attempts=0,
        max_attempts=5,
        status="pending",
        last_error=None,
        payload={},
        run_after=START,
        created_at=START,
        updated_at=START,
    )
    assert store.sync_jobs.get(job.id) == job


def test_a_row_is_kept_in_wire_form(store: MemoryStore, database: MemoryDatabase) -> None:
    entry = store.audit_logs.create(an_audit_log(payload={"b": (1, -0.0), "a": 1e22}))
    assert list(database.rows("audit_logs")) == [
        {
            "id": "00000000-0000-0000-0000-000000000001",
            "request_id": None,
            "booking_id": None,
            "action": "viewed",
            "actor_type": "system",
            "actor_id": None,
            "payload": {"a": 10**22, "b": [1, 0.0]},
            "created_at": "2026-01-15T10:00:00.000000+00:00",
        }
    ]
    assert database.row("audit_logs", str(entry.id)) == next(database.rows("audit_logs"))


def test_ids_are_the_clients_choice_and_their_case_is_free(store: MemoryStore) -> None:
    id_ = "ABCDEFAB-5f0e-4f9c-8f6a-0a1b2c3d4e5f"
    job = store.sync_jobs.create(a_sync_job(id=id_))
    assert job.id == UUID(id_)
    assert store.sync_jobs.get(id_) == store.sync_jobs.get(id_.lower()) == job


@pytest.mark.parametrize("id_", MALFORMED)
def test_a_malformed_id_finds_nothing(store: MemoryStore, id_: Any) -> None:
    assert store.sync_jobs.get(id_) is None
    assert store.sync_jobs.delete(id_) is False
    with pytest.raises(NotFound) as caught:
        store.sync_jobs.update(id_, SyncJobPatch(last_error="x"))
    assert caught.value.table == "sync_jobs"


def test_a_missing_row_is_not_found(store: MemoryStore) -> None:
    assert store.bookings.get(UUID(int=9)) is None
    assert store.bookings.delete(UUID(int=9)) is False
    with pytest.raises(NotFound):
        store.bookings.update(UUID(int=9), BookingPatch(status="nonsense"))


def test_a_wrong_value_is_refused_before_the_row_is_looked_for(store: MemoryStore) -> None:
    with pytest.raises(InvalidValue) as caught:
        store.sync_jobs.update(UUID(int=9), SyncJobPatch(attempts="1"))
    assert caught.value.name == "attempts"


def test_a_patch_changes_what_it_names_and_none_clears(store: MemoryStore) -> None:
    before = store.scheduling_requests.create(a_request(req_id="R-1", application_id="A-1"))
    after = store.scheduling_requests.update(before.id, SchedulingRequestPatch(req_id=None))
    assert (after.req_id, after.application_id) == (None, "A-1")
    assert store.scheduling_requests.get(before.id) == after


def test_updated_at_advances_with_the_clock_even_if_nothing_changes(store: MemoryStore, clock: Any) -> None:
    job = store.sync_jobs.create(a_sync_job(last_error="same"))
    clock.advance(0.000001)
    updated = store.sync_jobs.update(job.id, SyncJobPatch(last_error="same"))
    assert updated.updated_at == START + timedelta(microseconds=1)
    assert (updated.created_at, updated.run_after) == (START, START)


def test_updated_at_stays_when_the_clock_is_set_back(store: MemoryStore, clock: Any) -> None:
    job = store.sync_jobs.create(a_sync_job())
    clock.advance(-60)
    assert store.sync_jobs.update(job.id, SyncJobPatch(last_error="x")).updated_at == START


def test_deleting_a_request_takes_its_bookings_and_keeps_the_history(store: MemoryStore, clock: Any) -> None:
    request = store.scheduling_requests.create(a_request())
    gone = store.bookings.create(a_booking(request))
    other = store.bookings.create(a_booking(store.scheduling_requests.create(a_request())))
    entry = store.audit_logs.create(an_audit_log(request_id=request.id, booking_id=gone.id))
    mixed = store.audit_logs.create(an_audit_log(request_id=request.id, booking_id=other.id))
    clock.advance(5)

    assert store.scheduling_requests.delete(request.id) is True

    assert [booking.id for booking in store.bookings.iterate()] == [other.id]
    assert store.bookings.get(other.id) == other
    kept = [store.audit_logs.get(row.id) for row in (entry, mixed)]
    assert [(row.request_id, row.booking_id, row.created_at) for row in kept if row is not None] == [
        (None, None, START),
        (None, other.id, START),
    ]
    assert store.scheduling_requests.delete(request.id) is False


def test_deleting_a_booking_clears_only_its_own_link(store: MemoryStore) -> None:
    request = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(a_booking(request))
    entry = store.audit_logs.create(an_audit_log(request_id=request.id, booking_id=booking.id))
    assert store.bookings.delete(booking.id)
    kept = store.audit_logs.get(entry.id)
    assert kept is not None
    assert (kept.request_id, kept.booking_id) == (request.id, None)


def test_nothing_that_was_given_or_returned_reaches_the_stored_row(store: MemoryStore) -> None:
    payload = {"list": [1]}
    entry = store.audit_logs.create(an_audit_log(payload=payload))
    payload["list"].append(2)
    entry.payload["list"].append(3)
    next(store.audit_logs.iterate()).payload["list"].append(4)
    stored = store.audit_logs.get(entry.id)
    assert stored is not None
    assert stored.payload == {"list": [1]}


def test_wire_rows_from_the_side_are_copies(store: MemoryStore, database: MemoryDatabase) -> None:
    entry = store.audit_logs.create(an_audit_log(payload={"list": [1]}))
    next(database.rows("audit_logs"))["payload"]["list"].append(2)
    assert store.audit_logs.get(entry.id) == entry


def test_two_stores_on_one_database_see_the_same_rows(store: MemoryStore, database: MemoryDatabase) -> None:
    job = store.sync_jobs.create(a_sync_job())
    assert MemoryStore(database=database).sync_jobs.get(job.id) == job
    assert MemoryStore().sync_jobs.get(job.id) is None


def test_rows_outlive_the_store_that_wrote_them(store: MemoryStore, database: MemoryDatabase) -> None:
    with store as same:
        job = same.sync_jobs.create(a_sync_job())
    store.close()
    assert MemoryStore(database=database).sync_jobs.get(job.id) == job


def test_the_history_cannot_be_changed(store: MemoryStore) -> None:
    assert not hasattr(store.audit_logs, "update")
    assert not hasattr(store.audit_logs, "delete")


def test_a_request_is_found_by_the_hash_of_its_token(store: MemoryStore) -> None:
    request = store.scheduling_requests.create(a_request(public_token_hash="Hash*"))  # made up
    assert store.scheduling_requests.get_by_token_hash("Hash*") == request
    assert store.scheduling_requests.get_by_token_hash("hash*") is None
    assert store.scheduling_requests.get_by_token_hash("Hash") is None
    with pytest.raises(InvalidValue) as caught:
        store.scheduling_requests.get_by_token_hash("Hash*\x00")
    assert caught.value.name == "public_token_hash"


FULL_ENTRY: dict[str, Any] = {
    "id": "0B9FF3A1-5f0e-4f9c-8f6a-0a1b2c3d4e5f",
    "request_id": None,
    "booking_id": None,
    "action": "viewed",
    "actor_type": "system",
    "actor_id": None,
    "payload": {},
    "created_at": "2020-01-01T01:00:00.5+01:00",
}


def test_a_loaded_row_keeps_the_times_it_came_with(store: MemoryStore, database: MemoryDatabase) -> None:
    database.load("audit_logs", FULL_ENTRY)
    assert list(store.audit_logs.iterate()) == [
        AuditLog(
            id=UUID("0b9ff3a1-5f0e-4f9c-8f6a-0a1b2c3d4e5f"),
            request_id=None,
            booking_id=None,
            action="viewed",
            actor_type="system",
            actor_id=None,
            payload={},
            created_at=datetime(2020, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"createdAt": None}, "createdAt"),
        ({"created_at": None}, "created_at"),
        ({"created_at": "now"}, "created_at"),
        ({"action": 7}, "action"),
        ({"actor_type": "robot"}, "audit_logs_actor_type_check"),
    ],
    ids=str,
)
def test_a_loaded_row_keeps_to_the_constraints(database: MemoryDatabase, change: Any, name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        database.load("audit_logs", {**FULL_ENTRY, **change})
    assert caught.value.name == name
    assert list(database.rows("audit_logs")) == []


def test_a_loaded_row_needs_every_column(database: MemoryDatabase) -> None:
    with pytest.raises(InvalidValue) as caught:
        database.load("audit_logs", {name: FULL_ENTRY[name] for name in FULL_ENTRY if name != "actor_id"})
    assert caught.value.name == "actor_id"


def test_clear_removes_all_rows_and_their_keys(store: MemoryStore, database: MemoryDatabase) -> None:
    new = a_request()
    store.bookings.create(a_booking(store.scheduling_requests.create(new)))
    database.clear()
    assert list(database.rows("scheduling_requests")) == list(database.rows("bookings")) == []
    store.scheduling_requests.create(new)


def test_a_booking_needs_no_actor_but_keeps_its_slot(store: MemoryStore) -> None:
    request = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(
        NewBooking(
            request_id=request.id,
            scheduled_start=NOON,
            scheduled_end=NOON + timedelta(hours=1),
            booked_by="a",
        )
    )
    assert (booking.status, booking.confirmed_at, booking.booked_at) == ("confirmed", None, START)
