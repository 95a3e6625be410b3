"""A part of one entity's rows that is read, moved and accounted for as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

__all__ = ["POSITION", "Batch", "Refused", "Segment"]

POSITION = "_position"
"""The column of a batch that says where in the source a row stands."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A reference to a run of rows: small, picklable, and the same whenever the same source is cut again."""

    table: str
    number: int
    """0-based, within the table."""
    first: int
    """The place of its first row among the table's rows, 0-based."""
    rows: int
    """How many rows it has."""
    place: Any = None
    """Where its source finds them: a range of bytes or rows, or the keys (after, up to]. Picklable."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A row that cannot become a row of its table unchanged, with the reason."""

    table: str
    position: int
    """The place of the row among the table's rows in the source, 0-based."""
    key: str | None
    """Its id, where it has one that can be read."""
    column: str | None
    """The column that is the reason; None where it is the row as a whole."""
    rule: str
    """A stable word for the reason: ``naive_time``, ``nul``, ``not_null``, the name of a constraint …"""
    reason: str
    """One sentence, without the values of other columns."""
    sqlstate: str | None
    """What Postgres raises for it, or raised; None for what Postgres would take and change."""
    raw: str
    """The row as its source has it, for the quarantine; JSON where the source has no text of its own."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The rows of one segment as they would be sent.

    `rows` has one String column per column of the entity, by its snake_case
    name, in the entity's order, then ``_position`` (Int64, the place in the
    source). A text is exactly what Postgres' input function turns into the
    source's value (an array is an array literal, JSON is the source's own
    JSON text); null is NULL. Nothing passes through a float or a Python
    value that could change it.
    """

    segment: Segment
    rows: pl.DataFrame
    refused: tuple[Refused, ...] = ()
    """The rows that have no such form. ``rows.height + len(positions of refused) == segment.rows``."""
    digest: str = field(default="")
    """SHA-256 of what was read, in hexadecimal."""
    absent: Mapping[str, int] = field(default_factory=dict)
    """How many rows have no value at all for a column that may be NULL, by column; they get NULL."""
