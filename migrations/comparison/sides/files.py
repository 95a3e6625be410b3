"""A snapshot as a side: each entity is read once, into runs that are sorted by id."""

import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

from harness.models import Entity
from migrations.comparison.naming import IDENTITY, Naming
from migrations.comparison.sides.runs import Runs
from migrations.comparison.sides.side import Content, KeyRange
from migrations.comparison.sides.snapshot import layout_of, read_rows, read_single, sorted_lines
from migrations.comparison.sides.tables import TABLES, read_table, sorted_rows
from migrations.comparison.values.transforms import applied
from migrations.sources.location import SnapshotAt

__all__ = ["FileSide"]


class FileSide:
    """All entities of a snapshot. A context manager: it has a directory for what memory should not hold."""

    live = False

    def __init__(self, location: SnapshotAt, naming: Naming = IDENTITY) -> None:
        self.label = str(location)
        self._naming = naming
        self._layout = layout_of(location.path, naming)
        self._counts = self._layout.counts
        self._directory = Path(tempfile.mkdtemp(prefix="parity-diff-"))
        self._lock = threading.Lock()
        self._runs: dict[str, Runs] = {}
        self._sorted: dict[str, int | None] = {}
        if self._layout.single is not None:
            self._read_single(self._layout.single)

    def content(self, entity: Entity[Any]) -> Content | None:
        """Count the rows; None if the snapshot has no such entity at all."""
        stated = None if self._counts is None else self._counts.get(entity.table)
        if entity.table not in self._runs and entity.table not in self._layout.files:
            return None
        rows = self.sorted_rows(entity)
        return Content(rows=self._of(entity).rows if rows is None else rows, stated=stated)

    def sorted_rows(self, entity: Entity[Any]) -> int | None:
        """Count the rows of an entity whose file has them in the order of their ids; None for any other."""
        path = self._layout.files.get(entity.table)
        if path is None:
            return None
        with self._lock:
            if entity.table not in self._sorted:
                found = sorted_rows(path, entity, self._naming.of(entity))
                found = sorted_lines(path, self._naming, entity) if found is None else found
                self._sorted[entity.table] = found
            return self._sorted[entity.table]

    def stream(self, entity: Entity[Any]) -> Iterator[pl.DataFrame]:
        """Read such a file from its beginning to its end."""
        naming = self._naming.of(entity)
        for frame in self._frames(entity):
            # Rows that had to be read piece by piece come last in their frame.
            yield applied(frame if frame["id"].is_sorted() else frame.sort("id"), entity, naming)

    def cuts(self, entity: Entity[Any]) -> Sequence[str]:
        """Name ids between which there are about SEGMENT_ROWS rows."""
        return self._of(entity).cuts()

    def read(self, entity: Entity[Any], keys: KeyRange) -> pl.DataFrame:
        """Read a segment."""
        return applied(self._of(entity).read(keys), entity, self._naming.of(entity))

    def fetch(self, entity: Entity[Any], ids: Sequence[str]) -> pl.DataFrame:
        """Never called: a snapshot does not change."""
        raise NotImplementedError

    def unread(self) -> Mapping[str, Sequence[str]]:
        """Name what the mapping says to ignore."""
        return {table: sorted(naming.ignored) for table, naming in self._naming.tables.items()}

    def close(self) -> None:
        """Remove the directory."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _of(self, entity: Entity[Any]) -> Runs:
        with self._lock:
            if entity.table not in self._runs:
                self._runs[entity.table] = self._read(entity)
            return self._runs[entity.table]

    def _read_single(self, path: Path) -> None:
        def take(entity: Entity[Any], frame: pl.DataFrame) -> None:
            self._runs.setdefault(entity.table, Runs(entity, self._directory)).add(frame)

        self._counts = read_single(path, self._naming, take)
        for runs in self._runs.values():
            runs.end()

    def _read(self, entity: Entity[Any]) -> Runs:
        runs = Runs(entity, self._directory)
        for frame in self._frames(entity):
            runs.add(frame)
        runs.end()
        return runs

    def _frames(self, entity: Entity[Any]) -> Iterator[pl.DataFrame]:
        path = self._layout.files[entity.table]
        if path.suffix in TABLES:
            return read_table(path, entity, self._naming.of(entity))
        return read_rows(path, entity, self._naming)
