"""Parquet as a source: each column must be of a type whose values have one exact text."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Column, ColumnType
from migrations.inputs.literals import array_literal
from migrations.sources.columns import batch_of_columns
from migrations.sources.headers import resolve
from migrations.sources.json_files import Indexed
from migrations.sources.segment import Batch, Segment
from migrations.sources.spans import Span, open_file, stamp_of

__all__ = ["index_parquet", "read_parquet"]

_TEXTS: Mapping[ColumnType, str] = {
    ColumnType.BOOLEAN: "booleans or texts",
    ColumnType.INTEGER: "integers or texts",
    ColumnType.JSONB: "texts with JSON",
    ColumnType.TEXT: "texts",
    ColumnType.TEXT_ARRAY: "lists of texts, or texts with array literals",
    ColumnType.TIMESTAMPTZ: "times with a time zone, or texts",
    ColumnType.UUID: "texts",
}


def index_parquet(path: Path, table: str) -> Indexed:
    """Count the rows of a Parquet file. Raises ConfigurationError for columns that are not this table's."""
    with open_file(path) as file:
        stamp = stamp_of(file)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it is a BufferedReader
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        rows = int(scan.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ConfigurationError(f"{path} is no whole Parquet: {error}. Write the snapshot again.") from error
    header = resolve(path, table, list(schema))
    for name, dtype in zip(header, schema.values(), strict=True):
        column = ENTITIES[table].by_name[name]
        if not _fits(column, dtype):
            raise ConfigurationError(
                f"{path}: {name} has values of the type {dtype}, which say nothing exact for "
                f"{column.type.value}. Write {_TEXTS[column.type]} instead."
            )
    span = Span(path=path, form="parquet", rows=rows, stamp=stamp, header=header)
    return Indexed(spans={table: span}, sha256=sha256, header={})


def _fits(column: Column, dtype: pl.DataType) -> bool:
    if dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum | pl.Null):
        return True
    match column.type:
        case ColumnType.BOOLEAN:
            return dtype == pl.Boolean
        case ColumnType.INTEGER:
            return dtype.is_integer()
        case ColumnType.TEXT_ARRAY:
            return dtype == pl.List(pl.String)
        case ColumnType.TIMESTAMPTZ:
            return isinstance(dtype, pl.Datetime)
        case _:
            return False


def read_parquet(span: Span, segment: Segment) -> Batch:
    """Read the batch of a segment. Raises ConfigurationError if the file changed."""
    with open_file(span.path) as file:
        if stamp_of(file) != span.stamp:
            raise ConfigurationError(
                f"{span.path} changed while it was being read. Stop what writes it, and start again."
            )
    frame = pl.scan_parquet(span.path, glob=False).slice(segment.first, segment.rows).collect()
    columns: dict[str, pl.Series] = {}
    absent: dict[str, int] = {}
    for column in ENTITIES[segment.table].columns:
        if column.name in span.header:
            columns[column.name] = _texts(frame.to_series(span.header.index(column.name)))
        else:
            columns[column.name] = pl.repeat(None, segment.rows, dtype=pl.String, eager=True)
            absent[column.name] = segment.rows
    digest = hashlib.sha256(pl.DataFrame(columns).write_csv().encode()).hexdigest()
    return batch_of_columns(segment, columns, absent=absent, digest=digest)


def _texts(series: pl.Series) -> pl.Series:
    dtype: Any = series.dtype
    if isinstance(dtype, pl.List):
        literals = [None if items is None else array_literal(items) for items in series.to_list()]
        return pl.Series(literals, dtype=pl.String)
    if isinstance(dtype, pl.Datetime):
        return _times(series, dtype)
    return series.cast(pl.String)


def _times(series: pl.Series, dtype: pl.Datetime) -> pl.Series:
    """Write times as ISO 8601: with six digits, or with nine where nanoseconds would be lost otherwise."""
    zone = "" if dtype.time_zone is None else "+00:00"
    utc = series if dtype.time_zone is None else series.dt.convert_time_zone("UTC")
    texts = utc.dt.strftime(f"%Y-%m-%dT%H:%M:%S%.6f{zone}")
    if dtype.time_unit != "ns":
        return texts
    exact = utc.dt.strftime(f"%Y-%m-%dT%H:%M:%S%.9f{zone}")
    has_more = (utc.dt.epoch("ns") % 1000 != 0).fill_null(value=False)
    return exact.zip_with(has_more, texts)
