"""Flows: of those that exclude each other one wins, whoever comes at the same moment."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.builders import COORDINATOR, NOON, a_booking, a_request
from contracts.case import needs
from contracts.subject import Subject
from contracts.workers import clients, eventually, started, together, within
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, StoreError
from harness.models import AuditLog, Booking, SchedulingRequest, SyncJob

HOUR = timedelta(hours=1)
WAITING = """
    SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def statuses(subject: Subject) -> tuple[list[str], list[str]]:
    """Read the statuses of all requests and of all bookings."""
    requests = sorted(wire["status"] for wire in subject.stored_rows(SchedulingRequest))
    return requests, sorted(wire["status"] for wire in subject.stored_rows(Booking))


def actions(subject: Subject) -> list[str]:
    """Read the actions of the history, and check that a note is owed for each."""
    history = sorted(wire["action"] for wire in subject.stored_rows(AuditLog))
    assert sorted(wire["payload"]["action"] for wire in subject.stored_rows(SyncJob)) == history
    return history


@pytest.mark.parametrize("n", [2, 8])
def test_one_of_many_bookings_wins(subject: Subject, store: Store, n: int) -> None:
    """Of n clients that book one request at once, one gets it, and the effects exist once."""
    request = store.scheduling_requests.create(a_request())
    with clients(subject, n) as stores:
        outcomes = together(n, lambda index: stores[index].book(a_booking(request), actor=COORDINATOR))
    won = [outcome for outcome in outcomes if isinstance(outcome, Booking)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert (len(won), len(lost)) == (1, n - 1)
    assert store.bookings.list().rows == (won[0],)
    assert statuses(subject) == (["booked"], ["confirmed"])
    assert actions(subject) == ["booked"]


def test_bookings_of_different_requests_all_win(subject: Subject, store: Store) -> None:
    """Clients that book different requests do not get into each other's way."""
    requests = [store.scheduling_requests.create(a_request()) for _ in range(8)]
    with clients(subject, 8) as stores:
        outcomes = together(
            8, lambda index: stores[index].book(a_booking(requests[index]), actor=COORDINATOR)
        )
    assert not any(isinstance(outcome, StoreError) for outcome in outcomes)
    assert statuses(subject) == (["booked"] * 8, ["confirmed"] * 8)
    assert actions(subject) == ["booked"] * 8


def test_one_of_many_cancellations_wins(subject: Subject, store: Store) -> None:
    """Of eight clients that cancel one booking at once, one does, and the effects exist once."""
    booking = store.book(a_booking(store.scheduling_requests.create(a_request())), actor=COORDINATOR)
    with clients(subject, 8) as stores:
        outcomes = together(
            8, lambda index: stores[index].cancel(booking.id, reason=f"{index}", actor=COORDINATOR)
        )
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, Booking)]
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
    assert store.bookings.get(booking.id) == won
    assert statuses(subject) == (["cancelled"], ["cancelled"])
    assert actions(subject) == ["booked", "cancelled"]


def test_all_of_many_reschedules_happen_one_by_one(subject: Subject, store: Store) -> None:
    """Of eight clients that reschedule one booking at once, each leaves from where the one before arrived."""
    booking = store.book(a_booking(store.scheduling_requests.create(a_request())), actor=COORDINATOR)
    with clients(subject, 8) as stores:
        outcomes = together(8, lambda index: reschedule(stores[index], booking, index + 1))
    assert not any(isinstance(outcome, StoreError) for outcome in outcomes)
    assert actions(subject) == ["booked"] + ["rescheduled"] * 8
    moves = [wire["payload"] for wire in subject.stored_rows(AuditLog) if wire["action"] == "rescheduled"]
    leads = {move["from"]["scheduled_start"]: move["to"]["scheduled_start"] for move in moves}
    place, stops = NOON.isoformat(timespec="microseconds"), 0
    while place in leads:
        place, stops = leads.pop(place), stops + 1
    assert stops == 8
    final = store.bookings.get(booking.id)
    assert final is not None
    assert final.scheduled_start.isoformat(timespec="microseconds") == place


def test_cancel_against_reschedule(subject: Subject, store: Store) -> None:
    """Of a cancellation among reschedules, each happens or is refused; the booking ends cancelled."""
    booking = store.book(a_booking(store.scheduling_requests.create(a_request())), actor=COORDINATOR)
    with clients(subject, 6) as stores:

        def work(index: int) -> Booking:
            if index == 0:
                return stores[index].cancel(booking.id, actor=COORDINATOR)
            return reschedule(stores[index], booking, index)

        outcomes = together(6, work)
    assert isinstance(outcomes[0], Booking)
    assert {type(outcome) for outcome in outcomes} <= {Booking, Conflict}
    happened = sum(isinstance(outcome, Booking) for outcome in outcomes[1:])
    assert statuses(subject) == (["cancelled"], ["cancelled"])
    assert actions(subject) == ["booked", "cancelled"] + ["rescheduled"] * happened


def test_cancel_against_booking(subject: Subject, store: Store) -> None:
    """Clients that book a request while its booking is cancelled are refused: it is booked or cancelled."""
    request = store.scheduling_requests.create(a_request())
    booking = store.book(a_booking(request), actor=COORDINATOR)
    with clients(subject, 4) as stores:

        def work(index: int) -> Booking:
            if index == 0:
                return stores[index].cancel(booking.id, actor=COORDINATOR)
            return stores[index].book(a_booking(request), actor=COORDINATOR)

        outcomes = together(4, work)
    assert [type(outcome) for outcome in outcomes] == [Booking, Conflict, Conflict, Conflict]
    assert statuses(subject) == (["cancelled"], ["cancelled"])
    assert actions(subject) == ["booked", "cancelled"]


def test_booking_against_deletion(subject: Subject, store: Store) -> None:
    """A request that is deleted while it is booked leaves no booking behind."""
    request = store.scheduling_requests.create(a_request())
    with clients(subject, 4) as stores:

        def work(index: int) -> Any:
            if index == 0:
                return stores[index].scheduling_requests.delete(request.id)
            return stores[index].book(a_booking(request), actor=COORDINATOR)

        outcomes = together(4, work)
    assert outcomes[0] is True
    booked = sum(isinstance(outcome, Booking) for outcome in outcomes)
    assert booked <= 1
    assert statuses(subject) == ([], [])
    assert actions(subject) == ["booked"] * booked


@needs(Capability.SERVER)
def test_flow_waits_for_the_request(subject: Subject, store: Store) -> None:
    """A booking waits for another transaction that holds the request, and then sees what it did."""
    request = store.scheduling_requests.create(a_request())
    with subject.connect() as session:
        session.execute("UPDATE scheduling_requests SET status = 'expired' WHERE id = %s", (request.id,))
        outcome = started(lambda: together(1, lambda _: store.book(a_booking(request), actor=COORDINATOR)))
        with subject.connect() as observer:
            observer.autocommit = True
            eventually(
                lambda: outcome.done() or observer.execute(WAITING).fetchall()[0]["n"] > 0,
                "a booking that waits for the request",
            )
        assert not outcome.done()
        session.commit()
    (refusal,) = within(outcome)
    assert isinstance(refusal, Conflict)
    assert statuses(subject) == (["expired"], [])


def reschedule(store: Store, booking: Booking, hours: int) -> Booking:
    """Move a booking some hours after noon."""
    start = NOON + hours * HOUR
    return store.reschedule(booking.id, scheduled_start=start, scheduled_end=start + HOUR, actor=COORDINATOR)
