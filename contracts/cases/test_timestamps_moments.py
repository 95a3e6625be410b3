"""created_at and updated_at: by which clock the server tells the time of a change."""

from typing import Any
from uuid import uuid4

from psycopg import sql

from contracts.builders import FAR_FUTURE, a_patch, a_wire, created
from contracts.case import needs, strict
from contracts.entities import MUTABLE, mutable
from contracts.expect import every
from contracts.subject import Subject
from contracts.workers import a_tick
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import Booking, SchedulingRequest, entity_of


@needs(Capability.SERVER)
def test_updates_of_one_transaction_differ(subject: Subject, store: Store) -> None:
    """Two updates of one transaction are two changes, the second of them later."""
    with subject.connect() as session, every() as about:
        for row in MUTABLE:
            made: Any = created(row, store)
            update = sql.SQL("UPDATE {} SET status = status WHERE id = %s RETURNING updated_at").format(
                sql.Identifier(entity_of(row).table)
            )
            with about(entity_of(row).table):
                first = session.execute(update, (made.id,)).fetchall()[0]["updated_at"]
                a_tick()
                second = session.execute(update, (made.id,)).fetchall()[0]["updated_at"]
                session.commit()
                assert made.updated_at < first < second


@strict
@needs(Capability.SERVER)
def test_clock_that_was_stepped_back(subject: Subject, store: Store) -> None:
    """A row that was changed by a clock that ran ahead is never older after the next change."""
    request = created(SchedulingRequest, store)
    with every() as about:
        for row in MUTABLE:
            links = {"request_id": request.id} if row is Booking else {}
            id_ = uuid4()
            subject.load(row, [a_wire(row, id=id_, updated_at=FAR_FUTURE, **links)])
            with about(entity_of(row).table):
                changed: Any = mutable(store, row).update(id_, a_patch(row))
                assert changed.updated_at >= FAR_FUTURE
