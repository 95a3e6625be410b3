"""Flows: an argument that no row may hold is refused, and everything before it is undone."""

from datetime import datetime, timedelta
from typing import Any

from contracts.builders import COORDINATOR, FAR_FUTURE, NOON, a_booking, a_request
from contracts.case import needs, strict
from contracts.expect import every, refused
from contracts.flows import a_booked, arranged, each_flow, run
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Actor, Store
from harness.errors import InvalidValue


@each_flow
def test_invalid_actor(subject: Subject, store: Store, flow: str) -> None:
    """An actor of an unknown type is refused, and what comes before the audit entry is undone."""
    booking = arranged(store, flow)
    before = everything(subject)
    with refused(InvalidValue):
        run(store, flow, booking, actor=Actor("robot"))  # type: ignore[arg-type]  # the case is about it
    assert everything(subject) == before


@strict
@each_flow
def test_invalid_actor_names_the_constraint(store: Store, flow: str) -> None:
    """The refusal of an actor names the CHECK of the audit entry."""
    booking = arranged(store, flow)
    with refused(InvalidValue, "audit_logs_actor_type_check"):
        run(store, flow, booking, actor=Actor("robot"))  # type: ignore[arg-type]  # the case is about it


def test_invalid_slot(subject: Subject, store: Store) -> None:
    """A slot that does not end after its start is refused, by book and by reschedule."""
    booking = a_booked(store)
    request = store.scheduling_requests.create(a_request())
    before = everything(subject)
    with every() as about:
        for minutes in (0, -30):
            end = NOON + timedelta(minutes=minutes)
            with about(f"book {minutes}"), refused(InvalidValue):
                store.book(a_booking(request, scheduled_end=end), actor=COORDINATOR)
            with about(f"reschedule {minutes}"), refused(InvalidValue):
                store.reschedule(booking.id, scheduled_start=NOON, scheduled_end=end, actor=COORDINATOR)
    assert everything(subject) == before


@strict
def test_book_refuses_what_it_sets(subject: Subject, store: Store) -> None:
    """A column that the flow sets cannot be given."""
    request = store.scheduling_requests.create(a_request())
    before = everything(subject)
    given: dict[str, Any] = {
        "status": "confirmed",
        "confirmed_at": NOON,
        "cancelled_at": None,
        "cancellation_reason": "x",
    }
    with every() as about:
        for name, value in given.items():
            with about(name), refused(InvalidValue, name):
                store.book(a_booking(request, **{name: value}), actor=COORDINATOR)
    assert everything(subject) == before


@strict
def test_book_needs_its_columns(subject: Subject, store: Store) -> None:
    """A required column of the booking is named if it is None."""
    request = store.scheduling_requests.create(a_request())
    before = everything(subject)
    with every() as about:
        for name in ("scheduled_start", "scheduled_end", "booked_by"):
            with about(name), refused(InvalidValue, name):
                store.book(a_booking(request, **{name: None}), actor=COORDINATOR)
    assert everything(subject) == before


@strict
@needs(Capability.PYTHON_VALUES)
def test_reschedule_needs_instants(subject: Subject, store: Store) -> None:
    """A slot is made of times with a zone."""
    booking = a_booked(store)
    before = everything(subject)
    slot: dict[str, Any] = {"scheduled_start": NOON, "scheduled_end": FAR_FUTURE}
    naive = datetime(2030, 1, 15, 12)  # noqa: DTZ001 - the case is about it
    with every() as about:
        for name in slot:
            with about(name), refused(InvalidValue, name):
                store.reschedule(booking.id, **{**slot, name: naive}, actor=COORDINATOR)
    assert everything(subject) == before


@strict
@each_flow
def test_unstorable_text(subject: Subject, store: Store, flow: str) -> None:
    """NUL in the name of the actor is refused before anything is written."""
    booking = arranged(store, flow)
    before = everything(subject)
    with refused(InvalidValue):
        run(store, flow, booking, actor=Actor("system", "a\x00b"))
    assert everything(subject) == before
