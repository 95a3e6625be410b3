"""The ids of the rows that a run makes in a given project, on disk before they are sent.

JSON lines in the harness home, mode 0600: the first says whose rows they are,
each other one adds ids to a table or takes them away. A line is handed to the
operating system at once, so a killed process loses none; a last line that was
cut off is left out, as what it announces was not sent.

The command that began it holds a lock on the file, which ends with its
process, however that ends: the rows of a run that goes on are not left behind.
"""

import fcntl
import json
import os
import re
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES

__all__ = ["Ids", "Journal", "Left", "Noted", "place_of", "read", "unfinished"]

SCHEMA = "parity-external-journal/1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")

Ids = Mapping[str, Iterable[str]]
"""Ids by table."""


@dataclass(frozen=True, kw_only=True)
class Noted:
    """What a journal says."""

    run: str
    url: str
    rows: Mapping[str, set[str]]
    """The ids that may be there, by table."""

    @property
    def count(self) -> int:
        """How many rows may be there."""
        return sum(map(len, self.rows.values()))


@dataclass(frozen=True, kw_only=True)
class Left:
    """The runs whose rows may be in a project."""

    over: tuple[str, ...] = ()
    """They were broken off."""
    going_on: tuple[str, ...] = ()
    """They are under way, from this home."""


class Journal:
    """A journal that is written. Safe to share between threads."""

    def __init__(self, path: Path, file: int, noted: Noted) -> None:
        self.path = path
        self.rows: dict[str, set[str]] = {table: set(noted.rows.get(table, ())) for table in ENTITIES}
        """The ids of this run that may be there, by table."""
        self._file = file
        self._lock = threading.Lock()

    @classmethod
    def create(cls, home: Path, *, run: str, url: str) -> Self:
        """Begin one. Raises ConfigurationError if the run has one already, or it cannot be written."""
        path = place_of(home, run)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        except FileExistsError as error:
            raise ConfigurationError(
                f"Run {run} has left rows in a project. Remove them first: harness stack clean --run {run}"
            ) from error
        except OSError as error:
            raise ConfigurationError(
                f"{path} cannot be written: {error.strerror}. The ids of a run's rows must be noted before "
                "any is written; set HARNESS_HOME to a directory that you may write."
            ) from error
        _hold(file)
        journal = cls(path, file, Noted(run=run, url=url, rows={}))
        journal._write({"schema": SCHEMA, "run": run, "url": url})
        os.fsync(file)
        return journal

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Go on with one, for the run that holds it."""
        noted = read(path)
        return cls(path, os.open(path, os.O_WRONLY | os.O_APPEND), noted)

    @classmethod
    def take_over(cls, path: Path) -> Self:
        """Go on with that of a run that is over. Raises ConfigurationError if it is not."""
        noted = read(path)
        file = os.open(path, os.O_WRONLY | os.O_APPEND)
        if not _hold(file):
            os.close(file)
            raise ConfigurationError(
                f"Run {noted.run} is still under way: it removes its own rows. Stop it (Ctrl-C), or wait."
            )
        return cls(path, file, noted)

    def has(self, table: str, id_: str) -> bool:
        """True if the row is of this run."""
        return id_ in self.rows[table]

    def add(self, ids: Ids) -> None:
        """Note rows that are about to be made."""
        with self._lock:
            new = {table: sorted(set(some) - self.rows[table]) for table, some in ids.items()}
            if any(new.values()):
                self._write({"rows": {table: some for table, some in new.items() if some}})
                for table, some in new.items():
                    self.rows[table].update(some)

    def forget(self, ids: Ids) -> None:
        """Note that rows are gone."""
        with self._lock:
            gone = {table: sorted(self.rows[table].intersection(some)) for table, some in ids.items()}
            if any(gone.values()):
                self._write({"removed": {table: some for table, some in gone.items() if some}})
                for table, some in gone.items():
                    self.rows[table].difference_update(some)

    def close(self) -> None:
        """Close the file; it stays."""
        os.close(self._file)

    def _write(self, line: dict[str, Any]) -> None:
        try:
            written = os.write(self._file, content := json.dumps(line).encode() + b"\n")
        except OSError as error:
            raise StackError(f"{self.path} cannot be written: {error.strerror}.") from error
        if written < len(content):
            raise StackError(f"{self.path} cannot be written: the disk is full.")


def place_of(home: Path, run: str) -> Path:
    """Where a run's journal is. Raises ConfigurationError for what is no name of a run."""
    if _NAME.fullmatch(run) is None:
        raise ConfigurationError(f"{run!r} is no name of a run: letters, digits, and . _ - only.")
    return home / "external" / f"{run}.jsonl"


def read(path: Path) -> Noted:
    """Read a journal. Raises ConfigurationError if it cannot be read, or is none."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return _noted([json.loads(line) for line in lines])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path} is no journal of a run ({SCHEMA}).") from error


def unfinished(home: Path, url: str, *, but: str | None = None) -> Left:
    """The runs, but for one, that are under way in the project of this URL or may have left rows there."""
    runs: dict[bool, list[str]] = {True: [], False: []}
    for path in sorted((home / "external").glob("*.jsonl")):
        # One that cannot be read says nothing about this project.
        with suppress(ConfigurationError):
            noted = read(path)
            is_held = _is_held(path)
            if noted.url == url and noted.run != but and (is_held or noted.count):
                runs[is_held].append(noted.run)
    return Left(over=tuple(runs[False]), going_on=tuple(runs[True]))


def _hold(file: int) -> bool:
    """Lock an open journal until it is closed; False if a run that is under way has locked it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: nobody can say who is under way.
        return True
    return True


def _is_held(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _hold(file)
    finally:
        os.close(file)


def _noted(lines: list[dict[str, Any]]) -> Noted:
    first, *others = lines
    if first["schema"] != SCHEMA:
        raise ValueError(first["schema"])
    rows: dict[str, set[str]] = {table: set() for table in ENTITIES}
    for line in others:
        for table, ids in line.get("rows", {}).items():
            rows[table].update(ids)
        for table, ids in line.get("removed", {}).items():
            rows[table].difference_update(ids)
    return Noted(run=first["run"], url=first["url"], rows=rows)
