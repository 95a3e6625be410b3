"""Mistakes in which rows meet a condition."""

from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Condition, Page, where

from ._conditions import asked, each
from ._helpers import Call, around, repositories


@broken(
    killer="queries_filters.by_needs_attention",
    source="emcie-co/parlant#774: preserve falsy values in session patch",
)
def falsy_conditions_are_dropped(store: Any) -> None:
    """A condition whose value is False, zero or empty is taken for one that was not given."""
    asked(store, each(lambda condition: condition if condition.value else None))


@broken(
    killer="reads.conditions_count_in_any_order[not_met]",
    source="plan: filters are an object from column to value",
)
def last_condition_of_a_column_wins(store: Any) -> None:
    """Conditions are kept by column, so that the second on a column replaces the first."""

    def change(conditions: Any) -> Any:
        return list({getattr(condition, "field", None): condition for condition in conditions}.values())

    asked(store, change)


@broken(
    killer="queries_filters.conditions_are_joined_by_and",
    source="PostgREST manual: Logical operators",
)
def conditions_are_joined_by_or(store: Any) -> None:
    """A row is found if it meets one of the conditions."""

    def list_(original: Call, **options: Any) -> Any:
        conditions = options.get("where", ())
        if len(conditions) < 2:
            return original(**options)
        found = {
            row.id: row
            for condition in conditions
            for row in original(**{**options, "where": [condition], "limit": 1000}).rows
        }
        return Page(tuple(found.values()), None)

    around(repositories(store), "list", list_)


@broken(killer="time_order.range_ends_at_the_microsecond", source="plan: `<` is written as `<=`")
def less_is_less_or_equal(store: Any) -> None:
    """A range excludes nothing: lt is lte, and gt is gte."""
    wider: dict[str, Any] = {"lt": "lte", "gt": "gte"}

    def change(condition: Condition) -> Condition:
        operator = wider.get(condition.operator, condition.operator)
        return Condition(condition.field, operator, condition.value)

    asked(store, each(change))


@broken(
    killer="queries_filters.null_is_equal_to_nothing",
    source="facts: neq and not.in drop NULL rows",
)
def null_is_less_than_everything(store: Any) -> None:
    """A row without a value counts as less than every time, as null does in JavaScript."""

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        ranges = [condition for condition in options.get("where", ()) if condition.operator in {"lt", "lte"}]
        if len(ranges) != 1 or page.next_cursor is not None:
            return page
        nulls = original(**{**options, "where": [where(ranges[0].field, "is_null", value=True)]})
        return Page((*page.rows, *nulls.rows), None)

    around(repositories(store), "list", list_)


@broken(
    killer="queries_filters.is_null",
    source="facts: neq and not.in drop NULL rows; an empty text is no NULL",
)
def empty_text_is_null(store: Any) -> None:
    """A filter for rows with a value leaves out those with an empty text."""

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        present = [c.field for c in options.get("where", ()) if c.operator == "is_null" and not c.value]
        rows = tuple(row for row in page.rows if all(getattr(row, name) != "" for name in present))
        return Page(rows, page.next_cursor)

    around(repositories(store), "list", list_)
