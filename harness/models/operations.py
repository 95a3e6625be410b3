"""The operations of ``parity-bridge/1``, by name: derived from the entities, never listed twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from harness.models import ENTITIES, Booking, Entity, SchedulingRequest, WebhookEvent, entity_of
from harness.models.description import camel

__all__ = ["OPERATIONS", "OPTIONAL", "Operation", "Verb", "name_of", "plural", "required", "table_alias"]


class Verb(Enum):
    """What an operation does; where it is one per entity, its name begins so."""

    CREATE = "create"
    GET = "get"
    LIST = "list"
    COUNT = "count"
    UPDATE = "update"
    DELETE = "delete"
    CLAIM = "claim"
    COMPLETE = "complete"
    FAIL = "fail"
    GET_BY_TOKEN_HASH = "getSchedulingRequestByTokenHash"  # noqa: S105  # the name of an operation
    RECEIVE = "receiveWebhookEvent"
    BOOK = "bookSchedulingRequest"
    RESCHEDULE = "rescheduleBooking"
    CANCEL = "cancelBooking"
    OPS_SUMMARY = "getOpsSummary"
    EXPORT = "__export"
    IMPORT = "__import"
    RESET = "__reset"


@dataclass(frozen=True)
class Operation:
    """One operation and the entity that it is about; None for those about all of them."""

    name: str
    verb: Verb
    entity: Entity[Any] | None


_OF_EVERY = (Verb.CREATE, Verb.GET, Verb.LIST, Verb.COUNT)
_OF_MUTABLE = (Verb.UPDATE, Verb.DELETE)
_OF_QUEUES = (Verb.CLAIM, Verb.COMPLETE, Verb.FAIL)
_OF_ONE: Mapping[Verb, Entity[Any] | None] = {
    Verb.GET_BY_TOKEN_HASH: entity_of(SchedulingRequest),
    Verb.RECEIVE: entity_of(WebhookEvent),
    Verb.BOOK: entity_of(Booking),
    Verb.RESCHEDULE: entity_of(Booking),
    Verb.CANCEL: entity_of(Booking),
    Verb.OPS_SUMMARY: None,
}
_OF_THE_HARNESS = (Verb.EXPORT, Verb.IMPORT, Verb.RESET)
_OF_MANY = {Verb.LIST, Verb.COUNT, Verb.CLAIM}


def plural(entity: Entity[Any]) -> str:
    """Return ``SchedulingRequests`` for ``scheduling_requests``."""
    return "".join(part.capitalize() for part in entity.table.split("_"))


def table_alias(entity: Entity[Any]) -> str:
    """Return ``schedulingRequests``: how ``__export``, ``__import`` and getOpsSummary call a table."""
    return camel(entity.table)


def name_of(verb: Verb, entity: Entity[Any]) -> str:
    """Return the name of an entity's operation: ``createBooking``, ``listBookings``."""
    return verb.value + (plural(entity) if verb in _OF_MANY else entity.row.__name__)


def _all() -> Iterator[Operation]:
    for entity in ENTITIES.values():
        verbs = [*_OF_EVERY]
        verbs += [] if entity.append_only else _OF_MUTABLE
        verbs += [] if entity.queue is None else _OF_QUEUES
        for verb in verbs:
            yield Operation(name_of(verb, entity), verb, entity)
    for verb, of in _OF_ONE.items():
        yield Operation(verb.value, verb, of)
    for verb in _OF_THE_HARNESS:
        yield Operation(verb.value, verb, None)


OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in _all()}
"""Every operation of the protocol by its name."""

OPTIONAL = frozenset(
    operation.name for operation in OPERATIONS.values() if operation.verb in {*_OF_THE_HARNESS, Verb.COUNT}
)
"""Operations that an adapter may leave out without a gap.

What is not counted by the adapter is counted by reading its pages. Without
``__reset`` its process is started anew, without ``__export`` it is seen
through its own reads, and without ``__import`` it lacks ``whole_rows``.
"""


def required() -> tuple[str, ...]:
    """Return the names of the operations that an adapter must have, in a stable order."""
    return tuple(name for name in OPERATIONS if name not in OPTIONAL)
