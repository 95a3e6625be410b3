"""Where in a file the rows of an entity are, by marks at every `STEP`th row."""

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Literal

from harness.errors import ConfigurationError

__all__ = ["BOM", "STEP", "Form", "Marks", "Span", "open_file", "stamp_of"]

STEP = 500
"""Rows between two marks: a segment reads at most as many rows too much at each of its ends."""
BOM = b"\xef\xbb\xbf"

Form = Literal["jsonl", "json", "csv", "parquet"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """The rows of one entity in one file."""

    path: Path
    form: Form
    rows: int
    stamp: tuple[int, int]
    """Size and time of change of the file when it was indexed: a file that changed since is refused."""
    marks: tuple[int, ...] = ()
    """The offset in bytes of every `STEP`th row, then of the end; empty for Parquet, which counts rows."""
    header: tuple[str, ...] = ()
    """The names of the columns, where the file states them once."""

    def rows_within(self, size: int) -> int:
        """How many rows, at least one, have about `size` bytes: as many as fit where they are longest."""
        longest = max((after - before for before, after in pairwise(self.marks)), default=0)
        return max(1, self.rows if longest == 0 else size * min(STEP, self.rows) // longest)

    def read(self, first: int, rows: int) -> tuple[bytes, int]:
        """Read the bytes of some rows; returns them and how many rows too many stand before the first.

        What is read ends with the first mark behind the last row. Raises ConfigurationError.
        """
        low, high = first // STEP, min(-(-(first + rows) // STEP), len(self.marks) - 1)
        with open_file(self.path) as file:
            if stamp_of(file) != self.stamp:
                raise ConfigurationError(
                    f"{self.path} changed while it was being read. Stop what writes it, and start again."
                )
            file.seek(self.marks[low])
            return file.read(self.marks[high] - self.marks[low]), first - low * STEP


class Marks:
    """Collects the marks of a span while its rows are counted."""

    def __init__(self) -> None:
        self.rows = 0
        self._offsets: list[int] = []

    def row(self, offset: int) -> None:
        """Count a row that begins at this offset."""
        if self.rows % STEP == 0:
            self._offsets.append(offset)
        self.rows += 1

    def run(self, offset: int, lengths: list[int]) -> None:
        """Count rows that follow each other without a gap, the first at this offset."""
        begin = 0
        while begin < len(lengths):
            if self.rows % STEP == 0:
                self._offsets.append(offset)
            end = min(len(lengths), begin + STEP - self.rows % STEP)
            offset += sum(lengths[begin:end])
            self.rows += end - begin
            begin = end

    def close(self, end: int) -> tuple[int, ...]:
        """Return all marks; the rows end at this offset."""
        return (*self._offsets, end)


def open_file(path: Path) -> IO[bytes]:
    """Open a file of a snapshot. Raises ConfigurationError, which says what to do."""
    try:
        return path.open("rb", buffering=1 << 20)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}. Name a snapshot that exportSnapshot wrote, "
            "or a directory with a file for each entity."
        ) from error


def stamp_of(file: IO[bytes]) -> tuple[int, int]:
    """Return what changes when somebody writes to an open file.

    The time of its contents can be set back, as tools that keep times do; the other one, of the file's entry,
    follows each write and cannot.
    """
    state = os.fstat(file.fileno())
    return state.st_size, state.st_mtime_ns + state.st_ctime_ns
