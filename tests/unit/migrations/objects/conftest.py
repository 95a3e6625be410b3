"""Objects as the catalog would give them."""

from collections.abc import Callable

import pytest

from migrations.drift.objects.facts import ObjectFact, Objects

Build = Callable[..., Objects]


def fact(kind: str, relation: str, name: str, *parts: str, **aspects: str) -> ObjectFact:
    named = {key.replace("_", " "): value for key, value in aspects.items()}
    return ObjectFact(kind=kind, relation=relation, name=name, aspects=named, parts=list(parts), made_by=None)


def objects(*facts: ObjectFact) -> Objects:
    return {item.key: item for item in facts}


@pytest.fixture
def table() -> ObjectFact:
    """The table that everything stands on."""
    return fact("table", "public.bookings", "bookings", row_level_security="enabled")


@pytest.fixture
def column() -> ObjectFact:
    """A column of it."""
    return fact("column", "public.bookings", "status", "status", type="text", NULL="refused")
