"""Says on stderr how far a copy is: rows, rows per second, and when it will be done."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from harness.reports.status_line import StatusLine, duration
from migrations.loading.account import Account

__all__ = ["Progress"]


@dataclass
class Progress:
    """The progress of one run."""

    rows: int
    """All rows of the source."""
    stream: TextIO
    clock: Callable[[], float] = time.monotonic
    _begun: float = field(init=False)
    _said: float = field(init=False)
    _before: int = field(default=0, init=False)
    _moved: int = field(default=0, init=False)
    _quarantined: int = field(default=0, init=False)
    _status: StatusLine = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self._said = self.clock()
        self._status = StatusLine(self.stream)

    def skip(self, account: Account) -> None:
        """Count a segment that an earlier process has committed."""
        self._before += account.read
        self._quarantined += account.quarantined

    def add(self, account: Account) -> None:
        """Count a segment that is committed now, and perhaps say so."""
        self._moved += account.read
        self._quarantined += account.quarantined
        now = self.clock()
        if now - self._said >= self._status.every_s:
            self._said = now
            self._status.show(self.line())

    @property
    def committed(self) -> int:
        """Rows that are accounted for."""
        return self._before + self._moved

    def line(self) -> str:
        """One line: how far, how fast, how long."""
        elapsed = max(self.clock() - self._begun, 1e-9)
        speed = self._moved / elapsed
        left = self.rows - self.committed
        eta = f", {duration(left / speed)} left" if speed and left > 0 else ""
        share = 100 * self.committed // self.rows if self.rows else 100
        held = f", {self._quarantined:,} in quarantine" if self._quarantined else ""
        return f"{self.committed:,} of {self.rows:,} rows ({share} %), {speed:,.0f} rows/s{eta}{held}"

    def say(self, text: str) -> None:
        """Say something that stays."""
        self.leave()
        self._status.write(text)

    def leave(self) -> None:
        """Leave a terminal on a new line, whatever comes next."""
        self._status.keep()

    def end(self) -> None:
        """Say the last line."""
        self._status.show(self.line())
        self.leave()
