"""From an operation and its arguments in wire form to a result in wire form, on any `Store`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

from harness.adapters import codec
from harness.adapters.bridge import wire
from harness.adapters.codec import Wire
from harness.adapters.protocol import Actor, Store
from harness.adapters.queries import Condition, Order
from harness.errors import InvalidValue
from harness.models import (
    ENTITIES,
    ColumnType,
    Entity,
    New,
    NewBooking,
    NewWebhookEvent,
    Patch,
    Row,
)
from harness.models.operations import OPERATIONS, Operation, Verb, table_alias

__all__ = ["Dispatch", "Rows"]

_Verb = Callable[[Operation, Sequence[Any]], Any]


class Rows(Protocol):
    """The rows behind a store that keeps them in its own process."""

    def rows(self, table: str) -> Iterator[Wire]:
        """Return all rows of a table in wire form."""
        ...

    def load(self, table: str, row: Wire) -> None:
        """Store one whole row."""
        ...

    def clear(self) -> None:
        """Remove all rows."""
        ...


class Dispatch:
    """Calls the operations of the protocol on a store: arguments and results are what travels on a bridge."""

    def __init__(self, store: Store, *, rows: Rows | None = None) -> None:
        """Call a store; with `rows`, ``__export``, ``__import`` and ``__reset`` are there, too."""
        self._verbs: dict[Verb, _Verb] = {**_of_store(store), **({} if rows is None else _of_rows(rows))}

    @property
    def operations(self) -> frozenset[str]:
        """The names of the operations that can be called."""
        return frozenset(one.name for one in OPERATIONS.values() if one.verb in self._verbs)

    def __call__(self, operation: Operation, arguments: Sequence[Any]) -> Any:
        """Return the result in wire form, which `json.dumps` takes.

        Raises what the store raises; an IndexError, KeyError or TypeError, or
        another of Python's own, for arguments without the protocol's form.
        """
        return self._verbs[operation.verb](operation, arguments)


def _of_store(store: Store) -> Mapping[Verb, _Verb]:
    def of(operation: Operation) -> Any:
        return getattr(store, _entity(operation).table)

    def listed(operation: Operation, asked: Mapping[str, Any]) -> Any:
        page = of(operation).list(
            where=_where(_entity(operation), asked),
            order=_order(_entity(operation), asked),
            **{key: asked[key] for key in ("limit", "cursor") if key in asked},
        )
        return {"rows": [_sent(row) for row in page.rows], "nextCursor": page.next_cursor}

    def received(new: NewWebhookEvent) -> Any:
        answer = store.webhook_events.receive(new)
        return {"event": _sent(answer.event), "isNew": answer.is_new}

    def claimed(operation: Operation, asked: Mapping[str, Any]) -> Any:
        names = {"limit": "limit", "leaseS": "lease_s"}
        rows = of(operation).claim(**{names[key]: value for key, value in asked.items()})
        return [_sent(row) for row in rows]

    def failed(operation: Operation, id: Any, attempts: Any, how: Mapping[str, Any]) -> Any:
        names = {"error": "error", "retryInS": "retry_in_s"}
        return _sent(of(operation).fail(id, attempts, **{names[key]: how[key] for key in how}))

    def rescheduled(entity: Entity[Any], id: Any, slot: Mapping[str, Any], by: Any) -> Any:
        times = {
            wire.name(entity, key): wire.from_column(entity.by_alias[key], value)
            for key, value in slot.items()
        }
        return _sent(store.reschedule(id, actor=_actor(by), **times))

    return {
        Verb.CREATE: lambda op, a: _sent(of(op).create(_new(_entity(op), a[0]))),
        Verb.GET: lambda op, a: _sent_or_none(of(op).get(a[0])),
        Verb.LIST: lambda op, a: listed(op, a[0]),
        Verb.COUNT: lambda op, a: of(op).count(where=_where(_entity(op), a[0])),
        Verb.UPDATE: lambda op, a: _sent(of(op).update(a[0], _patch(_entity(op), a[1]))),
        Verb.DELETE: lambda op, a: of(op).delete(a[0]),
        Verb.CLAIM: lambda op, a: claimed(op, a[0]),
        Verb.COMPLETE: lambda op, a: _sent(of(op).complete(a[0], a[1])),
        Verb.FAIL: lambda op, a: failed(op, a[0], a[1], a[2]),
        Verb.GET_BY_TOKEN_HASH: lambda _, a: _sent_or_none(store.scheduling_requests.get_by_token_hash(a[0])),
        Verb.RECEIVE: lambda op, a: received(cast("NewWebhookEvent", _new(_entity(op), a[0]))),
        Verb.BOOK: lambda op, a: _sent(
            store.book(cast("NewBooking", _new(_entity(op), a[0])), actor=_actor(a[1]))
        ),
        Verb.RESCHEDULE: lambda op, a: rescheduled(_entity(op), a[0], a[1], a[2]),
        Verb.CANCEL: lambda _, a: _sent(store.cancel(a[0], reason=a[1].get("reason"), actor=_actor(a[2]))),
        Verb.OPS_SUMMARY: lambda _op, _a: _summary(store),
    }


def _of_rows(rows: Rows) -> Mapping[Verb, _Verb]:
    tables = {table_alias(entity): entity for entity in ENTITIES.values()}

    def exported(alias: str) -> Any:
        entity = tables[alias]
        return [
            {column.alias: row[column.name] for column in entity.columns} for row in rows.rows(entity.table)
        ]

    def imported(alias: str, given: Sequence[Mapping[str, Any]]) -> None:
        for row in given:
            rows.load(tables[alias].table, wire.renamed(tables[alias], row))

    return {
        Verb.EXPORT: lambda _, a: exported(a[0]),
        Verb.IMPORT: lambda _, a: imported(a[0], a[1]),
        Verb.RESET: lambda _op, _a: rows.clear(),
    }


def _entity(operation: Operation) -> Entity[Any]:
    if operation.entity is None:
        raise TypeError(f"{operation.name} is about no entity")
    return operation.entity


def _given(entity: Entity[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: wire.from_column(entity.by_alias[key], value) if key in entity.by_alias else value
        for key, value in values.items()
    }


def _new(entity: Entity[Any], values: Mapping[str, Any]) -> New[Any]:
    (kind,) = (one for one in New.__subclasses__() if one.entity is entity)
    return kind.from_json(_given(entity, values))


def _patch(entity: Entity[Any], values: Mapping[str, Any]) -> Patch[Any]:
    (kind,) = (one for one in Patch.__subclasses__() if one.entity is entity)
    return kind.from_json(_given(entity, values))


def _where(entity: Entity[Any], asked: Mapping[str, Any]) -> list[Condition]:
    return [_condition(entity, *one) for one in asked.get("where", [])]


def _condition(entity: Entity[Any], field: Any, operator: Any, value: Any) -> Condition:
    column = entity.by_alias.get(field) if isinstance(field, str) else None
    if column is None:
        return Condition(field, operator, value)
    if operator == "in" and isinstance(value, list):
        return Condition(column.name, operator, [wire.from_column(column, item) for item in value])
    return Condition(column.name, operator, wire.from_column(column, value))


def _order(entity: Entity[Any], asked: Mapping[str, Any]) -> Order | None:
    if "order" not in asked:
        return None
    if len(asked["order"]) != 1:
        raise InvalidValue("order", "rows are ordered by one column, and then by id")
    ((field, direction),) = asked["order"]
    return Order(wire.name(entity, field) if isinstance(field, str) else field, direction)


def _actor(given: Any) -> Actor:
    return Actor(**given)


def _sent(row: Row) -> dict[str, Any]:
    entity: Entity[Any] = row.entity  # type: ignore[attr-defined]  # set by @entity
    sent: dict[str, Any] = {}
    for column in entity.columns:
        value = getattr(row, column.name)
        as_it_is = value is None or column.type is ColumnType.JSONB
        sent[column.alias] = value if as_it_is else codec.encode_value(column, value)
    return sent


def _sent_or_none(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else _sent(row)


def _summary(store: Store) -> dict[str, Any]:
    summary = store.ops_summary()
    tables = {entity.table: table_alias(entity) for entity in ENTITIES.values()}
    return {
        "counts": {tables[table]: dict(count) for table, count in summary.counts.items()},
        "needsAttention": summary.needs_attention,
        "due": {tables[table]: count for table, count in summary.due.items()},
    }
