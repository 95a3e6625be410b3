"""A window that slides over a file of JSON: its structure is walked without holding the file."""

import hashlib
import json
import re
from pathlib import Path
from typing import IO, Any, NoReturn

from harness.errors import ConfigurationError
from migrations.sources.spans import BOM

__all__ = ["Window"]

_CHUNK = 4 << 20
_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+[\[\]{}]', re.DOTALL)
_SCALAR = re.compile(rb"[^\s,\]}\[{\"]++(?=[\s,\]}])")


class Window:
    """The part of a file that is in memory, and the place up to which it is understood."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file = file
        self._path = path
        self._sha = hashlib.sha256()
        self.base = 0
        self.buffer = b""
        self.at = 0
        self.more()
        if self.buffer.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ConfigurationError(f"{path} is UTF-16. Write it again as UTF-8.")
        if self.buffer.startswith(BOM):
            self.at = len(BOM)

    @property
    def offset(self) -> int:
        """The place in the file."""
        return self.base + self.at

    def more(self) -> bool:
        """Read on, and forget what is behind the place; False at the end of the file."""
        chunk = self._file.read(_CHUNK)
        if not chunk:
            return False
        self._sha.update(chunk)
        self.base += self.at
        self.buffer = self.buffer[self.at :] + chunk
        self.at = 0
        return True

    def peek(self) -> bytes:
        """Return the next byte that is no space, and go there; nothing at the end of the file."""
        while True:
            match = _SPACE.match(self.buffer, self.at)
            self.at = match.end() if match is not None else self.at
            if self.at < len(self.buffer):
                return self.buffer[self.at : self.at + 1]
            if not self.more():
                return b""

    def take(self, *wanted: bytes) -> bytes:
        """Step over one of these bytes. Raises ConfigurationError for anything else."""
        found = self.peek()
        if found not in wanted:
            self.fail(f"{b' or '.join(wanted).decode()} was expected", found)
        self.at += 1
        return found

    def value(self) -> bytes:
        """Step over one JSON value, of any size and depth; returns its text, which may still be invalid."""
        self.peek()
        while True:
            end = self._end()
            if end is not None:
                text = self.buffer[self.at : end]
                self.at = end
                return text
            if not self.more():
                self.fail("a value was expected", self.buffer[self.at : self.at + 20])

    def small(self) -> Any:
        """Step over one JSON value and return it, as Python reads it."""
        text = self.value()
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            self.fail("a JSON value was expected", text[:20])

    def finish(self) -> str:
        """Make sure that nothing follows; returns the SHA-256 of the file."""
        found = self.peek()
        if found:
            self.fail("the end of the file was expected", found)
        return self._sha.hexdigest()

    def fail(self, reason: str, found: bytes) -> NoReturn:
        """Raise ConfigurationError."""
        if self.offset == 0 and found:
            first = found.decode(errors="backslashreplace")
            raise ConfigurationError(
                f"{self._path} is no snapshot: it begins with {first!r}, and a snapshot is a JSON object. "
                "Write one in the application with exportSnapshot(db, path), or name "
                "a directory with a file for each entity."
            )
        what = repr(found.decode(errors="backslashreplace")) if found else "the end of the file"
        raise ConfigurationError(
            f"{self._path} is no whole JSON: {reason} at byte {self.offset}, and there is {what}. "
            "It was cut off or edited; write the snapshot again."
        )

    def _end(self) -> int | None:
        """Find the end of the value that begins here, None if it is not in the window."""
        head = self.buffer[self.at : self.at + 1]
        if head == b'"':
            match = _STRING.match(self.buffer, self.at)
            return match.end() if match is not None else None
        if head not in {b"{", b"["}:
            match = _SCALAR.match(self.buffer, self.at)
            return match.end() if match is not None else None
        depth, at = 0, self.at
        while (match := _BRACKET.match(self.buffer, at)) is not None:
            at = match.end()
            depth += 1 if self.buffer[at - 1] in b"{[" else -1
            if depth == 0:
                return at
        return None
