"""What a comparison found out, counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Comparison", "Difference", "TableComparison"]


@dataclass(frozen=True)
class Difference:
    """One thing that differs."""

    table: str
    kind: str
    """``missing``, ``extra``, ``changed`` or ``duplicate``."""
    key: str | None
    """The id; None for a row without one."""
    column: str | None
    """The column that differs; None where the row as a whole is missing, extra or duplicate."""
    source: str | None
    """The value as text, None for NULL. Of a duplicate: how often it is there."""
    target: str | None


@dataclass(frozen=True, kw_only=True)
class TableComparison:
    """The counts of one table."""

    table: str
    source_rows: int
    target_rows: int
    missing: int = 0
    """Rows of the source that the target does not have."""
    extra: int = 0
    """Rows of the target that the source does not have."""
    changed: int = 0
    """Rows of which at least one column differs."""
    duplicates: int = 0
    """Keys that occur more than once on a side: which rows belong together nobody can say."""
    columns: Mapping[str, int] = field(default_factory=dict)
    """How many rows differ in a column, for the columns that differ."""
    settled: int = 0
    """Rows that differed at first and no more when they were read again: somebody was writing."""

    @property
    def rows(self) -> int:
        """How many rows were compared: those of both sides, a pair counted once."""
        return max(self.source_rows + self.extra, self.target_rows + self.missing)

    @property
    def differing(self) -> int:
        """Rows that are missing, extra, changed or duplicate."""
        return self.missing + self.extra + self.changed + self.duplicates

    @property
    def equal(self) -> bool:
        """True if nothing differs. Also true of two empty tables."""
        return self.differing == 0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All tables that were compared."""

    source: str
    """What was compared, without a password."""
    target: str
    tables: tuple[TableComparison, ...]
    first: tuple[Difference, ...] = ()
    """The first differences, enough to show; the files have all."""
    found: int = 0
    """How many differences there are: a row has one for each column that differs."""
    unread: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Columns that were not compared because the mapping says so, by table."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """``jsonl``, ``parquet`` and ``html``, if a directory for them was given."""

    @property
    def findings(self) -> Path | None:
        """The file with every difference, one JSON object a line; None if no directory was given."""
        return self.files.get("jsonl")

    @property
    def equal(self) -> bool:
        """True if nothing differs. A caller that needs rows to have been compared asks `rows`, too."""
        return all(table.equal for table in self.tables)

    @property
    def rows(self) -> int:
        """How many rows were compared in all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def differing(self) -> int:
        """Rows that are missing, extra, changed or duplicate."""
        return sum(table.differing for table in self.tables)
