"""What a process holds while it is soaked: memory, descriptors, connections; and whether that stays flat."""

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import psutil

from contracts.workers import started, within

__all__ = ["Held", "Steadiness", "Watch", "held_by"]

_EVERY_S = 1.0
WARM = 0.2
"""The part of the time that is not judged: in it each thread comes to the deepest stack that it needs, and
pools, caches and Python's own allocator to the room that 64 calls at once take, faults included."""
JUDGED_FROM_S = 60.0
"""In less time, what a process still learns cannot be told from what it loses."""
MOST_GROWTH = 0.05


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a process holds at one moment."""

    at_s: float
    """Of `time.monotonic`."""
    memory: int
    """Bytes that only this process has: what its death would free."""
    connections: int
    """TCP sockets, listening ones included."""
    others: int
    """Descriptors of anything else."""


def held_by(process: psutil.Process) -> Held:
    """Look at a process."""
    with process.oneshot():
        connections = len(process.net_connections("tcp"))
        return Held(
            at_s=time.monotonic(),
            memory=process.memory_full_info().uss,
            connections=connections,
            others=process.num_fds() - connections,
        )


@dataclass(frozen=True, kw_only=True)
class Steadiness:
    """How a process came through its time."""

    memory: tuple[int, int]
    """Where a straight line through the samples after the warm-up begins and ends, in bytes.

    Least squares: two medians would leave to chance what a collection or a fault held just then.
    """
    most_connections: int
    over_s: float
    """The whole time, warm-up included."""
    course: tuple[int, ...] = ()
    """The median of each tenth of the time, in bytes: a leak grows in all of them."""

    @classmethod
    def of(cls, samples: Sequence[Held]) -> Self:
        """Sum up samples, in the order of time; at least one."""
        begun, ended = samples[0].at_s, samples[-1].at_s
        return cls(
            memory=_line([one for one in samples if one.at_s >= begun + WARM * (ended - begun)]),
            most_connections=max(one.connections for one in samples),
            over_s=ended - begun,
            course=_course(samples),
        )

    @property
    def growth(self) -> float:
        """Of memory: 0.05 if the line would rise by 5 percent in the whole time, warm-up included."""
        early, late = self.memory
        return (late - early) / early / (1.0 - WARM)

    @property
    def is_judged(self) -> bool:
        """False if it did not last long enough for its growth to mean anything."""
        return self.over_s >= JUDGED_FROM_S


def _line(samples: Sequence[Held]) -> tuple[int, int]:
    if len(samples) < 2:
        return samples[0].memory, samples[0].memory
    times = [one.at_s for one in samples]
    slope, level = statistics.linear_regression(times, [one.memory for one in samples])
    return round(level + slope * times[0]), round(level + slope * times[-1])


def _course(samples: Sequence[Held]) -> tuple[int, ...]:
    begun = samples[0].at_s
    whole = samples[-1].at_s - begun or 1.0
    tenths: dict[int, list[int]] = {}
    for one in samples:
        tenths.setdefault(min(9, int(10 * (one.at_s - begun) / whole)), []).append(one.memory)
    return tuple(int(statistics.median(tenth)) for tenth in tenths.values())


class Watch:
    """Looks at a process once a second until it is stopped."""

    def __init__(self, process: psutil.Process) -> None:
        """Begin."""
        self._process = process
        self._samples = [held_by(process)]
        self._over = threading.Event()
        self._main = started(self._look)

    def stop(self) -> Steadiness:
        """End, and sum up."""
        self._over.set()
        within(self._main)
        return Steadiness.of(self._samples)

    def _look(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._samples.append(held_by(self._process))
