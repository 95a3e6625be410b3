"""Under which names a side keeps the tables and columns of the model, and what is done to their values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from harness.models import ENTITIES, Entity

__all__ = ["IDENTITY", "Naming", "TableNaming"]


@dataclass(frozen=True, kw_only=True)
class TableNaming:
    """The names of one table on one side."""

    table: str
    columns: Mapping[str, str]
    """The name on this side by the name in the model, for all columns that are compared."""
    ignored: frozenset[str] = frozenset()
    """Columns of this side that are not compared, on purpose."""
    transforms: Mapping[str, str] = field(default_factory=dict)
    """Named transforms of this side's values, by the column's name in the model."""


@dataclass(frozen=True)
class Naming:
    """The names of all tables on one side."""

    tables: Mapping[str, TableNaming]

    def of(self, entity: Entity[Any]) -> TableNaming:
        """Return the names of one entity."""
        return self.tables[entity.table]


def _own(entity: Entity[Any]) -> TableNaming:
    return TableNaming(
        table=entity.table,
        columns=MappingProxyType({column.name: column.name for column in entity.columns}),
    )


IDENTITY = Naming(MappingProxyType({table: _own(entity) for table, entity in ENTITIES.items()}))
"""The names of the model itself."""
