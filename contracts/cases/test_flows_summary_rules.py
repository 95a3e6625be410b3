"""The summary: a row counts by its own status, flag and due time, whatever else stands in it."""

from itertools import product
from typing import Any

from contracts.builders import FAR_FUTURE, PAST, a_wire
from contracts.case import needs
from contracts.entities import QUEUES, each_queue, states
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import Booking, Row, SchedulingRequest, entity_of

MANY = 1005
"""More rows than a server returns at once."""


@needs(Capability.WHOLE_ROWS)
def test_requests_by_status_and_flag(subject: Subject, store: Store) -> None:
    """A request counts by its stored status, expired link or not, and needs attention by its flag alone."""
    statuses = entity_of(SchedulingRequest).by_name["status"].choices or ()
    scene = [*product(statuses, (True, False), (None, "", "why"), (PAST, FAR_FUTURE))]
    subject.load(
        SchedulingRequest,
        [
            a_wire(
                SchedulingRequest,
                status=status,
                needs_attention=flag,
                needs_attention_reason=reason,
                expires_at=expires_at,
            )
            for status, flag, reason, expires_at in scene
        ],
    )
    summary = store.ops_summary()
    each = len(scene) // len(statuses)
    assert summary.counts["scheduling_requests"] == dict.fromkeys(statuses, each)
    assert summary.needs_attention == len(scene) // 2


@needs(Capability.WHOLE_ROWS)
@each_queue
def test_jobs_by_status_time_and_attempts(subject: Subject, store: Store, row: type[Row]) -> None:
    """A job is due by its status, its time and the attempts that it has left, in its own queue alone."""
    choices = entity_of(row).by_name["status"].choices or ()
    scene = [*product(choices, (PAST, FAR_FUTURE), (0, 1, 2), (None, "502"))]
    wires: list[dict[str, Any]] = [
        a_wire(row, status=status, run_after=run_after, attempts=attempts, max_attempts=2, last_error=error)
        for status, run_after, attempts, error in scene
    ]
    subject.load(row, wires)
    summary = store.ops_summary()
    queue = states(row)
    due = [
        one for one in scene if one[0] in (queue.waiting, queue.processing) and one[1] == PAST and one[2] < 2
    ]
    tables = {entity_of(kind).table: 0 for kind in QUEUES}
    assert summary.due == {**tables, entity_of(row).table: len(due)}
    assert summary.counts[entity_of(row).table] == dict.fromkeys(choices, len(scene) // len(choices))
    assert summary.needs_attention == 0


@needs(Capability.WHOLE_ROWS)
def test_more_than_the_cap(subject: Subject, store: Store) -> None:
    """More rows than a server returns at once are counted, due, and need attention, all of them."""
    requests = [a_wire(SchedulingRequest, needs_attention=True) for _ in range(MANY)]
    subject.load(SchedulingRequest, requests)
    subject.load(Booking, [a_wire(Booking, request_id=request["id"]) for request in requests])
    for row in QUEUES:
        subject.load(row, [a_wire(row) for _ in range(MANY)])
    summary = store.ops_summary()
    assert summary.needs_attention == summary.counts["scheduling_requests"]["pending"] == MANY
    assert summary.counts["bookings"]["confirmed"] == MANY
    assert summary.due == {entity_of(row).table: MANY for row in QUEUES}
    for row in QUEUES:
        assert summary.counts[entity_of(row).table][states(row).waiting] == MANY
