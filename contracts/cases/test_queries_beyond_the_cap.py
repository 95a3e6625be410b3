"""Queries: of every table, whatever the order and the conditions, all rows beyond the server's row cap."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.builders import PAST, a_wire, wires
from contracts.case import needs
from contracts.entities import each_entity, repository
from contracts.expect import every
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import Order, where
from harness.models import Booking, ColumnType, Row, SchedulingRequest, entity_of

ROWS = 2105
"""Hosted projects return at most 1,000 rows per answer: two full ones, and a third."""
EARLY = 2050
"""Rows with the early time: more than two answers."""


def loaded(subject: Subject, row: type[Row]) -> list[dict[str, Any]]:
    """Load rows in two groups by their time of creation; every seventh leaves its nullable times empty."""
    entity = entity_of(row)
    parent: dict[str, Any] = {}
    if row is Booking:
        request = a_wire(SchedulingRequest)
        subject.load(SchedulingRequest, [request])
        parent = {"request_id": request["id"], "status": "cancelled"}
    early, late = (a_wire(row, **parent, **{entity.created: PAST + k * timedelta(days=1)}) for k in (0, 1))
    made = [
        {**wire, entity.created: (early if k < EARLY else late)[entity.created]}
        for k, wire in enumerate(wires(row, ROWS, **parent))
    ]
    for column in entity.columns:
        if column.type is ColumnType.TIMESTAMPTZ and column.nullable:
            for k, wire in enumerate(made):
                wire[column.name] = None if k % 7 == 0 else early[entity.created]
    subject.load(row, made)
    return made


@needs(Capability.WHOLE_ROWS)
@each_entity
def test_all_rows_of_every_table(subject: Subject, store: Store, row: type[Row]) -> None:
    """More rows than two answers of the server hold are counted, iterated and listed once each, in order."""
    made = loaded(subject, row)
    entity, rows = entity_of(row), repository(store, row)
    early = [where(entity.created, "lt", PAST + timedelta(hours=1))]
    assert (rows.count(), rows.count(where=early)) == (ROWS, EARLY)
    nullable = [c.name for c in entity.columns if c.type is ColumnType.TIMESTAMPTZ and c.nullable]
    with every() as about:
        for order in (Order(entity.created, "desc"), *(Order(name, "desc") for name in nullable)):
            with about(f"{order.field} {order.direction}"):
                assert [found.id for found in rows.iterate(order=order)] == in_order(made, order)
    whole = rows.list(limit=ROWS + 1)
    assert ([one.id for one in whole.rows], whole.next_cursor) == (
        in_order(made, Order(entity.created)),
        None,
    )
    first = [wire for wire in made if wire[entity.created] == made[0][entity.created]]
    by_id = Order("id")
    assert [found.id for found in rows.iterate(where=early, order=by_id)] == in_order(first, by_id)


def in_order(made: list[dict[str, Any]], order: Order) -> list[UUID]:
    """Sort ids by a column, None above all, then by the id."""
    places = sorted(
        ((wire[order.field] is None, wire[order.field] or "", wire["id"]) for wire in made),
        reverse=order.direction == "desc",
    )
    return [UUID(id_) for _, _, id_ in places]
