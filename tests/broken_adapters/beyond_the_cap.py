"""Mistakes that show beyond the cap only, in one table, one direction or one read; and in later pages."""

from collections.abc import Iterator
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Order
from harness.models import ENTITIES

from ._beside import after_delete
from ._helpers import Call, around, repositories, rewrite, rows_of

CAPPED = "facts: `select` of 2,500 rows returns 1000 with status 200 and no error"
CURSOR = "protocol: a cursor leads to the rows after those of its page"


def without(store: Any, table: str, place: int, *, descending: bool) -> None:
    """Lose one row of an iteration by its place."""

    def iterate(original: Call, **options: Any) -> Iterator[Any]:
        order = options.get("order") or Order(ENTITIES[table].created)
        rows = original(**options)
        if descending is not (order.direction == "desc"):
            return iter(rows)
        return (row for number, row in enumerate(rows) if number != place)

    around(getattr(store, table), "iterate", iterate)


@broken(killer="queries_beyond_the_cap.all_rows_of_every_table[reconciliation_jobs]", source=CAPPED)
def last_row_of_an_answer_is_lost(store: Any) -> None:
    """Iterate in ascending order goes on one row too late after the first 1,000."""
    without(store, "reconciliation_jobs", 1000, descending=False)


@broken(killer="queries_beyond_the_cap.all_rows_of_every_table[bookings]", source=CAPPED)
def last_row_of_an_answer_is_lost_backwards(store: Any) -> None:
    """Iterate in descending order goes on one row too late after the first 1,000."""
    without(store, "bookings", 1000, descending=True)


@broken(killer="queries_beyond_the_cap.all_rows_of_every_table[audit_logs]", source=CAPPED)
def count_with_a_condition_is_capped(store: Any) -> None:
    """Count with a condition counts the rows of one answer, and so never finds more than 1,000."""

    def count(original: Call, **options: Any) -> int:
        found: int = original(**options)
        return min(found, 1000) if options.get("where") else found

    around(repositories(store), "count", count)


@broken(killer="foreign_keys_many.delete_reaches_every_row[bookings]", source=CAPPED)
def links_of_one_answer_are_cleared(store: Any) -> None:
    """A delete of a booking clears the links of the audit entries that one answer holds."""
    linked: list[Any] = []

    def delete(original: Call, id: Any) -> bool:
        linked[:] = [
            row["id"] for row in rows_of(store, "audit_logs").values() if row["booking_id"] == str(id).lower()
        ]
        return bool(original(id))

    def change(booking: Any) -> None:
        for id_ in linked[1000:]:
            rewrite(store, "audit_logs", id_, booking_id=str(booking.id))

    around(store.bookings, "delete", delete)
    after_delete(store, "bookings", change)


@broken(killer="queries_each_column.cursor_of_a_row_that_moved[sync_jobs]", source=CURSOR)
def cursor_follows_its_row(store: Any) -> None:
    """A cursor is the id of a row, and the page goes on from where that row stands now."""
    last: dict[str, Any] = {}

    def listed(original: Call, **options: Any) -> Any:
        table = original.__self__._table  # type: ignore[attr-defined]  # a bound method
        order = options.get("order") or Order(ENTITIES[table].created)
        before = last.get(options.get("cursor") or "")
        row = None if before is None else getattr(store, table).get(before.id)
        if row is not None and getattr(row, order.field) != getattr(before, order.field):
            options = {**options, "cursor": None}
        page = original(**options)
        if page.next_cursor is not None:
            last[page.next_cursor] = page.rows[-1]
        return page

    around(repositories(store), "list", listed)


@broken(
    killer="queries_each_column.nothing_is_asked_with_a_wrong_cursor",
    source='protocol: a cursor that was changed is InvalidValue("cursor"), 0 rows asked or more',
)
def nothing_is_asked_without_a_look_at_the_cursor(store: Any) -> None:
    """A list of 0 rows takes any cursor."""

    def listed(original: Call, **options: Any) -> Any:
        return original(**{**options, "cursor": None} if options.get("limit") == 0 else options)

    around(repositories(store), "list", listed)


@broken(
    killer="queries_each_column.each_order[bookings]",
    source="protocol: rows come in total order, equal ones by their id in the same direction",
)
def ties_are_in_reverse(store: Any) -> None:
    """By cancelled_at, rows with equal times come with the greatest id first."""

    def iterate(original: Call, **options: Any) -> Iterator[Any]:
        rows, order = [*original(**options)], options.get("order")
        if order == Order("cancelled_at"):
            times = dict.fromkeys(row.cancelled_at for row in rows)
            rows = [row for time in times for row in rows[::-1] if row.cancelled_at == time]
        return iter(rows)

    around(store.bookings, "iterate", iterate)
