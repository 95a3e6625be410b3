"""What every source of rows can do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from harness.models import Entity, Row
from migrations.sources.location import Location
from migrations.sources.segment import Batch, Segment

__all__ = ["SEGMENT_ROWS", "Inventory", "Source"]

SEGMENT_ROWS = 10_000
"""Rows of one segment unless the caller says otherwise: some 6 MB of JSON for webhook events."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What a source has, counted."""

    counts: Mapping[str, int]
    """Rows that are there, by table, for all entities of the model."""
    stated: Mapping[str, int] | None
    """What the source's own header says, by table; None where it has no header, as a database."""
    size: int
    """Bytes to read, approximately."""
    fingerprint: str
    """SHA-256, in hexadecimal, that differs for any other content."""
    files: Mapping[str, str]
    """SHA-256 of each file by its path; empty for a database."""


class Source(Protocol):
    """Rows to be read, in segments that do not depend on each other.

    A source is a picklable value without open connections or files, so that
    `read` may run in another process or on another machine. A database is
    read at one moment, whose name it carries, and which lives as long as the
    context of `migrations.sources.opening.opened`.
    """

    @property
    def location(self) -> Location:
        """Where it is."""

    def inspect(self, *, allow_empty: bool = False) -> Inventory:
        """Count everything and check it against the header.

        Raises ConfigurationError for a count that differs from the header, no
        header where a snapshot needs one, and, unless `allow_empty`, for a
        missing entity or one without rows.
        """

    def segments(self, entity: Entity[Row], *, rows: int = SEGMENT_ROWS) -> Iterator[Segment]:
        """Cut the entity's rows into segments of at most `rows` rows."""

    def read(self, segment: Segment) -> Batch:
        """Read one segment."""
