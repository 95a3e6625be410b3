"""The columns that a file states once for all of its rows."""

from collections.abc import Sequence
from pathlib import Path

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.sources.names import columns_by_key

__all__ = ["resolve"]


def resolve(path: Path, table: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the snake_case names of a file's columns, in the order of the file.

    Raises ConfigurationError for one that is unknown, comes twice, or is
    missing though it must not be NULL: that would befall every row.
    """
    known = columns_by_key(table)
    found: list[str] = []
    for name in names:
        column = known.get(name)
        if column is None:
            raise ConfigurationError(
                f"{path}: {name!r} is no column of {table}, and its values would be lost. Columns are named "
                "in camelCase or snake_case; in CSV by the first line, separated by commas."
            )
        if column.name in found:
            raise ConfigurationError(
                f"{path} has the column {column.name} twice, and the values of one of them would be lost."
            )
        found.append(column.name)
    for column in ENTITIES[table].columns:
        if column.name not in found and not column.nullable:
            raise ConfigurationError(
                f"{path} has no column {column.name}, which is NOT NULL in {table}. "
                "Write the snapshot again with it."
            )
    return tuple(found)
