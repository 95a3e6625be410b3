"""Wakes a greenlet at a given moment, within some 50 µs.

gevent's own timers are rounded up to whole milliseconds, because its loop waits by ``epoll_wait``; looking at
the clock again and again would take a whole core at 1,000 requests per second. On Linux a timer of the kernel
that the loop watches as a file descriptor does neither (timerfd_create(2)).
"""

import ctypes
import os
import sys
import time
from typing import Any

import gevent  # type: ignore[import-untyped]  # it ships no types

__all__ = ["Alarm"]

_CLOCK_MONOTONIC = 1  # the clock of time.perf_counter on Linux
_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC if sys.platform == "linux" else 0
_ABSOLUTE = 1
_READ = 1


class _Spec(ctypes.Structure):
    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )


class Alarm:
    """For one greenlet at a time; `close` when done."""

    def __init__(self) -> None:
        self._fd = -1
        if sys.platform == "linux":
            self._libc: Any = ctypes.CDLL(None, use_errno=True)
            self._fd = self._libc.timerfd_create(_CLOCK_MONOTONIC, _FLAGS)
        self._spec = _Spec()
        self._watcher: Any = gevent.get_hub().loop.io(self._fd, _READ) if self._fd >= 0 else None

    def wait(self, until: float) -> None:
        """Let others run until `until`, a value of `time.perf_counter`; once, at least."""
        if until <= time.perf_counter():
            gevent.sleep(0)
        elif self._watcher is None:
            gevent.sleep(until - time.perf_counter())
        else:
            seconds = int(until)
            self._spec.value_s = seconds
            self._spec.value_ns = int((until - seconds) * 1e9) or 1  # all zero would disarm it
            self._libc.timerfd_settime(self._fd, _ABSOLUTE, ctypes.byref(self._spec), None)
            gevent.get_hub().wait(self._watcher)

    def close(self) -> None:
        """Give the timer back."""
        if self._fd >= 0:
            self._watcher.close()
            os.close(self._fd)
            self._fd = -1
