"""Where a mistake is put into a store: before a call, after it, or in its place."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from harness.adapters.memory.rows import changed
from harness.adapters.protocol import Received
from harness.adapters.queries import Page
from harness.models import ENTITIES

__all__ = [
    "Call",
    "around",
    "given",
    "history",
    "mutable",
    "queues",
    "replaced_values",
    "repositories",
    "returned",
    "rewrite",
    "round_trip",
    "rows_of",
    "wire",
]

Call = Callable[..., Any]

_WRITES = ("create", "update", "receive")
_READS = ("create", "get", "get_by_token_hash", "update", "complete", "fail")
_FLOWS = ("book", "reschedule", "cancel")


def repositories(store: Any) -> list[Any]:
    """Return the six repositories of a store."""
    return [getattr(store, table) for table in ENTITIES]


def mutable(store: Any) -> list[Any]:
    """Return the five repositories whose rows can be changed."""
    return [getattr(store, table) for table, entity in ENTITIES.items() if not entity.append_only]


def queues(store: Any) -> list[Any]:
    """Return the three queues of a store."""
    return [getattr(store, table) for table, entity in ENTITIES.items() if entity.queue is not None]


def around(targets: Any, name: str, advice: Call) -> None:
    """Replace a method of one object or of several: `advice` gets the original first, then the arguments."""
    for target in targets if isinstance(targets, list) else [targets]:
        if hasattr(target, name):
            setattr(target, name, partial(advice, getattr(target, name)))


def replaced_values(values: Any, **changes: Any) -> Any:
    """Return a New or a Patch with some values replaced."""
    return type(values)(**{**values.values, **changes})


def given(store: Any, change: Callable[[str, Any], Any]) -> None:
    """Change every value on its way in: `change` gets the name of a column and its value."""

    def write(original: Call, *arguments: Any, **options: Any) -> Any:
        *others, values = arguments
        mapped = {name: change(name, value) for name, value in values.values.items()}
        return original(*others, type(values)(**mapped), **options)

    for name in _WRITES:
        around(repositories(store), name, write)
    around(store, "book", write)


def returned(store: Any, change: Callable[[Any], Any]) -> None:
    """Change every row on its way out."""

    def one(original: Call, *arguments: Any, **options: Any) -> Any:
        row = original(*arguments, **options)
        return None if row is None else change(row)

    def page(original: Call, **options: Any) -> Any:
        found = original(**options)
        return Page(tuple(map(change, found.rows)), found.next_cursor)

    def each(original: Call, **options: Any) -> Iterator[Any]:
        return map(change, original(**options))

    def claimed(original: Call, **options: Any) -> Any:
        return tuple(map(change, original(**options)))

    def received(original: Call, new: Any) -> Any:
        answer = original(new)
        return Received(change(answer.event), answer.is_new)

    advices: dict[str, Call] = {
        **dict.fromkeys(_READS, one),
        "list": page,
        "iterate": each,
        "claim": claimed,
        "receive": received,
    }
    for name, advice in advices.items():
        around(repositories(store), name, advice)
    for name in _FLOWS:
        around(store, name, one)


def rewrite(store: Any, table: str, id: UUID | str, **wire: Any) -> None:
    """Change columns of a row of a memory store, which no rule looks at."""
    with store._begin() as transaction:
        rows = transaction._tables[table]
        old = rows.rows[str(id)]
        transaction._replace(rows, old, changed(rows.entity, old, wire))


def rows_of(store: Any, table: str) -> Mapping[str, Any]:
    """Return the rows of a memory store as it keeps them."""
    with store._begin() as transaction:
        return dict(transaction.rows(table))


def history(store: Any, booking: Any, **changes: Any) -> None:
    """Change the newest audit entry of a booking in a memory store."""
    entries = [entry for entry in store.audit_logs.iterate() if entry.booking_id == booking.id]
    rewrite(store, "audit_logs", entries[-1].id, **changes)


def round_trip() -> None:
    """Take as long as a request does: between two of them, others act."""
    time.sleep(0.002)


def wire(time: datetime) -> str:
    """Write a time as stores keep it."""
    return time.isoformat(timespec="microseconds")
