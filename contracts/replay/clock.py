"""The clock of a replay: real time, and the waiting between calls."""

import time

from contracts.replay.times import Span

__all__ = ["Clock"]


class Clock:
    """Reads the time of day in microseconds since 1970, and waits."""

    def now(self) -> int:
        """Return the time."""
        return time.time_ns() // 1000

    def wait_until(self, moment: int) -> None:
        """Return when that moment has come."""
        while (left := moment - self.now()) > 0:
            time.sleep(left / 1e6)

    def since(self, start: int) -> Span:
        """Return the span from a moment until now."""
        return Span(start, max(start, self.now()))
