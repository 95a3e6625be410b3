"""Many clients at once. The threads start together; what must hold does so however they interleave."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID

import pytest

from contracts.builders import COORDINATOR, NOON, a_booking, a_request, a_sync_job, a_webhook_event
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Received
from harness.errors import Conflict
from harness.models import Booking, SyncJobPatch

T = TypeVar("T")


@pytest.fixture(autouse=True)
def frequent_switches() -> Iterator[None]:
    """Let threads take turns every 10 microseconds, so that a missing lock shows."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def together(count: int, work: Callable[[int], T]) -> list[T | Exception]:
    """Call `work` with 0 to count - 1 at the same time. Return what each returned or raised."""
    barrier = Barrier(count, timeout=60)

    def run(number: int) -> T | Exception:
        barrier.wait()
        try:
            return work(number)
        except Exception as error:  # noqa: BLE001  # the result of this caller
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_each_job_is_claimed_once() -> None:
    database = MemoryDatabase()
    store = MemoryStore(database=database)
    jobs = {store.sync_jobs.create(a_sync_job()).id for _ in range(200)}

    def work(_: int) -> list[UUID]:
        client = MemoryStore(database=database)
        claimed: list[UUID] = []
        while rows := client.sync_jobs.claim(limit=3):
            claimed += [row.id for row in rows]
        return claimed

    results = together(8, work)
    claimed = [id_ for result in results if isinstance(result, list) for id_ in result]
    assert len(claimed) == 200
    assert set(claimed) == jobs
    assert {row["attempts"] for row in database.rows("sync_jobs")} == {1}


def test_one_of_sixteen_deliveries_is_new() -> None:
    database = MemoryDatabase()
    delivery = a_webhook_event()
    results = together(16, lambda _: MemoryStore(database=database).webhook_events.receive(delivery))
    received = [result for result in results if isinstance(result, Received)]
    assert len(received) == 16
    assert Counter(result.is_new for result in received) == {True: 1, False: 15}
    assert len({result.event.id for result in received}) == 1
    assert len(list(database.rows("webhook_events"))) == 1


def test_one_of_eight_bookings_wins() -> None:
    database = MemoryDatabase()
    store = MemoryStore(database=database)
    request = store.scheduling_requests.create(a_request())
    results = together(8, lambda _: store.book(a_booking(request), actor=COORDINATOR))
    assert sum(isinstance(result, Booking) for result in results) == 1
    losers = [result.constraint for result in results if isinstance(result, Conflict)]
    assert losers == ["request_not_bookable"] * 7
    assert [len(list(database.rows(table))) for table in ("bookings", "audit_logs", "sync_jobs")] == [1, 1, 1]


def test_one_of_eight_completions_of_a_claim_wins() -> None:
    store = MemoryStore()
    job = store.sync_jobs.create(a_sync_job())
    store.sync_jobs.claim()

    def end(number: int) -> Any:
        if number % 2:
            return store.sync_jobs.complete(job.id, 1)
        return store.sync_jobs.fail(job.id, 1, error="x")

    results = together(8, end)
    assert sum(isinstance(result, Conflict) for result in results) == 7


def test_cancel_and_reschedule_leave_a_state_that_some_order_explains() -> None:
    store = MemoryStore()
    for _ in range(20):
        booking = store.book(a_booking(store.scheduling_requests.create(a_request())), actor=COORDINATOR)

        def act(number: int, booking: Booking = booking) -> Booking:
            if number:
                return store.cancel(booking.id, actor=COORDINATOR)
            return store.reschedule(
                booking.id,
                scheduled_start=NOON.replace(hour=13),
                scheduled_end=NOON.replace(hour=14),
                actor=COORDINATOR,
            )

        moved, _cancelled = together(2, act)
        end = store.bookings.get(booking.id)
        assert end is not None
        assert end.status == "cancelled"
        expected = NOON if isinstance(moved, Conflict) else NOON.replace(hour=13)
        assert end.scheduled_start == expected


def test_parallel_updates_lose_no_column_and_no_time() -> None:
    store = MemoryStore()
    job = store.sync_jobs.create(a_sync_job())
    patches = [SyncJobPatch(last_error="x"), SyncJobPatch(payload={"a": 1}), SyncJobPatch(attempts=2)]
    results = together(3, lambda number: store.sync_jobs.update(job.id, patches[number]))
    assert not [result for result in results if isinstance(result, Exception)]
    end = store.sync_jobs.get(job.id)
    assert end is not None
    assert (end.last_error, end.payload, end.attempts) == ("x", {"a": 1}, 2)
    assert end.updated_at == max(result.updated_at for result in results if not isinstance(result, Exception))


def test_a_reader_sees_whole_flows_only() -> None:
    store = MemoryStore()
    requests = [store.scheduling_requests.create(a_request()) for _ in range(100)]

    def work(number: int) -> set[tuple[int, int]]:
        if number == 0:
            for request in requests:
                store.book(a_booking(request), actor=COORDINATOR)
            return set()
        seen = set()
        while True:
            counts = store.ops_summary().counts
            seen.add((counts["bookings"]["confirmed"], counts["scheduling_requests"]["booked"]))
            if counts["bookings"]["confirmed"] == len(requests):
                return seen

    results = together(3, work)
    seen = set().union(*(result for result in results if isinstance(result, set)))
    assert len(results) == sum(isinstance(result, set) for result in results)
    assert all(bookings == booked for bookings, booked in seen)
