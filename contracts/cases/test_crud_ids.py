"""Identity: how a row is found by its id, and what happens if it is not there."""

from collections.abc import Callable
from uuid import UUID, uuid4

from contracts.builders import a_patch, created
from contracts.case import strict
from contracts.entities import MUTABLE, ROWS, each_entity, each_mutable_entity, mutable, repository
from contracts.expect import every, refused
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import NotFound
from harness.models import Row, SchedulingRequest, entity_of

MALFORMED = {
    "empty": "",
    "word": "not-a-uuid",
    "too_short": "00000000-0000-4000-8000-00000000000",
    "too_long": "00000000-0000-4000-8000-0000000000000",
    "no_hyphens": "00000000000040008000000000000000",
    "braces": "{00000000-0000-4000-8000-000000000000}",
    "blank_before": " 00000000-0000-4000-8000-000000000000",
    "newline_after": "00000000-0000-4000-8000-000000000000\n",
    "not_hexadecimal": "g0000000-0000-4000-8000-000000000000",
    "filter": "00000000-0000-4000-8000-000000000000,id.not.is.null",
    "nul": "00000000-0000-4000-8000-000000000000\x00",
    "surrogate": "\ud800",
    "path": "../bookings",
}
SPELLINGS: dict[str, Callable[[UUID], UUID | str]] = {
    "uuid": lambda id_: id_,
    "lower": str,
    "upper": lambda id_: str(id_).upper(),
}


@each_entity
def test_missing_get_is_none(store: Store, row: type[Row]) -> None:
    """A row that does not exist is None, with other rows present, too."""
    created(row, store)
    assert repository(store, row).get(uuid4()) is None


@each_mutable_entity
def test_missing_update_is_not_found(store: Store, row: type[Row]) -> None:
    """An update of a row that does not exist says so, and changes and creates nothing."""
    other = created(row, store)
    with refused(NotFound):
        mutable(store, row).update(uuid4(), a_patch(row))
    assert repository(store, row).list().rows == (other,)


@each_mutable_entity
def test_missing_delete_is_false(store: Store, row: type[Row]) -> None:
    """A delete of a row that does not exist says False and removes nothing."""
    other = created(row, store)
    assert mutable(store, row).delete(uuid4()) is False
    assert repository(store, row).list().rows == (other,)


def test_get_in_any_spelling(store: Store) -> None:
    """An id finds its row as a UUID, and as text in either case."""
    with every() as about:
        for row in ROWS:
            made = created(row, store)
            for name, spelled in SPELLINGS.items():
                with about(f"{entity_of(row).table} {name}"):
                    assert repository(store, row).get(spelled(made.id)) == made


def test_update_by_upper_case_id(store: Store) -> None:
    """An update finds its row by the id in capitals."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                after = mutable(store, row).update(str(made.id).upper(), a_patch(row))
                assert repository(store, row).get(made.id) == after


def test_delete_by_upper_case_id(subject: Subject, store: Store) -> None:
    """A delete finds its row by the id in capitals."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                assert mutable(store, row).delete(str(made.id).upper()) is True
                assert subject.stored(row, made.id) is None


def test_malformed_get_is_none(store: Store) -> None:
    """What is no id equals the id of no row."""
    created(SchedulingRequest, store)
    with every() as about:
        for name, malformed in MALFORMED.items():
            with about(name):
                assert store.scheduling_requests.get(malformed) is None


def test_malformed_get_is_none_everywhere(store: Store) -> None:
    """Each repository answers None to what is no id."""
    with every() as about:
        for row in ROWS:
            with about(entity_of(row).table):
                assert repository(store, row).get("42") is None


def test_malformed_update_is_not_found(store: Store) -> None:
    """An update by what is no id finds no row, and is no error of a driver."""
    other = created(SchedulingRequest, store)
    with every() as about:
        for name, malformed in MALFORMED.items():
            with about(name), refused(NotFound):
                store.scheduling_requests.update(malformed, a_patch(SchedulingRequest))
    assert store.scheduling_requests.list().rows == (other,)


def test_malformed_delete_is_false(store: Store) -> None:
    """A delete by what is no id removes nothing, whatever a server would make of it."""
    other = created(SchedulingRequest, store)
    with every() as about:
        for name, malformed in MALFORMED.items():
            with about(name):
                assert store.scheduling_requests.delete(malformed) is False
    assert store.scheduling_requests.list().rows == (other,)


def test_malformed_ids_everywhere(store: Store) -> None:
    """Each repository treats what is no id as the id of no row."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                with refused(NotFound):
                    mutable(store, row).update("42", a_patch(row))
                assert mutable(store, row).delete("42") is False
                assert repository(store, row).get(made.id) == made


@strict
def test_malformed_id_in_a_filter_matches_nothing(store: Store) -> None:
    """A filter by what is no id finds no row, and is no error of a driver."""
    created(SchedulingRequest, store)
    with every() as about:
        for name, malformed in MALFORMED.items():
            with about(name):
                assert store.scheduling_requests.list(where=[where("id", "eq", malformed)]).rows == ()
                assert store.scheduling_requests.count(where=[where("id", "in", [malformed])]) == 0
