"""Whether a database can be compared at all: its tables are there, whole, visible and of known types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from harness.errors import ConfigurationError
from harness.models import ENTITIES, ColumnType, Entity
from migrations.catalog import query
from migrations.comparison.naming import Naming, TableNaming

__all__ = ["Examination", "examine"]

_ALSO_TAKEN: Mapping[ColumnType, frozenset[str]] = {
    ColumnType.TEXT: frozenset({"character varying"}),
    ColumnType.JSONB: frozenset({"json"}),
    ColumnType.INTEGER: frozenset({"bigint", "smallint"}),
}
"""Types beside the model's own whose text says the same: nothing is cut or rounded on its way."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What was found out about a database."""

    unread: Mapping[str, Sequence[str]]
    """The columns that are not compared because the mapping says so, by table of the model."""
    hashable: frozenset[str]
    """Tables whose rows have a fingerprint: the types are the model's own, and an id is there once."""


def examine(connection: psycopg.Connection, naming: Naming, label: str) -> Examination:
    """Check all tables. Raises ConfigurationError for what cannot be compared, with the way out."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(query("compare_columns")):
        found.setdefault(table, {})[column] = kind.split("(")[0]
    hidden = {table for (table,) in connection.execute(query("compare_hidden"))}
    keys = set(connection.execute(query("compare_keys")))
    unread: dict[str, Sequence[str]] = {}
    hashable: set[str] = set()
    for entity in ENTITIES.values():
        names = naming.tables.get(entity.table)
        if names is None:
            continue
        columns = found.get(names.table)
        _check(entity, names, columns, label)
        if names.table in hidden:
            raise ConfigurationError(
                f"Row level security hides rows of public.{names.table} of {label} from this role: it would "
                "look empty. Connect as a role with BYPASSRLS or as the owner, postgres on hosted projects."
            )
        unread[entity.table] = sorted(names.ignored)
        if (names.table, names.columns["id"]) in keys and _is_exact(entity, names, columns or {}):
            hashable.add(entity.table)
    return Examination(unread=unread, hashable=frozenset(hashable))


def _is_exact(entity: Entity[Any], names: TableNaming, found: Mapping[str, str]) -> bool:
    return all(found[there] == entity.by_name[column].type.value for column, there in names.columns.items())


def _check(entity: Entity[Any], names: TableNaming, found: Mapping[str, str] | None, label: str) -> None:
    where = f"public.{names.table} of {label}"
    if found is None:
        raise ConfigurationError(
            f"{where} is not there, or this role may not see it. Apply the migrations, grant SELECT, "
            "or name the table in the mapping file."
        )
    for column in entity.columns:
        name = names.columns.get(column.name)
        if name is None:
            continue
        kind = found.get(name)
        if kind is None:
            raise ConfigurationError(
                f"{where} has no column {name}. Apply the migrations, or say in the mapping file what it is "
                "called, or that it is ignored."
            )
        if kind != column.type.value and kind not in _ALSO_TAKEN.get(column.type, frozenset()):
            raise ConfigurationError(
                f"{where} has {name} as {kind}, which cannot be compared with {column.type.value} exactly. "
                f"Compare a view that casts it, or ignore {name} in the mapping file."
            )
    unknown = sorted(set(found) - set(names.columns.values()) - names.ignored)
    if unknown:
        raise ConfigurationError(
            f"{where} has {', '.join(unknown)}, which the model does not know, so that they would not be "
            "compared. If that is meant, ignore them in the mapping file."
        )
