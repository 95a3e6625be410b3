"""How long the cases of a run may take, by the arrival of their events."""

import time

from contracts.events import Ended, Event, Finished, Started

__all__ = ["Deadline"]

_IDLE_S = 120.0
"""How long nothing at all may happen: a busy machine takes its time to start."""
_GRACE_S = 30.0
"""How long pytest may take to end after it said that it had."""


class Deadline:
    """Knows what runs, and since when."""

    def __init__(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._last = time.monotonic()
        self._running: dict[str, tuple[Started, float]] = {}
        self._said_end = False

    def take(self, event: Event) -> None:
        """Note an event that has just arrived."""
        self._last = time.monotonic()
        match event:
            case Started():
                self._running[event.worker] = (event, self._last)
            case Finished():
                self._running.pop(event.worker, None)
            case Ended():
                self._said_end = True
            case _:
                pass

    @property
    def is_over(self) -> bool:
        """True if the result is known, and only the process does not end."""
        return self._said_end and time.monotonic() - self._last > _GRACE_S

    def late(self) -> str | None:
        """Say which case has run too long, or that nothing happens at all."""
        now = time.monotonic()
        if self._said_end:
            return None
        for started, since in self._running.values():
            if now - since > self._deadline_s:
                return f"{started.case} on {started.adapter} did not end within {self._deadline_s:g} s."
        idle_s = max(self._deadline_s, _IDLE_S)
        return f"pytest did nothing for {idle_s:g} s." if now - self._last > idle_s else None
