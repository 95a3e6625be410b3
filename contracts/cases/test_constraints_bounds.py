"""Constraints: what numbers, times and sizes must satisfy, on create and on update."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.builders import NOON, a_new, changes, created
from contracts.case import strict
from contracts.entities import QUEUES, each_mutable_entity, each_queue, mutable, repository
from contracts.expect import every, refused
from harness.adapters.protocol import Store
from harness.errors import InvalidValue
from harness.models import (
    AuditLog,
    Booking,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

SECOND = timedelta(seconds=1)
BROKEN: dict[str, tuple[type[Row], dict[str, Any], str]] = {
    "window_reversed": (
        SchedulingRequest,
        {"window_start": NOON + SECOND, "window_end": NOON},
        "scheduling_requests_window_order",
    ),
    "window_empty": (
        SchedulingRequest,
        {"window_start": NOON, "window_end": NOON},
        "scheduling_requests_window_order",
    ),
    "duration_zero": (SchedulingRequest, {"duration_minutes": 0}, "scheduling_requests_duration_positive"),
    "duration_negative": (
        SchedulingRequest,
        {"duration_minutes": -5},
        "scheduling_requests_duration_positive",
    ),
    "slot_reversed": (
        Booking,
        {"scheduled_start": NOON + SECOND, "scheduled_end": NOON},
        "bookings_slot_order",
    ),
    "slot_empty": (Booking, {"scheduled_start": NOON, "scheduled_end": NOON}, "bookings_slot_order"),
    **{
        f"{entity_of(row).table}-{name}": (row, values, f"{entity_of(row).table}_{constraint}")
        for row in QUEUES
        for name, values, constraint in (
            ("attempts_negative", {"attempts": -1}, "attempts_bounds"),
            ("attempts_above_max", {"attempts": 4, "max_attempts": 3}, "attempts_bounds"),
            ("max_attempts_zero", {"attempts": 0, "max_attempts": 0}, "max_attempts_positive"),
        )
    },
}
SIZED: tuple[tuple[type[Row], str], ...] = (
    (SchedulingRequest, "candidate_email"),
    (SchedulingRequest, "public_token_hash"),
    (AuditLog, "action"),
    (SyncJob, "entity_id"),
    (WebhookEvent, "provider"),
    (WebhookEvent, "event_id"),
    (WebhookEvent, "payload_hash"),
    (ReconciliationJob, "entity_id"),
)
SIZED_ROWS = tuple(dict.fromkeys(row for row, _ in SIZED))
each_sized = pytest.mark.parametrize("row", SIZED_ROWS, ids=[entity_of(row).table for row in SIZED_ROWS])


def broken(row: type[Row]) -> list[tuple[str, dict[str, Any], str]]:
    """Name what breaks a constraint of an entity."""
    return [(name, values, constraint) for name, (kind, values, constraint) in BROKEN.items() if kind is row]


def sized(row: type[Row]) -> list[str]:
    """Name the columns of an entity whose size is limited."""
    return [name for kind, name in SIZED if kind is row]


@each_mutable_entity
def test_broken_row_is_refused(store: Store, row: type[Row]) -> None:
    """A row that breaks a constraint is refused on create and on update, and nothing changes."""
    made = created(row, store)
    with every() as about:
        for name, values, _ in broken(row):
            with about(f"{name} on create"), refused(InvalidValue):
                repository(store, row).create(a_new(row, store, **values))
            with about(f"{name} on update"), refused(InvalidValue):
                mutable(store, row).update(made.id, changes(row, **values))
    assert repository(store, row).list().rows == (made,)


@strict
@each_mutable_entity
def test_refusal_names_the_constraint(store: Store, row: type[Row]) -> None:
    """The refusal names the constraint, on create and on update."""
    made = created(row, store)
    with every() as about:
        for name, values, constraint in broken(row):
            with about(f"{name} on create"), refused(InvalidValue, constraint):
                repository(store, row).create(a_new(row, store, **values))
            with about(f"{name} on update"), refused(InvalidValue, constraint):
                mutable(store, row).update(made.id, changes(row, **values))


def test_half_of_a_pair_is_checked_against_the_stored_half(store: Store) -> None:
    """A patch of one end of a window is checked against the other end that is stored."""
    request = created(SchedulingRequest, store, window_start=NOON, window_end=NOON + SECOND)
    with refused(InvalidValue):
        store.scheduling_requests.update(request.id, changes(SchedulingRequest, window_end=NOON))
    booking = created(Booking, store, scheduled_start=NOON, scheduled_end=NOON + SECOND)
    with refused(InvalidValue):
        store.bookings.update(booking.id, changes(Booking, scheduled_start=NOON + SECOND))
    assert store.scheduling_requests.get(request.id) == request
    assert store.bookings.get(booking.id) == booking


@each_queue
def test_attempts_at_their_bounds(store: Store, row: type[Row]) -> None:
    """A job may have used all of its attempts, and may allow a single one."""
    used: Any = created(row, store, attempts=3, max_attempts=3)
    single: Any = created(row, store, attempts=0, max_attempts=1)
    assert (used.attempts, used.max_attempts) == (3, 3)
    assert (single.attempts, single.max_attempts) == (0, 1)


@each_queue
def test_lowering_max_attempts_below_attempts_is_refused(store: Store, row: type[Row]) -> None:
    """A patch of max_attempts is checked against the attempts that are stored."""
    made = created(row, store, attempts=2, max_attempts=3)
    with refused(InvalidValue):
        mutable(store, row).update(made.id, changes(row, max_attempts=1))
    assert repository(store, row).get(made.id) == made


@each_sized
def test_indexed_text_of_1024_bytes(store: Store, row: type[Row]) -> None:
    """A text of an index may have 1,024 bytes, however badly they compress."""
    text = "".join(chr(33 + (n * 7919) % 90) for n in range(1024))
    made = created(row, store, **dict.fromkeys(sized(row), text))
    assert {name: getattr(made, name) for name in sized(row)} == dict.fromkeys(sized(row), text)


@each_sized
def test_longer_indexed_text_is_refused(store: Store, row: type[Row]) -> None:
    """A text of an index of 1,025 bytes is refused, however well they compress."""
    with every() as about:
        for name in sized(row):
            with about(name), refused(InvalidValue):
                created(row, store, **{name: "a" * 1025})
    assert repository(store, row).count() == 0


@strict
@each_sized
def test_longer_indexed_text_names_the_constraint(store: Store, row: type[Row]) -> None:
    """The refusal of a text that is too long names its constraint."""
    with every() as about:
        for name in sized(row):
            with about(name), refused(InvalidValue, f"{entity_of(row).table}_{name}_size"):
                created(row, store, **{name: "a" * 1025})


@each_sized
def test_size_counts_bytes(store: Store, row: type[Row]) -> None:
    """The limit counts bytes of UTF-8: 512 letters of two bytes fit, 513 do not."""
    fitting = dict.fromkeys(sized(row), "\u00eb" * 512)
    made = created(row, store, **fitting)
    assert {name: getattr(made, name) for name in fitting} == fitting
    with every() as about:
        for name in sized(row):
            with about(name), refused(InvalidValue):
                created(row, store, **{name: "\u00eb" * 513})
    assert repository(store, row).count() == 1
