"""`BridgeStore`: a `Store` whose work is done by an adapter on the other side of a bridge."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from harness.adapters import codec
from harness.adapters.bridge import wire
from harness.adapters.bridge.bridge import Bridge
from harness.adapters.bridge.errors import NoJsonForm
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import (
    Actor,
    AppendOnlyRepository,
    Id,
    OpsSummary,
    QueueRepository,
    Received,
    Repository,
    SchedulingRequestRepository,
    WebhookEventRepository,
)
from harness.adapters.queries import Condition, Order, Page
from harness.errors import UnexpectedResponse
from harness.models import (
    ENTITIES,
    AuditLog,
    Booking,
    Entity,
    New,
    NewBooking,
    NewWebhookEvent,
    Patch,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
)
from harness.models import entity_of as of
from harness.models.operations import Verb, name_of, table_alias

__all__ = ["BridgeStore"]

R = TypeVar("R", bound=Row)
T = TypeVar("T")

_PAGE = 500
"""Rows per request where the harness reads on by itself: below any server's cap."""


class BridgeStore:
    """The operations of `Store` as requests. Nothing is checked on this side: that is the adapter's work."""

    def __init__(self, bridge: Bridge, *, on_close: Callable[[], None] | None = None) -> None:
        """Speak over a bridge; `on_close` replaces the end of the process at `close`."""
        self.bridge = bridge
        self.capabilities: frozenset[Capability] = bridge.hello.has
        self._on_close = bridge.close if on_close is None else on_close
        self.scheduling_requests: SchedulingRequestRepository = _SchedulingRequests(
            bridge, of(SchedulingRequest)
        )
        self.bookings: Repository[Booking] = _Repository(bridge, of(Booking))
        self.audit_logs: AppendOnlyRepository[AuditLog] = _AppendOnly(bridge, of(AuditLog))
        self.sync_jobs: QueueRepository[SyncJob] = _Queue(bridge, of(SyncJob))
        self.webhook_events: WebhookEventRepository = _WebhookEvents(bridge, of(WebhookEvent))
        self.reconciliation_jobs: QueueRepository[ReconciliationJob] = _Queue(bridge, of(ReconciliationJob))

    def book(self, new: NewBooking, *, actor: Actor) -> Booking:
        """Book a slot for a pending request."""
        return self._flow(Verb.BOOK, wire.values(of(Booking), new), wire.actor(actor))

    def reschedule(
        self, booking_id: Id, *, scheduled_start: datetime, scheduled_end: datetime, actor: Actor
    ) -> Booking:
        """Move an active booking."""
        columns = of(Booking).by_name
        slot = {
            "scheduledStart": wire.column_value(columns["scheduled_start"], scheduled_start),
            "scheduledEnd": wire.column_value(columns["scheduled_end"], scheduled_end),
        }
        return self._flow(Verb.RESCHEDULE, wire.identifier(booking_id), slot, wire.actor(actor))

    def cancel(self, booking_id: Id, *, reason: str | None = None, actor: Actor) -> Booking:
        """Cancel an active booking and its request."""
        return self._flow(
            Verb.CANCEL, wire.identifier(booking_id), {"reason": wire.plain(reason)}, wire.actor(actor)
        )

    def ops_summary(self) -> OpsSummary:
        """Count what the operations dashboard shows."""
        tables = {table_alias(entity): entity.table for entity in ENTITIES.values()}
        answer = self.bridge.call(Verb.OPS_SUMMARY.value, [])
        match answer:
            case {
                "counts": dict() as counts,
                "needsAttention": int() as needs_attention,
                "due": dict() as due,
            }:
                return OpsSummary(
                    {tables.get(str(table), str(table)): count for table, count in counts.items()},
                    needs_attention,
                    {tables.get(str(table), str(table)): count for table, count in due.items()},
                )
            case other:
                raise _unexpected(Verb.OPS_SUMMARY.value, "{counts, needsAttention, due}", other)

    def close(self) -> None:
        """End the adapter's process, or give it back to whoever lent it."""
        self._on_close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def _flow(self, verb: Verb, *arguments: Any) -> Booking:
        return _row(verb.value, of(Booking), self.bridge.call(verb.value, arguments))


class _AppendOnly(Generic[R]):
    def __init__(self, bridge: Bridge, entity: Entity[R]) -> None:
        self._bridge = bridge
        self._entity = entity

    def create(self, new: New[R]) -> R:
        values = wire.values(self._entity, new)
        if Capability.MICROSECONDS not in self._bridge.hello.has:
            # Rows made one after the other have an order, which a clock of milliseconds must be able to tell.
            _next_millisecond()
        return self._row(Verb.CREATE, values)

    def get(self, id: Id) -> R | None:
        return self._row_or_none(name_of(Verb.GET, self._entity), wire.identifier(id))

    def list(
        self,
        *,
        where: Sequence[Condition] = (),
        order: Order | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        return self._page(self._stated(where, order), limit, cursor)

    def iterate(self, *, where: Sequence[Condition] = (), order: Order | None = None) -> Iterator[R]:
        stated = self._stated(where, order)
        # Asked for at once: what is wrong with the conditions is said before the first row.
        return self._pages(stated, self._page(stated, _PAGE, None))

    def count(self, *, where: Sequence[Condition] = ()) -> int:
        operation = name_of(Verb.COUNT, self._entity)
        if not self._bridge.has(operation):
            return sum(1 for _ in self.iterate(where=where))
        return _expect(operation, int, self._bridge.call(operation, [self._stated(where, None)]))

    def _stated(self, where: object, order: Order | None) -> dict[str, Any]:
        if not isinstance(where, Sequence):
            raise NoJsonForm(f"a {type(where).__name__} is no list of conditions")
        stated: dict[str, Any] = {"where": [wire.condition(self._entity, one) for one in where]}
        if order is not None:
            stated["order"] = wire.order(self._entity, order)
        return stated

    def _page(self, stated: Mapping[str, Any], limit: int, cursor: str | None) -> Page[R]:
        operation = name_of(Verb.LIST, self._entity)
        asked = {**stated, "limit": wire.plain(limit)}
        if cursor is not None:
            asked["cursor"] = wire.plain(cursor)
        match self._bridge.call(operation, [asked]):
            case {"rows": list() as rows, "nextCursor": None | str() as next_cursor}:
                return Page(tuple(_row(operation, self._entity, row) for row in rows), next_cursor)
            case other:
                raise _unexpected(operation, "{rows, nextCursor}", other)

    def _pages(self, stated: Mapping[str, Any], page: Page[R]) -> Iterator[R]:
        seen: set[str] = set()
        while True:
            yield from page.rows
            if page.next_cursor is None:
                return
            if page.next_cursor in seen:
                raise UnexpectedResponse(f"{name_of(Verb.LIST, self._entity)} returned the same cursor twice")
            seen.add(page.next_cursor)
            page = self._page(stated, _PAGE, page.next_cursor)

    def _row(self, verb: Verb, *arguments: Any) -> R:
        operation = name_of(verb, self._entity)
        return _row(operation, self._entity, self._bridge.call(operation, arguments))

    def _row_or_none(self, operation: str, argument: Any) -> R | None:
        found = self._bridge.call(operation, [argument])
        return None if found is None else _row(operation, self._entity, found)


class _Repository(_AppendOnly[R]):
    def update(self, id: Id, patch: Patch[R]) -> R:
        return self._row(Verb.UPDATE, wire.identifier(id), wire.values(self._entity, patch))

    def delete(self, id: Id) -> bool:
        operation = name_of(Verb.DELETE, self._entity)
        return _expect(operation, bool, self._bridge.call(operation, [wire.identifier(id)]))


class _SchedulingRequests(_Repository[SchedulingRequest]):
    def get_by_token_hash(self, token_hash: str) -> SchedulingRequest | None:
        return self._row_or_none(Verb.GET_BY_TOKEN_HASH.value, wire.plain(token_hash))


class _Queue(_Repository[R]):
    def claim(self, *, limit: int = 10, lease_s: float = 60.0) -> tuple[R, ...]:
        operation = name_of(Verb.CLAIM, self._entity)
        asked = {"limit": wire.plain(limit), "leaseS": wire.plain(lease_s)}
        rows = _expect(operation, list, self._bridge.call(operation, [asked]))
        return tuple(_row(operation, self._entity, row) for row in rows)

    def complete(self, id: Id, attempts: int) -> R:
        return self._row(Verb.COMPLETE, wire.identifier(id), wire.plain(attempts))

    def fail(self, id: Id, attempts: int, *, error: str, retry_in_s: float = 60.0) -> R:
        how = {"error": wire.plain(error), "retryInS": wire.plain(retry_in_s)}
        return self._row(Verb.FAIL, wire.identifier(id), wire.plain(attempts), how)


class _WebhookEvents(_Queue[WebhookEvent]):
    def receive(self, new: NewWebhookEvent) -> Received:
        operation = Verb.RECEIVE.value
        match self._bridge.call(operation, [wire.values(self._entity, new)]):
            case {"event": dict() as event, "isNew": bool() as is_new}:
                return Received(_row(operation, self._entity, event), is_new)
            case other:
                raise _unexpected(operation, "{event, isNew}", other)


def _next_millisecond() -> None:
    now = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == now:
        time.sleep(0.0002)


def _row(operation: str, entity: Entity[R], answer: Any) -> R:
    if not isinstance(answer, dict):
        raise _unexpected(operation, f"a row of {entity.table}", answer)
    try:
        return codec.decode(entity, wire.renamed(entity, answer))
    except UnexpectedResponse as error:
        raise UnexpectedResponse(f"{operation}: {error}") from None


def _expect(operation: str, kind: type[T], answer: Any) -> T:
    if type(answer) is not kind:
        raise _unexpected(operation, kind.__name__, answer)
    return answer


_IN_JSON = {type(None): "null", bool: "a boolean", str: "a string", list: "an array"}


def _unexpected(operation: str, expected: str, answer: Any) -> UnexpectedResponse:
    if isinstance(answer, dict):
        said = f"an object with {', '.join(sorted(answer)) or 'nothing in it'}"
    else:
        said = _IN_JSON.get(type(answer), "a number")
    return UnexpectedResponse(f"{operation} answered {said}, not {expected}")
