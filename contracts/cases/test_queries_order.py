"""Queries: a total order by times and ids, limits and cursors."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import (
    NOON,
    a_request,
    a_webhook_event,
    an_audit_log,
    changes,
    created,
)
from contracts.entities import each_entity, repository
from contracts.expect import every
from contracts.workers import a_tick
from harness.adapters.protocol import Store
from harness.adapters.queries import Direction, Order, where
from harness.models import Row, SchedulingRequest

MINUTE = timedelta(minutes=1)
each_direction = pytest.mark.parametrize("direction", ["asc", "desc"])


def pages(store: Store, size: int, **arguments: Any) -> list[list[UUID]]:
    """List webhook events page by page, to the end."""
    found: list[list[UUID]] = []
    cursor = None
    while len(found) < 100:
        page = store.webhook_events.list(limit=size, cursor=cursor, **arguments)
        found.append([row.id for row in page.rows])
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


@each_entity
def test_default_order_is_that_of_creation(store: Store, row: type[Row]) -> None:
    """Without an order, rows come in order of creation."""
    made = []
    for _ in range(3):
        made.append(created(row, store).id)
        a_tick()
    assert [item.id for item in repository(store, row).list().rows] == made
    assert [item.id for item in repository(store, row).iterate()] == made


def test_update_does_not_move_a_row(store: Store) -> None:
    """An updated row keeps its place in the order of creation."""
    made = []
    for _ in range(3):
        made.append(store.scheduling_requests.create(a_request()).id)
        a_tick()
    store.scheduling_requests.update(made[0], changes(SchedulingRequest, candidate_name="Grace"))
    assert [row.id for row in store.scheduling_requests.list().rows] == made


@each_direction
def test_order_by_a_time(store: Store, direction: Direction) -> None:
    """Rows are ordered by a time column, in either direction."""
    made = {n: store.scheduling_requests.create(a_request(expires_at=NOON + n * MINUTE)) for n in (2, 0, 1)}
    expected = [made[n] for n in (0, 1, 2)]
    listed = store.scheduling_requests.list(order=Order("expires_at", direction))
    assert list(listed.rows) == (expected if direction == "asc" else expected[::-1])


@each_direction
def test_order_by_id(store: Store, direction: Direction) -> None:
    """Rows are ordered by id, in either direction."""
    made = sorted((store.audit_logs.create(an_audit_log()) for _ in range(5)), key=lambda row: str(row.id))
    listed = store.audit_logs.list(order=Order("id", direction))
    assert list(listed.rows) == (made if direction == "asc" else made[::-1])


@each_direction
def test_ties_are_broken_by_id(store: Store, direction: Direction) -> None:
    """Rows with equal times are ordered by id, in the same direction."""
    made = sorted(
        (store.scheduling_requests.create(a_request(window_start=NOON)) for _ in range(8)),
        key=lambda row: str(row.id),
    )
    listed = store.scheduling_requests.list(order=Order("window_start", direction))
    assert list(listed.rows) == (made if direction == "asc" else made[::-1])


@each_direction
def test_pages_through_ties(store: Store, direction: Direction) -> None:
    """Pages that end among rows with equal times skip none and repeat none."""
    made = sorted(
        (store.webhook_events.create(a_webhook_event(run_after=NOON)).id for _ in range(7)),
        key=str,
        reverse=direction == "desc",
    )
    with every() as about:
        for size in (1, 2, 3, 7):
            with about(f"pages of {size}"):
                paged = pages(store, size, order=Order("run_after", direction))
                assert paged == [made[start : start + size] for start in range(0, 7, size)]


@each_direction
def test_nulls_in_order(store: Store, direction: Direction) -> None:
    """Rows without a value stand last ascending and first descending, ordered by id among themselves."""
    processed = [NOON, None, NOON + MINUTE, None, NOON - MINUTE, None]
    made = [store.webhook_events.create(a_webhook_event(processed_at=time)) for time in processed]
    nulls = sorted((made[n] for n in (1, 3, 5)), key=lambda row: str(row.id))
    expected = [made[4], made[0], made[2], *nulls]
    listed = store.webhook_events.list(order=Order("processed_at", direction))
    assert list(listed.rows) == (expected if direction == "asc" else expected[::-1])


@each_direction
def test_pages_through_nulls(store: Store, direction: Direction) -> None:
    """Pages that end before, among and after rows without a value skip none and repeat none."""
    for time in (None, NOON, None, NOON, None, NOON + MINUTE):
        store.webhook_events.create(a_webhook_event(processed_at=time))
    order = Order("processed_at", direction)
    whole = [row.id for row in store.webhook_events.list(order=order).rows]
    assert len(set(whole)) == 6
    with every() as about:
        for size in (1, 2, 3, 4):
            with about(f"pages of {size}"):
                expected = [whole[start : start + size] for start in range(0, 6, size)]
                assert pages(store, size, order=order) == expected
    assert [row.id for row in store.webhook_events.iterate(order=order)] == whole


def test_pages_of_a_filtered_list(store: Store) -> None:
    """Pages of a list with conditions hold the rows that satisfy them."""
    wanted = []
    for n in range(9):
        event = store.webhook_events.create(a_webhook_event(run_after=NOON + n * MINUTE, verified=n % 2 == 0))
        wanted += [event.id] if n % 2 == 0 else []
    conditions = [where("verified", "eq", value=True), where("run_after", "gte", NOON)]
    paged = pages(store, 2, where=conditions, order=Order("run_after"))
    assert paged == [wanted[0:2], wanted[2:4], wanted[4:5]]


def test_cursor_is_none_exactly_at_the_end(store: Store) -> None:
    """A page has a cursor if and only if a row follows, also if the page is exactly full."""
    for n in range(3):
        store.webhook_events.create(a_webhook_event(run_after=NOON + n * MINUTE))
    with every() as about:
        for size in (1, 2, 3, 4, 1000, 5000):
            with about(f"limit {size}"):
                page = store.webhook_events.list(order=Order("run_after"), limit=size)
                assert len(page.rows) == min(size, 3)
                assert (page.next_cursor is None) == (size >= 3)


def test_list_of_nothing(store: Store) -> None:
    """A list of an empty table is empty, without a cursor."""
    page = store.bookings.list()
    assert (page.rows, page.next_cursor) == ((), None)
    assert list(store.bookings.iterate()) == []
    assert store.bookings.count() == 0


def test_limit_zero(store: Store) -> None:
    """A list of no rows holds no rows and no cursor, whatever is stored."""
    store.audit_logs.create(an_audit_log())
    page = store.audit_logs.list(limit=0)
    assert (page.rows, page.next_cursor) == ((), None)


def test_past_the_end(store: Store) -> None:
    """A cursor whose following rows are gone leads to an empty page."""
    made = [store.webhook_events.create(a_webhook_event(run_after=NOON + n * MINUTE)) for n in range(3)]
    order = Order("run_after")
    page = store.webhook_events.list(order=order, limit=2)
    store.webhook_events.delete(made[2].id)
    rest = store.webhook_events.list(order=order, limit=2, cursor=page.next_cursor)
    assert (rest.rows, rest.next_cursor) == ((), None)


def test_cursor_outlives_its_row(store: Store) -> None:
    """A cursor goes on after its row, also if that row was deleted."""
    made = [store.webhook_events.create(a_webhook_event(run_after=NOON + n * MINUTE)) for n in range(3)]
    order = Order("run_after")
    page = store.webhook_events.list(order=order, limit=2)
    store.webhook_events.delete(made[1].id)
    rest = store.webhook_events.list(order=order, limit=2, cursor=page.next_cursor)
    assert rest.rows == (made[2],)


def test_cursor_may_be_used_twice_and_with_another_limit(store: Store) -> None:
    """A cursor is a position: it can be used again, and pages may have different sizes."""
    made = [store.webhook_events.create(a_webhook_event(run_after=NOON + n * MINUTE)) for n in range(5)]
    order = Order("run_after")
    cursor = store.webhook_events.list(order=order, limit=2).next_cursor
    for limit in (1, 3, 1):
        rest = store.webhook_events.list(order=order, limit=limit, cursor=cursor)
        assert list(rest.rows) == made[2 : 2 + limit]
