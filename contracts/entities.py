"""The six entities as parameters of cases, and their repositories in a store."""

from typing import Any, TypeVar, cast

import pytest

from harness.adapters.protocol import AppendOnlyRepository, QueueRepository, Repository, Store
from harness.models import (
    AuditLog,
    Booking,
    Queue,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

__all__ = [
    "MUTABLE",
    "QUEUES",
    "ROWS",
    "each_entity",
    "each_mutable_entity",
    "each_queue",
    "mutable",
    "queue",
    "repository",
    "states",
]

R = TypeVar("R", bound=Row)

MUTABLE: tuple[type[Row], ...] = (SchedulingRequest, Booking, SyncJob, WebhookEvent, ReconciliationJob)
"""The entities that a client may update and delete: all but the audit log."""
ROWS: tuple[type[Row], ...] = (*MUTABLE, AuditLog)
QUEUES: tuple[type[Row], ...] = (SyncJob, WebhookEvent, ReconciliationJob)


def _table(row: type[Row]) -> str:
    return entity_of(row).table


each_entity = pytest.mark.parametrize("row", ROWS, ids=_table)
"""The case holds for all six entities; it takes the row class as ``row``."""
each_mutable_entity = pytest.mark.parametrize("row", MUTABLE, ids=_table)
"""The case holds for the five entities that can be changed."""
each_queue = pytest.mark.parametrize("row", QUEUES, ids=_table)
"""The case holds for the three queues."""


def repository(store: Store, row: type[R]) -> AppendOnlyRepository[R]:
    """Return the repository of an entity; the stores name them after the tables."""
    return cast("AppendOnlyRepository[R]", getattr(store, _table(row)))


def mutable(store: Store, row: type[R]) -> Repository[R]:
    """Return the repository of an entity whose rows can be changed."""
    return cast("Repository[R]", repository(store, row))


def queue(store: Store, row: type[Row]) -> QueueRepository[Any]:
    """Return the repository of a queue. Its rows are typed Any: the classes share no base with a status."""
    return cast("QueueRepository[Any]", repository(store, row))


def states(row: type[Row]) -> Queue:
    """Return the names of the states of a queue."""
    return cast("Queue", entity_of(row).queue)
