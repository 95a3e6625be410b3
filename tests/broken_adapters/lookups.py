"""Mistakes in the values that a condition compares with."""

from datetime import datetime
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Condition, Page, where
from harness.errors import InvalidValue

from ._conditions import asked, each
from ._helpers import Call, around, repositories


@broken(
    killer="queries_arguments.none_is_refused_as_a_value",
    source='supabase/postgrest-py#403: Incorrect behavior of `select().eq("column", None)`',
)
def none_is_the_text_none(store: Any) -> None:
    """A filter by None is a filter by the text "None"."""

    def change(condition: Condition) -> Condition:
        text = condition.operator == "eq" and condition.value is None
        return Condition(condition.field, "eq", "None") if text else condition

    asked(store, each(change))


@broken(killer="values_text.filters_keep_the_case", source="better-auth/better-auth#7806: email casing")
def texts_are_compared_without_case(store: Any) -> None:
    """A filter by a text finds the text in any spelling."""

    def read(original: Call, **options: Any) -> Any:
        conditions = options.get("where", ())
        texts = [
            condition
            for condition in conditions
            if condition.operator == "eq" and condition.field == "candidate_name" and condition.value
        ]
        if len(texts) != 1 or not isinstance(texts[0].value, str):
            return original(**options)
        others = [condition for condition in conditions if condition is not texts[0]]
        rows = original.__self__.iterate(where=others)  # type: ignore[attr-defined]
        same = [row for row in rows if row.candidate_name.casefold() == texts[0].value.casefold()]
        original(**options)
        return len(same) if original.__name__ == "count" else Page(tuple(same), None)

    around(store.scheduling_requests, "list", read)
    around(store.scheduling_requests, "count", read)


@broken(
    killer="queries_filters.in_an_empty_list_finds_nothing",
    source="supabase/supabase-py#1592: Array filters don't escape elements",
)
def empty_set_is_no_condition(store: Any) -> None:
    """A set without values is left out, and everything is found."""

    def change(condition: Condition) -> Condition | None:
        return None if condition.operator == "in" and not condition.value else condition

    asked(store, each(change))


@broken(
    killer="crud_clients.unstorable_token_hash_is_refused",
    source="facts: NUL in a filter truncates it",
)
def nul_cuts_the_hash_off(store: Any) -> None:
    """The lookup by token hash looks for what stands before a NUL."""

    def get(original: Call, token_hash: str) -> Any:
        return original(token_hash.partition("\x00")[0])

    around(store.scheduling_requests, "get_by_token_hash", get)


@broken(
    killer="values_text.unstorable_text_in_a_filter_is_refused",
    source="facts: NUL in a filter truncates it, so a delete can hit another row",
)
def nul_cuts_a_filter_off(store: Any) -> None:
    """A filter by a text with NUL matches what stands before it."""

    def change(condition: Condition) -> Condition:
        if condition.operator != "eq" or not isinstance(condition.value, str):
            return condition
        return Condition(condition.field, "eq", condition.value.partition("\x00")[0])

    asked(store, each(change))


@broken(
    killer="queries_filters.in_two_thousand_ids",
    source="facts: 1,294 uuids in one `in` is a plain 400",
)
def long_sets_are_cut(store: Any) -> None:
    """A set is cut off at 1,000 values, so that the request does not become too long."""

    def change(condition: Condition) -> Condition:
        if condition.operator != "in" or not isinstance(condition.value, list):
            return condition
        return Condition(condition.field, "in", condition.value[:1000])

    asked(store, each(change))


@broken(
    killer="queries_filters.in_two_thousand_texts_is_ordered",
    source="facts: 1,294 uuids in one `in` is a plain 400",
)
def parts_of_a_set_are_appended(store: Any) -> None:
    """A long set is asked for in parts, whose rows are appended without merging their orders."""

    def list_(original: Call, **options: Any) -> Any:
        conditions = options.get("where", ())
        long = [c for c in conditions if c.operator == "in" and len(c.value) > 500]
        if len(long) != 1:
            return original(**options)
        others = [condition for condition in conditions if condition is not long[0]]
        values = list(long[0].value)
        rows: list[Any] = []
        for start in range(0, len(values), 500):
            part = where(long[0].field, "in", values[start : start + 500])
            rows += original(**{**options, "where": [*others, part]}).rows
        return Page(tuple(rows[: options.get("limit", 100)]), original(**options).next_cursor)

    around(repositories(store), "list", list_)


@broken(
    killer="queries_filters.in_a_list_with_duplicates",
    source="plan: a set of ids is looked up one by one",
)
def a_value_named_twice_is_found_twice(store: Any) -> None:
    """A set is looked up value by value, and a value that it names twice yields its rows twice."""

    def list_(original: Call, **options: Any) -> Any:
        conditions = options.get("where", ())
        sets = [c for c in conditions if c.operator == "in" and 1 < len(c.value) < 10]
        if len(sets) != 1 or not isinstance(sets[0].value, list):
            return original(**options)
        others = [condition for condition in conditions if condition is not sets[0]]
        rows = [
            row
            for value in sets[0].value
            for row in original(**{**options, "where": [*others, where(sets[0].field, "eq", value)]}).rows
        ]
        return Page(tuple(rows), None)

    around(repositories(store), "list", list_)


@broken(
    killer="time_values.time_read_back_finds_its_row",
    source="supabase/supabase#7154: Display timestamp microseconds in UI",
)
def filter_times_in_milliseconds(store: Any) -> None:
    """A filter by a time passes through a Date, and finds nothing that has microseconds."""

    def change(condition: Condition) -> Condition:
        value = condition.value
        if not isinstance(value, datetime):
            return condition
        cut = value.replace(microsecond=value.microsecond // 1000 * 1000)
        return Condition(condition.field, condition.operator, cut)

    asked(store, each(change))


@broken(
    killer="crud_ids.malformed_id_in_a_filter_matches_nothing",
    source="PostgreSQL manual: appendix A, 22P02",
)
def malformed_id_in_a_filter_is_an_error(store: Any) -> None:
    """A filter by what is no id is InvalidValue, as the server answers 22P02."""

    def change(condition: Condition) -> Condition:
        ids = condition.value if isinstance(condition.value, list) else [condition.value]
        if condition.field == "id" and any(isinstance(id_, str) and len(id_) != 36 for id_ in ids):
            raise InvalidValue("id", "is not a uuid")
        return condition

    asked(store, each(change))


@broken(
    killer="queries_filters.by_token_hash",
    source="better-auth/better-auth#1507: Issue with email change",
)
def hash_is_lowered(store: Any) -> None:
    """The lookup by token hash lowers the hash, as hexadecimal digits have no case."""

    def get(original: Call, token_hash: str) -> Any:
        return original(token_hash.lower())

    around(store.scheduling_requests, "get_by_token_hash", get)
