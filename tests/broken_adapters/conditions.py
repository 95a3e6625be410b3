"""Mistakes in conditions that show on some operators, columns and values only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Condition
from harness.models import ENTITIES

from ._conditions import asked, each
from ._helpers import Call, around, repositories

REQUESTS = "queries_each_column.each_operator_on_each_column[scheduling_requests]"
JOBS = "queries_each_column.each_operator_on_each_column[sync_jobs]"
ALL = "protocol: a read returns the rows that meet all conditions"
FALSY = "plan: conditions are joined with `if value`, in which an empty text, False and 0 are absent"
ZONES = "values_each_column.times_of_other_places[sync_jobs]"
CREATED = {entity.created for entity in ENTITIES.values()}


def counted(store: Any, change: Any, *names: str) -> None:
    """Change the conditions of one read, count if none is named."""

    def read(original: Call, **options: Any) -> Any:
        return original(**{**options, "where": change(options.get("where", ()))})

    for name in names or ("count",):
        around(repositories(store), name, read)


def here(value: Any) -> Any:
    """Take a moment in any zone for one in UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo else value


@broken(killer=REQUESTS, source=ALL)
def count_knows_two_conditions(store: Any) -> None:
    """Count takes no more than two conditions."""
    counted(store, lambda conditions: [*conditions][:2])


@broken(killer=REQUESTS, source=ALL)
def not_null_is_dropped_among_others(store: Any) -> None:
    """A condition that a column has a value is left out if there are others."""

    def change(conditions: Any) -> Any:
        rest = [one for one in conditions if not (one.operator == "is_null" and one.value is False)]
        return rest if len(conditions) > 1 else conditions

    asked(store, change)


@broken(killer=JOBS, source="PostgREST manual: gte and gt are operators of their own, per column")
def at_least_means_more_for_one_column(store: Any) -> None:
    """Count takes max_attempts of at least n for more than n."""
    counted(
        store,
        each(
            lambda one: (
                replace(one, operator="gt") if (one.field, one.operator) == ("max_attempts", "gte") else one
            )
        ),
    )


@broken(killer=REQUESTS, source="PostgREST manual: lt and lte are operators of their own, per column")
def before_includes_the_moment(store: Any) -> None:
    """Iterate takes rows created before a moment for those created at it, too."""
    counted(
        store,
        each(
            lambda one: replace(one, operator="lte") if one.operator == "lt" and one.field in CREATED else one
        ),
        "iterate",
    )


@broken(killer=REQUESTS, source="facts: JS keeps milliseconds, Postgres microseconds")
def times_are_equal_within_a_millisecond(store: Any) -> None:
    """A filter by a time finds all rows of the same millisecond."""

    def change(conditions: Any) -> Any:
        wider: list[Condition] = []
        for one in conditions:
            if one.operator == "eq" and isinstance(one.value, datetime):
                start = one.value.replace(microsecond=one.value.microsecond // 1000 * 1000)
                end = start + timedelta(milliseconds=1)
                wider += [Condition(one.field, "gte", start), Condition(one.field, "lt", end)]
            else:
                wider.append(one)
        return wider

    asked(store, change)


@broken(
    killer=REQUESTS, source="PostgreSQL manual: char(n) ignores trailing blanks in comparisons, text does not"
)
def trailing_blanks_do_not_count(store: Any) -> None:
    """A filter by a text with trailing blanks finds the text without them."""
    asked(
        store,
        each(
            lambda one: (
                replace(one, value=one.value.rstrip())
                if one.operator == "eq" and isinstance(one.value, str)
                else one
            )
        ),
    )


@broken(killer=REQUESTS, source="PostgREST manual: backslashes are escaped in quoted values, and only there")
def backslashes_of_a_set_are_escaped_twice(store: Any) -> None:
    """Count doubles the backslashes of the texts of a set."""

    def change(one: Any) -> Any:
        if one.operator != "in":
            return one
        values = [value.replace("\\", "\\\\") if isinstance(value, str) else value for value in one.value]
        return replace(one, value=values)

    counted(store, each(change))


@broken(killer=REQUESTS, source=FALSY)
def empty_text_is_dropped_among_others(store: Any) -> None:
    """A filter by an empty text is left out if there are other conditions."""
    asked(
        store,
        lambda conditions: [
            one
            for one in conditions
            if len(conditions) == 1 or not (one.operator == "eq" and one.value == "")
        ],
    )


@broken(killer=REQUESTS, source=FALSY)
def false_is_dropped_by_count(store: Any) -> None:
    """Count leaves a filter by False out."""
    counted(store, each(lambda one: None if one.operator == "eq" and one.value is False else one))


@broken(killer=JOBS, source=FALSY)
def zero_is_dropped(store: Any) -> None:
    """A comparison with the number 0 is left out."""
    asked(
        store,
        each(lambda one: None if type(one.value) is int and one.value == 0 else one),
    )


@broken(killer=ZONES, source="Python manual: replace(tzinfo=…) changes the zone and keeps the digits")
def zone_of_a_bound_is_dropped(store: Any) -> None:
    """A lower bound in another zone is read as if it were UTC."""
    asked(store, each(lambda one: replace(one, value=here(one.value)) if one.operator == "gte" else one))


@broken(killer=ZONES, source="Python manual: replace(tzinfo=…) changes the zone and keeps the digits")
def zones_of_a_set_are_dropped(store: Any) -> None:
    """The times of a set in another zone are read as if they were UTC."""
    asked(
        store,
        each(lambda one: replace(one, value=[*map(here, one.value)]) if one.operator == "in" else one),
    )
