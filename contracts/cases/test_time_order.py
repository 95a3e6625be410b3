"""Time: rows one microsecond apart are apart in orders, ranges and pages."""

from datetime import datetime, timedelta

import pytest

from contracts.builders import NOON, a_booking, a_request
from contracts.case import needs
from contracts.expect import every
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import Direction, Operator, Order, where
from harness.models import SchedulingRequest

TICK = timedelta(microseconds=1)
MOMENT = NOON + 123_456 * TICK


def requests_around(store: Store, moment: datetime) -> list[SchedulingRequest]:
    """Create five requests that expire a microsecond apart, the middle one at the moment, in mixed order."""
    mixed = (1, -2, 2, 0, -1)
    made = {n: store.scheduling_requests.create(a_request(expires_at=moment + n * TICK)) for n in mixed}
    return [made[n] for n in sorted(made)]


@needs(Capability.MICROSECONDS)
def test_rows_a_microsecond_apart_are_ordered(store: Store) -> None:
    """A list in order of a time puts rows a microsecond apart in their order."""
    made = requests_around(store, MOMENT)
    assert list(store.scheduling_requests.list(order=Order("expires_at")).rows) == made
    assert list(store.scheduling_requests.list(order=Order("expires_at", "desc")).rows) == made[::-1]


@needs(Capability.MICROSECONDS)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_rows_a_microsecond_apart_are_paged(store: Store, direction: Direction) -> None:
    """Pages that end between rows a microsecond apart skip none and repeat none."""
    made = requests_around(store, MOMENT)
    order = Order("expires_at", direction)
    for size in (1, 2):
        paged: list[SchedulingRequest] = []
        cursor = None
        for _ in range(len(made)):
            page = store.scheduling_requests.list(order=order, limit=size, cursor=cursor)
            paged += page.rows
            cursor = page.next_cursor
            if cursor is None:
                break
        assert paged == (made if direction == "asc" else made[::-1])
        assert cursor is None


@needs(Capability.MICROSECONDS)
def test_range_ends_at_the_microsecond(store: Store) -> None:
    """A range includes or excludes its border exactly."""
    made = requests_around(store, MOMENT)
    ranges: dict[Operator, list[int]] = {
        "lt": [-2, -1],
        "lte": [-2, -1, 0],
        "gt": [1, 2],
        "gte": [0, 1, 2],
        "eq": [0],
    }
    with every() as about:
        for operator, expected in ranges.items():
            with about(operator):
                condition = where("expires_at", operator, MOMENT)
                found = store.scheduling_requests.list(where=[condition], order=Order("expires_at"))
                assert list(found.rows) == [made[n + 2] for n in expected]


@needs(Capability.MICROSECONDS)
def test_window_of_one_microsecond(store: Store) -> None:
    """Two ranges on one column are a window, as narrow as a microsecond."""
    made = requests_around(store, MOMENT)
    window = [where("expires_at", "gte", MOMENT), where("expires_at", "lt", MOMENT + TICK)]
    assert store.scheduling_requests.list(where=window).rows == (made[2],)


@needs(Capability.MICROSECONDS)
def test_trailing_zeros_do_not_disturb_the_order(store: Store) -> None:
    """Times are compared as times, not as texts: ``.1`` is after ``.099999`` and before ``.100001``."""
    made = [
        request
        for microsecond in (0, 100_000, 999_999)
        for request in requests_around(store, NOON + microsecond * TICK)
    ]
    assert list(store.scheduling_requests.list(order=Order("expires_at")).rows) == made


@needs(Capability.MICROSECONDS)
def test_slot_of_one_microsecond(store: Store) -> None:
    """A window whose end is one microsecond after its start is in order."""
    request = store.scheduling_requests.create(a_request(window_start=MOMENT, window_end=MOMENT + TICK))
    assert request.window_end - request.window_start == TICK


@needs(Capability.MICROSECONDS)
def test_booking_of_one_microsecond(store: Store) -> None:
    """A slot whose end is one microsecond after its start is in order."""
    request = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(a_booking(request, scheduled_start=MOMENT, scheduled_end=MOMENT + TICK))
    assert booking.scheduled_end - booking.scheduled_start == TICK
