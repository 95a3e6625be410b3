"""Concurrency: flows exclude each other, and a reader in the middle of them sees whole ones."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from contracts.builders import COORDINATOR, NOON, a_booking, a_request, a_wire, changes
from contracts.entities import each_queue, queue, states
from contracts.flows import a_booked
from contracts.subject import Subject
from contracts.workers import clients, rounds, tally, together, winner
from harness.adapters.protocol import OpsSummary, Store
from harness.adapters.queries import where
from harness.errors import Conflict, NotFound
from harness.models import AuditLog, Booking, Row, SchedulingRequest, SyncJob, entity_of

HOUR = timedelta(hours=1)


def moved(store: Store, booking: Booking, hours: int) -> Booking:
    """Move a booking some hours after noon."""
    start = NOON + hours * HOUR
    return store.reschedule(booking.id, scheduled_start=start, scheduled_end=start + HOUR, actor=COORDINATOR)


def history(subject: Subject) -> list[str]:
    """Read the actions of the history, and check that a note is owed for each."""
    found = sorted(wire["action"] for wire in subject.stored_rows(AuditLog))
    assert sorted(wire["payload"]["action"] for wire in subject.stored_rows(SyncJob)) == found
    return found


def happened(outcomes: list[Any]) -> int:
    """Count the flows that happened; the others must have been refused."""
    assert {type(outcome) for outcome in outcomes} <= {Booking, Conflict, NotFound}
    return sum(isinstance(outcome, Booking) for outcome in outcomes)


def test_everything_at_once(subject: Subject, store: Store) -> None:
    """Of bookings, cancellations and reschedules at once, those happened that are told so, and no others."""
    with clients(subject, 6) as stores:
        for _ in rounds():
            subject.reset()
            request = store.scheduling_requests.create(a_request())
            booking = store.book(a_booking(request), actor=COORDINATOR)

            def work(index: int, booking: Booking = booking) -> Booking:
                match index % 3:
                    case 0:
                        return stores[index].cancel(booking.id, reason=str(index), actor=COORDINATOR)
                    case 1:
                        return moved(stores[index], booking, index)
                return stores[index].book(a_booking(booking.request_id), actor=COORDINATOR)

            outcomes = together(6, work)
            cancelled, rescheduled, booked = (happened(outcomes[kind::3]) for kind in range(3))
            assert {"cancelled": cancelled, "booked": booked} == {"cancelled": 1, "booked": 0}
            assert history(subject) == ["booked", "cancelled"] + ["rescheduled"] * rescheduled
            after = store.bookings.get(booking.id)
            assert after is not None
            assert (after.status, after.cancellation_reason in {"0", "3"}) == ("cancelled", True)
            assert getattr(store.scheduling_requests.get(request.id), "status", None) == "cancelled"


def test_deletion_against_everything(subject: Subject, store: Store) -> None:
    """A request deleted among flows takes its booking along; the history keeps what happened before."""
    with clients(subject, 4) as stores:
        for _ in rounds():
            subject.reset()
            booking = a_booked(store)

            def work(index: int, booking: Booking = booking) -> Any:
                match index:
                    case 0:
                        return stores[index].scheduling_requests.delete(booking.request_id)
                    case 1:
                        return stores[index].cancel(booking.id, actor=COORDINATOR)
                return moved(stores[index], booking, index)

            deleted, *flows = together(4, work)
            assert deleted is True
            cancelled, rescheduled = happened(flows[:1]), happened(flows[1:])
            assert history(subject) == sorted(
                ["booked"] + ["cancelled"] * cancelled + ["rescheduled"] * rescheduled
            )
            assert list(subject.stored_rows(Booking)) == []
            links = {(wire["request_id"], wire["booking_id"]) for wire in subject.stored_rows(AuditLog)}
            assert links == {(None, None)}


def test_one_of_many_bookings(subject: Subject, store: Store) -> None:
    """Of clients that book one request at once, one gets it, round after round."""
    with clients(subject, 6) as stores:
        for _ in rounds():
            subject.reset()
            request = store.scheduling_requests.create(a_request())

            def book(index: int, request: SchedulingRequest = request) -> Booking:
                return stores[index].book(a_booking(request), actor=COORDINATOR)

            winner(together(6, book), Booking)
            assert [wire["status"] for wire in subject.stored_rows(Booking)] == ["confirmed"]
            assert history(subject) == ["booked"]


def test_moves_form_one_chain(subject: Subject, store: Store) -> None:
    """Each of many reschedules at once leaves from where the one before arrived."""
    with clients(subject, 5) as stores:
        for _ in rounds():
            subject.reset()
            booking = a_booked(store)

            def move(index: int, booking: Booking = booking) -> Booking:
                return moved(stores[index], booking, index + 1)

            outcomes = together(5, move)
            assert happened(outcomes) == 5
            moves = [
                wire["payload"] for wire in subject.stored_rows(AuditLog) if wire["action"] == "rescheduled"
            ]
            leads = {move["from"]["scheduled_start"]: move["to"]["scheduled_start"] for move in moves}
            place, stops = NOON.isoformat(timespec="microseconds"), 0
            while place in leads:
                place, stops = leads.pop(place), stops + 1
            assert stops == 5
            final = store.bookings.get(booking.id)
            assert final is not None
            assert final.scheduled_start.isoformat(timespec="microseconds") == place


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


def test_dashboard_shows_whole_bookings(subject: Subject, store: Store) -> None:
    """Whenever the dashboard is read while clients book, each booked request has its booking and its note."""
    with clients(subject, WRITERS + READERS) as stores:
        for _ in rounds():
            subject.reset()
            requests = [store.scheduling_requests.create(a_request()) for _ in range(6)]

            def book(client: Store, index: int, requests: list[SchedulingRequest] = requests) -> None:
                for request in requests[index::WRITERS]:
                    client.book(a_booking(request), actor=COORDINATOR)

            for summary in summaries(stores, book):
                booked = summary.counts["scheduling_requests"]["booked"]
                assert summary.counts["bookings"]["confirmed"] == booked
                assert summary.counts["sync_jobs"]["pending"] == booked
                assert summary.counts["scheduling_requests"]["pending"] == 6 - booked


def test_dashboard_shows_whole_cancellations(subject: Subject, store: Store) -> None:
    """Whenever the dashboard is read while clients cancel, requests and bookings are in the same states."""
    with clients(subject, WRITERS + READERS) as stores:
        for _ in rounds():
            subject.reset()
            bookings = [a_booked(store) for _ in range(4)]

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
    with clients(subject, WRITERS + READERS) as stores:
        for _ in rounds():
            subject.reset()
            subject.load(row, [a_wire(row) for _ in range(6)])

            def work(client: Store, _: int) -> None:
                jobs = queue(client, row)
                for job in jobs.claim(limit=3, lease_s=3600):
                    jobs.complete(job.id, job.attempts)

            for summary in summaries(stores, work):
                counts = summary.counts[table]
                assert sum(counts.values()) == 6
                assert summary.due[table] == counts[states(row).waiting]


def test_bookings_are_never_seen_half_changed(subject: Subject, store: Store) -> None:
    """A reader of bookings that others book, move and cancel sees each as one flow left it."""
    with clients(subject, 4) as stores:
        for _ in rounds():
            subject.reset()
            request = store.scheduling_requests.create(a_request())

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
        moved(client, booking, 5)
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
