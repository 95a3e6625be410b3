"""The clock of the reference: real time, one tick further at each reading, and every reading remembered."""

from collections.abc import Callable
from datetime import datetime, timedelta

from harness.adapters.memory.database import utc_now

__all__ = ["TickingClock"]

_TICK = timedelta(microseconds=1)


class TickingClock:
    """Says which step of a sequence a time of the reference comes from."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._last = now() - _TICK
        self._readings: dict[datetime, int] = {}
        self.step = 0
        """The running step: the readings of one step are one moment."""
        self.offsets: set[timedelta] = {timedelta(0)}
        """How far in the future a step may have set a time: the leases and delays that were asked for."""

    def __call__(self) -> datetime:
        """Read the clock: later than every reading before."""
        self._last = max(self._now(), self._last + _TICK)
        self._readings[self._last] = self.step
        return self._last

    def moment(self, time: datetime) -> tuple[int, timedelta] | None:
        """Return the step that assigned a time, and how far ahead of it; None for a time that was given."""
        for offset in self.offsets:
            step = self._readings.get(time - offset)
            if step is not None:
                return step, offset
        return None

    def forget(self) -> None:
        """Take all times of the past as given."""
        self._readings.clear()
        self.offsets = {timedelta(0)}

    def reach(self, time: datetime) -> None:
        """Read later than a time from now on: that of a row which another clock has stamped."""
        self._last = max(self._last, time)
