"""The queues of the memory store: rows that are also work."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from harness.adapters import codec, flows
from harness.adapters.memory.database import Transaction
from harness.adapters.memory.repositories import Begin, MemoryRepository
from harness.adapters.memory.rows import Stored
from harness.adapters.protocol import Id, Received
from harness.errors import Conflict
from harness.models import Entity, NewWebhookEvent, Queue, Row, WebhookEvent

__all__ = ["MemoryQueue", "MemoryWebhookEvents", "claimable"]

R = TypeVar("R", bound=Row)


class MemoryQueue(MemoryRepository[R]):
    """A table whose rows are also work."""

    def __init__(self, row: type[R], begin: Begin) -> None:
        super().__init__(row, begin)
        self._queue = _queue_of(self._entity)

    def claim(self, *, limit: int = 10, lease_s: float = 60.0) -> tuple[R, ...]:
        """Take due rows, at most `limit`, oldest run_after first."""
        limit, lease_s = flows.check_claim(limit, lease_s)
        with self._begin() as transaction:
            rows = _due(transaction, self._entity)
            for row in rows:
                if _exhausted(row):
                    error = flows.EXHAUSTED if row["last_error"] is None else row["last_error"]
                    failed = {"status": self._queue.failed, "last_error": error}
                    transaction.update(self._table, row["id"], failed)
            left = [row for row in rows if not _exhausted(row)]
            left.sort(key=lambda row: (row["run_after"], row["id"]))
            claimed = tuple(
                transaction.update(
                    self._table,
                    row["id"],
                    {
                        "status": self._queue.processing,
                        "attempts": row["attempts"] + 1,
                        "run_after": _later(transaction.now, lease_s),
                    },
                )
                for row in left[:limit]
            )
        return tuple(self._decode(row) for row in claimed)

    def complete(self, id: Id, attempts: int) -> R:
        """Mark a claimed row as done."""
        token = flows.check_attempts(attempts)
        with self._begin() as transaction:
            row = self._claimed(transaction, id, token)
            changes = {"status": self._queue.done}
            if self._queue.done_at is not None:
                changes[self._queue.done_at] = transaction.now
            stored = transaction.update(self._table, row["id"], changes)
        return self._decode(stored)

    def fail(self, id: Id, attempts: int, *, error: str, retry_in_s: float = 60.0) -> R:
        """Give a claimed row back, with the error as last_error."""
        token, text, retry_in_s = flows.check_fail(attempts, error, retry_in_s)
        with self._begin() as transaction:
            row = self._claimed(transaction, id, token)
            changes = {"status": self._queue.failed, "last_error": text}
            if not _exhausted(row):
                changes["status"] = self._queue.waiting
                changes["run_after"] = _later(transaction.now, retry_in_s)
            stored = transaction.update(self._table, row["id"], changes)
        return self._decode(stored)

    def _claimed(self, transaction: Transaction, id: Id, token: int) -> Stored:
        """Return the row if this claim still owns it. Raises NotFound or Conflict."""
        row = transaction.rows(self._table)[self._key(transaction, id)]
        if row["status"] != self._queue.processing or row["attempts"] != token:
            raise Conflict(flows.STALE_CLAIM)
        return row


class MemoryWebhookEvents(MemoryQueue[WebhookEvent]):
    """Webhook events, stored once per (provider, event_id)."""

    def __init__(self, begin: Begin) -> None:
        super().__init__(WebhookEvent, begin)

    def receive(self, new: NewWebhookEvent) -> Received:
        """Store a delivery unless its (provider, event_id) is stored already."""
        wire = flows.check_receive(new)
        with self._begin() as transaction:
            stored, is_new = transaction.create_once(self._table, wire, self._entity.uniques[0])
            if not is_new and any(stored[name] != wire[name] for name in ("payload_hash", "tenant_id")):
                raise Conflict(self._entity.uniques[0].name)
        return Received(self._decode(stored), is_new)


def _due(transaction: Transaction, entity: Entity[Any]) -> Sequence[Stored]:
    """Return the rows of a queue that are due, those with used up attempts included."""
    queue = _queue_of(entity)
    states = {queue.waiting, queue.processing}
    return [
        row
        for row in transaction.rows(entity.table).values()
        if row["status"] in states and row["run_after"] <= transaction.now
    ]


def claimable(transaction: Transaction, entity: Entity[Any]) -> int:
    """Count the rows of a queue that a claim without a limit would return."""
    return sum(not _exhausted(row) for row in _due(transaction, entity))


def _later(now: str, seconds: float) -> str:
    """Add seconds to a wire time."""
    return codec.encode_time("run_after", codec.decode_time(now) + timedelta(seconds=seconds))


def _queue_of(entity: Entity[Any]) -> Queue:
    if entity.queue is None:
        raise TypeError(f"{entity.table} is no queue")
    return entity.queue


def _exhausted(row: Stored) -> bool:
    return bool(row["attempts"] >= row["max_attempts"])
