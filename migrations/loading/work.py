"""One segment to be loaded: everything that a worker, here or elsewhere, needs to know."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from harness.models import ENTITIES, Entity
from migrations.loading.account import Account, AccountingError
from migrations.sources.segment import Refused, Segment
from migrations.sources.source import Source

__all__ = ["Prepared", "Task"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A segment, where it comes from and where it goes. Picklable."""

    source: Source
    segment: Segment
    dsn: str = field(repr=False)
    run_id: str
    was_empty: bool
    """True if its table had no row when the run began."""

    @property
    def entity(self) -> Entity[Any]:
        """The description of its table."""
        return ENTITIES[self.segment.table]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The rows of a segment, read and judged."""

    segment: Segment
    entity: Entity[Any]
    rows: pl.DataFrame
    """The rows to be written: texts, and ``_position``."""
    refused: tuple[Refused, ...]
    digest: str

    @property
    def columns(self) -> list[str]:
        """The names of the table's columns."""
        return [column.name for column in self.entity.columns]

    def account(self, *, inserted: int, identical: int, refused: Iterable[Refused]) -> Account:
        """Say what became of it; a row that is refused for two reasons is one row. Raises AccountingError."""
        return Account(
            table=self.segment.table,
            number=self.segment.number,
            read=self.segment.rows,
            inserted=inserted,
            identical=identical,
            quarantined=len({one.position for one in refused}),
        ).checked()

    def checked(self) -> "Prepared":
        """Return it if each row of the segment is in exactly one of its parts. Raises AccountingError."""
        refused = len({one.position for one in self.refused})
        if self.rows.height + refused != self.segment.rows:
            raise AccountingError(
                f"Segment {self.segment.number} of {self.segment.table} has {self.segment.rows} rows, but "
                f"{self.rows.height} were read and {refused} refused: the source changed, or its reader "
                "loses rows. Nothing of it was written."
            )
        return self
