"""The names under which a source may hold an entity and its columns."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from harness.models import ENTITIES, Column, Entity
from harness.models.description import camel

__all__ = ["columns_by_key", "entity_named", "names_of"]


def names_of(entity: Entity[Any]) -> tuple[str, str]:
    """The plural in camelCase, as the application says it, and the name of the table."""
    return camel(entity.table), entity.table


def entity_named(name: str) -> Entity[Any] | None:
    """Find the entity that a file or a key names, None for a name that is none."""
    return next((entity for entity in ENTITIES.values() if name in names_of(entity)), None)


@cache
def columns_by_key(table: str) -> Mapping[str, Column]:
    """The columns of a table by each of their two names."""

    def pairs() -> Iterator[tuple[str, Column]]:
        for column in ENTITIES[table].columns:
            yield column.name, column
            yield column.alias, column

    return MappingProxyType(dict(pairs()))
