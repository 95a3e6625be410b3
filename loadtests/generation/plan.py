"""What a run sends, and when: drawn before it begins, so that every arm gets the same.

Arrivals are a Poisson process: exponential gaps, independent of how fast the
server answers. Every random number comes from the plan's seed, through
`numpy.random.SeedSequence` with the round, the worker and the draw of the
window as spawn key: substreams that are independent of each other by
construction (M. E. O'Neill's hash, see NumPy's "Parallel random number
generation"), and the same on every machine.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec
import numpy as np

from loadtests.records import Arm

__all__ = ["Plan", "Window", "paired_plan", "single_plan", "stretches"]

_ORDER_OF_ARMS = 0xA8B
"""Spawn key of the stream that draws AB or BA: no worker has this number."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time in which one arm gets all the traffic."""

    index: int
    arm: Arm
    start_s: float
    """Intended offset from the beginning of the plan. Between two arms the generator waits until
    everything is answered, so that the real one may be later."""
    duration_s: float
    """The borders included."""
    border_s: float = 0.1
    """At either end: what is intended to start there is sent and checked, but not recorded."""
    draw: int = 0
    """Windows with the same draw get the same arrivals: both of a pair."""

    @property
    def measured_s(self) -> float:
        """Seconds without the borders."""
        return self.duration_s - 2 * self.border_s


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What all workers together send to the arms in one go."""

    windows: tuple[Window, ...]
    rate_per_s: float
    """Open: arrivals of all workers together. Closed: the most that all users together may reach, because
    calls and what they work on are made before; a faster server is an error that says so."""
    weights: Mapping[str, float]
    """Share of each endpoint; any positive numbers, their ratios count."""
    seed: int
    round: int = 0
    loop: Literal["open", "closed"] = "open"
    users: int = 1
    """Closed: how many of all workers together send one request after the other."""
    think_s: float = 0.0
    """Closed: mean of the exponential pause between an answer and the same user's next request."""
    timeout_s: float = 30.0
    """A request that has not ended so long after its real start is the error ``timeout``."""

    def __post_init__(self) -> None:
        """Refuse what cannot be sent. Raises ValueError."""
        if not self.windows:
            raise ValueError("a plan without windows measures nothing: give it at least one")
        if not self.rate_per_s > 0:
            raise ValueError(f"rate_per_s is {self.rate_per_s}: it must be above 0")
        if not self.weights or any(not weight > 0 for weight in self.weights.values()):
            raise ValueError(
                f"weights must name endpoints with positive numbers, and are {dict(self.weights)}"
            )
        for number, window in enumerate(self.windows):
            if window.index != number:
                raise ValueError(
                    f"windows are counted from 0 in their order; number {number} says {window.index}"
                )
            if not window.measured_s > 0:
                raise ValueError(
                    f"window {number} lasts {window.duration_s} s, of which borders of {window.border_s} s "
                    "leave nothing to measure: make it longer"
                )
        if self.loop == "closed" and self.users < 1:
            raise ValueError("a closed loop needs at least one user")

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms that the plan sends to, in order of their names."""
        return tuple(sorted({window.arm for window in self.windows}))

    @property
    def shares(self) -> dict[str, float]:
        """The weights, so that their sum is 1, in order of names."""
        total = sum(self.weights.values())
        return {name: self.weights[name] / total for name in sorted(self.weights)}

    def sha256(self) -> str:
        """Of all that decides what is sent and when, as lower-case hexadecimal digits; without the round."""
        same = msgspec.structs.replace(self, round=0)
        return hashlib.sha256(msgspec.json.encode(same, order="deterministic")).hexdigest()


def paired_plan(
    *,
    pairs: int,
    rate_per_s: float,
    weights: Mapping[str, float],
    seed: int,
    round: int = 0,  # noqa: A002  # the field's name
    window_s: float = 1.0,
    border_s: float = 0.1,
    timeout_s: float = 30.0,
) -> Plan:
    """Pairs of windows, each AB or BA by the toss of a coin; both windows of a pair get the same arrivals."""
    stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(round, _ORDER_OF_ARMS)))
    windows: list[Window] = []
    for draw, swapped in enumerate(stream.integers(0, 2, size=pairs)):
        order: tuple[Arm, Arm] = ("b", "a") if swapped else ("a", "b")
        for arm in order:
            index = len(windows)
            start = index * window_s
            windows.append(
                Window(index=index, arm=arm, start_s=start, duration_s=window_s, border_s=border_s, draw=draw)
            )
    return Plan(
        windows=tuple(windows),
        rate_per_s=rate_per_s,
        weights=weights,
        seed=seed,
        round=round,
        timeout_s=timeout_s,
    )


def single_plan(
    *,
    windows: int,
    rate_per_s: float,
    weights: Mapping[str, float],
    seed: int,
    round: int = 0,  # noqa: A002  # the field's name
    arm: Arm = "a",
    window_s: float = 1.0,
    border_s: float = 0.0,
    timeout_s: float = 30.0,
    loop: Literal["open", "closed"] = "open",
    users: int = 1,
    think_s: float = 0.0,
) -> Plan:
    """One server under steady load: windows that follow each other without a pause, for the time series."""
    return Plan(
        windows=tuple(
            Window(
                index=index,
                arm=arm,
                start_s=index * window_s,
                duration_s=window_s,
                border_s=border_s,
                draw=index,
            )
            for index in range(windows)
        ),
        rate_per_s=rate_per_s,
        weights=weights,
        seed=seed,
        round=round,
        timeout_s=timeout_s,
        loop=loop,
        users=users,
        think_s=think_s,
    )


def stretches(plan: Plan) -> Iterator[tuple[int, int]]:
    """First and past-the-end index of each run of windows of one arm: what is sent without a pause."""
    first = 0
    for index in range(1, len(plan.windows) + 1):
        if index == len(plan.windows) or plan.windows[index].arm != plan.windows[first].arm:
            yield first, index
            first = index
