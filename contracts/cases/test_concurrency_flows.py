"""Concurrency: flows of one request exclude each other, and each leaves all of its effects or none."""

from datetime import timedelta
from typing import Any

from contracts.builders import COORDINATOR, NOON, a_booking, a_request
from contracts.flows import a_booked
from contracts.subject import Subject
from contracts.workers import races, tally, together, winner
from harness.adapters.protocol import Store
from harness.errors import Conflict, NotFound
from harness.models import AuditLog, Booking, SchedulingRequest, SyncJob

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


def test_everything_at_once(subject: Subject) -> None:
    """Of bookings, cancellations and reschedules at once, those happened that are told so, and no others."""
    with races(subject, 6) as (stores, rounds):
        for _ in rounds:
            request = subject.store.scheduling_requests.create(a_request())
            booking = subject.store.book(a_booking(request), actor=COORDINATOR)

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
            after = subject.store.bookings.get(booking.id)
            assert after is not None
            assert (after.status, after.cancellation_reason in {"0", "3"}) == ("cancelled", True)
            assert getattr(subject.store.scheduling_requests.get(request.id), "status", None) == "cancelled"


def test_deletion_against_everything(subject: Subject) -> None:
    """A request deleted among flows takes its booking along; the history keeps what happened before."""
    with races(subject, 4) as (stores, rounds):
        for _ in rounds:
            booking = a_booked(subject.store)

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


def test_deletions_of_a_request_and_of_its_booking(subject: Subject) -> None:
    """A request and its booking that are deleted at once go once each, and leave only their history."""
    with races(subject, 4) as (stores, rounds):
        for _ in rounds:
            booking = a_booked(subject.store)

            def work(index: int, booking: Booking = booking) -> bool:
                if index % 2:
                    return stores[index].scheduling_requests.delete(booking.request_id)
                return stores[index].bookings.delete(booking.id)

            outcomes = together(4, work)
            assert tally(outcomes) == {"bool": 4}
            assert sorted(outcomes[1::2], key=str) == [False, True]
            assert sum(deleted is True for deleted in outcomes[::2]) <= 1
            assert [*subject.stored_rows(SchedulingRequest), *subject.stored_rows(Booking)] == []
            assert history(subject) == ["booked"]


def test_one_of_many_bookings(subject: Subject) -> None:
    """Of clients that book one request at once, one gets it, round after round."""
    with races(subject, 6) as (stores, rounds):
        for _ in rounds:
            request = subject.store.scheduling_requests.create(a_request())

            def book(index: int, request: SchedulingRequest = request) -> Booking:
                return stores[index].book(a_booking(request), actor=COORDINATOR)

            winner(together(6, book), Booking)
            assert [wire["status"] for wire in subject.stored_rows(Booking)] == ["confirmed"]
            assert history(subject) == ["booked"]


def test_moves_form_one_chain(subject: Subject) -> None:
    """Each of many reschedules at once leaves from where the one before arrived."""
    with races(subject, 5) as (stores, rounds):
        for _ in rounds:
            booking = a_booked(subject.store)

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
            final = subject.store.bookings.get(booking.id)
            assert final is not None
            assert final.scheduled_start.isoformat(timespec="microseconds") == place
