"""What a snapshot consists of: its files, its header, and the rows in frames as they come."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Entity
from harness.models.description import camel
from migrations.comparison.naming import Naming
from migrations.comparison.sides.jsonrows import Names, frame_of, names_of
from migrations.comparison.sides.jsonstream import JsonStream
from migrations.comparison.sides.side import SEGMENT_ROWS
from migrations.comparison.values.frame import are_uuids

__all__ = ["HEADER", "Layout", "Read", "layout_of", "read_rows", "read_single", "sorted_lines"]

HEADER = "snapshot.json"
_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".parquet")
_VERSION = "parity-snapshot/1"

Read = Callable[[Entity[Any], pl.DataFrame], None]
"""Takes a frame of rows, in the order of the source."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the rows of each entity are."""

    files: Mapping[str, Path]
    """By table. Empty for a snapshot in a single file."""
    single: Path | None
    counts: Mapping[str, int] | None
    """What the header says, by table; None where there is none, or where it is inside the single file."""


def layout_of(path: Path, naming: Naming) -> Layout:
    """Look at a path. Raises ConfigurationError for what is no snapshot, or has a file too many."""
    if path.is_file():
        return Layout(files={}, single=path, counts=None)
    if not path.is_dir():
        raise ConfigurationError(f"{path} is not there. Name a snapshot: a file, or a directory of files.")
    tables = tables_by_name(naming)
    files: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        if file.name == HEADER or file.name.startswith(".") or file.is_dir():
            continue
        table = tables.get(file.stem)
        if table is None or file.suffix not in _SUFFIXES:
            raise ConfigurationError(
                f"{file} belongs to no entity. A directory has one file per entity, for example "
                f"webhookEvents.jsonl; take this one away, or name its table in the mapping file."
            )
        if table in files:
            raise ConfigurationError(f"{files[table]} and {file} are both of {table}. Take one away.")
        files[table] = file
    header = path / HEADER
    counts = None
    if header.is_file():
        try:
            counts = counts_of(json.loads(header.read_text(encoding="utf-8")), naming, header)
        except (OSError, ValueError) as cause:
            raise ConfigurationError(f"{header} cannot be read: {cause}.") from cause
    return Layout(files=files, single=None, counts=counts)


def tables_by_name(naming: Naming) -> Mapping[str, str]:
    """Return the tables by what a snapshot may call them: the table's name, or its camelCase form."""
    names = {camel(table): table for table, there in naming.tables.items() if there.table == table}
    return {**names, **{there.table: table for table, there in naming.tables.items()}}


def counts_of(header: Any, naming: Naming, path: Path) -> Mapping[str, int] | None:
    """Read the counts of a header, by table."""
    if not isinstance(header, dict) or header.get("snapshot") != _VERSION:
        raise ConfigurationError(
            f'{path} is no snapshot: it has no header with "snapshot": "{_VERSION}". Write one in the '
            "application with exportSnapshot(db, path), or name another."
        )
    counts = header.get("counts")
    if not isinstance(counts, dict):
        return None
    tables = tables_by_name(naming)
    unknown = sorted(name for name in counts if name not in tables)
    if unknown:
        raise ConfigurationError(f"{path} counts {', '.join(unknown)}, which the model does not know.")
    # A single file is read with its numbers as texts.
    odd = sorted(name for name, count in counts.items() if not str(count).isdecimal())
    if odd:
        raise ConfigurationError(f"{path} counts {', '.join(odd)} with no whole number. Write it again.")
    return {tables[name]: int(count) for name, count in counts.items()}


def read_single(path: Path, naming: Naming, read: Read) -> Mapping[str, int] | None:
    """Read a snapshot in one JSON file, whatever the order of its members; returns the header's counts."""
    tables = tables_by_name(naming)
    header: dict[str, Any] = {}
    found: set[str] = set()
    with JsonStream(path) as stream:
        for member in stream.members():
            if member != "rows":
                header[member] = stream.value()
                continue
            for name in stream.members():
                table = tables.get(name)
                if table is None or table in found:
                    why = "the model does not know" if table is None else "comes twice"
                    raise ConfigurationError(f"{path} has rows of {name}, which {why}.")
                found.add(table)
                entity = ENTITIES[table]
                names = names_of(entity, naming.of(entity))
                read(entity, frame_of((), entity, names))  # an entity without rows is there, too
                for frame in _frames(stream.elements(), entity, names):
                    read(entity, frame)
        stream.end()
    return counts_of(header, naming, path)


class _Id(msgspec.Struct):
    id: str


def sorted_lines(path: Path, naming: Naming, entity: Entity[Any]) -> int | None:
    """Count the rows of a JSONL whose ids are uuids and only grow; None for any other file. Reads but ids."""
    if path.suffix not in {".jsonl", ".ndjson"} or naming.of(entity).columns["id"] != "id":
        return None
    decoder = msgspec.json.Decoder(_Id)
    rows = 0
    last = ""
    with path.open("rb") as file:
        lines = (line for line in file if not line.isspace())
        while some := list(islice(lines, SEGMENT_ROWS)):
            try:
                ids = pl.Series([last, *(decoder.decode(line).id for line in some)], dtype=pl.String)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return None
            if not are_uuids(ids[1:]) or not (ids[1:] > ids[:-1]).all():
                return None
            last = ids[-1]
            rows += len(some)
    return rows


def read_rows(path: Path, entity: Entity[Any], naming: Naming) -> Iterator[pl.DataFrame]:
    """Read a file of JSON, one array, or JSONL."""
    names = names_of(entity, naming.of(entity))
    if path.suffix == ".json":
        with JsonStream(path) as stream:
            yield from _frames(stream.elements(), entity, names)
            stream.end()
    else:
        with path.open("rb") as file:
            lines = (line for line in file if not line.isspace())
            yield from _frames(lines, entity, names)


def _frames(rows: Iterator[bytes], entity: Entity[Any], names: Names) -> Iterator[pl.DataFrame]:
    while some := list(islice(rows, SEGMENT_ROWS)):
        yield frame_of(some, entity, names)
