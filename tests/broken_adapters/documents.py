"""Mistakes with JSON: what is lost in it, or made of it."""

import json
from dataclasses import replace
from typing import Any

from contracts.selfcheck.wrapping import broken

from ._helpers import Call, around, given, mutable, replaced_values, repositories, returned, rewrite


def documents(change: Any) -> Any:
    """Make a change of values of a change of JSON values."""
    return lambda name, value: change(value) if name == "payload" else value


def inside(change: Any, value: Any) -> Any:
    """Change everything inside of a JSON value that is no object and no list."""
    if isinstance(value, dict):
        return {key: inside(change, item) for key, item in value.items()}
    return [inside(change, item) for item in value] if isinstance(value, list) else change(value)


@broken(
    killer="values_json.number_in_canonical_form",
    source="hasura/graphql-engine#10126: Large Integers in JSONB (postgres) rounding",
)
def integers_are_doubles(store: Any) -> None:
    """Integers inside of JSON above 2**53 lose their last digits, as JSON.parse makes doubles of them."""

    def double(value: Any) -> Any:
        large = type(value) is int and 2**53 < abs(value) < 10**300
        return int(float(value)) if large else value

    def change(row: Any) -> Any:
        return replace(row, payload=inside(double, row.payload)) if hasattr(row, "payload") else row

    returned(store, change)


@broken(
    killer="values_json.number_in_canonical_form",
    source="facts: jsonb makes 0.0 of -0.0, and an integer of 1e22",
)
def json_is_kept_as_it_was_written(store: Any) -> None:
    """JSON is kept as the text that json.dumps made of it, and not as jsonb keeps it."""

    def create(original: Call, new: Any) -> Any:
        row = original(new)
        if "payload" in new.values:
            rewrite(store, new.entity.table, row.id, payload=new.values["payload"])
        return original.__self__.get(row.id)  # type: ignore[attr-defined]

    around(repositories(store), "create", create)


@broken(
    killer="values_json.inexpressible_value_is_refused",
    source="ECMAScript: JSON.stringify(NaN) is null",
)
def not_a_number_is_null(store: Any) -> None:
    """NaN and the infinities inside of JSON become null."""

    def change(value: Any) -> Any:
        infinite = isinstance(value, float) and (value != value or abs(value) == float("inf"))  # noqa: PLR0124 - so is NaN told
        return None if infinite else value

    given(store, documents(lambda document: inside(change, document)))


@broken(
    killer="values_json.document_is_kept",
    source="plan: rows are converted to camelCase with their contents",
)
def keys_inside_are_converted(store: Any) -> None:
    """The conversion of column names to camelCase goes on inside of JSON."""

    def camel(value: Any) -> Any:
        if isinstance(value, dict):
            return {_camel(key): camel(item) for key, item in value.items()}
        return [camel(item) for item in value] if isinstance(value, list) else value

    def change(row: Any) -> Any:
        return replace(row, payload=camel(row.payload)) if hasattr(row, "payload") else row

    returned(store, change)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@broken(killer="values_json.document_is_kept", source="ECMAScript: JSON.stringify leaves undefined out")
def null_members_are_left_out(store: Any) -> None:
    """Members of JSON objects that are null are left out."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if item is not None}
        return [strip(item) for item in value] if isinstance(value, list) else value

    given(store, documents(strip))


@broken(
    killer="values_json.document_is_kept",
    source="facts: psycopg's binary COPY of a str into jsonb stores a JSON string",
)
def json_is_encoded_twice(store: Any) -> None:
    """A JSON object is stored as a JSON string that holds it."""

    def change(document: Any) -> Any:
        return json.dumps(document) if isinstance(document, dict) else document

    given(store, documents(change))


@broken(killer="values_json.document_is_replaced_whole", source="PostgreSQL manual: jsonb || jsonb merges")
def documents_are_merged(store: Any) -> None:
    """An update merges a JSON object into the stored one."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        row = original.__self__.get(id)  # type: ignore[attr-defined]
        old, new = getattr(row, "payload", None), patch.values.get("payload")
        if isinstance(old, dict) and isinstance(new, dict):
            patch = replaced_values(patch, payload={**old, **new})
        return original(id, patch)

    around(mutable(store), "update", update)


@broken(killer="values_json.document_is_kept", source="medusajs/medusa#5173: Allow nullish values in update")
def empty_documents_are_objects(store: Any) -> None:
    """The document is `payload or {}`, so that an empty list, 0 and False become an empty object."""
    given(store, documents(lambda document: {} if document in ([], "", 0, False) else document))
