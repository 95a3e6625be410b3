"""Builds the batch of a segment out of columns or rows of texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from harness.models import ENTITIES
from migrations.sources.segment import POSITION, Batch, Refused, Segment

__all__ = ["batch_of_columns", "batch_of_rows", "schema_of"]


def schema_of(table: str) -> dict[str, Any]:
    """The schema of `Batch.rows`: a String for each column, then the position."""
    return {**{column.name: pl.String for column in ENTITIES[table].columns}, POSITION: pl.Int64}


def batch_of_columns(segment: Segment, columns: Mapping[str, pl.Series], **rest: Any) -> Batch:
    """Make the batch of a segment whose rows are all there, in their order, column by column."""
    table = segment.table
    position = pl.int_range(segment.first, segment.first + segment.rows, dtype=pl.Int64, eager=True)
    series = [columns[column.name].alias(column.name) for column in ENTITIES[table].columns]
    return Batch(segment=segment, rows=pl.DataFrame([*series, position.alias(POSITION)]), **rest)


def batch_of_rows(
    segment: Segment,
    rows: Sequence[tuple[int, Mapping[str, str | None]]],
    refused: Iterable[Refused],
    **rest: Any,
) -> Batch:
    """Make the batch of a segment from rows one by one: (position, texts by column)."""
    schema = schema_of(segment.table)
    columns: dict[str, list[Any]] = {
        name: [row[name] for _, row in rows] for name in schema if name != POSITION
    }
    columns[POSITION] = [position for position, _ in rows]
    return Batch(segment=segment, rows=pl.DataFrame(columns, schema=schema), refused=tuple(refused), **rest)
