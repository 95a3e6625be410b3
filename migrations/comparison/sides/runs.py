"""The rows of one entity in runs that are each sorted by id: in memory while they are few, else in files."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from harness.adapters.codec import parse_id
from harness.errors import ConfigurationError
from harness.models import Entity
from migrations.comparison.sides.side import SEGMENT_ROWS, KeyRange, within
from migrations.comparison.values.frame import shaped

__all__ = ["Runs"]

_RUN_ROWS = 4 * SEGMENT_ROWS
"""Rows of a run, some 40 MB of webhook events: so many are in memory at once."""
_BLOCK_ROWS = 1000
"""Rows that are read from a run's file together."""


@dataclass(frozen=True)
class _Run:
    """A sorted run in a file, and the first id of each of its blocks."""

    path: Path
    rows: int
    known: int
    """Rows that have an id; those without come last."""
    fences: Sequence[str]

    def read(self, keys: KeyRange) -> pl.DataFrame:
        """Read the rows of a range from the blocks in which they can be."""
        first = 0 if keys.low is None else max(0, bisect_left(self.fences, keys.low) - 1) * _BLOCK_ROWS
        last = self.rows
        if keys.high is not None:
            last = min(self.known, bisect_right(self.fences, keys.high) * _BLOCK_ROWS)
        # Nothing of the run is mapped or kept: the file is read again for the next range.
        return within(pl.scan_ipc(self.path, glob=False).slice(first, max(0, last - first)).collect(), keys)


class Runs:
    """Filled with `add`, closed with `end`, then read by ranges of keys."""

    def __init__(self, entity: Entity[Any], directory: Path) -> None:
        self.rows = 0
        self._entity = entity
        self._directory = directory
        self._kept: list[pl.DataFrame] = []
        self._kept_rows = 0
        self._runs: list[_Run] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Add rows in any order. Raises ConfigurationError if the disk is full."""
        if frame.height:
            self._kept.append(frame)
            self._kept_rows += frame.height
            self.rows += frame.height
        if self._kept_rows >= _RUN_ROWS:
            self._write()

    def end(self) -> None:
        """Sort what is left."""
        if self._runs and self._kept:
            self._write()
        elif self._kept:
            self._kept = [_sorted(self._kept)]

    def cuts(self) -> Sequence[str]:
        """Name ids between which there are about SEGMENT_ROWS rows; what is no id is no cut for a server."""
        fences = sorted(fence for run in self._runs for fence in run.fences if parse_id(fence) == fence)
        each = SEGMENT_ROWS // _BLOCK_ROWS
        return sorted(set(fences[each::each]))

    def read(self, keys: KeyRange) -> pl.DataFrame:
        """Read the rows of a range."""
        found = [part for part in self._parts(keys) if part.height]
        return pl.concat(found, how="diagonal") if found else shaped(pl.DataFrame(), self._entity)

    def _parts(self, keys: KeyRange) -> Iterator[pl.DataFrame]:
        for kept in self._kept:
            yield within(kept, keys)
        for run in self._runs:
            yield run.read(keys)

    def _write(self) -> None:
        run = _sorted(self._kept)
        self._kept.clear()
        self._kept_rows = 0
        path = self._directory / f"{self._entity.table}-{len(self._runs)}.arrow"
        try:
            run.write_ipc(path, record_batch_size=_BLOCK_ROWS)
        except OSError as cause:
            raise ConfigurationError(
                f"{self._directory} cannot take the rows that are sorted there: {cause}. "
                "Set TMPDIR to a directory with as much room as the rows of the snapshot need."
            ) from cause
        known = run.height - run["id"].null_count()
        fences = run["id"][:known].gather_every(_BLOCK_ROWS).to_list()
        self._runs.append(_Run(path, run.height, known, fences))


def _sorted(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    run = pl.concat(frames, how="diagonal")
    return run if run["id"].is_sorted(nulls_last=True) else run.sort("id", nulls_last=True)
