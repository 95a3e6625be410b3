"""One line on stderr that says how far the run is."""

import time
from typing import TextIO

from contracts.events import Event, Finished

__all__ = ["Progress"]

_REDRAW_S = 0.1
_STEPS = 4
"""Lines that a log gets, where nothing can be redrawn."""


class Progress:
    """Counts finished cases; redraws on a terminal, and writes a few lines elsewhere."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._total = total
        self._redraws = stream.isatty()
        self._done = 0
        self._failed = 0
        self._drawn = 0.0
        self._step = 0

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if not isinstance(event, Finished) or self._total == 0:
            return
        self._done = min(self._done + 1, self._total)
        self._failed += event.problem is not None
        if self._redraws:
            if time.monotonic() - self._drawn > _REDRAW_S:
                self._drawn = time.monotonic()
                self._stream.write(f"\r\x1b[K{self._text()}")
                self._stream.flush()
        elif self._done * _STEPS // self._total > self._step:
            self._step = self._done * _STEPS // self._total
            self._stream.write(f"{self._text()}\n")
            self._stream.flush()

    def close(self) -> None:
        """Leave the terminal's line empty."""
        if self._redraws:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _text(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        return f"contract {100 * self._done // self._total:3d} %  {self._done} of {self._total}{failed}"
