"""A store is its own side view only through another client, and nothing is loaded that create cannot set."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from contracts.builders import a_sync_job, a_wire
from contracts.expect import Divergence
from contracts.subjects import Rows, StoreSubject
from harness.adapters.capabilities import Capability
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.errors import ConfigurationError, HarnessError
from harness.models import AuditLog, SyncJob


def fresh() -> Callable[[], MemoryStore]:
    database = MemoryDatabase()
    return lambda: MemoryStore(database=database)


def test_rows_are_those_that_another_client_sees() -> None:
    subject = StoreSubject(fresh)
    job = subject.store.sync_jobs.create(a_sync_job(payload={"a": 1}))
    wire = subject.stored(SyncJob, job.id)
    assert wire is not None
    assert (wire["id"], wire["payload"], wire["status"]) == (str(job.id), {"a": 1}, "pending")
    assert [dict(found) for found in subject.stored_rows(SyncJob)] == [dict(wire)]
    assert subject.stored(SyncJob, uuid4()) is None


def test_store_that_keeps_its_rows_to_itself_is_seen_through() -> None:
    subject = StoreSubject(lambda: MemoryStore)  # each client has rows of its own
    job = subject.store.sync_jobs.create(a_sync_job())
    assert subject.stored(SyncJob, job.id) is None


def test_reset_begins_with_empty_rows() -> None:
    subject = StoreSubject(fresh)
    before = subject.store
    before.sync_jobs.create(a_sync_job())
    subject.reset()
    assert subject.store is not before
    assert subject.store.sync_jobs.count() == 0
    assert list(subject.stored_rows(SyncJob)) == []


def test_scenery_is_made_by_create() -> None:
    subject = StoreSubject(fresh)
    wire = a_wire(SyncJob, status="failed", attempts=2)
    subject.load(SyncJob, [wire])
    found = subject.store.sync_jobs.get(wire["id"])
    assert found is not None
    assert (found.status, found.attempts) == ("failed", 2)


def test_time_that_create_cannot_set_is_not_passed_over() -> None:
    subject = StoreSubject(fresh)
    late = a_wire(AuditLog) | {"created_at": "2021-01-01T00:00:00.000000+00:00"}
    with pytest.raises(HarnessError, match="audit_logs: created_at=2021-01-01"):
        subject.load(AuditLog, [late])
    assert Capability.WHOLE_ROWS not in subject.capabilities


def test_better_view_is_used_where_there_is_one() -> None:
    database = MemoryDatabase()
    loaded: list[Any] = []
    rows = Rows(
        open=lambda: MemoryStore(database=database),
        read=lambda _row: iter([{"id": "from the side"}]),
        load=lambda _row, wires: loaded.extend(wires),
    )
    subject = StoreSubject(lambda: rows)
    assert list(subject.stored_rows(SyncJob)) == [{"id": "from the side"}]
    subject.load(SyncJob, [a_wire(SyncJob)])
    assert len(loaded) == 1
    assert Capability.WHOLE_ROWS in subject.capabilities


def test_rows_are_given_up_each_time_and_what_they_share_once() -> None:
    closed: list[str] = []

    def begin() -> Rows:
        return Rows(open=fresh(), close=lambda: closed.append("rows"))

    subject = StoreSubject(begin, at_end=lambda: closed.append("all"))
    subject.reset()
    subject.close()
    assert closed == ["rows", "rows", "all"]


def test_store_that_chooses_ids_needs_a_way_to_load() -> None:
    class Choosing(MemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.capabilities = self.capabilities - {Capability.CLIENT_IDS}

    with pytest.raises(ConfigurationError, match="lacks client_ids, so rows with given ids cannot be made"):
        StoreSubject(lambda: Choosing)


def test_row_that_is_none_is_a_divergence() -> None:
    class Torn(MemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.sync_jobs.get = lambda _id: object()  # type: ignore[method-assign,assignment,return-value]  # on purpose

    with pytest.raises(Divergence, match="expected a whole SyncJob, got a object"):
        StoreSubject(lambda: Torn).stored(SyncJob, uuid4())


def test_server_is_never_claimed() -> None:
    subject = StoreSubject(fresh)
    assert Capability.SERVER not in subject.capabilities
    with pytest.raises(HarnessError, match="names no server"):
        subject.connect()


def test_rows_that_cannot_be_emptied_lack_it() -> None:
    opener = fresh()
    assert Capability.EMPTIED not in StoreSubject(lambda: opener, begins_anew=False).capabilities
    assert Capability.EMPTIED in StoreSubject(fresh).capabilities


def test_rows_are_emptied_in_place_where_there_is_a_way() -> None:
    database = MemoryDatabase()
    rows = Rows(open=lambda: MemoryStore(database=database), empty=database.clear)
    subject = StoreSubject(lambda: rows, begins_anew=False)
    subject.store.sync_jobs.create(a_sync_job())
    subject.reset()
    assert subject.store.sync_jobs.count() == 0
    assert Capability.EMPTIED in subject.capabilities
