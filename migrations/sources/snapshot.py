"""A snapshot as a source of rows: one JSON file, or a directory of files."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Entity, Row
from migrations.sources.csv_files import index_csv, read_csv
from migrations.sources.directory import files_of, header_of
from migrations.sources.json_files import (
    Indexed,
    index_array,
    index_lines,
    index_snapshot,
    known_entity,
    texts_of,
)
from migrations.sources.json_rows import batch_of_json
from migrations.sources.location import SnapshotAt
from migrations.sources.names import names_of
from migrations.sources.parquet_files import index_parquet, read_parquet
from migrations.sources.segment import Batch, Segment
from migrations.sources.source import SEGMENT_ROWS, Inventory
from migrations.sources.spans import Span

__all__ = ["SnapshotSource", "open_snapshot"]

_SEGMENT_BYTES = 64_000_000
"""About as much of a file is in memory for each segment that is being read, whatever its rows are."""


@dataclass(frozen=True, kw_only=True)
class SnapshotSource:
    """The rows of a snapshot. Its files were read once, to find the rows in them."""

    location: SnapshotAt
    spans: Mapping[str, Span]
    stated: Mapping[str, int] | None
    files: Mapping[str, str]
    allow_uncounted: bool

    def inspect(self, *, allow_empty: bool = False) -> Inventory:
        """Count everything and check it against the header. Raises ConfigurationError."""
        path = self.location.path
        if self.stated is None and not self.allow_uncounted:
            raise ConfigurationError(
                f"{path} does not say how many rows it should have, so that a part of it could be missing. "
                "Add snapshot.json with the counts, as exportSnapshot writes them, or give --allow-uncounted."
            )
        counts = {table: self.spans[table].rows if table in self.spans else 0 for table in ENTITIES}
        for table, count in counts.items():
            self._check_stated(table, count)
        uncounted = [table for table in counts if counts[table] and table not in (self.stated or counts)]
        if uncounted and not self.allow_uncounted:
            raise ConfigurationError(
                f"The header of {path} does not count {names_of(ENTITIES[uncounted[0]])[0]}, so that a part "
                "of them could be missing. Write the snapshot again, or give --allow-uncounted."
            )
        for table, count in counts.items():
            if not allow_empty:
                self._check_present(table, count)
        whole = sorted(self.files.items())
        names = (
            [(Path(name).name, sha256) for name, sha256 in whole] if path.is_dir() else [("", whole[0][1])]
        )
        return Inventory(
            counts=counts,
            stated=self.stated,
            size=sum(Path(name).stat().st_size for name in self.files),
            fingerprint=hashlib.sha256(json.dumps(names).encode()).hexdigest(),
            files=self.files,
        )

    def _check_stated(self, table: str, count: int) -> None:
        path, name = self.location.path, names_of(ENTITIES[table])[0]
        stated = None if self.stated is None else self.stated.get(table)
        if stated is not None and stated != count:
            raise ConfigurationError(
                f"{path} says that it has {stated} {name}, and {count} are there. "
                "Rows were lost or added since it was written; write the snapshot again."
            )

    def _check_present(self, table: str, count: int) -> None:
        path, name = self.location.path, names_of(ENTITIES[table])[0]
        if table not in self.spans:
            raise ConfigurationError(
                f"{path} has no {name}. Write the snapshot again with all entities, "
                "or give --allow-empty if there really are none."
            )
        if count == 0:
            raise ConfigurationError(
                f"{path} has 0 {name}. A store that was read from another process looks like this: write the "
                "snapshot inside the running application, or give --allow-empty if there really are none."
            )

    def segments(self, entity: Entity[Row], *, rows: int = SEGMENT_ROWS) -> Iterator[Segment]:
        """Cut the entity's rows into segments of at most `rows` rows, fewer where rows are long."""
        span = self.spans.get(entity.table)
        if span is None:
            return
        total, rows = span.rows, min(rows, span.rows_within(_SEGMENT_BYTES))
        for number, first in enumerate(range(0, total, rows)):
            yield Segment(table=entity.table, number=number, first=first, rows=min(rows, total - first))

    def read(self, segment: Segment) -> Batch:
        """Read one segment. Raises ConfigurationError if the file changed since it was opened."""
        span = self.spans[segment.table]
        if span.form == "csv":
            return read_csv(span, segment)
        if span.form == "parquet":
            return read_parquet(span, segment)
        texts = texts_of(span, segment.first, segment.rows)
        digest = hashlib.sha256(b"\n".join(texts)).hexdigest()
        return batch_of_json(segment, texts, digest=digest)


def open_snapshot(location: SnapshotAt, *, allow_uncounted: bool = False) -> SnapshotSource:
    """Read all files of a snapshot once, to find the rows in them.

    Raises ConfigurationError, with what to do: nothing there, no snapshot, cut
    off, an unknown entity or file, or two files for one entity.
    """
    path = location.path
    if not path.exists():
        raise ConfigurationError(
            f"{path} does not exist. Name a snapshot; exportSnapshot(db, path) writes one in the application."
        )
    if not path.is_dir():
        if not path.is_file():
            raise ConfigurationError(
                f"{path} is no regular file, and a snapshot is read more than once: write it to a file first."
            )
        indexed = index_snapshot(path)
        return SnapshotSource(
            location=location,
            spans=indexed.spans,
            stated=_stated(path, indexed.header),
            files={str(path): indexed.sha256},
            allow_uncounted=allow_uncounted,
        )
    files = files_of(path)
    if not files:
        raise ConfigurationError(
            f"{path} is no snapshot: it has no file of rows, like webhookEvents.jsonl. Name the directory "
            "that has them, or write a snapshot in the application with exportSnapshot(db, path)."
        )
    found = {file: _INDEXES[file.form](file.path, file.table) for file in files}
    header = header_of(path)
    return SnapshotSource(
        location=location,
        spans={file.table: indexed.spans[file.table] for file, indexed in found.items()},
        stated=None if header is None else _stated(path, header),
        files={str(file.path): indexed.sha256 for file, indexed in found.items()},
        allow_uncounted=allow_uncounted,
    )


_INDEXES: Mapping[str, Callable[[Path, str], Indexed]] = {
    "jsonl": index_lines,
    "json": index_array,
    "csv": index_csv,
    "parquet": index_parquet,
}


def _stated(path: Path, header: Mapping[str, Any]) -> Mapping[str, int] | None:
    counts = header.get("counts")
    if counts is None:
        return None
    if not isinstance(counts, dict) or not all(type(count) is int for count in counts.values()):
        raise ConfigurationError(
            f"The counts in the header of {path} are no numbers. Write the snapshot again."
        )
    stated: dict[str, int] = {}
    for name, count in counts.items():
        table = known_entity(name, path).table
        if stated.setdefault(table, count) != count:
            raise ConfigurationError(f"The header of {path} counts {table} twice, and differently.")
    return stated
