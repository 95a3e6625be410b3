"""Queues that look first, and act on what they saw."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.builders import changes
from harness.adapters import flows
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Id, Received
from harness.adapters.queries import where
from harness.errors import Conflict, NotFound
from harness.models import (
    ENTITIES,
    NewWebhookEvent,
    Row,
    WebhookEvent,
    entity_of,
)
from tests.unit.contracts.concurrency.racy_subject import QUEUES, Over


class ReceivesByLookingFirst(MemoryStore):
    """``receive`` looks for the event, and creates it if it is not there; who loses is told new, too."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Events(Over):
            def receive(self, new: NewWebhookEvent) -> Received:
                found = self._find(new)
                if found is None:
                    try:
                        return Received(self._right.create(new), is_new=True)
                    except Conflict:
                        found = self._find(new)
                        if found is None:
                            raise
                        return Received(found, is_new=True)
                if found.payload_hash != new.values["payload_hash"]:
                    raise Conflict("webhook_events_provider_event_id_key")
                return Received(found, is_new=False)

            def _find(self, new: NewWebhookEvent) -> WebhookEvent | None:
                rows = self._right.list(where=[where("event_id", "eq", new.values["event_id"])]).rows
                return rows[0] if rows else None

        self.webhook_events = Events(self.webhook_events)


class _Claiming(Over):
    """A queue whose claim reads the due rows, and writes to each."""

    def __init__(self, right: Any, row: type[Row], *, compares: bool) -> None:
        super().__init__(right)
        self._row, self._compares = row, compares
        self._queue = entity_of(row).queue

    def claim(self, *, limit: int = 10, lease_s: float = 60.0) -> tuple[Any, ...]:
        now = datetime.now(UTC)
        assert self._queue is not None
        due = [
            row
            for row in self._right.list(limit=1000).rows
            if row.status in {self._queue.waiting, "processing"} and row.run_after <= now
        ]
        claimed: list[Any] = []
        for row in sorted(due, key=lambda row: (row.run_after, row.id)):
            if len(claimed) == limit:
                break
            error = row.last_error or flows.EXHAUSTED
            patch = (
                changes(self._row, status="failed", last_error=error)
                if row.attempts >= row.max_attempts
                else changes(
                    self._row,
                    status="processing",
                    attempts=row.attempts + 1,
                    run_after=now + timedelta(seconds=lease_s),
                )
            )
            try:
                with self._right._begin() as transaction:
                    stored = transaction.rows(self._right._table).get(str(row.id))
                    if self._compares and (stored is None or stored["status"] != row.status):
                        continue
                    after = self._right.update(row.id, patch)
            except NotFound:
                continue
            if after.status == "processing":
                claimed.append(after)
        return tuple(claimed)


class ClaimsByReadingFirst(MemoryStore):
    """``claim`` reads what is due, and then marks it: two workers may have read the same."""

    _compares = False

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)
        for table in QUEUES:
            row = ENTITIES[table].row
            setattr(self, table, _Claiming(getattr(self, table), row, compares=self._compares))


class CountsAttemptsFromWhatItRead(ClaimsByReadingFirst):
    """``claim`` marks a row whose status is still the one that it read, and counts from what it read."""

    _compares = True


class EndsByLookingFirst(MemoryStore):
    """``complete`` and ``fail`` look whether the claim holds, and then write."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Queue(Over):
            def __init__(self, right: Any, row: type[Row]) -> None:
                super().__init__(right)
                self._row, self._queue = row, entity_of(row).queue

            def _check(self, id: Id, attempts: int) -> Any:
                row = self._right.get(id)
                if row is None:
                    raise NotFound(entity_of(self._row).table)
                if row.status != "processing" or row.attempts != attempts:
                    raise Conflict(flows.STALE_CLAIM)
                return row

            def complete(self, id: Id, attempts: int) -> Any:
                self._check(id, attempts)
                done: dict[str, Any] = {"status": self._queue.done}  # type: ignore[union-attr]  # queues only
                return self._right.update(id, changes(self._row, **done))

            def fail(self, id: Id, attempts: int, *, error: str, retry_in_s: float = 60.0) -> Any:
                row = self._check(id, attempts)
                patch: dict[str, Any] = {"last_error": error, "status": "failed"}
                if row.attempts < row.max_attempts:
                    patch["status"] = self._queue.waiting  # type: ignore[union-attr]  # queues only
                    patch["run_after"] = datetime.now(UTC) + timedelta(seconds=retry_in_s)
                return self._right.update(id, changes(self._row, **patch))

        for table in QUEUES:
            setattr(self, table, Queue(getattr(self, table), ENTITIES[table].row))
