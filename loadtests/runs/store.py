"""A directory of baselines: one file per run, and sets of runs that were blessed.

``runs/`` holds recordings, ``sets/`` one file per blessed set that names its
runs by id and hash. All of it is plain JSON that a team may keep beside its code.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from harness.errors import ConfigurationError
from harness.reports.files import explain
from loadtests.records import Recording
from loadtests.runs import recording_file
from loadtests.runs.recording_file import Stored

__all__ = ["BaselineSet", "Member", "Store"]

_SET_SCHEMA = "parity-load-set/1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a set, by the two things that name it."""

    run_id: str
    sha256: str


class BaselineSet(msgspec.Struct, frozen=True, kw_only=True):
    """Runs that were found good enough to compare others with."""

    name: str
    blessed_at: float
    """Seconds since the epoch."""
    min_span_s: float
    """The spread that was demanded of the runs."""
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Store:
    """The directory; it is made by the first thing that is added."""

    directory: Path

    def add(self, recording: Recording) -> Path:
        """Keep a run; returns its file. Raises ConfigurationError if a run of that id is there already."""
        for path in self._files("runs"):
            if recording_file.read(path).recording.run_id == recording.run_id:
                raise ConfigurationError(f"the run {recording.run_id} is in {path} already.")
        begun = datetime.fromtimestamp(recording.begun_at, UTC)
        path = self._made("runs") / f"{begun:%Y%m%dT%H%M%SZ}-{_slug(recording.run_id)}.json"
        recording_file.write(path, recording)
        return path

    def runs(self) -> tuple[Stored, ...]:
        """All runs, the oldest first. Raises ConfigurationError for the first file that cannot be trusted."""
        found = [recording_file.read(path) for path in self._files("runs")]
        return tuple(sorted(found, key=lambda one: (one.recording.begun_at, one.recording.run_id)))

    def sets(self) -> tuple[BaselineSet, ...]:
        """All blessed sets, by name. Raises ConfigurationError."""
        return tuple(self._read_set(path) for path in self._files("sets"))

    def bless(self, chosen: BaselineSet) -> Path:
        """Keep a set; returns its file. Raises ConfigurationError if the name is taken or unfit."""
        path = self._set_file(chosen.name)
        if path.exists():
            raise ConfigurationError(
                f"the set {chosen.name!r} exists already ({path}). "
                "Choose another name, or remove that file first."
            )
        self._made("sets")
        recording_file.write_sealed(path, "set", _SET_SCHEMA, msgspec.to_builtins(chosen))
        return path

    def named(self, name: str | None) -> BaselineSet:
        """The set of a name; without one, the only one that there is. Raises ConfigurationError."""
        if name is not None:
            path = self._set_file(name)
            if not path.exists():
                raise ConfigurationError(f"{self.directory} has no blessed set {name!r}; {self._which()}")
            return self._read_set(path)
        found = self.sets()
        if len(found) != 1:
            raise ConfigurationError(
                f"{self.directory} has {len(found)} blessed sets, and --baseline names none; {self._which()}"
            )
        return found[0]

    def members(self, chosen: BaselineSet) -> tuple[Recording, ...]:
        """The runs of a set, the oldest first. Raises ConfigurationError if one is gone or is another."""
        there = {stored.recording.run_id: stored for stored in self.runs()}
        for member in chosen.members:
            stored = there.get(member.run_id)
            if stored is None:
                raise ConfigurationError(
                    f"the run {member.run_id} of the set {chosen.name!r} is no longer in "
                    f"{self.directory}/runs. Restore its file, or bless a new set."
                )
            if stored.sha256 != member.sha256:
                raise ConfigurationError(
                    f"{stored.path} is not the run that was blessed as part of {chosen.name!r}: its hash is "
                    f"{stored.sha256[:12]}…, not {member.sha256[:12]}…. Restore it, or bless a new set."
                )
        recordings = [there[member.run_id].recording for member in chosen.members]
        return tuple(sorted(recordings, key=lambda one: (one.begun_at, one.run_id)))

    def _which(self) -> str:
        names = [one.name for one in self.sets()]
        if not names:
            return "bless one first: harness load baseline bless NAME"
        return f"name one of {', '.join(names)}."

    def _read_set(self, path: Path) -> BaselineSet:
        plain, _ = recording_file.read_sealed(path, "set", _SET_SCHEMA)
        try:
            return msgspec.convert(plain, BaselineSet)
        except msgspec.ValidationError as error:
            raise ConfigurationError(f"{path} holds no set of baselines: {error}. Bless it again.") from error

    def _set_file(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise ConfigurationError(
                f"{name!r} cannot be the name of a set: use up to 80 letters, digits, and . _ - only."
            )
        return self.directory / "sets" / f"{name}.json"

    def _files(self, folder: str) -> Sequence[Path]:
        place = self.directory / folder
        try:
            return sorted(path for path in place.iterdir() if path.suffix == ".json" and path.name[0] != ".")
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise ConfigurationError(f"{place} cannot be read: {error.strerror or error}.") from error

    def _made(self, folder: str) -> Path:
        place = self.directory / folder
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain(place, error) from error
        return place


def _slug(run_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", run_id)[:32]
