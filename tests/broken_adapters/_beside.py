"""Operations that take something along: what was there before, and what is changed beside it."""

from collections.abc import Callable, Iterable
from typing import Any

from harness.adapters import codec

from ._helpers import Call, around, rewrite

__all__ = ["after_delete", "after_flow", "after_update", "removed", "request_of"]


def request_of(store: Any, new: Any) -> Any:
    """Return the request that a booking is to be made for, None if there is none."""
    id_ = new.values.get("request_id")
    return None if codec.parse_id(id_) is None else store.scheduling_requests.get(id_)


def after_flow(store: Any, name: str, change: Callable[[Any, Any, Any], None]) -> None:
    """Spoil what reschedule or cancel left: `change` gets booking and request as before, and the booking."""

    def flow(original: Call, id: Any, **options: Any) -> Any:
        before = store.bookings.get(id)
        request = before and store.scheduling_requests.get(before.request_id)
        after = original(id, **options)
        change(before, request, after)
        return store.bookings.get(after.id)

    around(store, name, flow)


def after_update(store: Any, table: str, change: Callable[[Any, Any, Any], Any]) -> None:
    """Spoil what an update left: `change` gets its values and the row before and after.

    It returns columns to be changed, too, if any.
    """
    rows = getattr(store, table)

    def update(original: Call, id: Any, patch: Any) -> Any:
        before = rows.get(id)
        after = original(id, patch)
        more = change(patch.values, before, after)
        if more:
            rewrite(store, table, after.id, **more)
        return rows.get(after.id)

    around(rows, "update", update)


def after_delete(store: Any, table: str, change: Callable[[Any], None]) -> None:
    """Spoil what a delete left: `change` gets the row that was deleted."""
    rows = getattr(store, table)

    def delete(original: Call, id: Any) -> bool:
        before = rows.get(id)
        done = bool(original(id))
        if done:
            change(before)
        return done

    around(rows, "delete", delete)


def removed(store: Any, table: str, ids: Iterable[Any]) -> None:
    """Remove rows of a memory store that may be gone already."""
    with store._begin() as transaction:
        for id_ in map(str, ids):
            if id_ in transaction.rows(table):
                transaction.delete(table, id_)
