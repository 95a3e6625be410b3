"""Rows as memory keeps them: serialized, so that nothing outside can share a part of one.

A `Stored` row is the codec's wire form with every JSON value and every list
as JSON text. All its values are immutable, and no stored row is ever changed
in place: a change stores another one.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from harness.adapters import codec
from harness.adapters.codec import Wire
from harness.models import Column, ColumnType, Entity

__all__ = ["PythonValues", "Stored", "changed", "pack", "unpack"]

Stored = Mapping[str, Any]
"""Values of type str, int, bool and None only."""

_AS_TEXT = {ColumnType.JSONB, ColumnType.TEXT_ARRAY}


def pack(entity: Entity[Any], wire: Wire) -> Stored:
    """Serialize a wire row; columns that it lacks are NULL."""
    return MappingProxyType({column.name: _pack(column, wire.get(column.name)) for column in entity.columns})


def changed(entity: Entity[Any], stored: Stored, changes: Wire) -> Stored:
    """Return the stored row with some columns replaced by wire values."""
    packed = {name: _pack(entity.by_name[name], value) for name, value in changes.items()}
    return MappingProxyType({**stored, **packed})


def unpack(entity: Entity[Any], stored: Stored) -> dict[str, Any]:
    """Return a wire row that shares nothing with the stored one."""
    return {column.name: _unpack(column, stored[column.name]) for column in entity.columns}


def _pack(column: Column, value: Any) -> Any:
    return json.dumps(value) if column.type in _AS_TEXT and value is not None else value


def _unpack(column: Column, value: Any) -> Any:
    return json.loads(value) if column.type in _AS_TEXT and value is not None else value


class PythonValues(dict[str, Any]):
    """A stored row as CHECK constraints see it: decoded column by column, and only those they ask for."""

    def __init__(self, entity: Entity[Any], stored: Stored) -> None:
        super().__init__()
        self._entity = entity
        self._stored = stored

    def __missing__(self, name: str) -> Any:
        column = self._entity.by_name[name]
        self[name] = codec.decode_value(column, _unpack(column, self._stored[name]))
        return self[name]
