"""The file of a recording: read through once to know its calls, then call by call, by the time they began.

Calls are written when they end, so a long one stands behind those that it
outlived. The first reading checks every line and remembers where each call
stands (48 bytes a call); the second follows that order, one line at a time.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from contracts.replay import lines
from contracts.replay.lines import Call, Damaged, Header
from harness.errors import ConfigurationError
from harness.models.operations import OPERATIONS, Operation

__all__ = ["Recording"]

_CODES = {name: place for place, name in enumerate(OPERATIONS)}


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A recording that was read through once."""

    path: Path
    header: Header
    numbers: "array[int]"
    """The number ``n`` of each call, by the time it began, as in all of these."""
    starts: "array[int]"
    """When it began, in nanoseconds since the recording did."""
    ends: "array[int]"
    codes: "array[int]"
    """Its operation, as the place in `OPERATIONS`."""
    offsets: "array[int]"
    """Where its line begins in the file."""
    lines: "array[int]"
    """The number of its line."""
    missing: tuple[str, ...]
    """What is known to be missing, as sentences: a verdict needs all calls."""

    def __len__(self) -> int:
        return len(self.offsets)

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """Read a file through. Raises ConfigurationError for one that cannot be read or is damaged."""
        try:
            with path.open("rb") as file:
                return _Reading(path).through(file)
        except OSError as error:
            raise ConfigurationError(
                f"The recording {path} cannot be read: {error.strerror or error}. Name the file that the "
                "application wrote."
            ) from error

    def called(self) -> Iterator[Operation]:
        """Return the operation of each call."""
        operations = [*OPERATIONS.values()]
        return (operations[code] for code in self.codes)

    def calls(self) -> Iterator[Call]:
        """Read the calls again, by the time they began. Raises ConfigurationError if the file changed."""
        try:
            with self.path.open("rb") as file:
                for offset, number in zip(self.offsets, self.lines, strict=True):
                    file.seek(offset)
                    yield lines.call(lines.parse(file.readline()), number)
        except (OSError, Damaged) as error:
            raise ConfigurationError(f"The recording {self.path} changed while it was replayed.") from error


class _Reading:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers = array("q")
        self._starts = array("q")
        self._ends = array("q")
        self._codes = array("q")
        self._offsets = array("q")
        self._lines = array("q")
        self._end: lines.End | None = None
        self._cut: str | None = None

    def through(self, file: IO[bytes]) -> Recording:
        first = file.readline()
        if not first:
            raise ConfigurationError(f"The recording {self._path} is empty: not even its header was written.")
        header = self._header(first)
        offset, number = len(first), 1
        for text in file:
            number += 1
            self._line(text, number, offset)
            offset += len(text)
        order = sorted(range(len(self._starts)), key=lambda i: (self._starts[i], self._numbers[i]))

        def ordered(values: "array[int]") -> "array[int]":
            return array("q", (values[i] for i in order))

        return Recording(
            path=self._path,
            header=header,
            numbers=ordered(self._numbers),
            starts=ordered(self._starts),
            ends=ordered(self._ends),
            codes=ordered(self._codes),
            offsets=ordered(self._offsets),
            lines=ordered(self._lines),
            missing=tuple(self._missing()),
        )

    def _header(self, text: bytes) -> Header:
        try:
            return lines.header(lines.parse(text))
        except Damaged as error:
            raise self._damaged(1, error) from None

    def _line(self, text: bytes, number: int, offset: int) -> None:
        if self._end is not None:
            raise self._damaged(number, Damaged("follows the end"))
        try:
            found = lines.parse(text)
            if "end" in found:
                self._end = lines.end(found)
                return
            call = lines.call(found, number)
        except Damaged as error:
            if text.endswith(b"\n"):
                raise self._damaged(number, error) from None
            self._cut = f"{self._path}:{number} is cut off, as by a crash: that call is not replayed."
            return
        self._numbers.append(call.n)
        self._starts.append(call.started_ns)
        self._ends.append(call.ended_ns)
        self._codes.append(_CODES[call.operation.name])
        self._offsets.append(offset)
        self._lines.append(number)

    def _missing(self) -> Iterator[str]:
        found = len(self._numbers)
        if len(set(self._numbers)) != found:
            raise ConfigurationError(
                f"The recording {self._path} is damaged: two of its calls have one number."
            )
        if self._cut is not None:
            yield self._cut
        if self._end is None:
            if self._cut is None:
                yield f"The recording {self._path} has no end: the application still runs, or broke off."
            highest = max(self._numbers, default=0)
            if highest > found:
                yield f"{highest - found} calls began and are not there: how they ended is not known."
            return
        if self._end.reason is not None:
            yield f"The recording {self._path} is incomplete: {self._end.reason}."
        if self._end.running > 0:
            yield f"{self._end.running} calls were running when the recording ended: they are not replayed."
        if self._end.calls != found + self._end.running:
            yield (
                f"The recording {self._path} says that {self._end.calls} calls began; "
                f"it holds {found}, and {self._end.running} were running."
            )

    def _damaged(self, number: int, error: Damaged) -> ConfigurationError:
        return ConfigurationError(
            f"The recording is damaged, and nothing was replayed: {self._path}:{number} {error}."
        )
