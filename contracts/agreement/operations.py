"""Every operation of the protocol, as a function that draws one call of it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.agreement.arguments import Arguments
from contracts.agreement.nudges import QUEUES, exhaust, is_bookable, kind_of, restate
from contracts.agreement.steps import CursorOf, Step
from harness.adapters.flows import MAX_LEASE_S, MAX_RETRY_S, RECEIVED_COLUMNS, SET_BY_BOOK
from harness.models import ENTITIES, Booking, Entity, New, NewBooking, NewWebhookEvent, Patch, entity_of

__all__ = ["MUTABLE", "OPERATIONS", "QUEUES", "Make", "a_row", "book", "is_bookable", "weight"]

MUTABLE = [entity for entity in ENTITIES.values() if not entity.append_only]
_BOOKED_COLUMNS = [column.name for column in entity_of(Booking).columns if column.name not in SET_BY_BOOK]
_LEASES = (3600.0, 60, MAX_LEASE_S, MAX_LEASE_S / 2 + 1)
_RETRIES = (0, 3600.0, MAX_RETRY_S, MAX_LEASE_S + 1)

Make = Callable[[Arguments], Step]


def a_row(entity: Entity[Any], number: int, a: Arguments) -> Step:
    """Create one of the rows with which a sequence begins."""
    return Step(f"{entity.table}.create", (a.quick(kind_of(New, entity), number),))


def create(a: Arguments) -> Step:
    """Create a row of any entity."""
    entity = a.focused(ENTITIES.values())
    return Step(f"{entity.table}.create", (a.new(kind_of(New, entity)),), client=a.client())


def get(a: Arguments) -> Step:
    """Read one row."""
    table = _inhabited(a, ENTITIES.values()).table
    return Step(f"{table}.get", (a.id(table),), client=a.client())


def get_by_token_hash(a: Arguments) -> Step:
    """Read a request by the hash of its token: of one that exists, or of another in other letters."""
    hashes = [row.public_token_hash for row in a.stored("scheduling_requests")]
    wanted = a.one([*hashes, "gamma"])
    if a.rarely(3):
        wanted = wanted.swapcase()
    return Step("scheduling_requests.get_by_token_hash", (wanted,), client=a.client())


def list_rows(a: Arguments) -> Step:
    """Read a page."""
    entity = _inhabited(a, ENTITIES.values())
    limit = a.one((2, 1, 100, 0, 3)) if not a.oddly(15) else -1
    asked = {"where": a.conditions(entity), "order": a.order(entity), "limit": limit}
    return Step(f"{entity.table}.list", kwargs=asked, client=a.client())


def next_page(a: Arguments) -> Step:
    """Go on behind a page that was read before, or try its cursor on another list."""
    number, cursor = a.one(a.cursors)
    before = cursor.step
    operation = before.operation if not a.oddly(12) else f"{a.one([*ENTITIES])}.list"
    asked = {**before.kwargs, "limit": a.one((2, 1, 100)), "cursor": CursorOf(number)}
    return Step(operation, kwargs=asked, client=a.client())


def iterate(a: Arguments) -> Step:
    """Read all rows in order."""
    entity = _inhabited(a, ENTITIES.values())
    asked = {"where": a.conditions(entity), "order": a.order(entity)}
    return Step(f"{entity.table}.iterate", kwargs=asked, client=a.client())


def count(a: Arguments) -> Step:
    """Count rows."""
    entity = _inhabited(a, ENTITIES.values())
    return Step(f"{entity.table}.count", kwargs={"where": a.conditions(entity)}, client=a.client())


def update(a: Arguments) -> Step:
    """Change a row."""
    entity = _inhabited(a, MUTABLE)
    patch = a.patch(kind_of(Patch, entity))
    return Step(f"{entity.table}.update", (a.id(entity.table), patch), client=a.client())


def delete(a: Arguments) -> Step:
    """Remove a row."""
    table = _inhabited(a, MUTABLE).table
    return Step(f"{table}.delete", (a.id(table),), client=a.client())


def receive(a: Arguments) -> Step:
    """Deliver a webhook: a new one, or one of those that are stored."""
    columns = RECEIVED_COLUMNS if not a.oddly(15) else (*RECEIVED_COLUMNS, "status", "attempts")
    new = a.new(NewWebhookEvent, columns=columns, spoil=15)
    stored = a.stored("webhook_events")
    if stored and a.rarely(2):
        # Delivered again: the same key, and most often the same contents.
        again = a.one(stored)
        same = {name: getattr(again, name) for name in ("provider", "event_id", "tenant_id")}
        if not a.rarely(3):
            same["payload_hash"] = again.payload_hash
        new = NewWebhookEvent(**{**new.values, **same})
    return Step("webhook_events.receive", (new,), client=a.client())


def claim(a: Arguments) -> Step:
    """Take due work."""
    entity = _inhabited(a, QUEUES)
    asked = {"limit": a.one((10, 1, 2)), "lease_s": a.one(_LEASES)}
    if a.oddly(12):
        asked |= a.one(({"limit": 0}, {"limit": 1001}, {"lease_s": 0}, {"lease_s": 86_401}))
    return Step(f"{entity.table}.claim", kwargs=asked, client=a.client())


def complete(a: Arguments) -> Step:
    """Finish claimed work."""
    return _finish(a, "complete", {})


def fail(a: Arguments) -> Step:
    """Give claimed work back."""
    asked = {"error": a.one(("502", "", "iCIMS: \U0001f4a5")), "retry_in_s": a.one(_RETRIES)}
    if a.oddly(12):
        asked |= a.one(({"error": "a\x00b"}, {"retry_in_s": -1}, {"retry_in_s": MAX_RETRY_S + 1}))
    return _finish(a, "fail", asked)


def expire(a: Arguments) -> Step:
    """Let the lease of claimed work, or a delay, be over: no step ever waits for that."""
    entity, working = _working(a)
    patch = kind_of(Patch, entity)(run_after=a.past(entity.table, "run_after"))
    return Step(f"{entity.table}.update", (a.id(entity.table, working or None), patch), client=a.client())


def book(a: Arguments) -> Step:
    """Book a slot, mostly for a request that is open to it."""
    columns = _BOOKED_COLUMNS if not a.rarely(20) else None
    values = {**a.new(NewBooking, columns=columns, spoil=15).values}
    bookable = list(filter(is_bookable, a.stored("scheduling_requests")))
    if bookable and not a.rarely(6):
        values["request_id"] = a.symbol(a.one(bookable))
    return Step("book", (NewBooking(**values),), {"actor": a.actor()}, a.client())


def reschedule(a: Arguments) -> Step:
    """Move a booking, now and then to where it stands already, or by one of its ends only."""
    id_ = _active_booking(a)
    slot = {"scheduled_start": None, "scheduled_end": None, **a.slot()}
    again = [row for row in _active(a) if row.status == "rescheduled"] or _active(a)
    if again and a.rarely(3):
        row, names = a.one(again), a.one(([*slot], ["scheduled_start"], ["scheduled_end"]))
        id_, slot = a.symbol(row), {**slot, **{name: getattr(row, name) for name in names}}
    return Step("reschedule", (id_,), {**slot, "actor": a.actor()}, a.client())


def cancel(a: Arguments) -> Step:
    """Cancel a booking."""
    asked = {"reason": a.one((None, "moved", "")), "actor": a.actor()}
    return Step("cancel", (_active_booking(a),), asked, a.client())


def ops_summary(a: Arguments) -> Step:
    """Read the numbers of the dashboard."""
    return Step("ops_summary", client=a.client())


OPERATIONS: Mapping[Make, int] = {
    get: 4,
    create: 6,
    update: 7,
    list_rows: 6,
    next_page: 4,
    claim: 6,
    complete: 3,
    fail: 3,
    expire: 4,
    exhaust: 3,
    restate: 3,
    receive: 4,
    book: 6,
    reschedule: 6,
    cancel: 4,
    delete: 3,
    iterate: 3,
    count: 2,
    get_by_token_hash: 2,
    ops_summary: 3,
}
"""How often an operation is drawn; the first are the simplest."""


def weight(make: Make, a: Arguments) -> int:
    """Return how often an operation is drawn now: seldom, if it would only be refused."""
    match make.__name__:
        case "reschedule" | "cancel":
            useful, possible = bool(_active(a)), bool(a.stored("bookings"))
        case "book":
            requests = a.stored("scheduling_requests")
            useful, possible = any(map(is_bookable, requests)), bool(requests)
        case "complete" | "fail" | "expire":
            useful, possible = any(_claimed(a, entity) for entity in QUEUES), True
        case "restate":
            useful = possible = bool(a.stored("bookings"))
        case "exhaust":
            useful = possible = any(a.stored(entity.table) for entity in QUEUES)
        case "next_page":
            useful = possible = bool(a.cursors)
        case _:
            useful = possible = True
    return OPERATIONS[make] if useful else int(possible)


def _finish(a: Arguments, verb: str, asked: dict[str, Any]) -> Step:
    """Complete or fail work, mostly with the token of its claim."""
    entity, working = _working(a)
    row = a.one(working) if working and not a.rarely() else None
    tokens: tuple[Any, ...] = (1, 0, 2, 2**31, "1") if a.strict else (1, 0, 2)
    attempts = a.one(tokens) if row is None or a.rarely(4) else row.attempts
    id_ = a.id(entity.table, None if row is None else [row])
    return Step(f"{entity.table}.{verb}", (id_, attempts), asked, a.client())


def _working(a: Arguments) -> tuple[Entity[Any], list[Any]]:
    """Choose a queue, one with claimed work if there is any, and return that work."""
    claimed = {entity.table: _claimed(a, entity) for entity in QUEUES}
    entity = a.focused([entity for entity in QUEUES if claimed[entity.table]] or QUEUES)
    return entity, claimed[entity.table]


def _claimed(a: Arguments, entity: Entity[Any]) -> list[Any]:
    queue = entity.queue
    return [row for row in a.stored(entity.table) if queue is not None and row.status == queue.processing]


def _active_booking(a: Arguments) -> Any:
    """Draw the id of a booking, mostly of one that can be changed."""
    return a.id("bookings", None if a.rarely(5) else _active(a) or None)


def _active(a: Arguments) -> list[Any]:
    """Return the bookings whose request is active, which is how flows leave them."""
    requests = {row.id: row.status for row in a.stored("scheduling_requests")}
    bookings = a.stored("bookings")
    return [row for row in bookings if requests.get(row.request_id) in {"booked", "rescheduled"}]


def _inhabited(a: Arguments, entities: Iterable[Entity[Any]]) -> Entity[Any]:
    """Choose an entity, mostly one that has rows."""
    every = [*entities]
    found = [entity for entity in every if a.stored(entity.table)]
    return a.focused(found if found and not a.rarely(12) else every)
