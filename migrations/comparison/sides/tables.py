"""Files that have columns, CSV and Parquet, in batches; no value is taken for another type's."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from harness.errors import ConfigurationError
from harness.models import Column, ColumnType, Entity
from migrations.comparison.naming import TableNaming
from migrations.comparison.sides.jsonrows import names_of
from migrations.comparison.sides.side import SEGMENT_ROWS
from migrations.comparison.values.arrays import array_text
from migrations.comparison.values.frame import ODD, are_uuids, from_texts
from migrations.comparison.values.moments import UNIX_TO_POSTGRES_US

__all__ = ["TABLES", "read_table", "sorted_rows"]

TABLES = (".csv", ".parquet")
_QUOTED = re.compile(rb'"[^"]*"')


def sorted_rows(path: Path, entity: Entity[Any], naming: TableNaming) -> int | None:
    """Count the rows of a Parquet file whose ids are uuids and only grow; None for any other file.

    Reads nothing but the ids.
    """
    if path.suffix != ".parquet":
        return None
    rows = 0
    last: str | None = None
    for batch in read_table(path, entity, naming, only=("id",)):
        ids = batch["id"]
        if not are_uuids(ids) or not (ids[1:] > ids[:-1]).all():
            return None
        if ids.len():
            if last is not None and not ids[0] > last:
                return None
            last = ids[-1]
            rows += ids.len()
    return rows


def read_table(
    path: Path, entity: Entity[Any], naming: TableNaming, *, only: Sequence[str] | None = None
) -> Iterator[pl.DataFrame]:
    """Read a file in the order of its rows, or some of its columns.

    Raises ConfigurationError for what cannot be read whole.
    """
    try:
        scanned = _scan(path)
        found = scanned.collect_schema().names()
        renamed = _rename(path, entity, naming, found)
        if path.suffix == ".csv":
            _require_whole_records(path, len(found))
        chosen = {old: new for old, new in renamed.items() if only is None or new in only}
        batches = _batches(path, scanned.select(pl.col(old).alias(new) for old, new in chosen.items()))
        for batch in batches:
            yield _canonical(batch, entity, path)
    except (pl.exceptions.PolarsError, OSError) as cause:
        reason = str(cause).strip().partition("\n")[0]
        raise ConfigurationError(
            f"{path} cannot be read: {reason}. Write the snapshot again; nothing was compared."
        ) from cause


def _batches(path: Path, rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    if path.suffix != ".parquet":
        yield from rows.collect_batches(chunk_size=SEGMENT_ROWS, maintain_order=True)
        return
    # Slices: batches of a Parquet file are read ahead, several hundred megabytes of them.
    for first in range(0, rows.select(pl.len()).collect().item(), SEGMENT_ROWS):
        yield rows.slice(first, SEGMENT_ROWS).collect()


def _scan(path: Path) -> pl.LazyFrame:
    if path.suffix == ".parquet":
        return pl.scan_parquet(path, glob=False)
    # As Postgres writes CSV: nothing between two commas is NULL, "" is an empty text.
    return pl.scan_csv(path, infer_schema=False, glob=False)


def _require_whole_records(path: Path, columns: int) -> None:
    """Raise ConfigurationError for a record that ends early: Polars would fill it up with NULLs."""
    with path.open("rb") as file:
        record = b""
        for number, line in enumerate(file, 1):
            record += line
            if record.count(b'"') % 2:
                continue  # the line ends inside of quotes
            fields = _QUOTED.sub(b"", record).count(b",") + 1
            if fields < columns:
                raise ConfigurationError(
                    f"{path} has {fields} fields instead of {columns} in the record that ends at line "
                    f"{number}: it was cut off or edited. Write the snapshot again; nothing was compared."
                )
            record = b""


def _rename(path: Path, entity: Entity[Any], naming: TableNaming, found: Sequence[str]) -> dict[str, str]:
    names = names_of(entity, naming)
    renamed: dict[str, str] = {}
    for there in found:
        if there in naming.ignored:
            continue
        name = names.get(there)
        if name is None:
            raise ConfigurationError(
                f"{path} has the column {there}, which {entity.table} has not, so that it would not be "
                "compared. If that is meant, ignore it in the mapping file."
            )
        if name in renamed.values():
            raise ConfigurationError(f"{path} has {name} in two columns. Take one away.")
        renamed[there] = name
    if "id" not in renamed.values():
        raise ConfigurationError(f"{path} has no column id: nobody can say which rows belong together.")
    return renamed


def _canonical(batch: pl.DataFrame, entity: Entity[Any], path: Path) -> pl.DataFrame:
    series: list[pl.Series] = []
    for column in entity.columns:
        if column.name in batch.columns:
            series += _series(batch[column.name], column, path)
    return from_texts(pl.DataFrame(series), entity)


def _series(values: pl.Series, column: Column, path: Path) -> list[pl.Series]:
    kind = values.dtype
    if kind in {pl.String, pl.Null}:
        return [values.cast(pl.String)]
    if kind == pl.List(pl.String) and column.type is ColumnType.TEXT_ARRAY:
        arrays = [None if value is None else array_text(value) for value in values.to_list()]
        return [pl.Series(values.name, arrays, pl.String)]
    if kind == pl.Binary and column.type is ColumnType.UUID:
        return [values.bin.encode("hex")]
    if kind.is_nested() or kind == pl.Binary:
        raise ConfigurationError(
            f"{path} has {column.name} as {kind}, which is not {column.type.value}. Write JSON as text and "
            "arrays as lists of text."
        )
    return _with_rest(values, _known(values, column))


def _known(values: pl.Series, column: Column) -> pl.Series:
    """Read the values of the column's own type; null where there is another one."""
    kind = values.dtype
    match column.type:
        case ColumnType.BOOLEAN if kind == pl.Boolean:
            return values
        case ColumnType.INTEGER if kind.is_integer():
            return values.cast(pl.Int64, strict=False)
        case ColumnType.TIMESTAMPTZ if isinstance(kind, pl.Datetime):
            return _moments(values, kind)
        case ColumnType.TEXT if isinstance(kind, pl.Categorical | pl.Enum):
            return values.cast(pl.String)
        case _:
            return pl.Series(values.name, [None] * len(values), _dtype(column))


def _dtype(column: Column) -> pl.DataType:
    return {ColumnType.BOOLEAN: pl.Boolean(), ColumnType.INTEGER: pl.Int64()}.get(column.type, pl.String())


def _moments(values: pl.Series, kind: pl.Datetime) -> pl.Series:
    """Count microseconds; null for a time without a zone, and where nanoseconds would be cut."""
    if kind.time_zone is None:
        return pl.Series(values.name, [None] * len(values), pl.Int64)
    exact = values.dt.cast_time_unit("us")
    if kind.time_unit == "ns":
        exact = exact.set(exact.dt.cast_time_unit("ns") != values, None)
    return exact.cast(pl.Int64) - UNIX_TO_POSTGRES_US


def _with_rest(values: pl.Series, known: pl.Series) -> list[pl.Series]:
    """Keep what could not be taken for a value of the column in its own words."""
    lost = values.is_not_null() & known.is_null()
    if not lost.any():
        return [known]
    return [known, values.cast(pl.String).set(~lost, None).alias(values.name + ODD)]
