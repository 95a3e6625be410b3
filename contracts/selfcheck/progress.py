"""A line on stderr now and then: how many broken adapters are rejected so far."""

from collections.abc import Iterable
from typing import TextIO

from contracts.events import Event, Finished
from contracts.selfcheck.kills import is_kill

__all__ = ["Progress"]

_STEPS = 10
"""Lines that a whole run gets."""


class Progress:
    """Counts the broken adapters that a case has rejected."""

    def __init__(self, stream: TextIO, ids: Iterable[str]) -> None:
        self._stream = stream
        self._left = set(ids)
        self._total = len(self._left)
        self._step = 0

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        if not isinstance(event, Finished) or event.adapter not in self._left or not is_kill(event):
            return
        self._left.remove(event.adapter)
        done = self._total - len(self._left)
        if done * _STEPS // self._total > self._step:
            self._step = done * _STEPS // self._total
            self._stream.write(f"self-check  {done} of {self._total} broken adapters rejected\n")
            self._stream.flush()
