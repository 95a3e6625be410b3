"""Faults of reads: an answer that is lost is never taken for an empty one."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import a_wire, created
from contracts.case import needs
from contracts.entities import ROWS, repository
from contracts.expect import every, refused
from contracts.faults import AFTER, FAULTS, SLOW, Ending, Fault, FaultProxy, behind_faults
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import StoreError, Unavailable
from harness.models import Row, SchedulingRequest, SyncJob, entity_of

pytestmark = needs(Capability.SERVER)
HASH = "sha256:known"
MORE_THAN_A_PAGE = 1001
"""Rows that no server with the row cap of hosted projects returns in one answer."""


@dataclass(frozen=True)
class Scenery:
    """What there is to read: one row of each entity, and a list with a second page."""

    rows: Mapping[type[Row], Row]
    cursor: str | None

    def id(self, row: type[Row]) -> UUID:
        """Return the id of the row of an entity."""
        return self.rows[row].id


def scenery(store: Store) -> Scenery:
    """Create it."""
    made: dict[type[Row], Row] = {row: created(row, store) for row in ROWS if row is not SchedulingRequest}
    made[SchedulingRequest] = created(SchedulingRequest, store, public_token_hash=HASH)
    return Scenery(made, store.scheduling_requests.list(limit=1).next_cursor)


def get(row: type[Row]) -> Callable[[Store, Scenery], object]:
    """Read one row of an entity."""
    return lambda store, there: repository(store, row).get(there.id(row))


READS: dict[str, Callable[[Store, Scenery], Any]] = {
    **{f"get {entity_of(row).table}": get(row) for row in ROWS},
    "get_by_token_hash": lambda store, _: store.scheduling_requests.get_by_token_hash(HASH),
    "list": lambda store, _: store.bookings.list(),
    "list where": lambda store, _: store.sync_jobs.list(where=[where("status", "eq", "pending")]),
    "list of a second page": lambda store, there: store.scheduling_requests.list(cursor=there.cursor),
    "iterate": lambda store, _: list(store.webhook_events.iterate()),
    "count": lambda store, _: store.audit_logs.count(),
    "count where": lambda store, _: store.bookings.count(where=[where("status", "eq", "confirmed")]),
    "ops_summary": lambda store, _: store.ops_summary(),
}
Broken = Callable[[FaultProxy], AbstractContextManager[object]]


def meet(subject: Subject, fault: Broken, expected: type[StoreError] | None) -> None:
    """Let each read meet the fault once, through one client that goes on after it."""
    there = scenery(subject.store)
    with behind_faults(subject) as (proxy, faulty), every() as about:
        for name, read in READS.items():
            truth = read(subject.store, there)
            with about(name):
                if expected is not None:
                    with fault(proxy), refused(expected):
                        read(faulty, there)
                    assert read(faulty, there) == truth
                else:
                    with fault(proxy):
                        found = read(faulty, there)
                    assert found == truth


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_read(subject: Subject, fault: Fault) -> None:
    """A read whose answer is lost is unavailable, whatever the caller could have been told instead."""
    meet(subject, lambda proxy: proxy.plan(lasting(fault)), Unavailable)


def test_read_without_a_server(subject: Subject) -> None:
    """A read that nobody listens to is unavailable, and works once somebody does."""
    meet(subject, lambda proxy: proxy.refusing(), Unavailable)


def test_read_with_a_slow_answer(subject: Subject) -> None:
    """A read whose answer comes slowly returns the whole of it."""
    meet(subject, lambda proxy: proxy.plan(SLOW), None)


def lasting(fault: Fault) -> Fault:
    """Let a fault go on: a read changes nothing, so a client may ask again on its own before it gives up."""
    return replace(fault, writing=Unavailable)


ON_THE_WAY = tuple(fault for fault in FAULTS if fault.ending in {Ending.EMPTY, Ending.CUT, Ending.TRUNCATED})


@pytest.mark.parametrize("fault", [AFTER, *ON_THE_WAY], ids=lambda fault: fault.name)
def test_iterate_in_the_middle(subject: Subject, fault: Fault) -> None:
    """Iterating says that a page was lost, and does not end as if all rows had been read."""
    subject.load(SyncJob, [a_wire(SyncJob) for _ in range(MORE_THAN_A_PAGE)])
    with behind_faults(subject) as (proxy, faulty):
        rows = faulty.sync_jobs.iterate()
        seen = [job.id for job in islice(rows, 1)]
        with proxy.plan(lasting(fault)), refused(Unavailable):
            seen += [job.id for job in rows]
        again = [job.id for job in faulty.sync_jobs.iterate()]
    assert len(again) == len(set(again)) == MORE_THAN_A_PAGE
    assert seen == again[: len(seen)]
