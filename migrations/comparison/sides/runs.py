"""The rows of one entity in runs that are each sorted by id: in memory while they are few, else in files."""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from harness.errors import ConfigurationError
from harness.models import Entity
from migrations.comparison.sides.side import SEGMENT_ROWS, KeyRange
from migrations.comparison.values.frame import shaped

__all__ = ["Runs"]

_IN_MEMORY = 4 * SEGMENT_ROWS
"""Rows that stay in memory, some 40 MB of webhook events."""
_SAMPLES = 200
"""Ids that are kept of each segment's worth of rows, to cut the keys of all runs."""


class Runs:
    """Filled with `add`, then read by ranges of keys: files are mapped, so a range costs what it holds."""

    def __init__(self, entity: Entity[Any], directory: Path) -> None:
        self.rows = 0
        self._entity = entity
        self._directory = directory
        self._kept: list[pl.DataFrame] = []
        self._files: list[Path] = []
        self._sampled: list[str] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Add rows in any order. Raises ConfigurationError if the disk is full."""
        if frame.height == 0:
            return
        run = frame.sort("id", nulls_last=True)
        self.rows += run.height
        step = max(1, SEGMENT_ROWS // _SAMPLES)
        self._sampled += [key for key in run["id"].gather_every(step, step // 2) if key is not None]
        self._kept.append(run)
        if self._files or self.rows > _IN_MEMORY:
            for kept in self._kept:
                self._write(kept)
            self._kept.clear()

    def cuts(self) -> Sequence[str]:
        """Name ids between which there are about SEGMENT_ROWS rows."""
        ids = sorted(self._sampled)
        segments = self.rows // SEGMENT_ROWS
        return sorted({ids[len(ids) * place // segments] for place in range(1, segments)}) if ids else ()

    def read(self, keys: KeyRange) -> pl.DataFrame:
        """Read the rows of a range."""
        parts = [_slice(run, keys) for run in self._kept]
        parts += [_slice(pl.read_ipc(path), keys) for path in self._files]
        found = [part for part in parts if part.height]
        return pl.concat(found, how="diagonal") if found else shaped(pl.DataFrame(), self._entity)

    def _write(self, run: pl.DataFrame) -> None:
        path = self._directory / f"{self._entity.table}-{len(self._files)}.arrow"
        try:
            run.write_ipc(path, compression="uncompressed")
        except OSError as cause:
            raise ConfigurationError(
                f"{self._directory} cannot take the rows that are sorted there: {cause}. "
                "Set TMPDIR to a directory with as much room as the snapshot has."
            ) from cause
        self._files.append(path)


def _slice(run: pl.DataFrame, keys: KeyRange) -> pl.DataFrame:
    ids = run["id"]
    known = len(ids) - ids.null_count()
    first = 0 if keys.low is None else bisect_right(ids, keys.low, 0, known)
    last = len(ids) if keys.high is None else bisect_right(ids, keys.high, 0, known)
    return run.slice(first, last - first)
