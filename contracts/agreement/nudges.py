"""Updates that put rows where a sequence seldom gets by itself: beside each other, or at their end."""

from typing import Any, TypeVar

from contracts.agreement.arguments import Arguments
from contracts.agreement.steps import Step
from contracts.agreement.values import NOON
from harness.models import ENTITIES, Entity, Patch

__all__ = ["QUEUES", "exhaust", "is_bookable", "kind_of", "restate"]

QUEUES = [entity for entity in ENTITIES.values() if entity.queue is not None]
T = TypeVar("T")


def kind_of(base: type[T], entity: Entity[Any]) -> type[T]:
    """Find the class of new rows, or of patches, of an entity."""
    (found,) = (kind for kind in base.__subclasses__() if getattr(kind, "entity", None) is entity)
    return found


def is_bookable(request: Any) -> bool:
    """True if a flow may book a slot for the request."""
    return bool(request.status == "pending" and request.expires_at > NOON)


def restate(a: Arguments) -> Step:
    """Change the status of a booking, or of its request, and nothing else: the other is to stay as it is."""
    booking = a.one(a.stored("bookings"))
    table = a.one(("scheduling_requests", "bookings"))
    id_ = a.symbol(booking) if table == "bookings" else a.symbol_of(booking.request_id)
    entity = ENTITIES[table]
    patch = kind_of(Patch, entity)(status=a.one(entity.by_name["status"].choices or ()))
    return Step(f"{table}.update", (id_, patch), client=a.client())


def exhaust(a: Arguments) -> Step:
    """Let work be due with no attempt left: the next claim gives it up."""
    entity = a.focused([entity for entity in QUEUES if a.stored(entity.table)])
    row, queue = a.one(a.stored(entity.table)), entity.queue
    states = () if queue is None else (queue.waiting, queue.processing)
    values = {
        "status": a.one(states),
        "attempts": row.max_attempts,
        "last_error": a.one(("", None, "502")),
        "run_after": a.past(entity.table, "run_after"),
    }
    return Step(
        f"{entity.table}.update", (a.symbol(row), kind_of(Patch, entity)(**values)), client=a.client()
    )
