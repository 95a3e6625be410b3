"""The forms of a snapshot: one JSON as the kit writes it, or a directory with a file per table."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, get_args

import polars as pl

from harness.errors import StackError
from harness.models import ENTITIES, ColumnType, Entity
from harness.models.operations import table_alias
from migrations.export.places import fresh_directory, fresh_file

__all__ = ["FORMATS", "SnapshotFormat", "write_snapshot"]

SnapshotFormat = Literal["json", "jsonl", "csv", "parquet"]
FORMATS: tuple[SnapshotFormat, ...] = get_args(SnapshotFormat)

_PARQUET: Mapping[ColumnType, Any] = {
    ColumnType.BOOLEAN: pl.Boolean(),
    ColumnType.INTEGER: pl.Int32(),
    ColumnType.TEXT_ARRAY: pl.List(pl.String()),
    ColumnType.TIMESTAMPTZ: pl.Int64(),
}
"""How the flat lines are read; texts otherwise. Times become columns of microseconds with a zone."""

T = TypeVar("T")


class Moment(Protocol):
    """The rows of all tables, as they were at one moment."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by table."""

    def json_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Yield the rows as JSON by camelCase name, a line each."""

    def flat_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Yield the rows as JSON by snake_case name without nesting, times as microseconds since 1970."""

    def csv_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Yield the rows as CSV as Postgres writes it, a header first."""


Progress = Callable[[str, int], None]


def write_snapshot(
    moment: Moment,
    path: Path,
    form: SnapshotFormat,
    *,
    replace: bool,
    progress: Progress,
    proved: Callable[[Path], T],
) -> T:
    """Write all rows of a moment; `path` is there at the end and whole, or not there.

    `progress` is called with each table and its rows when they are written;
    `proved` with the whole snapshot before it gets its name: what it raises
    leaves nothing behind, and what it returns is returned.
    Raises ConfigurationError if it cannot be written, StackError if the server does not send what it counted.
    """
    if form == "json":
        with fresh_file(path, replace=replace) as draft:
            _write(draft, _one_json(moment, progress))
            return proved(draft)
    with fresh_directory(path, replace=replace) as draft:
        for entity in ENTITIES.values():
            _WRITERS[form](moment, entity, draft / f"{table_alias(entity)}.{form}")
            progress(entity.table, moment.counts[entity.table])
        header = json.dumps(_header(moment), ensure_ascii=False, indent=2)
        _write(draft / "snapshot.json", [header.encode(), b"\n"])
        return proved(draft)


def _header(moment: Moment) -> dict[str, Any]:
    return {
        "snapshot": "parity-snapshot/1",
        "writtenAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "mode": "supabase",
        "counts": {table_alias(entity): moment.counts[table] for table, entity in ENTITIES.items()},
        "counted": {table_alias(entity): "by the server" for entity in ENTITIES.values()},
    }


def _one_json(moment: Moment, progress: Progress) -> Iterator[bytes]:
    header = json.dumps(_header(moment), ensure_ascii=False)
    yield f'{header[:-1]},"rows":{{'.encode()
    for place, entity in enumerate(ENTITIES.values()):
        yield f'{"," if place else ""}\n"{table_alias(entity)}":['.encode()
        for index, line in enumerate(_counted(moment, entity, moment.json_lines(entity))):
            yield b",\n" if index else b"\n"
            yield line.rstrip(b"\n")
        yield b"]"
        progress(entity.table, moment.counts[entity.table])
    yield b"}}\n"


def _jsonl(moment: Moment, entity: Entity[Any], path: Path) -> None:
    _write(path, _counted(moment, entity, moment.json_lines(entity)))


def _csv(moment: Moment, entity: Entity[Any], path: Path) -> None:
    # The header is a row, too.
    _write(path, _counted(moment, entity, moment.csv_lines(entity), besides=1))


def _parquet(moment: Moment, entity: Entity[Any], path: Path) -> None:
    lines = path.with_suffix(".lines")
    _write(lines, _counted(moment, entity, moment.flat_lines(entity)))
    types = {column.name: _PARQUET.get(column.type, pl.String()) for column in entity.columns}
    times = [column.name for column in entity.columns if column.type is ColumnType.TIMESTAMPTZ]
    if moment.counts[entity.table] == 0:
        frame = pl.LazyFrame(schema=types)
    else:
        frame = pl.scan_ndjson(lines, schema=types)
    frame.with_columns(pl.col(times).cast(pl.Datetime("us", "UTC"))).sink_parquet(path, compression="zstd")
    lines.unlink()


_WRITERS: Mapping[SnapshotFormat, Callable[[Moment, Entity[Any], Path], None]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
}


def _counted(
    moment: Moment, entity: Entity[Any], chunks: Iterator[bytes], *, besides: int = 0
) -> Iterator[bytes]:
    """Pass the rows on, and refuse to end with other ones than the server counted at the same moment."""
    number = 0
    for chunk in chunks:
        number += 1
        yield chunk
    wanted = moment.counts[entity.table] + besides
    if number != wanted:
        raise StackError(
            f"{entity.table}: the server counted {wanted - besides} rows and sent {number - besides} "
            "of the same moment. No snapshot was written; check its log and its indexes, and export again."
        )


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    descriptor = path.open("xb")
    with descriptor as file:
        path.chmod(0o600)
        file.writelines(chunks)
