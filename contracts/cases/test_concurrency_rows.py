"""Concurrency: writes to one row come one after the other, and what one client wrote no other loses."""

from typing import Any
from uuid import uuid4

from contracts.builders import UNRELATED, a_new, a_patch, a_request, changes, created
from contracts.case import needs
from contracts.entities import each_mutable_entity, mutable, repository
from contracts.subject import Subject
from contracts.workers import clients, rounds, together, winner
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, NotFound
from harness.models import Row, SchedulingRequest


@each_mutable_entity
def test_patches_of_different_columns(subject: Subject, store: Store, row: type[Row]) -> None:
    """Clients that patch different columns of one row at once lose nothing of each other's."""
    columns = list(UNRELATED[row].items())
    made = created(row, store)
    with clients(subject, len(columns)) as stores:
        for _ in rounds():

            def work(index: int) -> list[Any]:
                name, values = columns[index]
                rows = mutable(stores[index], row)
                return [
                    getattr(rows.update(made.id, changes(row, **{name: value})), name) for value in values
                ]

            outcomes = together(len(columns), work)
            assert outcomes == [list(values) for _, values in columns]
            after = repository(store, row).get(made.id)
            assert [getattr(after, name) for name, _ in columns] == [values[-1] for _, values in columns]


@each_mutable_entity
def test_patch_against_delete(subject: Subject, store: Store, row: type[Row]) -> None:
    """A row that is deleted while it is patched is gone: patches succeed before, and find nothing after."""
    with clients(subject, 4) as stores:
        for _ in rounds():
            made = created(row, store)

            def work(index: int, made: Row = made) -> Any:
                rows = mutable(stores[index], row)
                if index == 0:
                    return rows.delete(made.id)
                return rows.update(made.id, a_patch(row))

            deleted, *patched = together(4, work)
            assert deleted is True
            assert {type(outcome) for outcome in patched} <= {row, NotFound}
            assert subject.stored(row, made.id) is None


@each_mutable_entity
def test_deletes_of_one_row(subject: Subject, store: Store, row: type[Row]) -> None:
    """Of clients that delete one row at once, exactly one is told that it did."""
    with clients(subject, 6) as stores:
        for _ in rounds():
            made = created(row, store)
            outcomes = together(6, lambda index, id_=made.id: mutable(stores[index], row).delete(id_))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            assert sorted(outcomes, key=str) == [False] * 5 + [True]


@needs(Capability.CLIENT_IDS)
@each_mutable_entity
def test_creates_with_one_id(subject: Subject, store: Store, row: type[Row]) -> None:
    """Of clients that create rows with the same id at once, one succeeds, and its row is stored."""
    with clients(subject, 6) as stores:
        for _ in rounds():
            id_ = uuid4()
            news = [a_new(row, store, id=id_) for _ in range(6)]
            outcomes = together(6, lambda index, news=news: mutable(stores[index], row).create(news[index]))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            assert repository(store, row).get(id_) == winner(outcomes, row)


def test_token_hash_is_taken_once(subject: Subject, store: Store) -> None:
    """Of clients that create a request with a token hash or change theirs to it at once, one gets it."""
    with clients(subject, 6) as stores:
        for number in rounds():
            wanted = f"sha256:wanted-{number}"
            own = [store.scheduling_requests.create(a_request()) for _ in range(3)]

            def work(index: int, own: list[SchedulingRequest] = own, wanted: str = wanted) -> Any:
                requests = stores[index].scheduling_requests
                if index < 3:
                    return requests.update(
                        own[index].id, changes(SchedulingRequest, public_token_hash=wanted)
                    )
                return requests.create(a_request(public_token_hash=wanted))

            outcomes = together(6, work)
            won = winner(outcomes, SchedulingRequest)
            assert store.scheduling_requests.get_by_token_hash(wanted) == won
            kept = [store.scheduling_requests.get(request.id) for request in own if request.id != won.id]
            assert kept == [request for request in own if request.id != won.id]


def test_token_hash_that_is_given_up_is_taken_once(subject: Subject, store: Store) -> None:
    """A token hash whose owner gives it up while others ask for it has one owner or none at every moment."""
    with clients(subject, 5) as stores:
        for number in rounds():
            wanted = f"sha256:wanted-{number}"
            owner = store.scheduling_requests.create(a_request(public_token_hash=wanted))

            def work(index: int, owner: SchedulingRequest = owner, wanted: str = wanted) -> Any:
                requests = stores[index].scheduling_requests
                if index == 0:
                    patch = changes(SchedulingRequest, public_token_hash=f"{wanted} no more")
                    return requests.update(owner.id, patch)
                return requests.create(a_request(public_token_hash=wanted))

            gave_up, *others = together(5, work)
            assert isinstance(gave_up, SchedulingRequest)
            won = [outcome for outcome in others if isinstance(outcome, SchedulingRequest)]
            assert len(won) <= 1
            assert {type(outcome) for outcome in others} <= {SchedulingRequest, Conflict}
            assert store.scheduling_requests.get_by_token_hash(wanted) == (won[0] if won else None)
