"""The process's side of the pipes to its parent, read and written without stopping the others."""

import contextlib
import os
from collections.abc import Callable, Iterator

import gevent  # type: ignore[import-untyped]  # it ships no types
import msgspec
from gevent.fileobject import FileObjectPosix  # type: ignore[import-untyped]  # it ships no types
from gevent.lock import RLock  # type: ignore[import-untyped]  # it ships no types

from loadtests.generation.messages import Alive, Order, Orders, Report

__all__ = ["Channel", "when_stdin_ends"]

_BEAT_S = 1.0


class Channel:
    """JSON lines: orders come in, reports go out."""

    def __init__(self) -> None:
        # What anybody prints must not end up among the reports: stdout becomes stderr.
        out = os.dup(1)
        os.dup2(2, 1)
        self._in = FileObjectPosix(os.dup(0), "rb")
        self._out = FileObjectPosix(out, "wb", bufsize=0)
        self._lock = RLock()

    def orders(self) -> Iterator[Order]:
        """Every order, until the parent closes the pipe or dies."""
        decoder = msgspec.json.Decoder(Orders)
        for line in self._in:
            yield decoder.decode(line)

    def say(self, report: Report) -> None:
        """Send a report whole; other greenlets go on if the parent is slow to read."""
        line = memoryview(msgspec.json.encode(report) + b"\n")
        with self._lock:
            while line:
                line = line[self._out.write(line) :]

    def beat(self) -> None:
        """Say for ever that the process lives."""
        while True:
            self.say(Alive())
            gevent.sleep(_BEAT_S)


def when_stdin_ends(then: Callable[[], None]) -> None:
    """Call `then` when the other end of stdin is closed, be it by the death of its owner."""

    def watch() -> None:
        with contextlib.closing(FileObjectPosix(os.dup(0), "rb")) as stdin:
            while stdin.read(4096):
                pass
        then()

    gevent.spawn(watch)
