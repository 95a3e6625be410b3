"""Errors: a refusal names what it is about, in the same words on every store."""

from collections.abc import Callable
from uuid import uuid4

from contracts.builders import (
    COORDINATOR,
    NOON,
    a_booking,
    a_patch,
    a_request,
    a_sync_job,
    a_webhook_event,
)
from contracts.case import needs, strict
from contracts.entities import MUTABLE, QUEUES, mutable, queue
from contracts.expect import every, refused
from contracts.flows import a_booked
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import Conflict, InvalidValue, NotFound
from harness.models import entity_of

UNSTORABLE: dict[str, tuple[str, Callable[[Store], object]]] = {
    "text": (
        "candidate_name",
        lambda store: store.scheduling_requests.create(a_request(candidate_name="\x00")),
    ),
    "list": (
        "interviewer_emails",
        lambda store: store.scheduling_requests.create(a_request(interviewer_emails=["\ud800"])),
    ),
    "document": ("payload", lambda store: store.sync_jobs.create(a_sync_job(payload={"\x00": 1}))),
    "delivery": ("event_id", lambda store: store.webhook_events.receive(a_webhook_event(event_id="\x00"))),
    "filter": (
        "candidate_name",
        lambda store: store.scheduling_requests.list(where=[where("candidate_name", "eq", "a\x00")]),
    ),
    "set": ("status", lambda store: store.bookings.count(where=[where("status", "in", ["x", "\udfff"])])),
    "none_in_a_filter": ("status", lambda store: store.bookings.list(where=[where("status", "eq", None)])),
}


@strict
def test_missing_row_names_its_table(store: Store) -> None:
    """The refusal of an update of a row that does not exist names the table."""
    with every() as about:
        for row in MUTABLE:
            table = entity_of(row).table
            for id_ in (uuid4(), "not-a-uuid"):
                with about(table), refused(NotFound, table):
                    mutable(store, row).update(id_, a_patch(row))


@strict
def test_missing_job_names_its_table(store: Store) -> None:
    """The refusal to complete or fail a job that does not exist names the table."""
    with every() as about:
        for row in QUEUES:
            table = entity_of(row).table
            for id_ in (uuid4(), "not-a-uuid"):
                with about(f"complete {table}"), refused(NotFound, table):
                    queue(store, row).complete(id_, 1)
                with about(f"fail {table}"), refused(NotFound, table):
                    queue(store, row).fail(id_, 1, error="x")


@strict
def test_flows_name_the_table_of_what_is_missing(store: Store) -> None:
    """A flow on what does not exist names its table."""
    with refused(NotFound, "scheduling_requests"):
        store.book(a_booking(uuid4()), actor=COORDINATOR)
    with refused(NotFound, "bookings"):
        store.cancel(uuid4(), actor=COORDINATOR)
    with refused(NotFound, "bookings"):
        store.reschedule(
            uuid4(), scheduled_start=NOON, scheduled_end=NOON.replace(hour=13), actor=COORDINATOR
        )


@strict
@needs(Capability.CLIENT_IDS)
def test_repeated_booking_names_the_primary_key(store: Store) -> None:
    """A booking that is repeated with its id names the primary key, so that the caller knows it worked."""
    booking = a_booked(store)
    with refused(Conflict, "bookings_pkey"):
        store.book(a_booking(booking.request_id, id=booking.id), actor=COORDINATOR)


@strict
@needs(Capability.CLIENT_IDS)
def test_delivery_with_a_used_id_names_the_primary_key(store: Store) -> None:
    """A new event with the id of another names the primary key."""
    event = store.webhook_events.receive(a_webhook_event()).event
    with refused(Conflict, "webhook_events_pkey"):
        store.webhook_events.receive(a_webhook_event(id=event.id))


@strict
def test_invalid_slot_names_the_constraint(store: Store) -> None:
    """A slot that does not end after its start names the CHECK, from book and from reschedule."""
    booking = a_booked(store)
    request = store.scheduling_requests.create(a_request())
    with refused(InvalidValue, "bookings_slot_order"):
        store.book(a_booking(request, scheduled_end=NOON), actor=COORDINATOR)
    with refused(InvalidValue, "bookings_slot_order"):
        store.reschedule(booking.id, scheduled_start=NOON, scheduled_end=NOON, actor=COORDINATOR)


@strict
def test_unstorable_text_names_its_column(store: Store) -> None:
    """The refusal of NUL and lone surrogates names the column, wherever they stand."""
    with every() as about:
        for place, (name, operation) in UNSTORABLE.items():
            with about(place), refused(InvalidValue, name):
                operation(store)
