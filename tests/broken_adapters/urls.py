"""Mistakes in writing a condition into a URL, where a server takes it for syntax."""

from typing import Any

from contracts.selfcheck.wrapping import broken


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
    killer="values_text.text_alone_in_a_set",
    source='measured: PostgREST 12 takes in.("") for an empty list',
    on="supabase",
)
def set_of_one_text_is_a_set(store: Any) -> None:
    """A set of the empty text alone is sent as a set, which the server takes for an empty one."""

    def change(name: str, value: str) -> str:
        is_text = name.endswith(("_name", "_email", "_reason", "_id", "_error"))
        return 'in.("")' if value == "eq." and is_text else value

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
