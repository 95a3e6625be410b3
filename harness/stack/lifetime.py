"""How long a supervisor lives: as long as its owner wants it, and never longer than its owner."""

import os
import select
import signal
from collections.abc import Callable
from pathlib import Path

__all__ = ["Lifetime"]

_LOOK_S = 1.0


class Lifetime:
    """The end of a supervisor: it comes as end-of-file on stdin, as a signal, or with its owner's death.

    The pipe alone would do, but for a child that the owner forked: it holds the other end open.
    """

    def __init__(self, instance: Path) -> None:
        self._instance = instance
        self._owner = os.getppid()
        self._woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda _number, _frame: None)

    def wait(self, look: Callable[[], object], obey: Callable[[str], bool]) -> bool:
        """Return when it is time to end: True if the owner has cleared up. Calls `look` every second.

        What the owner says goes to `obey`; if that returns False, it was the word that all is cleared up.
        """
        while True:
            readable, _, _ = select.select([0, self._woken], [], [], _LOOK_S)
            if self._woken in readable:
                return False
            if 0 in readable:
                # One word at a time: the owner waits for the answer before the next.
                word = os.read(0, 4096).decode().strip()
                if not word or not obey(word):
                    return bool(word)
            if os.getppid() != self._owner or not self._instance.exists():
                return False
            look()


def read_line() -> str:
    """The first line of stdin, read without a buffer, so that select() sees all that follows."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 65536)
        if not byte:
            raise SystemExit(0)  # the owner died before it said what to run
        line += byte
    return line.decode()
