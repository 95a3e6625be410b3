"""Concurrency: a reader amid the work of other clients sees what they did whole, and never goes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from contracts.builders import COORDINATOR, NOON, UNRELATED, a_booking, a_request, a_wire, changes, created
from contracts.entities import each_mutable_entity, each_queue, mutable, queue, repository, states
from contracts.expect import every
from contracts.flows import a_booked
from contracts.subject import Subject
from contracts.workers import clients, races, rounds, tally, together
from harness.adapters.protocol import OpsSummary, Store
from harness.adapters.queries import where
from harness.models import Booking, Row, SchedulingRequest, entity_of

HOUR = timedelta(hours=1)
WRITERS, READERS = 2, 2


def summaries(stores: list[Store], write: Callable[[Store, int], object]) -> list[OpsSummary]:
    """Read the dashboard again and again while others write; return all that was read."""
    writing = [True] * WRITERS

    def work(index: int) -> list[OpsSummary]:
        if index < WRITERS:
            try:
                write(stores[index], index)
            finally:
                writing[index] = False
            return []
        seen = [stores[index].ops_summary()]
        while any(writing) and len(seen) < 50:
            seen.append(stores[index].ops_summary())
        return seen

    outcomes = together(WRITERS + READERS, work)
    assert tally(outcomes) == {"list": WRITERS + READERS}
    return [summary for outcome in outcomes if isinstance(outcome, list) for summary in outcome]


def test_dashboard_shows_whole_bookings(subject: Subject) -> None:
    """Whenever the dashboard is read while clients book, each booked request has its booking and its note."""
    with races(subject, WRITERS + READERS) as (stores, rounds):
        for _ in rounds:
            requests = [subject.store.scheduling_requests.create(a_request()) for _ in range(6)]

            def book(client: Store, index: int, requests: list[SchedulingRequest] = requests) -> None:
                for request in requests[index::WRITERS]:
                    client.book(a_booking(request), actor=COORDINATOR)

            for summary in summaries(stores, book):
                booked = summary.counts["scheduling_requests"]["booked"]
                assert summary.counts["bookings"]["confirmed"] == booked
                assert summary.counts["sync_jobs"]["pending"] == booked
                assert summary.counts["scheduling_requests"]["pending"] == 6 - booked


def test_dashboard_shows_whole_cancellations(subject: Subject) -> None:
    """Whenever the dashboard is read while clients cancel, requests and bookings are in the same states."""
    with races(subject, WRITERS + READERS) as (stores, rounds):
        for _ in rounds:
            bookings = [a_booked(subject.store) for _ in range(4)]

            def cancel(client: Store, index: int, bookings: list[Booking] = bookings) -> None:
                for booking in bookings[index::WRITERS]:
                    client.cancel(booking.id, actor=COORDINATOR)

            for summary in summaries(stores, cancel):
                cancelled = summary.counts["scheduling_requests"]["cancelled"]
                assert summary.counts["bookings"]["cancelled"] == cancelled
                assert summary.counts["bookings"]["confirmed"] == 4 - cancelled
                assert summary.counts["scheduling_requests"]["booked"] == 4 - cancelled
                assert summary.counts["sync_jobs"]["pending"] == 4 + cancelled


@each_queue
def test_dashboard_counts_each_job_once(subject: Subject, row: type[Row]) -> None:
    """Whenever the dashboard is read while jobs are worked on, each job is in exactly one state."""
    table = entity_of(row).table
    with races(subject, WRITERS + READERS) as (stores, rounds):
        for _ in rounds:
            subject.load(row, [a_wire(row) for _ in range(6)])

            def work(client: Store, _: int) -> None:
                jobs = queue(client, row)
                for job in jobs.claim(limit=3, lease_s=3600):
                    jobs.complete(job.id, job.attempts)

            for summary in summaries(stores, work):
                counts = summary.counts[table]
                assert sum(counts.values()) == 6
                assert summary.due[table] == counts[states(row).waiting]


def test_bookings_are_never_seen_half_changed(subject: Subject) -> None:
    """A reader of bookings that others book, move and cancel sees each as one flow left it."""
    with races(subject, 4) as (stores, rounds):
        for _ in rounds:
            request = subject.store.scheduling_requests.create(a_request())

            def work(index: int, request: SchedulingRequest = request) -> list[tuple[Booking, ...]]:
                if index == 0:
                    book_and_cancel_twice(stores[index], request)
                    return []
                bookings, pages = stores[index].bookings, []
                for _ in range(4):
                    page = bookings.list(where=[where("request_id", "eq", request.id)]).rows
                    # One page is one moment, in which a request has one active booking.
                    assert sum(row.status != "cancelled" for row in page) <= 1
                    again = [bookings.get(row.id) for row in page]
                    pages += [page, tuple(bookings.iterate()), tuple(row for row in again if row is not None)]
                return pages

            outcomes = together(4, work)
            assert tally(outcomes) == {"list": 4}
            seen = [rows for outcome in outcomes if isinstance(outcome, list) for rows in outcome]
            assert [row for rows in seen for row in rows if not whole(row)] == []


def book_and_cancel_twice(client: Store, request: SchedulingRequest) -> None:
    """Book, move and cancel, open the request again, and do the same once more."""
    for _ in range(2):
        booking = client.book(a_booking(request), actor=COORDINATOR)
        start = NOON + 5 * HOUR
        client.reschedule(booking.id, scheduled_start=start, scheduled_end=start + HOUR, actor=COORDINATOR)
        client.cancel(booking.id, reason="ill", actor=COORDINATOR)
        client.scheduling_requests.update(request.id, changes(SchedulingRequest, status="pending"))


def whole(booking: Booking) -> bool:
    """Say whether a booking is in a state that one of the flows of the case leaves behind."""
    cancelled = booking.status == "cancelled"
    moved_on = booking.status != "confirmed"
    return (
        booking.confirmed_at is not None
        and (booking.cancelled_at is not None) == cancelled
        and booking.cancellation_reason == ("ill" if cancelled else None)
        and booking.scheduled_start == (NOON + 5 * HOUR if moved_on else NOON)
        and booking.updated_at >= booking.booked_at
    )


@each_mutable_entity
def test_readers_see_each_write_whole(subject: Subject, store: Store, row: type[Row]) -> None:
    """A reader sees a row as some write left it, all columns and updated_at, and never an older one again."""
    columns = UNRELATED[row]
    with clients(subject, 4) as stores:
        for _ in rounds():
            made = created(row, store)

            def work(index: int, made: Row = made) -> list[Row]:
                rows = mutable(stores[index], row)
                if index < 2:
                    values = ({name: pair[n] for name, pair in columns.items()} for n in (index, 1 - index))
                    return [rows.update(made.id, changes(row, **value)) for value in values]
                seen = [rows.get(made.id) for _ in range(4)]
                return [found for found in seen if found is not None]

            outcomes = together(4, work)
            assert tally(outcomes) == {"list": 4}
            sequences = [outcome for outcome in outcomes if isinstance(outcome, list)]
            written = [made, *sequences[0], *sequences[1]]
            with every() as about:
                for reader in sequences[2:]:
                    with about("a reader"):
                        assert len(reader) == 4
                        assert [found for found in reader if found not in written] == []
                for name, sequence in enumerate(sequences):
                    with about(f"updated_at as client {name} saw it"):
                        times = [updated(found) for found in sequence]
                        assert times == sorted(times)
            final = repository(store, row).get(made.id)
            assert final in (sequences[0][-1], sequences[1][-1])
            assert updated(final) == max(map(updated, written))


def updated(row: Any) -> Any:
    """Return the time of the last change."""
    return row.updated_at
