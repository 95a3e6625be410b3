"""The line on stderr that tells how far something is, and times in words."""

from dataclasses import dataclass, field
from typing import Final, TextIO

__all__ = ["StatusLine", "duration"]

_EVERY_S: Final = {True: 0.2, False: 10.0}
"""Seconds between two lines, on a terminal and elsewhere."""
_CLEARED: Final = "\r\x1b[K"


@dataclass
class StatusLine:
    """On a terminal a line takes the place of the one before; elsewhere each has a line of its own."""

    stream: TextIO
    _open: bool = field(default=False, init=False)

    @property
    def every_s(self) -> float:
        """How long to wait before the next line."""
        return _EVERY_S[self.stream.isatty()]

    def show(self, line: str) -> None:
        """Show how far it is."""
        if not self.stream.isatty():
            self._write(f"{line}\n")
            return
        self._open = True
        self._write(f"{_CLEARED}{line}")

    def keep(self) -> None:
        """Leave a terminal on a new line, below what was shown last."""
        self._leave("\n")

    def clear(self) -> None:
        """Leave a terminal on an empty line, in the place of what was shown last."""
        self._leave(_CLEARED)

    def write(self, text: str) -> None:
        """Write a line that stays; what is shown has been kept or cleared."""
        self._write(f"{text}\n")

    def _leave(self, how: str) -> None:
        if self._open:
            self._open = False
            self._write(how)

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def duration(seconds: float) -> str:
    """Return ``9 s``, ``2 min 05 s`` or ``1 h 03 min``."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"
