"""The repositories of `SupabaseStore`: one generic class, whatever the entity."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from harness.adapters import codec, flows
from harness.adapters.protocol import Id, Received
from harness.adapters.queries import Condition, Order, Page, Query, check_limit
from harness.adapters.rest import Rest
from harness.adapters.selector import Selector, cursor_after
from harness.errors import NotFound, UnexpectedResponse
from harness.models import Entity, New, NewWebhookEvent, Patch, Row, SchedulingRequest, WebhookEvent

__all__ = ["AppendOnlyTable", "QueueTable", "SchedulingRequestTable", "Table", "WebhookEventTable"]

R = TypeVar("R", bound=Row)
# Inside the classes, `list` is the method of the protocol.
_Rows = list[codec.Wire]


class AppendOnlyTable(Generic[R]):
    """The operations that every table has."""

    def __init__(self, rest: Rest, entity: Entity[R], new_id: Callable[[], UUID]) -> None:
        self._rest = rest
        self._entity = entity
        self._new_id = new_id
        self._selector = Selector(rest, entity)

    def create(self, new: New[R]) -> R:
        """Store one row and return it."""
        values = codec.encode_new(self._entity, new)
        values.setdefault("id", str(self._new_id()))
        rows = self._rest.rows(self._rest.table(self._entity.table).insert(values), reading=False)
        return self._only(rows)

    def get(self, id: Id) -> R | None:
        """Return a row, or None."""
        wire_id = codec.parse_id(id)
        return None if wire_id is None else self._first("id", wire_id)

    def list(
        self,
        *,
        where: Sequence[Condition] = (),
        order: Order | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[R]:
        """Return a page of rows in total order."""
        query = Query.checked(self._entity, where, order, cursor)
        check_limit(limit)
        if limit == 0:
            return Page((), None)
        rows = tuple(self._selector.rows(query, at_most=limit + 1))
        if len(rows) <= limit:
            return Page(rows, None)
        return Page(rows[:limit], cursor_after(query, rows[limit - 1]))

    def iterate(self, *, where: Sequence[Condition] = (), order: Order | None = None) -> Iterator[R]:
        """Yield all rows in total order."""
        return self._selector.rows(Query.checked(self._entity, where, order))

    def count(self, *, where: Sequence[Condition] = ()) -> int:
        """Count rows exactly."""
        return self._selector.count(Query.checked(self._entity, where))

    def _first(self, field: str, value: Any) -> R | None:
        query = Query.checked(self._entity, [Condition(field, "eq", value)])
        return next(self._selector.rows(query, at_most=1), None)

    def _only(self, rows: _Rows) -> R:
        if len(rows) != 1:
            raise UnexpectedResponse(f"{self._entity.table}: one row was written and {len(rows)} came back")
        return codec.decode(self._entity, rows[0])


class Table(AppendOnlyTable[R]):
    """A table whose rows change."""

    def update(self, id: Id, patch: Patch[R]) -> R:
        """Change one row and return it."""
        changes = codec.encode_patch(self._entity, patch)
        wire_id = codec.parse_id(id)
        if wire_id is None:
            raise NotFound(self._entity.table)
        query = self._rest.table(self._entity.table).update(changes).eq("id", wire_id)
        rows = self._rest.rows(query, reading=False)
        if not rows:
            raise NotFound(self._entity.table)
        return self._only(rows)

    def delete(self, id: Id) -> bool:
        """Remove one row."""
        wire_id = codec.parse_id(id)
        if wire_id is None:
            return False
        query = self._rest.table(self._entity.table).delete().eq("id", wire_id)
        return bool(self._rest.rows(query, reading=False))


class SchedulingRequestTable(Table[SchedulingRequest]):
    """Scheduling requests."""

    def get_by_token_hash(self, token_hash: str) -> SchedulingRequest | None:
        """Return the request with this hash, or None."""
        return self._first("public_token_hash", token_hash)


class QueueTable(Table[R]):
    """A table whose rows are also work: each step is one SQL function, so that it is one transaction."""

    def claim(self, *, limit: int = 10, lease_s: float = 60.0) -> tuple[R, ...]:
        """Take due rows."""
        most, lease = flows.check_claim(limit, lease_s)
        rows = self._rest.call(f"claim_{self._entity.table}", {"p_limit": most, "p_lease_s": lease})
        if not isinstance(rows, list):
            raise UnexpectedResponse(f"claim_{self._entity.table} did not return a list of rows")
        return tuple(codec.decode(self._entity, row) for row in rows)

    def complete(self, id: Id, attempts: int) -> R:
        """Mark a claimed row as done."""
        return self._finish("complete", id, {"p_attempts": flows.check_attempts(attempts)})

    def fail(self, id: Id, attempts: int, *, error: str, retry_in_s: float = 60.0) -> R:
        """Give a claimed row back."""
        token, text, delay = flows.check_fail(attempts, error, retry_in_s)
        return self._finish("fail", id, {"p_attempts": token, "p_error": text, "p_retry_in_s": delay})

    def _finish(self, verb: str, id: Id, arguments: Mapping[str, Any]) -> R:
        wire_id = codec.parse_id(id)
        if wire_id is None:
            raise NotFound(self._entity.table)
        row = self._rest.call(f"{verb}_{self._entity.singular}", {"p_id": wire_id, **arguments})
        return codec.decode_object(self._entity, row)


class WebhookEventTable(QueueTable[WebhookEvent]):
    """Webhook events."""

    def receive(self, new: NewWebhookEvent) -> Received:
        """Store a delivery unless it is stored already."""
        values = flows.check_receive(new)
        values.setdefault("id", str(self._new_id()))
        answer = self._rest.call(
            "receive_webhook_event", {f"p_{name}": value for name, value in values.items()}
        )
        match answer:
            case [{"is_new": bool() as is_new, "event": dict() as event}]:
                return Received(codec.decode(self._entity, event), is_new)
            case _:
                raise UnexpectedResponse("receive_webhook_event did not return one event")
