"""Every operation that changes something, ready to be made: for cases about calls that fail on the way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from contracts.builders import (
    COORDINATOR,
    NOON,
    PAST,
    a_booking,
    a_new,
    a_patch,
    a_request,
    a_webhook_event,
    created,
)
from contracts.entities import MUTABLE, QUEUES, ROWS, mutable, queue, repository
from contracts.expect import Divergence, refused
from contracts.flows import a_booked
from harness.adapters.protocol import Store
from harness.errors import Conflict, Unavailable
from harness.models import Row, entity_of

__all__ = [
    "WRITES",
    "Attempt",
    "Change",
    "Effect",
    "Write",
    "effect_between",
    "one_of_each_kind",
    "total_effect",
]

Change = tuple[int, int, int]
"""How many rows of a table were added, changed and removed."""
Effect = Mapping[str, Change]
"""What an operation does to which tables; all others stay as they are."""
Contents = Mapping[str, list[dict[str, Any]]]

ADDED, CHANGED, REMOVED = (1, 0, 0), (0, 1, 0), (0, 0, 1)
_HOUR_S = 3600.0
_LONG_AGO = PAST - timedelta(days=1)
"""Due before everything else, so that a claim of one takes it."""


@dataclass(frozen=True)
class Attempt:
    """A call that would work, and what a caller finds who lost its answer and asks again."""

    call: Callable[[Store], object]
    again: Callable[[Store], None]
    """Asserts what the store says to the same call, or to a look, after the call has happened."""


@dataclass(frozen=True, kw_only=True)
class Write:
    """One operation of one entity."""

    name: str
    effect: Effect
    """What it does, when it happens once."""
    prepare: Callable[[Store], Attempt]
    """Creates what the call needs."""

    @property
    def kind(self) -> str:
        """The operation, whatever the entity."""
        return self.name.partition(" ")[0]


def one_of_each_kind(turn: int) -> tuple[Write, ...]:
    """Return one write of each kind, on another entity each turn."""
    kinds: dict[str, list[Write]] = {}
    for write in WRITES:
        kinds.setdefault(write.kind, []).append(write)
    return tuple(writes[turn % len(writes)] for writes in kinds.values())


def effect_between(before: Contents, after: Contents) -> Effect:
    """Compare two looks at all tables, as `contracts.stored.everything` takes them."""
    effect = {}
    for table, rows in after.items():
        old = {row["id"]: row for row in before[table]}
        new = {row["id"]: row for row in rows}
        change = (
            len(new.keys() - old.keys()),
            sum(new[id_] != old[id_] for id_ in new.keys() & old.keys()),
            len(old.keys() - new.keys()),
        )
        if any(change):
            effect[table] = change
    return effect


def total_effect(writes: Iterable[Write]) -> Effect:
    """Add up what writes on different rows do."""
    total: dict[str, Change] = {}
    for write in writes:
        for table, change in write.effect.items():
            added, changed, removed = total.get(table, (0, 0, 0))
            total[table] = (added + change[0], changed + change[1], removed + change[2])
    return total


def _expect(found: object, expected: object) -> None:
    # No assert: pytest explains those of the cases only.
    if found != expected:
        raise Divergence(repr(expected), repr(found))


def _conflict(call: Callable[[Store], object]) -> Attempt:
    """The call happens once: whoever repeats it is told that something is there already."""

    def again(store: Store) -> None:
        try:
            with refused(Conflict):
                call(store)
        except Divergence as error:
            if isinstance(error.__cause__, Unavailable):
                raise error.__cause__ from None  # for callers who are patient with servers that come back
            raise

    return Attempt(call, again)


def _create(row: type[Row]) -> Write:
    def prepare(store: Store) -> Attempt:
        new = a_new(row, store, id=uuid4())
        return _conflict(lambda given: repository(given, row).create(new))

    table = entity_of(row).table
    return Write(name=f"create {table}", effect={table: ADDED}, prepare=prepare)


def _update(row: type[Row]) -> Write:
    def prepare(store: Store) -> Attempt:
        id_, patch = created(row, store).id, a_patch(row)

        def again(given: Store) -> None:
            found = repository(given, row).get(id_)
            _expect({name: getattr(found, name) for name in patch.values}, dict(patch.values))

        return Attempt(lambda given: mutable(given, row).update(id_, patch), again)

    table = entity_of(row).table
    return Write(name=f"update {table}", effect={table: CHANGED}, prepare=prepare)


def _delete(row: type[Row]) -> Write:
    def prepare(store: Store) -> Attempt:
        id_ = created(row, store).id

        def again(given: Store) -> None:
            _expect(mutable(given, row).delete(id_), expected=False)

        return Attempt(lambda given: mutable(given, row).delete(id_), again)

    table = entity_of(row).table
    return Write(name=f"delete {table}", effect={table: REMOVED}, prepare=prepare)


def _receive(store: Store) -> Attempt:
    del store
    id_ = uuid4()
    new = a_webhook_event(id=id_)

    def again(given: Store) -> None:
        received = given.webhook_events.receive(new)
        _expect((received.event.id, received.is_new), (id_, False))

    return Attempt(lambda given: given.webhook_events.receive(new), again)


def _claim(row: type[Row]) -> Write:
    def prepare(store: Store) -> Attempt:
        id_ = created(row, store, run_after=PAST).id

        def again(given: Store) -> None:
            found: Any = repository(given, row).get(id_)
            _expect((found.status, found.attempts), ("processing", 1))

        return Attempt(lambda given: queue(given, row).claim(limit=1, lease_s=_HOUR_S), again)

    table = entity_of(row).table
    return Write(name=f"claim {table}", effect={table: CHANGED}, prepare=prepare)


def _finish(verb: str, row: type[Row]) -> Write:
    def prepare(store: Store) -> Attempt:
        created(row, store, run_after=_LONG_AGO)
        (job,) = queue(store, row).claim(limit=1, lease_s=_HOUR_S)
        if verb == "complete":
            return _conflict(lambda given: queue(given, row).complete(job.id, job.attempts))
        return _conflict(lambda given: queue(given, row).fail(job.id, job.attempts, error="down"))

    table = entity_of(row).table
    return Write(name=f"{verb} {table}", effect={table: CHANGED}, prepare=prepare)


def _book(store: Store) -> Attempt:
    new = a_booking(store.scheduling_requests.create(a_request()), id=uuid4())
    return _conflict(lambda given: given.book(new, actor=COORDINATOR))


def _reschedule(store: Store) -> Attempt:
    id_ = a_booked(store).id
    start, end = NOON + timedelta(days=1), NOON + timedelta(days=1, hours=1)

    def again(given: Store) -> None:
        found = given.bookings.get(id_)
        _expect(
            found and (found.status, found.scheduled_start, found.scheduled_end), ("rescheduled", start, end)
        )

    def call(given: Store) -> object:
        return given.reschedule(id_, scheduled_start=start, scheduled_end=end, actor=COORDINATOR)

    return Attempt(call, again)


def _cancel(store: Store) -> Attempt:
    id_ = a_booked(store).id
    return _conflict(lambda given: given.cancel(id_, reason="ill", actor=COORDINATOR))


_FLOW = {"scheduling_requests": CHANGED, "audit_logs": ADDED, "sync_jobs": ADDED}
WRITES: tuple[Write, ...] = (
    *(_create(row) for row in ROWS),
    *(_update(row) for row in MUTABLE),
    *(_delete(row) for row in MUTABLE),
    Write(name="receive", effect={"webhook_events": ADDED}, prepare=_receive),
    *(_claim(row) for row in QUEUES),
    *(_finish(verb, row) for verb in ("complete", "fail") for row in QUEUES),
    Write(name="book", effect={**_FLOW, "bookings": ADDED}, prepare=_book),
    Write(name="reschedule", effect={**_FLOW, "bookings": CHANGED}, prepare=_reschedule),
    Write(name="cancel", effect={**_FLOW, "bookings": CHANGED}, prepare=_cancel),
)
"""All of them, each on each entity that has it."""
