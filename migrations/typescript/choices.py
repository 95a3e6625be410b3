"""Which columns hold one of a few texts, because a CHECK says so: a union of them is no wrong type."""

import re
from collections.abc import Mapping
from dataclasses import replace

from migrations.typescript.facts import Schema

__all__ = ["Choices", "choices_of", "with_unions"]

Choices = Mapping[tuple[str, str], tuple[str, ...]]
"""By table and column: the texts in order of declaration."""

# As Postgres prints IN (…) on a text, and on a varchar.
_LIST = re.compile(
    r"CHECK \(\(\(?.+?\)?(?:::text)? = ANY \(\(?ARRAY\[(?P<items>.+?)\]\)?(?:::text\[\])?\)\)\)"
)
_ONE = re.compile(r"CHECK \(\(\(?.+?\)?(?:::text)? = (?P<items>'(?:[^']|'')*'::text)\)\)")
_ITEM = re.compile(r"\(?'(?P<text>(?:[^']|'')*)'::(?:text|character varying)\)?(?:::text)?(?:, |$)")


def choices_of(schema: Schema) -> Choices:
    """Return the choices that the CHECK constraints of a schema leave."""
    names = {relation.id: relation.name for relation in schema.relations}
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for check in schema.checks:
        texts = _texts(check.definition)
        if texts and check.relation in names:
            found.setdefault((names[check.relation], check.column), texts)
    return found


def with_unions(schema: Schema) -> Schema:
    """Return the schema with the texts that its CHECK constraints accept as types of their columns."""
    ids = {relation.name: relation.id for relation in schema.relations}
    unions = {(ids[table], column): texts for (table, column), texts in choices_of(schema).items()}
    return replace(schema, unions=unions)


def _texts(definition: str) -> tuple[str, ...]:
    match = _LIST.fullmatch(definition) or _ONE.fullmatch(definition)
    if match is None:
        return ()
    items = match["items"]
    found = list(_ITEM.finditer(items))
    # All of it must be such texts: another condition may stand behind the list.
    whole = "".join(item[0] for item in found) == items
    return tuple(item["text"].replace("''", "'") for item in found) if whole else ()
