"""Says on stderr how far a copy is: rows, rows per second, and when it will be done."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from migrations.loading.account import Account

__all__ = ["Progress"]

_EVERY_S = {True: 0.2, False: 10.0}
"""Seconds between two lines, on a terminal and elsewhere."""


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
    _open: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._begun = self._said = self.clock()

    def skip(self, account: Account) -> None:
        """Count a segment that an earlier process has committed."""
        self._before += account.read
        self._quarantined += account.quarantined

    def add(self, account: Account) -> None:
        """Count a segment that is committed now, and perhaps say so."""
        self._moved += account.read
        self._quarantined += account.quarantined
        now = self.clock()
        if now - self._said >= _EVERY_S[self.stream.isatty()]:
            self._said = now
            self._show()

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
        self.stream.write(f"{text}\n")
        self.stream.flush()

    def leave(self) -> None:
        """Leave a terminal on a new line, whatever comes next."""
        if self._open:
            self._open = False
            self.stream.write("\n")
            self.stream.flush()

    def end(self) -> None:
        """Say the last line."""
        self._show()
        self.leave()

    def _show(self) -> None:
        """Show how far it is; on a terminal in the place of the line before."""
        if not self.stream.isatty():
            self.say(self.line())
            return
        self._open = True
        self.stream.write(f"\r\x1b[K{self.line()}")
        self.stream.flush()


def duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"
