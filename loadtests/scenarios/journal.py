"""What a run has created, line by line in a file, so that it can be removed even if the run was killed.

JSON lines, the first with the run's mark and the host. Each id is handed to the operating system at once,
so a killed process loses none; `Journal.sync` puts them on the disk, after the subjects were prepared and at
the end. What was created without an answer has no id here: it is found by the mark.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from harness.errors import ConfigurationError

__all__ = ["Created", "Journal", "read"]

SCHEMA = "parity-load-journal/1"


class Journal:
    """A journal that is written."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def create(cls, path: Path, *, mark: str, host: str, api: str) -> Self:
        """Begin a journal. Raises ConfigurationError if the file is there already, or cannot be written."""
        try:
            # Only its owner may read it: the ids are those of people's data.
            journal = cls(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600))
        except FileExistsError as error:
            raise ConfigurationError(
                f"{path} is the journal of another run. Remove what it made with"
                f" `harness load clean {path}`, or name another file."
            ) from error
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
        journal.write({"schema": SCHEMA, "mark": mark, "host": host, "api": api})
        journal.sync()
        return journal

    @classmethod
    def reopened(cls, path: Path) -> Self:
        """Go on with a journal that was read."""
        return cls(os.open(path, os.O_WRONLY | os.O_APPEND))

    def write(self, line: dict[str, Any]) -> None:
        """Add a line."""
        os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def removed(self, ids: Iterable[str]) -> None:
        """Note that rows are gone."""
        self.write({"removed": sorted(ids)})

    def sync(self) -> None:
        """Wait until everything is on the disk."""
        os.fsync(self._file)

    def close(self) -> None:
        """Put everything on the disk, and end."""
        self.sync()
        os.close(self._file)


@dataclass(kw_only=True)
class Created:
    """What is there because of a run."""

    mark: str
    host: str
    api: str
    requests: set[str] = field(default_factory=set)
    bookings: set[str] = field(default_factory=set)
    """Also of those that are gone: jobs are about them."""
    events: set[str] = field(default_factory=set)
    audit_entries: set[str] = field(default_factory=set)
    """Known only once they were looked for, as the API does not tell them."""

    @property
    def kinds(self) -> Mapping[str, set[str]]:
        """The ids by the word for one of them in the journal."""
        return {
            "request": self.requests,
            "booking": self.bookings,
            "event": self.events,
            "audit_entry": self.audit_entries,
        }

    def forget(self, ids: Iterable[str]) -> None:
        """Take note that rows are gone."""
        gone = set(ids)
        for held in self.kinds.values():
            held.difference_update(gone)


def read(path: Path) -> Created:
    """Read a journal back; a last line that was cut off is left out. Raises ConfigurationError."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return _created([json.loads(line) for line in lines[:-1]])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is no journal of a load run ({SCHEMA}); name the file that --journal wrote."
        ) from error


def _created(lines: list[dict[str, Any]]) -> Created:
    first, *others = lines
    if first["schema"] != SCHEMA:
        raise ValueError(first["schema"])
    created = Created(mark=first["mark"], host=first["host"], api=first["api"])
    for line in others:
        for kind, held in created.kinds.items():
            if kind in line:
                held.add(line[kind])
        created.forget(line.get("removed", ()))
    return created
