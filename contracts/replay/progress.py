"""One line on stderr that says how far a replay is."""

import time
from typing import TextIO

from contracts.replay.found import Replayed

__all__ = ["Progress"]

_REDRAW_S = 0.1


class Progress:
    """Redraws a line on a terminal; a log gets none, for a replay takes seconds."""

    def __init__(self, stream: TextIO, replayed: Replayed) -> None:
        self._stream = stream
        self._replayed = replayed
        self._redraws = stream.isatty()
        self._drawn = 0.0

    def show(self) -> None:
        """Draw, if it is time to."""
        if not self._redraws or time.monotonic() - self._drawn <= _REDRAW_S:
            return
        self._drawn = time.monotonic()
        one = self._replayed
        done = one.passed + one.failed + one.unchecked
        differ = f", {one.failed} differ" if one.failed else ""
        self._stream.write(
            f"\r\x1b[K{one.adapter} {100 * done // one.calls:3d} %  {done} of {one.calls}{differ}"
        )
        self._stream.flush()

    def close(self) -> None:
        """Leave the terminal's line empty."""
        if self._redraws:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
