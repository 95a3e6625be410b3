"""A limit on the rows per second."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Pace"]


@dataclass
class Pace:
    """A token bucket that nothing is saved in: each segment waits until the one before is paid for."""

    rows_per_s: float | None
    """None is no limit."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _due: float | None = field(default=None, init=False)

    def take(self, rows: int) -> None:
        """Wait until `rows` rows may be sent."""
        if self.rows_per_s is None:
            return
        now = self.clock()
        if self._due is not None and self._due > now:
            self.sleep(self._due - now)
            now = self._due
        self._due = now + rows / self.rows_per_s
