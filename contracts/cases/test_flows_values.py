"""Flows: what they are given is kept as it is, and what they need is named if it is missing."""

from datetime import datetime, timedelta
from typing import Any

from contracts.builders import COORDINATOR, NOON, a_booking, a_request, without
from contracts.case import needs, strict
from contracts.expect import every, refused
from contracts.flows import a_booked, arranged, each_flow, run
from contracts.stored import everything, expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Actor, Store
from harness.errors import InvalidValue
from harness.models import NewBooking

TICK = timedelta(microseconds=1)
AWKWARD = 'Zoe\u0308, "a.b" (c) {d} \\ % * null \'; -- \N{ROCKET}'
LINKS = ("calendar_event_id", "calendar_ical_uid", "conference_join_url", "icims_activity_id")


def test_texts_are_kept(subject: Subject, store: Store) -> None:
    """Every text that a flow takes is stored as it is, whatever it looks like."""
    actor = Actor("candidate", AWKWARD)
    request = store.scheduling_requests.create(a_request())
    given = dict.fromkeys((*LINKS, "booked_by"), AWKWARD)
    booking = store.book(a_booking(request, **given), actor=actor)
    assert {name: getattr(booking, name) for name in given} == given
    cancelled = store.cancel(booking.id, reason=AWKWARD, actor=actor)
    assert cancelled.cancellation_reason == AWKWARD
    assert in_store(subject, cancelled) == expected_in_store(subject, cancelled)
    entries = store.audit_logs.list().rows
    assert {(entry.actor_type, entry.actor_id) for entry in entries} == {("candidate", AWKWARD)}
    assert AWKWARD in [entry.payload.get("reason") for entry in entries]


def test_each_actor(store: Store) -> None:
    """A coordinator, a candidate and the system may act, with or without an id, the empty one included."""
    actors = [Actor("coordinator", "c"), Actor("candidate", ""), Actor("system")]
    booking = store.book(a_booking(store.scheduling_requests.create(a_request())), actor=actors[0])
    store.reschedule(
        booking.id, scheduled_start=NOON, scheduled_end=NOON + timedelta(hours=1), actor=actors[1]
    )
    store.cancel(booking.id, actor=actors[2])
    entries = {
        entry.action: Actor(entry.actor_type, entry.actor_id) for entry in store.audit_logs.list().rows
    }
    assert entries == dict(zip(("booked", "rescheduled", "cancelled"), actors, strict=True))


@needs(Capability.MICROSECONDS)
def test_history_keeps_microseconds(store: Store) -> None:
    """The times of an audit entry have six digits, in UTC, whatever offset they were given with."""
    request = store.scheduling_requests.create(a_request())
    start = datetime.fromisoformat("2030-06-01T12:00:00.000001+02:00")
    booking = store.book(
        a_booking(request, scheduled_start=start, scheduled_end=start + TICK), actor=COORDINATOR
    )
    store.reschedule(
        booking.id, scheduled_start=start + TICK, scheduled_end=start + 999_998 * TICK, actor=COORDINATOR
    )
    payloads = {entry.action: entry.payload for entry in store.audit_logs.list().rows}
    first = {
        "scheduled_start": "2030-06-01T10:00:00.000001+00:00",
        "scheduled_end": "2030-06-01T10:00:00.000002+00:00",
    }
    second = {
        "scheduled_start": "2030-06-01T10:00:00.000002+00:00",
        "scheduled_end": "2030-06-01T10:00:00.999999+00:00",
    }
    assert payloads == {"booked": first, "rescheduled": {"from": first, "to": second}}


def test_optional_columns_may_be_none(store: Store) -> None:
    """None in an optional column of a booking is NULL, as if it had been left out."""
    request = store.scheduling_requests.create(a_request())
    booking = store.book(a_booking(request, **dict.fromkeys(LINKS)), actor=COORDINATOR)
    assert {getattr(booking, name) for name in LINKS} == {None}


def test_book_without_a_required_column(subject: Subject, store: Store) -> None:
    """A booking that lacks a required column is refused, and is no error of the server."""
    request = store.scheduling_requests.create(a_request())
    before = everything(subject)
    with every() as about:
        for name in ("request_id", "scheduled_start", "scheduled_end", "booked_by"):
            new: NewBooking = without(a_booking(request), name)  # type: ignore[assignment]  # of the same class
            with about(name), refused(InvalidValue):
                store.book(new, actor=COORDINATOR)
    assert everything(subject) == before


@strict
def test_book_without_a_required_column_names_it(store: Store) -> None:
    """The refusal names the column that is missing, whether it was left out or is None."""
    request = store.scheduling_requests.create(a_request())
    with every() as about:
        for name in ("request_id", "scheduled_start", "scheduled_end", "booked_by"):
            new: NewBooking = without(a_booking(request), name)  # type: ignore[assignment]  # of the same class
            with about(f"{name} left out"), refused(InvalidValue, name):
                store.book(new, actor=COORDINATOR)
            none = NewBooking(**{**a_booking(request).values, name: None})
            with about(f"{name} is None"), refused(InvalidValue, name):
                store.book(none, actor=COORDINATOR)


@strict
@needs(Capability.PYTHON_VALUES)
@each_flow
def test_what_is_no_actor_is_refused(subject: Subject, store: Store, flow: str) -> None:
    """Somebody acts, of a type that is a text."""
    booking = arranged(store, flow)
    before = everything(subject)
    wrong: dict[str, tuple[Any, str]] = {
        "none": (None, "actor"),
        "text": ("system", "actor"),
        "mapping": ({"type": "system"}, "actor"),
        "type_is_none": (Actor(None), "actor_type"),  # type: ignore[arg-type]  # the case is about it
        "type_is_a_number": (Actor(5), "actor_type"),  # type: ignore[arg-type]  # the case is about it
        "id_is_a_number": (Actor("system", 5), "actor_id"),  # type: ignore[arg-type]  # the case is about it
    }
    with every() as about:
        for name, (actor, subject_of_refusal) in wrong.items():
            with about(name), refused(InvalidValue, subject_of_refusal):
                run(store, flow, booking, actor=actor)
    assert everything(subject) == before


@strict
def test_reason_is_a_text(subject: Subject, store: Store) -> None:
    """The reason of a cancellation is a text or None; NUL and numbers are refused."""
    booking = a_booked(store)
    before = everything(subject)
    wrong: tuple[Any, ...] = ("a\x00b", "\ud800", 5, ["ill"])
    with every() as about:
        for reason in wrong:
            with about(repr(reason)), refused(InvalidValue, "reason"):
                store.cancel(booking.id, reason=reason, actor=COORDINATOR)
    assert everything(subject) == before
