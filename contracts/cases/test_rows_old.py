"""Rows: what is old and done stays, as nothing here cleans up."""

from typing import Any

from contracts.builders import COORDINATOR, PAST, a_wire, created
from contracts.case import needs
from contracts.entities import QUEUES, ROWS, queue, states
from contracts.flows import a_booked
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import Booking, Row, SchedulingRequest, entity_of


def in_every_state(row: type[Row], request: Any) -> list[dict[str, Any]]:
    """Make an old row in each status of its table, with no attempt left, so that nothing is due."""
    columns = entity_of(row).by_name
    given = {"request_id": request["id"]} if row is Booking else {}
    used_up = {"attempts": 3, "max_attempts": 3} if row in QUEUES else {}
    if "status" not in columns:
        return [a_wire(row)]
    kept = ("cancelled", "confirmed") if row is Booking else columns["status"].choices or ()
    due = (states(row).waiting, states(row).processing) if row in QUEUES else ()
    return [a_wire(row, status=status, **given, **used_up) for status in kept if status not in due]


@needs(Capability.WHOLE_ROWS)
def test_old_rows_stay(subject: Subject, store: Store) -> None:
    """Rows of years ago, done ones among them, outlive every write to their tables."""
    request = a_wire(SchedulingRequest, created_at=PAST, updated_at=PAST)
    subject.load(SchedulingRequest, [request])
    loaded = {str(request["id"])}
    for row in ROWS:
        old = in_every_state(row, request)
        subject.load(row, old)
        loaded |= {str(wire["id"]) for wire in old}
    before = everything(subject)
    assert {str(wire["id"]) for rows in before.values() for wire in rows} == loaded
    for row in ROWS:
        created(row, store)
    for row in QUEUES:
        (claimed,) = queue(store, row).claim()
        queue(store, row).complete(claimed.id, claimed.attempts)
    store.cancel(a_booked(store).id, actor=COORDINATOR)
    after = everything(subject)
    for table, rows in before.items():
        ids = {wire["id"] for wire in rows}
        assert [wire for wire in after[table] if wire["id"] in ids] == rows, table
