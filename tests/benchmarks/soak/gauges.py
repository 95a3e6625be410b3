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
_WARM = 0.2
"""The part of the time in which threads, connections and caches come to what they need."""
_WINDOW = 0.1
"""The parts of the time, after that and at the end, whose medians are compared."""
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
    """Medians after the warm-up and at the end, in bytes."""
    most_connections: int
    over_s: float
    course: tuple[int, ...] = ()
    """The median of each tenth of the time, in bytes: a leak grows in all of them."""

    @classmethod
    def of(cls, samples: Sequence[Held]) -> Self:
        """Sum up samples, in the order of time; at least one."""
        begun, ended = samples[0].at_s, samples[-1].at_s
        whole = ended - begun
        early = [
            one.memory
            for one in samples
            if begun + _WARM * whole <= one.at_s <= begun + (_WARM + _WINDOW) * whole
        ]
        late = [one.memory for one in samples if one.at_s >= ended - _WINDOW * whole]
        return cls(
            memory=(int(statistics.median(early or [samples[0].memory])), int(statistics.median(late))),
            most_connections=max(one.connections for one in samples),
            over_s=whole,
            course=_course(samples),
        )

    @property
    def growth(self) -> float:
        """Of memory: 0.05 is five percent more at the end."""
        early, late = self.memory
        return late / early - 1.0

    @property
    def is_judged(self) -> bool:
        """False if it did not last long enough for its growth to mean anything."""
        return self.over_s >= JUDGED_FROM_S


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
