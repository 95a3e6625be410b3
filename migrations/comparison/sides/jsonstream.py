"""One large JSON file, read in pieces: every row as its own text, everything else as values."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, TextIO

from harness.errors import ConfigurationError

__all__ = ["JsonStream"]

_CHUNK = 1 << 20
_SPACE = " \t\n\r"


class JsonStream:
    """A position in a JSON text of any length, of which one window is in memory. A context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO = path.open(encoding="utf-8-sig", newline="")
        self._window = ""
        self._at = 0
        self._before = 0
        self._decoder = json.JSONDecoder(parse_int=str, parse_float=str)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def peek(self) -> str:
        """Return the next character that is no space; an empty text at the end."""
        while True:
            while self._at < len(self._window):
                if self._window[self._at] not in _SPACE:
                    return self._window[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Step over one character. Raises ConfigurationError if it is another."""
        found = self.peek()
        if found != expected:
            if found and self._before + self._at == 0:
                raise ConfigurationError(
                    f"{self._path} is no snapshot: it begins with {found!r}, and a snapshot is a JSON "
                    "object. Write one in the application with exportSnapshot(db, path), or name another."
                )
            raise self._broken(f"{expected!r} is expected, not {found!r}")
        self._at += 1

    def members(self) -> Iterator[str]:
        """Walk an object: yields each key, once, and the caller reads or skips its value."""
        seen: set[str] = set()
        self.take("{")
        while self.peek() != "}":
            key = self.value()
            if not isinstance(key, str):
                raise self._broken("a key is expected")
            if key in seen:
                raise self._broken(f"{key} comes twice, and one of the two would not be compared")
            seen.add(key)
            self.take(":")
            yield key
            if self.peek() != "}":
                self.take(",")
        self.take("}")

    def elements(self) -> Iterator[bytes]:
        """Walk an array: yields the text of each element."""
        self.take("[")
        while self.peek() != "]":
            yield self.text().encode()
            if self.peek() != "]":
                self.take(",")
        self.take("]")

    def text(self) -> str:
        """Read one value; returns its text."""
        self.peek()
        _, end = self._decode()
        text = self._window[self._at : end]
        self._at = end
        return text

    def value(self) -> Any:
        """Read one value, numbers as texts."""
        self.peek()
        value, self._at = self._decode()
        return value

    def end(self) -> None:
        """Raise ConfigurationError if anything but space follows."""
        if self.peek():
            raise self._broken(f"nothing is expected after the end, not {self.peek()!r}")

    def _decode(self) -> tuple[Any, int]:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
            except (ValueError, RecursionError) as cause:
                # Perhaps the window ends within the value.
                if not self._more(len(self._window) - self._at):
                    raise self._broken(str(cause)) from cause
                continue
            if end < len(self._window) or not self._more():
                return value, end

    def _more(self, least: int = 0) -> bool:
        """Read on; forgets what is behind. A value that was too long is tried again when it has doubled."""
        try:
            chunk = self._file.read(max(_CHUNK, least))
        except UnicodeDecodeError as cause:
            raise self._broken(f"it is not UTF-8: {cause}") from cause
        if not chunk:
            return False
        self._before += self._at
        self._window = self._window[self._at :] + chunk
        self._at = 0
        return True

    def _broken(self, reason: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self._path} is no whole JSON near character {self._before + self._at}: {reason}. "
            "Write the snapshot again; nothing was compared."
        )
