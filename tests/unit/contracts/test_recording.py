"""Every call of a store under test is noted, and nothing else about it changes."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NoReturn, cast

import pytest

from contracts.builders import a_sync_job
from contracts.recording import KEPT, Log, RecordedSubject
from contracts.subject import Subject
from contracts.subjects import MemorySubject
from harness.adapters.bridge.errors import MissingOperation
from harness.adapters.codec import Wire
from harness.errors import NotFound
from harness.models import Row, SyncJob, SyncJobPatch


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def subject(log: Log) -> Subject:
    return cast("Subject", RecordedSubject(MemorySubject(), log))


def test_calls_are_noted_with_their_answers(subject: Subject, log: Log) -> None:
    made = subject.store.sync_jobs.create(a_sync_job(entity_id="7"))
    subject.store.sync_jobs.delete(made.id)
    first, second = log.describe()
    assert log.calls == 2
    assert first.call.startswith("sync_jobs.create(NewSyncJob{type='icims_note', entity_id='7'")
    assert first.answer.startswith("SyncJob{")
    assert (second.step, second.call, second.answer) == (2, f"sync_jobs.delete({made.id})", "True")


def test_errors_are_noted_by_kind_and_raised(subject: Subject, log: Log) -> None:
    with pytest.raises(NotFound):
        subject.store.sync_jobs.update("nothing", SyncJobPatch(last_error="x"))
    assert log.describe()[0].answer == "not_found(sync_jobs)"


def test_other_clients_are_noted(subject: Subject, log: Log) -> None:
    with subject.another_client() as store:
        store.sync_jobs.count()
    assert [call.call for call in log.describe()] == ["sync_jobs.count()"]


def test_iteration_counts_its_rows(subject: Subject, log: Log) -> None:
    subject.store.sync_jobs.create(a_sync_job())
    assert len(list(subject.store.sync_jobs.iterate())) == 1
    assert log.describe()[1].answer == "1 rows"


def test_asking_for_a_missing_operation_is_a_call(subject: Subject, log: Log) -> None:
    assert not hasattr(subject.store.audit_logs, "update")
    assert log.calls == 1


def test_looking_past_the_adapter_and_closing_are_no_calls(subject: Subject, log: Log) -> None:
    subject.reset()
    assert subject.probe() is None
    subject.store.close()
    assert log.calls == 0


def test_log_is_bounded_and_safe_to_share(subject: Subject, log: Log) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: subject.store.sync_jobs.count(), range(400)))
    assert log.calls == 400
    assert len(log.describe()) == KEPT


class Partial(MemorySubject):
    """Memory whose reads behave as if they were not announced."""

    def stored_rows(self, row: type[Row]) -> Iterator[Wire]:
        yield from super().stored_rows(row)
        raise MissingOperation("listSyncJobs")

    def load(self, row: type[Row], wires: Iterable[Wire]) -> None:
        del row, wires
        raise MissingOperation("createSyncJob")


def test_missing_operation_is_noted_whatever_the_case_makes_of_it(log: Log) -> None:
    subject = cast("Subject", RecordedSubject(Partial(), log))
    with subject.another_client() as other:
        assert log.lacks == set()
        assert list(other.sync_jobs.iterate()) == []
    with suppress(MissingOperation):
        subject.load(SyncJob, [])
    assert log.lacks == {"createSyncJob"}
    with suppress(MissingOperation):
        list(subject.stored_rows(SyncJob))
    assert log.lacks == {"createSyncJob", "listSyncJobs"}


def test_missing_operation_is_noted_in_threads_and_in_iterations(log: Log) -> None:
    store = MemorySubject()
    store.store.sync_jobs.get = _raising("getSyncJob")  # type: ignore[method-assign]
    store.store.sync_jobs.iterate = _raising_later("listSyncJobs")  # type: ignore[method-assign]
    subject = cast("Subject", RecordedSubject(store, log))
    with ThreadPoolExecutor(1) as pool, suppress(MissingOperation):
        pool.submit(subject.store.sync_jobs.get, "x").result()
    with suppress(MissingOperation):
        list(subject.store.sync_jobs.iterate())
    assert log.lacks == {"getSyncJob", "listSyncJobs"}


def _raising(operation: str) -> Callable[..., NoReturn]:
    def call(*_: object) -> NoReturn:
        raise MissingOperation(operation)

    return call


def _raising_later(operation: str) -> Callable[..., Iterator[SyncJob]]:
    def rows() -> Iterator[SyncJob]:
        yield from ()
        raise MissingOperation(operation)

    return rows
