"""The arrivals of a plan: when each request is due, to which endpoint, and how many calls that makes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loadtests.generation.plan import Plan, Window
from loadtests.records import Arm

__all__ = ["Arrival", "WindowArrivals", "arrivals", "closed_sequences", "needs", "window_arrivals"]

_CLOSED = 0xC105ED
"""Spawn key that keeps the streams of users apart from those of open arrivals."""


class Arrival(NamedTuple):
    """One request to come."""

    at_s: float
    """Intended start, in seconds since the beginning of the plan."""
    window: int
    arm: Arm
    endpoint: str


@dataclass(frozen=True)
class WindowArrivals:
    """What one worker sends in one window, in order of time."""

    offsets_s: NDArray[np.float64]
    """Intended starts, in seconds since the beginning of the window: sorted, from 0 up to its duration."""
    endpoints: NDArray[np.intp]
    """Of each: its position in `Plan.shares`."""
    measured: NDArray[np.bool_]
    """False for those in the borders."""


class Sequence(NamedTuple):
    """What one user of a closed loop asks in one window."""

    endpoints: NDArray[np.intp]
    thinks_s: NDArray[np.float64]
    """The pause before each of them."""


def window_arrivals(plan: Plan, window: Window, worker: int = 0, workers: int = 1) -> WindowArrivals:
    """Draw what a worker sends in a window of an open loop: rate / workers on average."""
    stream = _stream(plan, worker, window.draw)
    rate = plan.rate_per_s / workers
    offsets = _poisson(stream, rate, window.duration_s)
    return WindowArrivals(
        offsets_s=offsets,
        endpoints=_endpoints(stream, plan, len(offsets)),
        measured=(offsets >= window.border_s) & (offsets < window.duration_s - window.border_s),
    )


def arrivals(plan: Plan, worker: int = 0, workers: int = 1) -> Iterator[Arrival]:
    """All that a worker sends in an open loop, in order of time."""
    names = tuple(plan.shares)
    for window in plan.windows:
        drawn = window_arrivals(plan, window, worker, workers)
        for offset, endpoint in zip(drawn.offsets_s.tolist(), drawn.endpoints.tolist(), strict=True):
            yield Arrival(window.start_s + offset, window.index, window.arm, names[endpoint])


def closed_sequences(plan: Plan, window: Window, worker: int = 0, workers: int = 1) -> tuple[Sequence, ...]:
    """What each of a worker's users asks in a window of a closed loop, if the server is fast enough.

    All users together never ask for more than ``rate_per_s * duration_s``, rounded up per user.
    """
    most = int(np.ceil(plan.rate_per_s * window.duration_s / plan.users))
    found = []
    for user in range(worker, plan.users, workers):
        stream = _stream(plan, user, window.draw, _CLOSED)
        found.append(Sequence(_endpoints(stream, plan, most), stream.exponential(plan.think_s, size=most)))
    return tuple(found)


def needs(plan: Plan, worker: int = 0, workers: int = 1) -> Mapping[Arm, Mapping[str, int]]:
    """How many calls of each endpoint a worker makes at most to each arm; every endpoint is named."""
    names = tuple(plan.shares)
    counts: dict[Arm, Counter[str]] = {arm: Counter(dict.fromkeys(names, 0)) for arm in plan.arms}
    for window in plan.windows:
        if plan.loop == "open":
            drawn = [window_arrivals(plan, window, worker, workers).endpoints]
        else:
            drawn = [sequence.endpoints for sequence in closed_sequences(plan, window, worker, workers)]
        for endpoints in drawn:
            for position, count in enumerate(np.bincount(endpoints, minlength=len(names)).tolist()):
                counts[window.arm][names[position]] += count
    return {arm: dict(counted) for arm, counted in counts.items()}


def _stream(plan: Plan, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(plan.seed, spawn_key=(plan.round, *key)))


def _poisson(stream: np.random.Generator, rate: float, duration_s: float) -> NDArray[np.float64]:
    expected = rate * duration_s
    # Five standard deviations more than expected: a second block is rare, and goes on where the first ended.
    block = int(expected + 5 * np.sqrt(expected)) + 8
    starts = np.cumsum(stream.exponential(1 / rate, size=block))
    while starts[-1] < duration_s:
        starts = np.concatenate([starts, starts[-1] + np.cumsum(stream.exponential(1 / rate, size=block))])
    return starts[starts < duration_s]


def _endpoints(stream: np.random.Generator, plan: Plan, size: int) -> NDArray[np.intp]:
    edges = np.cumsum(list(plan.shares.values()))
    # The last edge may be a rounding below 1; no number may fall beyond it.
    return np.searchsorted(edges[:-1], stream.random(size), side="right")
