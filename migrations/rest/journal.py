"""What a copy by REST has begun and what became of it, in a file that survives whatever ends the process.

Over REST there is no row that could be written in the same transaction as the
data. So each request is announced before it is sent and its result written
down after it came, each line forced to the disk: a request that was announced
and has no result is one of which nobody knows whether it happened, and its
rows are read back. The file also says which rows are the copy's own, with a
fingerprint of each: that is what a rollback may remove.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from harness.errors import ConfigurationError
from migrations.loading.account import Account
from migrations.sources.segment import Refused

__all__ = ["FORMAT", "Header", "Journal", "SegmentDone", "fingerprint_of", "whole_lines"]

FORMAT = "parity-rest-journal/1"


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a copy is from, to and by; a resume must agree with all of it."""

    run_id: str
    started_at: str
    target: str
    source: str
    source_fingerprint: str
    plan_fingerprint: str
    schema_fingerprint: str
    rows_per_segment: int
    empty_tables: tuple[str, ...]
    """The tables that had no row when the copy began."""


@dataclass(frozen=True, kw_only=True)
class SegmentDone:
    """What became of a segment."""

    account: Account
    refused: tuple[Refused, ...]
    digest: str
    """SHA-256 of what was read."""


def fingerprint_of(texts: Mapping[str, str | None]) -> str:
    """A fingerprint of a row as the server prints it: 128 bits in hexadecimal."""
    content = json.dumps([[name, texts[name]] for name in sorted(texts)], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


class Journal:
    """A journal that is being written; one process at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path.with_name(path.name + ".lock"), timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise ConfigurationError(
                f"Another copy writes {path} at this moment; wait for it, or end it."
            ) from None
        # For the owner only: keys of rows, and refused rows with all they hold.
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        _to_disk(path.parent)

    @classmethod
    def begin(cls, path: Path, header: Header) -> Self:
        """Begin a new journal. Raises ConfigurationError if there is something already."""
        if path.exists() and path.stat().st_size:
            raise ConfigurationError(
                f"{path} is the journal of another copy; name another place for this one."
            )
        journal = cls(path)
        journal._write("begin", {"journal": FORMAT, **asdict(header)})
        return journal

    @classmethod
    def resume(cls, path: Path) -> Self:
        """Go on with a journal, behind its last whole line."""
        journal = cls(path)
        os.truncate(path, sum(len(line) for line in whole_lines(path)))
        return journal

    def announce(self, table: str, ids: Iterable[str]) -> None:
        """Write down, before a request is sent, which rows it may store."""
        self._write("announce", {"table": table, "ids": list(ids)})

    def stored(self, table: str, rows: Iterable[Mapping[str, str | None]]) -> None:
        """Write down which rows are stored, as the server prints them: they are the copy's own."""
        self._write("stored", {"table": table, "rows": [[row["id"], fingerprint_of(row)] for row in rows]})

    def identical(self, table: str, ids: Iterable[str]) -> None:
        """Write down which rows of the source were in the table before, and are not the copy's own."""
        self._write("identical", {"table": table, "ids": list(ids)})

    def refused(self, table: str, ids: Iterable[str]) -> None:
        """Write down that a request did nothing."""
        self._write("refused", {"table": table, "ids": list(ids)})

    def segment(self, done: SegmentDone) -> None:
        """Write down that a segment is complete."""
        self._write("segment", asdict(done))

    def end(self) -> None:
        """Write down that the copy is complete."""
        self._write("end", {})

    def removed(self, table: str, ids: Iterable[str]) -> None:
        """Write down which rows a rollback removed."""
        self._write("removed", {"table": table, "ids": list(ids)})

    def rolled_back(self) -> None:
        """Write down that a rollback went through all of the copy's rows."""
        self._write("rolled_back", {})

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
        self._lock.release()

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def _write(self, what: str, content: Mapping[str, Any]) -> None:
        line = json.dumps({"line": what, **content}).encode() + b"\n"
        while line:
            line = line[os.write(self._file, line) :]
        os.fsync(self._file)


def _to_disk(directory: Path) -> None:
    """Force the name of a new file to the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def whole_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file without the last one, if it was cut off by whatever ended its writer."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line
