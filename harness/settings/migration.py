"""``[migration]`` of parity.toml: what the migration is rehearsed with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.settings.toml_reader import KeyPath, Reader

__all__ = ["FEWEST_ROWS", "MigrationTable", "read_migration"]

FEWEST_ROWS = 600
"""So many generated rows have every awkward value in every table."""
_MOST_ROWS = 10_000_000
_PATH: KeyPath = ("migration",)


@dataclass(frozen=True, kw_only=True)
class MigrationTable:
    """A snapshot of the user's application, or a number of rows to generate; without both, the default."""

    snapshot: str | None = None
    """A file or directory, relative to the directory of parity.toml."""
    rows: int | None = None
    allow_empty: bool = False
    """True if the snapshot has no row of some entity, and that is right."""


def read_migration(reader: Reader, data: Mapping[str, Any]) -> MigrationTable:
    """Read the section. Raises ConfigurationError with line and column."""
    table = reader.table(data, (), "migration")
    reader.only(table, _PATH, ("snapshot", "rows", "allow_empty"))
    if "snapshot" in table and "rows" in table:
        reader.fail((*_PATH, "rows"), "says how many rows to generate, and a snapshot is named; remove one")
    if "allow_empty" in table and "snapshot" not in table:
        reader.fail((*_PATH, "allow_empty"), "is about a snapshot, and needs the key 'snapshot'")
    rows = table.get("rows")
    if "rows" in table and (type(rows) is not int or not FEWEST_ROWS <= rows <= _MOST_ROWS):
        reader.fail((*_PATH, "rows"), f"must be a number of rows from {FEWEST_ROWS} to {_MOST_ROWS}")
    return MigrationTable(
        snapshot=reader.inside(table, _PATH, "snapshot") if "snapshot" in table else None,
        rows=rows,
        allow_empty=reader.flag(table, _PATH, "allow_empty", default=False),
    )
