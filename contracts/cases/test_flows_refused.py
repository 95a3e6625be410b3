"""Flows: what is refused leaves no trace in any table."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from psycopg import sql

from contracts.builders import COORDINATOR, PAST, a_booking, a_request, changes
from contracts.case import needs, strict
from contracts.expect import every, refused
from contracts.flows import a_booked, arranged, each_flow, run
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, NotFound, StoreError
from harness.models import SchedulingRequest

TOUCHED = {
    "bookings": "BEFORE INSERT OR UPDATE",
    "scheduling_requests": "BEFORE UPDATE",
    "audit_logs": "BEFORE INSERT",
    "sync_jobs": "BEFORE INSERT",
}


def test_book_of_a_request_that_is_not_pending(subject: Subject, store: Store) -> None:
    """A request that is used or over cannot be booked."""
    statuses = ("booked", "rescheduled", "cancelled", "expired")
    requests = {status: store.scheduling_requests.create(a_request(status=status)) for status in statuses}
    before = everything(subject)
    with every() as about:
        for status, request in requests.items():
            with about(status), refused(Conflict):
                store.book(a_booking(request), actor=COORDINATOR)
    assert everything(subject) == before


def test_book_after_the_link_expired(subject: Subject, store: Store) -> None:
    """A request whose link has expired cannot be booked, though nobody marked it as expired."""
    request = store.scheduling_requests.create(a_request(expires_at=PAST))
    before = everything(subject)
    with refused(Conflict):
        store.book(a_booking(request), actor=COORDINATOR)
    assert everything(subject) == before


def test_book_twice(subject: Subject, store: Store) -> None:
    """A booked request cannot be booked again."""
    request = store.scheduling_requests.create(a_request())
    store.book(a_booking(request), actor=COORDINATOR)
    before = everything(subject)
    with refused(Conflict):
        store.book(a_booking(request), actor=COORDINATOR)
    assert everything(subject) == before


def test_book_after_cancel(subject: Subject, store: Store) -> None:
    """A cancelled request stays cancelled: the candidate needs a new link."""
    booking = a_booked(store)
    store.cancel(booking.id, actor=COORDINATOR)
    before = everything(subject)
    with refused(Conflict):
        store.book(a_booking(booking.request_id), actor=COORDINATOR)
    assert everything(subject) == before


def test_book_beside_an_active_booking(subject: Subject, store: Store) -> None:
    """A pending request that has an active booking all the same does not get a second one."""
    request = store.scheduling_requests.create(a_request())
    store.bookings.create(a_booking(request))
    before = everything(subject)
    with refused(Conflict):
        store.book(a_booking(request), actor=COORDINATOR)
    assert everything(subject) == before


def test_book_of_a_missing_request(subject: Subject, store: Store) -> None:
    """A request that does not exist cannot be booked."""
    with refused(NotFound):
        store.book(a_booking(uuid4()), actor=COORDINATOR)
    assert not any(everything(subject).values())


@needs(Capability.CLIENT_IDS)
def test_book_with_a_used_id(subject: Subject, store: Store) -> None:
    """A booking that is repeated with its id is a conflict on the primary key: the first one worked."""
    request = store.scheduling_requests.create(a_request())
    new = a_booking(request, id=uuid4())
    store.book(new, actor=COORDINATOR)
    before = everything(subject)
    with refused(Conflict):
        store.book(new, actor=COORDINATOR)
    assert everything(subject) == before


@needs(Capability.CLIENT_IDS)
def test_book_with_the_id_of_another_booking(subject: Subject, store: Store) -> None:
    """A pending request cannot be booked with the id of another request's booking."""
    other = a_booked(store)
    request = store.scheduling_requests.create(a_request())
    before = everything(subject)
    with refused(Conflict):
        store.book(a_booking(request, id=other.id), actor=COORDINATOR)
    assert everything(subject) == before


@pytest.mark.parametrize("flow", ["reschedule", "cancel"])
def test_flow_after_cancel(subject: Subject, store: Store, flow: str) -> None:
    """A cancelled booking can be neither rescheduled nor cancelled again."""
    booking = a_booked(store)
    store.cancel(booking.id, reason="first", actor=COORDINATOR)
    before = everything(subject)
    with refused(Conflict):
        run(store, flow, booking.id)
    assert everything(subject) == before


@pytest.mark.parametrize("flow", ["reschedule", "cancel"])
def test_flow_on_a_request_that_is_not_active(subject: Subject, store: Store, flow: str) -> None:
    """A booking of a request that is not active can be neither rescheduled nor cancelled."""
    booking = a_booked(store)
    with every() as about:
        for status in ("pending", "cancelled", "expired"):
            store.scheduling_requests.update(booking.request_id, changes(SchedulingRequest, status=status))
            before = everything(subject)
            with about(status), refused(Conflict):
                run(store, flow, booking.id)
            assert everything(subject) == before


def test_flow_on_a_missing_booking(store: Store) -> None:
    """A booking that does not exist can be neither rescheduled nor cancelled."""
    with every() as about:
        for flow in ("reschedule", "cancel"):
            for booking in ("00000000-0000-4000-8000-000000000000", "not-a-uuid"):
                with about(f"{flow} {booking}"), refused(NotFound):
                    run(store, flow, booking)


@strict
def test_refusal_is_named(store: Store) -> None:
    """The conflict of a wrong state is called request_not_bookable, in each flow."""
    booking = a_booked(store)
    with refused(Conflict, "request_not_bookable"):
        store.book(a_booking(booking.request_id), actor=COORDINATOR)
    store.cancel(booking.id, actor=COORDINATOR)
    for flow in ("reschedule", "cancel"):
        with refused(Conflict, "request_not_bookable"):
            run(store, flow, booking.id)


@needs(Capability.SERVER)
@each_flow
def test_fault_after_each_step(subject: Subject, store: Store, flow: str) -> None:
    """Whichever of the four tables breaks, nothing of the flow is left in the others."""
    booking = arranged(store, flow)
    before = everything(subject)
    with every() as about:
        for table, events in TOUCHED.items():
            with about(table), broken(subject, table, events):
                with pytest.raises(StoreError):
                    run(store, flow, booking)
                assert everything(subject) == before
    run(store, flow, booking)
    assert everything(subject) != before


@contextmanager
def broken(subject: Subject, table: str, events: str) -> Iterator[None]:
    """Make every write of a table fail."""
    with subject.connect() as session:
        session.execute(
            "CREATE FUNCTION public.parity_fault() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'injected fault'; END; $$"
        )
        session.execute(
            sql.SQL(
                "CREATE TRIGGER parity_fault {} ON {} FOR EACH ROW EXECUTE FUNCTION parity_fault()"
            ).format(sql.SQL(events), sql.Identifier(table))
        )
        session.commit()
        try:
            yield
        finally:
            session.execute("DROP FUNCTION public.parity_fault() CASCADE")
            # A case that fails leaves this block with a rollback.
            session.commit()
