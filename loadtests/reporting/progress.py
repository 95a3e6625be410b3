"""Says on stderr what a run is doing, and how long it will take at most."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TextIO

from harness.reports.status_line import StatusLine, duration

__all__ = ["Progress"]


@dataclass
class Progress:
    """The progress of one run of equal parts (rounds, probes), of which those that are done tell the rest."""

    stream: TextIO
    total: int
    """How many parts there are at most."""
    part_s: float
    """How long one takes, as planned; what was measured replaces it."""
    part: str = "round"
    clock: Callable[[], float] = time.monotonic
    _begun: float = field(init=False)
    _part_begun: float = field(init=False)
    _spent: float = field(default=0.0, init=False)
    _done: int = field(default=0, init=False)
    _said: float | None = field(default=None, init=False)
    _what: str = field(default="", init=False)
    _status: StatusLine = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self._part_begun = self.clock()
        self._status = StatusLine(self.stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave a terminal on a new line, whatever happened."""
        self.leave()

    def doing(self, what: str) -> None:
        """Say what is going on: ``warm-up``, ``window 3 of 12``. Call it as often as you like."""
        self._what = what
        now = self.clock()
        if self._said is None or now - self._said >= self._status.every_s:
            self._said = now
            self._status.show(self.line())

    def finished(self) -> None:
        """Count one part as done."""
        now = self.clock()
        self._spent += now - self._part_begun
        self._part_begun = now
        self._done += 1

    def say(self, text: str) -> None:
        """Say something that stays."""
        self.leave()
        self._status.write(text)

    def leave(self) -> None:
        """Leave a terminal on an empty line."""
        self._status.clear()

    def line(self) -> str:
        """One line: which part, what it does, since when, and how long at most."""
        now = self.clock()
        number = min(self._done + 1, self.total)
        what = f", {self._what}" if self._what else ""
        left = f", at most {duration(self.left_s)} left" if self.left_s > 0 else ""
        return f"{self.part} {number} of {self.total}{what}, {duration(now - self._begun)} so far{left}"

    @property
    def left_s(self) -> float:
        """Seconds that are left if all parts take as long as those that are done; before that, as planned."""
        each = self._spent / self._done if self._done else self.part_s
        in_this = min(self.clock() - self._part_begun, each)
        return max(self.total - self._done, 0) * each - (in_this if self._done < self.total else 0.0)
