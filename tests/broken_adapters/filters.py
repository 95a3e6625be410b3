"""Mistakes in conditions: what a server takes for syntax, and what a filter is compared with."""

from datetime import datetime
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Condition, Page, where
from harness.errors import InvalidValue

from ._helpers import Call, around, repositories

READS = ("list", "iterate", "count")


def asked(store: Any, change: Any) -> None:
    """Change the conditions of every read."""

    def read(original: Call, **options: Any) -> Any:
        return original(**{**options, "where": change(options.get("where", ()))})

    for name in READS:
        around(repositories(store), name, read)


def each(change: Any) -> Any:
    """Make a change of conditions of a change of one, where None drops it."""

    def changed(conditions: Any) -> Any:
        if not all(isinstance(condition, Condition) for condition in conditions):
            return conditions
        return [new for condition in conditions if (new := change(condition)) is not None]

    return changed


def sent(store: Any, change: Any) -> None:
    """Change the parameters in the URL of every reading request."""

    def rewrite(request: Any) -> None:
        if request.method in {"GET", "HEAD"}:
            items = request.url.params.multi_items()
            kept = {"select", "order", "limit"}
            changed = [(name, value if name in kept else change(name, value)) for name, value in items]
            request.url = request.url.copy_with(params=changed)

    store._rest._http.event_hooks = {**store._rest._http.event_hooks, "request": [rewrite]}


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


@broken(
    killer="values_text.text_in_a_set",
    source='PostgREST/postgrest#701: "in" filter cannot express strings containing commas',
    on="supabase",
)
def sets_are_not_quoted(store: Any) -> None:
    """The values of a set are joined with commas, without quotes."""

    def change(name: str, value: str) -> str:
        del name
        return value.replace('"', "") if value.startswith("in.(") else value

    sent(store, change)


@broken(
    killer="values_text.text_in_a_set",
    source="supabase/supabase-js#2670: escape double quotes and backslashes in in()/notIn() filter values",
    on="supabase",
)
def quotes_in_sets_are_not_escaped(store: Any) -> None:
    """The values of a set are quoted, but quotes and backslashes inside of them are not escaped."""

    def change(name: str, value: str) -> str:
        del name
        return value.replace('\\"', '"').replace("\\\\", "\\") if value.startswith("in.(") else value

    sent(store, change)


@broken(
    killer="queries_filters.by_token_hash_of_special_characters",
    source="Embassy-of-the-Free-Mind/sourcelibrary-v2#1355: Security: PostgREST filter injection in search",
    on="supabase",
)
def user_text_inside_or(store: Any) -> None:
    """The lookup by token hash puts the hash into `or=(…)`, where commas and parentheses are syntax."""

    def rewrite(request: Any) -> None:
        value = request.url.params.get("public_token_hash")
        if value is not None and value.startswith("eq."):
            request.url = request.url.copy_remove_param("public_token_hash")
            request.url = request.url.copy_set_param("or", f"(public_token_hash.{value})")

    store._rest._http.event_hooks = {**store._rest._http.event_hooks, "request": [rewrite]}


@broken(
    killer="queries_filters.patterns_are_literal",
    source="facts: `*` is `%` in like and cannot be escaped",
    on="supabase",
)
def texts_are_patterns(store: Any) -> None:
    """A filter by a text is a `like`, for which `*`, `%` and `_` stand for other characters."""

    def change(name: str, value: str) -> str:
        like = name in {"candidate_name", "action"} and value.startswith("eq.")
        return f"like.{value.removeprefix('eq.')}" if like else value

    sent(store, change)


@broken(
    killer="time_values.instant_in_a_filter",
    source="RFC 3986: a plus in a query is a blank to servers of forms",
    on="supabase",
)
def plus_is_not_encoded(store: Any) -> None:
    """The plus of an offset stands in the URL as it is, and arrives as a blank."""

    def change(name: str, value: str) -> str:
        del name
        return value.replace("+00:00", " 00:00")

    sent(store, change)


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
    killer="queries_filters.by_needs_attention",
    source="emcie-co/parlant#774: preserve falsy values in session patch",
)
def falsy_conditions_are_dropped(store: Any) -> None:
    """A condition whose value is False, zero or empty is taken for one that was not given."""
    asked(store, each(lambda condition: condition if condition.value else None))


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
