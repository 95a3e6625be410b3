"""Clients: a store is shared between threads, and several clients see the same rows."""

from uuid import UUID

from contracts.builders import a_new, a_patch, a_sync_job, changes, created
from contracts.case import needs, strict
from contracts.entities import MUTABLE, QUEUES, ROWS, mutable, repository
from contracts.expect import every, refused
from contracts.subject import Subject
from contracts.workers import together
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import InvalidValue, NotFound, StoreError
from harness.models import Row, SchedulingRequest, SyncJob, entity_of


def test_store_is_shared_between_threads(store: Store) -> None:
    """Ten threads work with one store at once, and each gets the answers to its own questions."""

    def work(index: int) -> list[object]:
        row = MUTABLE[index % len(MUTABLE)]
        answers: list[object] = []
        for _ in range(2):
            made = created(row, store)
            after = mutable(store, row).update(made.id, a_patch(row))
            answers += [made.id == after.id, repository(store, row).get(made.id) == after]
            answers += [mutable(store, row).delete(made.id), repository(store, row).get(made.id)]
        return answers

    outcomes = together(10, work)
    assert outcomes == [[True, True, True, None] * 2] * 10
    assert [repository(store, row).count() for row in MUTABLE[1:]] == [0] * 4


def test_clients_see_each_others_changes(subject: Subject, store: Store) -> None:
    """What one client changes or removes, the other sees at once."""
    with subject.another_client() as other, every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                after = mutable(other, row).update(made.id, a_patch(row))
                assert repository(store, row).get(made.id) == after
                assert mutable(store, row).delete(made.id) is True
                assert repository(other, row).get(made.id) is None
                with refused(NotFound):
                    mutable(other, row).update(made.id, a_patch(row))


def test_one_of_many_deletes_wins(store: Store) -> None:
    """Of eight deletes of one row at once, one says True and the others False."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                id_ = created(row, store).id
                outcomes = deletes_at_once(store, row, id_)
                assert sorted(outcomes, key=str) == [False] * 7 + [True]


def deletes_at_once(store: Store, row: type[Row], id_: UUID) -> list[bool | StoreError]:
    """Delete a row eight times at once."""
    return together(8, lambda _: mutable(store, row).delete(id_))


def test_updates_of_different_columns_are_all_kept(store: Store) -> None:
    """Patches of different columns of one row at once all take effect."""
    job = store.sync_jobs.create(a_sync_job())
    patches = (
        changes(SyncJob, last_error="x"),
        changes(SyncJob, payload={"a": 1}),
        changes(SyncJob, max_attempts=9),
        changes(SyncJob, entity_id="e-1"),
    )
    outcomes = together(4, lambda index: store.sync_jobs.update(job.id, patches[index]))
    assert not any(isinstance(outcome, StoreError) for outcome in outcomes)
    after = store.sync_jobs.get(job.id)
    assert after is not None
    assert (after.last_error, after.payload, after.max_attempts, after.entity_id) == (
        "x",
        {"a": 1},
        9,
        "e-1",
    )


def test_closing_twice_is_harmless(subject: Subject, store: Store) -> None:
    """A client may be closed twice, and the others and the rows do not notice."""
    with subject.another_client() as other:
        job = other.sync_jobs.create(a_sync_job())
        other.close()
        other.close()
    assert store.sync_jobs.get(job.id) == job


@strict
@needs(Capability.PYTHON_VALUES)
def test_new_row_of_another_entity_is_refused(store: Store) -> None:
    """The values of a new row belong to one entity."""
    with every() as about:
        for row in ROWS:
            with about(entity_of(row).table):
                other = next(kind for kind in QUEUES if kind is not row)
                with refused(InvalidValue, "new"):
                    repository(store, row).create(a_new(other, store))
                assert repository(store, row).count() == 0


@strict
def test_unstorable_token_hash_is_refused(store: Store) -> None:
    """A token hash that no row can have is refused, and not cut off."""
    created(SchedulingRequest, store, public_token_hash="h")  # noqa: S106 - no secret
    with every() as about:
        for name, text in {"nul": "h\x00", "surrogate": "\ud800"}.items():
            with about(name), refused(InvalidValue, "public_token_hash"):
                store.scheduling_requests.get_by_token_hash(text)
