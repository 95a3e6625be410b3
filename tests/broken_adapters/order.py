"""Mistakes in the order of a list, and in its limit."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Order, Page

from ._helpers import Call, around, repositories


@broken(killer="queries_order.limit_zero", source="emcie-co/parlant#774: preserve falsy values")
def limit_zero_is_the_default(store: Any) -> None:
    """The limit is `limit or 100`, so that 0 means 100."""

    def list_(original: Call, **options: Any) -> Any:
        return original(**{**options, "limit": options.get("limit") or 100})

    around(repositories(store), "list", list_)


@broken(killer="queries_many.default_limit_is_a_hundred", source="plan: range(0, limit) is inclusive")
def limit_is_inclusive(store: Any) -> None:
    """A list holds one row more than its limit, as a range with both ends does."""

    def list_(original: Call, **options: Any) -> Any:
        limit = options.get("limit", 100)
        return original(**{**options, "limit": limit + 1 if limit else 0})

    around(repositories(store), "list", list_)


@broken(
    killer="queries_order.ties_are_broken_by_id[asc]",
    source="langgraph4j/langgraph4j#347: checkpoints with an equal saved_at come in any order",
    on="supabase",
)
def ties_come_in_any_order(store: Any) -> None:
    """Rows are ordered by their time alone, and the server returns ties as it finds them."""

    def unordered(request: Any) -> None:
        order = request.url.params.get("order")
        if order is not None and "," in order:
            request.url = request.url.copy_set_param("order", order.partition(",")[0])

    store._rest._http.event_hooks = {**store._rest._http.event_hooks, "request": [unordered]}


def resorted(store: Any, key: Any) -> None:
    """Sort whole lists by another key, given the row and the order; without a cursor only."""

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        entity = original.__self__._entity  # type: ignore[attr-defined]
        order = options.get("order") or Order(entity.created)
        if page.next_cursor is not None or options.get("cursor") is not None:
            return page
        backwards = order.direction == "desc"
        return Page(tuple(sorted(page.rows, key=lambda row: key(row, order), reverse=backwards)), None)

    around(repositories(store), "list", list_)


@broken(
    killer="time_order.trailing_zeros_do_not_disturb_the_order",
    source="facts: .100Z comes back as .1+00:00",
)
def times_are_ordered_as_texts(store: Any) -> None:
    """Times are ordered as texts without trailing zeros, behind whose digits stands a Z."""

    def key(row: Any, order: Order) -> Any:
        value = getattr(row, order.field)
        text = value.isoformat().removesuffix("+00:00") if isinstance(value, datetime) else str(value)
        return value is None, f"{text.rstrip('0') if '.' in text else text}Z", str(row.id)

    resorted(store, key)


@broken(killer="queries_order.nulls_in_order[asc]", source="SQLite manual: NULLs are the smallest values")
def nulls_come_first(store: Any) -> None:
    """Rows without a value stand first ascending and last descending."""

    def key(row: Any, order: Order) -> Any:
        value = getattr(row, order.field)
        return value is not None, "" if value is None else value, str(row.id)

    resorted(store, key)


@broken(
    killer="queries_order.update_does_not_move_a_row",
    source="facts: without ORDER BY an UPDATE moves rows",
)
def updates_move_rows(store: Any) -> None:
    """The default order is that of the heap, to whose end an update moves a row."""

    def list_(original: Call, **options: Any) -> Any:
        updated = original.__self__._entity.updated  # type: ignore[attr-defined]
        if options.get("order") is None and updated is not None and options.get("cursor") is None:
            return replace(original(**{**options, "order": Order(updated)}), next_cursor=None)
        return original(**options)

    around(repositories(store), "list", list_)


@broken(
    killer="queries_order.default_order_is_that_of_creation[bookings]",
    source="plan: the dashboard shows the newest first",
)
def newest_first(store: Any) -> None:
    """The default order is the newest first."""

    def list_(original: Call, **options: Any) -> Any:
        newest = Order(original.__self__._entity.created, "desc")  # type: ignore[attr-defined]
        return original(**{**options, "order": options.get("order") or newest})

    around(repositories(store), "list", list_)
