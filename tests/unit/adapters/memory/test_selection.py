"""Lists, pages and counts: order, conditions, and writers between two pages."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import NOON, a_booking, a_request, a_sync_job, an_audit_log
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.queries import Order, Page, where
from harness.errors import InvalidValue
from harness.models import Booking, SyncJobPatch

START = datetime(2026, 1, 15, 10, tzinfo=UTC)


def ids(rows: Any) -> list[int]:
    return [row.id.int for row in rows]


@pytest.fixture
def five(store: MemoryStore, clock: Any) -> MemoryStore:
    """Jobs 1 to 5: 1 and 2 of the first second, 3 and 4 of the next, 5 a microsecond later."""
    for number, wait in ((2, 0), (1, 1), (4, 0), (3, 0.000001), (5, 0)):
        store.sync_jobs.create(a_sync_job(id=UUID(int=number), last_error=f"e{number % 2}"))
        clock.advance(wait)
    return store


def test_the_order_is_total(five: MemoryStore) -> None:
    assert ids(five.sync_jobs.list().rows) == [1, 2, 3, 4, 5]
    assert ids(five.sync_jobs.list(order=Order("created_at", "desc")).rows) == [5, 4, 3, 2, 1]
    assert ids(five.sync_jobs.list(order=Order("id", "desc")).rows) == [5, 4, 3, 2, 1]
    assert ids(five.sync_jobs.iterate()) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages_join_to_the_whole_list(five: MemoryStore, size: int, direction: Any) -> None:
    found: list[int] = []
    cursor = None
    for _ in range(6):
        page = five.sync_jobs.list(order=Order("created_at", direction), limit=size, cursor=cursor)
        found += ids(page.rows)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == ([1, 2, 3, 4, 5] if direction == "asc" else [5, 4, 3, 2, 1])


def test_the_cursor_is_none_exactly_when_no_row_follows(five: MemoryStore) -> None:
    assert five.sync_jobs.list(limit=4).next_cursor is not None
    assert five.sync_jobs.list(limit=5).next_cursor is None
    assert five.sync_jobs.list(limit=6).next_cursor is None
    assert five.sync_jobs.list(limit=0) == Page((), None)


def test_a_cursor_goes_on_where_its_row_was_even_if_the_row_is_gone(five: MemoryStore) -> None:
    cursor = five.sync_jobs.list(limit=2).next_cursor
    five.sync_jobs.delete(UUID(int=2))
    five.sync_jobs.delete(UUID(int=3))
    assert ids(five.sync_jobs.list(cursor=cursor).rows) == [4, 5]


@pytest.fixture
def confirmed(store: MemoryStore) -> MemoryStore:
    """Bookings 1 to 4, of which 2 and 4 were never confirmed."""
    for number, moment in ((1, NOON), (2, None), (3, NOON - timedelta(days=1)), (4, None)):
        request = store.scheduling_requests.create(a_request())
        store.bookings.create(a_booking(request, id=UUID(int=number), confirmed_at=moment))
    return store


@pytest.mark.parametrize(("direction", "expected"), [("asc", [3, 1, 2, 4]), ("desc", [4, 2, 1, 3])])
def test_null_comes_last_ascending_and_first_descending(
    confirmed: MemoryStore, direction: Any, expected: list[int]
) -> None:
    order = Order("confirmed_at", direction)
    assert ids(confirmed.bookings.iterate(order=order)) == expected
    pages: list[Booking] = []
    cursor = None
    for _ in expected:
        page = confirmed.bookings.list(order=order, limit=1, cursor=cursor)
        pages += page.rows
        cursor = page.next_cursor
    assert ids(pages) == expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([where("last_error", "eq", "e1")], [1, 3, 5]),
        ([where("last_error", "eq", "E1")], []),
        ([where("last_error", "in", ["e0", "e9"])], [2, 4]),
        ([where("last_error", "in", [])], []),
        ([where("last_error", "is_null", value=False)], [1, 2, 3, 4, 5]),
        ([where("last_error", "is_null", value=True)], []),
        pytest.param(
            [where("id", "in", [UUID(int=number) for number in range(3, 2003)])], [3, 4, 5], id="2,000 ids"
        ),
        ([where("id", "eq", "no id")], []),
        ([where("created_at", "gt", START + timedelta(seconds=1))], [5]),
        ([where("created_at", "gte", START + timedelta(seconds=1))], [3, 4, 5]),
        ([where("created_at", "lt", START + timedelta(seconds=1))], [1, 2]),
        ([where("created_at", "lte", START + timedelta(seconds=1))], [1, 2, 3, 4]),
        ([where("created_at", "eq", START + timedelta(seconds=1, microseconds=1))], [5]),
        ([where("attempts", "lt", 1), where("last_error", "eq", "e0")], [2, 4]),
        ([where("attempts", "gte", 1)], []),
    ],
    ids=str,
)
def test_conditions_are_joined_by_and(five: MemoryStore, conditions: Any, expected: list[int]) -> None:
    assert ids(five.sync_jobs.iterate(where=conditions)) == expected
    assert ids(five.sync_jobs.list(where=conditions).rows) == expected
    assert five.sync_jobs.count(where=conditions) == len(expected)


def test_null_meets_no_comparison(confirmed: MemoryStore) -> None:
    far = datetime(9999, 1, 1, tzinfo=UTC)
    assert ids(confirmed.bookings.iterate(where=[where("confirmed_at", "lte", far)])) == [1, 3]
    assert ids(confirmed.bookings.iterate(where=[where("confirmed_at", "in", [NOON])])) == [1]
    assert ids(confirmed.bookings.iterate(where=[where("confirmed_at", "is_null", value=True)])) == [2, 4]


def test_iterate_checks_its_arguments_when_it_is_called(store: MemoryStore) -> None:
    with pytest.raises(InvalidValue):
        store.sync_jobs.iterate(where=[where("nothing", "eq", 1)])
    with pytest.raises(InvalidValue):
        store.sync_jobs.iterate(order=Order("status"))


@pytest.mark.parametrize("limit", [-1, True, 2.0, "2", None])
def test_a_limit_is_an_integer_of_0_or_more(store: MemoryStore, limit: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        store.sync_jobs.list(limit=limit)
    assert caught.value.name == "limit"


def test_every_untouched_row_comes_once_while_others_are_written(
    store: MemoryStore, database: MemoryDatabase
) -> None:
    """More rows than a chunk holds, all of one moment; at the first row, a second client starts to write."""
    for number in range(1, 2502):
        store.audit_logs.create(an_audit_log(id=UUID(int=number)))
        store.sync_jobs.create(a_sync_job(id=UUID(int=number)))
    jobs = store.sync_jobs.iterate()
    found = [next(jobs).id.int]
    other = MemoryStore(database=database, now=lambda: START + timedelta(hours=1))
    for number in range(2, 2502, 2):
        other.sync_jobs.update(UUID(int=number), SyncJobPatch(last_error="x"))
    other.sync_jobs.delete(UUID(int=2001))
    other.sync_jobs.create(a_sync_job(id=UUID(int=2000_000)))
    found += ids(jobs)
    untouched = [number for number in range(1, 2502, 2) if number != 2001]
    assert [number for number in found if number in set(untouched)] == untouched
    assert ids(store.audit_logs.iterate()) == list(range(1, 2502))
    assert ids(store.audit_logs.list(limit=5000).rows) == list(range(1, 2502))
    assert store.audit_logs.count() == 2501
