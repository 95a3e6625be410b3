"""Reads a mapping file: what is called otherwise on a side, what is changed on the way, what is not compared.

::

    [tables.webhook_events]
    source = "events"                 # the table in the source; a file of a snapshot is named likewise
    ignore = ["legacy_flag"]          # columns that the model does not know

    [tables.webhook_events.columns]
    event_type = "kind"               # its name in the source
    signature = { target = "sig" }
    created_at = { transform = "milliseconds" }
    last_error = { ignore = true }
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Entity
from harness.settings.toml_reader import KeyPath, Reader
from migrations.comparison.naming import IDENTITY, Naming, TableNaming
from migrations.comparison.values.transforms import TRANSFORMS

__all__ = ["read_mapping"]

_SIDES = ("source", "target")


def read_mapping(path: Path) -> tuple[Naming, Naming]:
    """Return the naming of the source and of the target. Raises ConfigurationError with line and column."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as cause:
        raise ConfigurationError(f"The mapping {path} cannot be read: {cause.strerror or cause}.") from cause
    except ValueError as cause:
        raise ConfigurationError(f"{path} cannot be read as TOML: {cause}.") from cause
    reader = Reader(text, str(path))
    reader.only(data, (), ("tables",))
    tables = reader.table(data, (), "tables")
    reader.only(tables, ("tables",), tuple(ENTITIES))
    sides = [dict(IDENTITY.tables), dict(IDENTITY.tables)]
    for table in tables:
        entity = ENTITIES[table]
        for side, naming in zip(
            sides, _table(reader, reader.table(tables, ("tables",), table), entity), strict=True
        ):
            side[table] = naming
    return Naming(MappingProxyType(sides[0])), Naming(MappingProxyType(sides[1]))


def _table(reader: Reader, data: Mapping[str, Any], entity: Entity[Any]) -> tuple[TableNaming, TableNaming]:
    at: KeyPath = ("tables", entity.table)
    reader.only(data, at, (*_SIDES, "ignore", "columns"))
    said = reader.table(data, at, "columns")
    reader.only(said, (*at, "columns"), tuple(entity.by_name))
    columns = {name: _column(reader, said, entity, name) for name in said}
    ignored = _ignored(reader, data, at)
    one, other = (
        TableNaming(
            table=reader.string(data, at, side) if side in data else entity.table,
            columns=MappingProxyType(
                {
                    name: columns.get(name, {}).get(side, name)
                    for name in entity.by_name
                    if not columns.get(name, {}).get("ignore")
                }
            ),
            ignored=ignored
            | {column.get(side, name) for name, column in columns.items() if column.get("ignore")},
            # What the way changes is done to the source's value before it is compared.
            transforms={
                name: column["transform"]
                for name, column in columns.items()
                if side == "source" and "transform" in column
            },
        )
        for side in _SIDES
    )
    for naming in (one, other):
        names = list(naming.columns.values())
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            reader.fail((*at, "columns"), f"gives {twice} to two columns")
    return one, other


def _ignored(reader: Reader, data: Mapping[str, Any], at: KeyPath) -> frozenset[str]:
    names = data.get("ignore", [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        reader.fail((*at, "ignore"), "must be a list of names of columns")
    return frozenset(names)


def _column(reader: Reader, said: Mapping[str, Any], entity: Entity[Any], name: str) -> Mapping[str, Any]:
    at: KeyPath = ("tables", entity.table, "columns", name)
    value = said[name]
    if isinstance(value, str):
        return {"source": reader.string(said, at[:-1], name)}
    if not isinstance(value, dict):
        reader.fail(at, 'must be the name in the source, or a table such as { transform = "lower" }')
    reader.only(value, at, (*_SIDES, "transform", "ignore"))
    for side in _SIDES:
        if side in value:
            reader.string(value, at, side)
    if name == "id" and ("ignore" in value or "transform" in value):
        reader.fail(at, "is how rows are found on the other side: it can only be renamed")
    reader.flag(value, at, "ignore", default=False)
    if "transform" in value:
        kind = entity.by_name[name].type
        known = [word for word, transform in TRANSFORMS.items() if kind in transform.types]
        if value["transform"] not in known:
            offered = f"it can be {', '.join(known)}" if known else f"none exists for {kind.value}"
            reader.fail((*at, "transform"), f"is no transform of {name}; {offered}")
    return value
