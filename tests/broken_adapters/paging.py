"""Mistakes in reading on: cursors, iterations, and rows that are more than one answer holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Cursor, Page, Query

from ._helpers import Call, around, repositories

KEYSET = "PostgREST/postgrest#254: Do full dataset pagination in less than O(n²)"
_LOWEST, _HIGHEST = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"


def moved(store: Any, move: Any) -> None:
    """Change the position after which a memory store goes on, given the query and the position."""

    def select(original: Call, query: Query, limit: int) -> Any:
        return original(query if query.after is None else move(query, query.after), limit)

    around(repositories(store), "_select", select)


@broken(
    killer="queries_many.more_rows_than_the_cap",
    source="n8n-io/n8n#8311: fix(Supabase Node): Pagination for get all rows",
    on="supabase",
)
def one_answer_is_all(store: Any) -> None:
    """A list is one request, whose answer the server cuts off at its cap without an error."""

    def rows(original: Call, query: Query, *, at_most: int | None = None) -> Iterator[Any]:
        selector = original.__self__  # type: ignore[attr-defined]
        return iter(selector._page(query, at_most or 100_000)[0])

    for repository in repositories(store):
        around(repository._selector, "rows", rows)


@broken(
    killer="queries_many.more_rows_than_the_cap",
    source="supabase/tanstack-db#9: Add pagination support beyond the PostgREST 1,000 row limit",
)
def iterate_ends_with_the_first_page(store: Any) -> None:
    """Iterate yields one page of 1,000 rows."""

    def iterate(original: Call, **options: Any) -> Iterator[Any]:
        original(**options)
        return iter(original.__self__.list(limit=1000, **options).rows)  # type: ignore[attr-defined]

    around(repositories(store), "iterate", iterate)


@broken(
    killer="queries_many.more_rows_than_the_cap",
    source="mem0ai/mem0#6695: Supabase 1000-row cap, RLS init probe, and col_info crash",
)
def count_is_capped(store: Any) -> None:
    """Count fetches the rows and counts them, and so never finds more than 1,000."""

    def count(original: Call, **options: Any) -> int:
        original(**options)
        return len(original.__self__.list(limit=1000, **options).rows)  # type: ignore[attr-defined]

    around(repositories(store), "count", count)


@broken(
    killer="queries_many.counts_follow_every_change",
    source="PostgREST manual: planned counts are estimates",
    on="supabase",
)
def count_is_planned(store: Any) -> None:
    """Count asks for the planner's estimate."""

    def planned(request: Any) -> None:
        if request.method == "HEAD":
            request.headers["Prefer"] = "count=planned"

    store._rest._http.event_hooks = {
        **store._rest._http.event_hooks,
        "request": [planned],
    }


@broken(killer="queries_many.iterating_and_deleting_each_row", source=KEYSET)
def iterate_pages_by_offset(store: Any) -> None:
    """Iterate reads pages of three by their offset, so that a delete moves the rows under it."""

    def pages(repository: Any, options: Any) -> Iterator[Any]:
        offset = 0
        while page := repository.list(limit=offset + 3, **options).rows[offset:]:
            yield from page
            offset += len(page)

    def iterate(original: Call, **options: Any) -> Iterator[Any]:
        original(**options)
        return pages(original.__self__, options)  # type: ignore[attr-defined]

    around(repositories(store), "iterate", iterate)


@broken(
    killer="queries_order.pages_through_ties[asc]",
    source="facts: paging ordered by a column with ties lost 648 of 2,500 rows",
)
def cursor_is_the_time_alone(store: Any) -> None:
    """A page goes on after the time of its cursor, and skips the rows with an equal time."""

    def move(query: Query, after: Cursor) -> Query:
        beyond = _HIGHEST if query.order.direction == "asc" else _LOWEST
        return replace(query, after=Cursor(after.value, beyond))

    moved(store, move)


@broken(
    killer="time_order.rows_a_microsecond_apart_are_paged[asc]",
    source="TanStack/db#913: Fix Date Precision Mismatch in Cursor-Based Pagination",
)
def cursor_in_milliseconds(store: Any) -> None:
    """The time in a cursor passes through a Date, which keeps milliseconds."""

    def move(query: Query, after: Cursor) -> Query:
        if after.value is None or query.order.field == "id":
            return query
        time = datetime.fromisoformat(after.value)
        cut = time.replace(microsecond=time.microsecond // 1000 * 1000)
        return replace(query, after=Cursor(cut.isoformat(timespec="microseconds"), after.id))

    moved(store, move)


@broken(
    killer="queries_order.pages_through_ties[desc]",
    source="twentyhq/twenty#21083: compare DATE_TIME fields at millisecond precision in filters",
)
def cursor_is_inclusive(store: Any) -> None:
    """A page begins with the last row of the page before."""

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        if page.next_cursor is not None:
            last_but_one = original(**{**options, "limit": max(options.get("limit", 100) - 1, 1)})
            page = Page(page.rows, last_but_one.next_cursor)
        return page

    around(repositories(store), "list", list_)


@broken(killer="queries_order.pages_through_ties[desc]", source="laravel/framework#37216: cursor pagination")
def cursor_always_ascends(store: Any) -> None:
    """The tie-break after a cursor is `id > …` in either direction."""

    def select(original: Call, query: Query, limit: int) -> Any:
        if query.after is None or query.order.direction == "asc":
            return original(query, limit)
        all_rows = original(replace(query, after=None), 10**9)
        after, field = query.after, query.order.field
        found = [
            row
            for row in all_rows
            if (row[field] is None) == (after.value is None)
            and (row[field] < after.value or (row[field] == after.value and row["id"] > after.id))
        ]
        return found[:limit]

    around(repositories(store), "_select", select)


@broken(
    killer="queries_order.pages_through_nulls[asc]",
    source="PostgreSQL manual: a comparison with NULL is NULL",
)
def cursor_stops_at_null(store: Any) -> None:
    """A page after a row without a value finds nothing, as nothing is greater than NULL."""

    def select(original: Call, query: Query, limit: int) -> Any:
        return [] if query.after is not None and query.after.value is None else original(query, limit)

    around(repositories(store), "_select", select)


@broken(killer="queries_order.cursor_is_none_exactly_at_the_end", source="plan: a full page has a next page")
def cursor_after_the_end(store: Any) -> None:
    """A full page has a cursor, whether or not a row follows."""

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        limit = options.get("limit", 100)
        if limit == 0 or len(page.rows) < limit or page.next_cursor is not None:
            return page
        repository = original.__self__  # type: ignore[attr-defined]
        query = Query.checked(repository._entity, options.get("where", ()), options.get("order"))
        return Page(page.rows, query.cursor(repository._select(query, 10**9)[-1]))

    around(repositories(store), "list", list_)


@broken(
    killer="queries_order.cursor_is_none_exactly_at_the_end",
    source="plan: the rest of a list is shorter than a page, so it is the last one",
)
def cursor_ends_early(store: Any) -> None:
    """A page has a cursor only if another full page follows."""

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        limit = options.get("limit", 100)
        more = original(**{**options, "limit": 2 * limit})
        return page if len(more.rows) == 2 * limit else Page(page.rows, None)

    around(repositories(store), "list", list_)


@broken(
    killer="queries_arguments.cursor_of_another_list_is_refused",
    source="goware/pgkit#56: table-mode cursor pagination via ListPaged",
)
def cursor_of_any_list(store: Any) -> None:
    """A cursor is the position alone, and is taken from lists with other conditions."""

    def list_(original: Call, **options: Any) -> Any:
        cursor = options.get("cursor")
        if cursor is None:
            return original(**options)
        before = cursors.get(cursor)
        if before is None:
            return original(**options)
        repository = original.__self__  # type: ignore[attr-defined]
        query = Query.checked(repository._entity, options.get("where", ()), options.get("order"))
        found = repository._select(replace(query, after=before), options.get("limit", 100))
        return Page(tuple(map(repository._decode, found)), None)

    cursors: dict[str, Cursor] = {}

    def remember(original: Call, **options: Any) -> Any:
        page = original(**options)
        if page.next_cursor is not None:
            last = page.rows[-1]
            field = getattr(options.get("order"), "field", "created_at")
            value = getattr(last, field, None)
            text = value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value
            cursors[page.next_cursor] = Cursor(text if text is None else str(text), str(last.id))
        return page

    for repository in repositories(store):
        around(repository, "list", list_)
        around(repository, "list", remember)


@broken(killer="queries_many.two_iterations_are_independent", source="plan: the pager is kept in the client")
def iterations_share_a_position(store: Any) -> None:
    """A repository keeps one iterator per order, and a second iteration goes on with it."""
    open_: dict[Any, Any] = {}

    def shared(original: Call, **options: Any) -> Iterator[Any]:
        key = id(original.__self__), str(options)  # type: ignore[attr-defined]
        if key not in open_:
            open_[key] = original(**options)
        return drained(key)

    def drained(key: Any) -> Iterator[Any]:
        yield from open_[key]
        open_.pop(key, None)

    around(repositories(store), "iterate", shared)
