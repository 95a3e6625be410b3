"""Mistakes with texts, numbers and lists: what is normalised, coerced or lost."""

import unicodedata
from dataclasses import replace
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.models import ColumnType, entity_of

from ._helpers import Call, around, given, replaced_values, repositories, returned

EMAILS = {"candidate_email", "organizer_email"}


def texts(change: Any) -> Any:
    """Make a change of values of a change of texts, those in lists included."""

    def changed(name: str, value: Any) -> Any:
        del name
        if isinstance(value, list):
            return [change(item) if isinstance(item, str) else item for item in value]
        return change(value) if isinstance(value, str) else value

    return changed


@broken(
    killer="values_text.text_is_stored",
    source="everruns/everruns#2661: normalize user email to case-insensitive identity",
)
def texts_are_trimmed(store: Any) -> None:
    """Texts are stored without the blanks around them."""
    given(store, texts(str.strip))


@broken(
    killer="columns.every_text_is_kept[scheduling_requests]",
    source="better-auth/better-auth#7806: OAuth account linking fails when email casing differs",
)
def emails_are_lowered(store: Any) -> None:
    """E-mail addresses are stored in small letters."""
    given(store, lambda name, value: value.lower() if name in EMAILS and isinstance(value, str) else value)


@broken(killer="values_text.empty_text_is_not_none", source="Oracle manual: an empty string is NULL")
def empty_text_is_none(store: Any) -> None:
    """An empty text in a column that may be empty is stored as NULL."""

    def write(original: Call, *arguments: Any) -> Any:
        *others, values = arguments
        nullable = {column.name for column in values.entity.columns if column.nullable}
        none = {name: None for name, value in values.values.items() if name in nullable and value == ""}
        return original(*others, replaced_values(values, **none))

    for name in ("create", "update"):
        around(repositories(store), name, write)


@broken(
    killer="values_text.normal_forms_are_different_texts",
    source="Unicode Standard Annex 15: Normalization Forms",
)
def texts_are_composed(store: Any) -> None:
    """Texts are stored in normal form C."""
    given(store, texts(lambda text: unicodedata.normalize("NFC", text)))


@broken(killer="values_text.text_of_a_megabyte", source="plan: VARCHAR(65535) of another database")
def long_texts_are_cut(store: Any) -> None:
    """Texts are cut off after 65,535 characters."""
    given(store, texts(lambda text: text[:65_535]))


@broken(killer="values_text.unstorable_text_is_refused", source="facts: NUL in a body is 22P05")
def nul_is_removed(store: Any) -> None:
    """NUL is removed from texts, so that the server takes them."""
    given(store, texts(lambda text: text.replace("\x00", "")))


@broken(
    killer="values_text.unstorable_text_is_refused",
    source="facts: lone surrogates are a UnicodeEncodeError or PGRST102",
)
def lone_surrogates_are_replaced(store: Any) -> None:
    """A lone surrogate becomes a question mark."""
    given(store, texts(lambda text: text.encode(errors="replace").decode()))


@broken(
    killer="values_scalars.what_is_no_boolean_is_refused",
    source="Python manual: bool() of any text that is not empty is True",
)
def booleans_are_coerced(store: Any) -> None:
    """A boolean column takes everything that is true or false in Python."""

    def change(name: str, value: Any) -> Any:
        return bool(value) if name in {"needs_attention", "verified"} and value is not None else value

    given(store, change)


@broken(
    killer="values_scalars.what_is_no_integer_is_refused",
    source="facts: text looks like a number to a JSON body's columns",
)
def integers_are_coerced(store: Any) -> None:
    """An integer column takes texts of digits."""

    def change(name: str, value: Any) -> Any:
        return (
            int(value) if name == "duration_minutes" and isinstance(value, str) and value.isdigit() else value
        )

    given(store, change)


@broken(
    killer="values_text.what_is_no_text_is_refused",
    source="better-auth/better-auth#3001: Adapter Converts Null Values to String",
)
def texts_are_coerced(store: Any) -> None:
    """A text column takes everything, as str() makes a text of it."""

    def change(name: str, value: Any) -> Any:
        return str(value) if name == "candidate_name" and value is not None else value

    given(store, change)


@broken(
    killer="crud.create_leaves_the_other_columns_null[webhook_events]",
    source='better-auth/better-auth#3001: Adapter Converts Null Values to String "null"',
)
def null_is_returned_as_a_text(store: Any) -> None:
    """A text column without a value is returned as "null"."""

    def change(row: Any) -> Any:
        names = [
            column.name
            for column in entity_of(type(row)).columns
            if column.type is ColumnType.TEXT and getattr(row, column.name) is None
        ]
        return replace(row, **dict.fromkeys(names, "null"))

    returned(store, change)


@broken(
    killer="values_scalars.list_of_texts_is_kept",
    source="supabase/supabase-py#1592: Array filters don't escape elements, corrupting values with a comma",
)
def lists_are_joined_with_commas(store: Any) -> None:
    """A list of texts is sent as one text with commas, which separate elements again."""

    def change(name: str, value: Any) -> Any:
        ok = (
            name == "interviewer_emails"
            and isinstance(value, list)
            and all(isinstance(v, str) for v in value)
        )
        return ",".join(value).split(",") if ok else value

    given(store, change)


@broken(killer="values_scalars.list_of_texts_is_kept", source="plan: interviewers are a set")
def lists_are_sets(store: Any) -> None:
    """A list of texts loses its duplicates."""

    def change(name: str, value: Any) -> Any:
        return (
            list(dict.fromkeys(value)) if name == "interviewer_emails" and isinstance(value, list) else value
        )

    given(store, change)


@broken(
    killer="values_scalars.list_of_texts_is_kept", source="facts: TEXT[] keeps '', 'NULL', quotes, braces"
)
def empty_elements_are_dropped(store: Any) -> None:
    """A list of texts loses its empty elements."""

    def change(name: str, value: Any) -> Any:
        listed = name == "interviewer_emails" and isinstance(value, list)
        return [item for item in value if item != ""] if listed else value

    given(store, change)


@broken(
    killer="columns.every_text_is_kept[sync_jobs]",
    source="facts: UUIDs are case-normalised, text ids are not",
)
def text_ids_are_lowered(store: Any) -> None:
    """Ids of other systems, which are texts, are lowered as UUIDs are."""

    def change(name: str, value: Any) -> Any:
        text_id = name in {"entity_id", "calendar_event_id", "req_id"}
        return value.lower() if text_id and isinstance(value, str) else value

    given(store, change)
