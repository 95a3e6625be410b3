"""Foreign keys: what a delete does to the rows that refer to it, it does to all of them, however many."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import a_wire, wires
from contracts.case import needs
from contracts.entities import mutable
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import AuditLog, Booking, Row, SchedulingRequest, entity_of

MANY = 1005
"""More than a server returns, or an adapter would read, at once."""
ACTIONS = ("booked", "rescheduled", "cancelled", "viewed")


@needs(Capability.WHOLE_ROWS)
@pytest.mark.parametrize("parent", [SchedulingRequest, Booking], ids=lambda row: row.entity.table)
def test_delete_reaches_every_row(subject: Subject, store: Store, parent: type[Row]) -> None:
    """Deleting a row removes its many bookings, and takes the link out of each of its many audit entries."""
    request, other = a_wire(SchedulingRequest), a_wire(SchedulingRequest)
    subject.load(SchedulingRequest, [request, other])
    bookings = wires(Booking, MANY, request_id=request["id"], status="cancelled")
    kept = a_wire(Booking, request_id=other["id"])
    subject.load(Booking, [*bookings, kept])
    links: dict[str, Any] = {"request_id": request["id"], "booking_id": bookings[-1]["id"]}
    entries = wires(AuditLog, MANY, **links)
    untouched = a_wire(AuditLog, request_id=other["id"], booking_id=kept["id"])
    subject.load(AuditLog, [*entries, untouched])

    gone = request if parent is SchedulingRequest else bookings[-1]
    assert mutable(store, parent).delete(UUID(gone["id"])) is True

    left = {kept["id"]} | ({wire["id"] for wire in bookings[:-1]} if parent is Booking else set())
    assert {str(wire["id"]) for wire in subject.stored_rows(Booking)} == left
    lost = {"request_id", "booking_id"} if parent is SchedulingRequest else {"booking_id"}
    expected = {wire["id"]: {**wire, **dict.fromkeys(lost)} for wire in entries} | {
        untouched["id"]: untouched
    }
    assert {wire["id"]: dict(wire) for wire in subject.stored_rows(AuditLog)} == expected


@needs(Capability.WHOLE_ROWS)
@pytest.mark.parametrize("parent", [SchedulingRequest, Booking], ids=lambda row: row.entity.table)
def test_history_outlives_what_it_is_about(subject: Subject, store: Store, parent: type[Row]) -> None:
    """Entries that link nowhere, or nowhere any more, stay as they are when other rows are deleted."""
    gone, *others = [a_wire(SchedulingRequest) for _ in range(3)]
    subject.load(SchedulingRequest, [gone, *others])
    bookings = [a_wire(Booking, request_id=request["id"]) for request in others]
    subject.load(Booking, bookings)
    actors = entity_of(AuditLog).by_name["actor_type"].choices or ()
    entries = [
        a_wire(AuditLog, action=action, actor_type=actor, actor_id=name, request_id=link)
        for link, action, actor, name in product((None, gone["id"]), ACTIONS, actors, (None, "ada"))
    ]
    subject.load(AuditLog, entries)
    expected = {wire["id"]: {**wire, "request_id": None} for wire in entries}
    assert store.scheduling_requests.delete(UUID(gone["id"])) is True
    for wire in others if parent is SchedulingRequest else bookings:
        assert mutable(store, parent).delete(UUID(wire["id"])) is True
        assert {wire["id"]: dict(wire) for wire in subject.stored_rows(AuditLog)} == expected
