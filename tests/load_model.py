"""Recordings of a machine that exists only here: what tests and the benchmark of verdicts judge.

Response times are lognormal with a tail. What makes runs differ is there as well: each round and each
server that is started has a level of its own, each window is a little faster or slower, and now and
then the whole machine stands still.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]
from numpy.typing import NDArray

from loadtests.records import (
    HIGHEST_US,
    LOWEST_US,
    SIGNIFICANT_DIGITS,
    Arm,
    EndpointRecord,
    Fingerprint,
    Load,
    Recording,
    WindowRecord,
)

__all__ = ["ENDPOINTS", "Endpoint", "Machine", "Plan", "encoded", "fingerprint", "simulated"]


@dataclass(frozen=True)
class Endpoint:
    """Its share of the requests, medians in milliseconds, and round trips to the gateway."""

    weight: float
    memory_ms: float
    supabase_ms: float
    round_trips: int


ENDPOINTS: Mapping[str, Endpoint] = {
    "health": Endpoint(0.04, 0.6, 0.6, 0),
    "create_request": Endpoint(0.10, 1.4, 4.5, 1),
    "get_request": Endpoint(0.10, 0.9, 3.0, 1),
    "list_requests": Endpoint(0.08, 1.8, 5.5, 1),
    "open_link": Endpoint(0.20, 1.0, 3.2, 1),
    "book": Endpoint(0.08, 1.5, 6.0, 1),
    "reschedule": Endpoint(0.03, 1.5, 6.0, 1),
    "cancel": Endpoint(0.03, 1.5, 6.0, 1),
    "receive_webhook": Endpoint(0.12, 1.2, 4.8, 1),
    "redeliver_webhook": Endpoint(0.05, 1.2, 4.2, 1),
    "claim_jobs": Endpoint(0.06, 1.3, 5.0, 1),
    "complete_job": Endpoint(0.06, 1.1, 4.0, 1),
    "ops_dashboard": Endpoint(0.05, 3.0, 9.0, 2),
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """How noisy it is: standard deviations of logarithms, and stalls."""

    spread: float = 0.25
    """Of single requests."""
    round_: float = 0.05
    """Of rounds; both arms alike."""
    start: float = 0.02
    """Of each started server."""
    endpoint: float = 0.01
    """Of each endpoint on each started server."""
    window: float = 0.04
    tail: float = 0.02
    """Share of requests that wait for something: 6 ms on average."""
    stalls_per_s: float = 1 / 100
    stall_ms: float = 80.0
    """Average."""
    lag_ms: float = 0.08
    """Median of what the generator adds."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a comparison offers."""

    rounds: int = 6
    windows: int = 20
    """Of each arm in each round, of 1 s, of which 0.8 s are measured."""
    rate_per_s: float = 80.0
    modes: tuple[str, str] = ("supabase", "supabase")


def encoded(values_us: NDArray[np.float64]) -> str:
    """A histogram as records hold it."""
    histogram = HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
    for value in values_us:
        histogram.record_value(max(1, int(value)))
    text: bytes = histogram.encode()
    return text.decode("ascii")


def fingerprint(mode: str) -> Fingerprint:
    """Of a server in a mode."""
    return Fingerprint(
        mode=mode,
        api="reference",
        scenario="s",
        profile="full",
        plan="p",
        loop="open",
        schema_hash="h",
        region="loopback",
        versions={"harness": "0"},
    )


def simulated(seed: int, plan: Plan | None = None, machine: Machine | None = None) -> Recording:
    """Record one comparison of two equal versions, or of both modes."""
    plan, machine = plan or Plan(), machine or Machine()
    random = np.random.default_rng(seed)
    windows: list[WindowRecord] = []
    begun_at = 0.0
    for number in range(plan.rounds):
        levels = {arm: _levels(random, machine) for arm in (0, 1)}
        common = float(random.normal(0, machine.round_))
        order = [arm for _ in range(plan.windows) for arm in random.permutation(2)]
        for index, arm in enumerate(order):
            level = common + float(random.normal(0, machine.window))
            windows.append(
                _window(
                    random,
                    plan,
                    machine,
                    place=(number, index, begun_at),
                    arm=int(arm),
                    levels={name: level + own for name, own in levels[int(arm)].items()},
                )
            )
            begun_at += 1.0
    arms: tuple[Arm, Arm] = ("a", "b")
    trips = {
        arm: {name: (_trips(one, mode),) * 2 for name, one in ENDPOINTS.items()}
        for arm, mode in zip(arms, plan.modes, strict=True)
    }
    return Recording(
        run_id=f"simulated-{seed}",
        begun_at=0.0,
        ended_at=begun_at,
        load=Load(
            rate_per_s=plan.rate_per_s,
            loop="open",
            seed=seed,
            weights={name: one.weight for name, one in ENDPOINTS.items()},
        ),
        fingerprints={arm: fingerprint(mode) for arm, mode in zip(arms, plan.modes, strict=True)},
        windows=tuple(windows),
        round_trips=trips,
    )


def _levels(random: np.random.Generator, machine: Machine) -> dict[str, float]:
    start = float(random.normal(0, machine.start))
    return {name: start + float(random.normal(0, machine.endpoint)) for name in ENDPOINTS}


def _window(
    random: np.random.Generator,
    plan: Plan,
    machine: Machine,
    *,
    place: tuple[int, int, float],
    arm: int,
    levels: Mapping[str, float],
) -> WindowRecord:
    number, index, begun_at = place
    mode = plan.modes[arm]
    stall_at, stall_s = random.uniform(0, 0.8), float(random.exponential(machine.stall_ms / 1000))
    stalled = random.random() < machine.stalls_per_s
    endpoints: dict[str, EndpointRecord] = {}
    trips = 0
    for name, one in ENDPOINTS.items():
        count = int(random.poisson(plan.rate_per_s * one.weight * 0.8))
        borders = int(random.poisson(plan.rate_per_s * one.weight * 0.2))
        trips += (count + borders) * _trips(one, mode)
        if not count + borders:
            continue
        median = one.supabase_ms if mode == "supabase" else one.memory_ms
        times = 1000 * median * np.exp(levels[name] + random.normal(0, machine.spread, count))
        times += np.where(random.random(count) < machine.tail, random.exponential(6000.0, count), 0.0)
        if stalled:
            times += 1e6 * np.clip(stall_at + stall_s - _after(random, count, stall_at), 0.0, None)
        lag = 1000 * machine.lag_ms * np.exp(random.normal(0, 0.4, count))
        text = encoded(times + lag)
        endpoints[name] = EndpointRecord(
            requests=count, in_borders=borders, errors={}, latency=text, service=text
        )
    offered = sum(record.requests for record in endpoints.values())
    return WindowRecord(
        round=number,
        index=index,
        arm="b" if arm else "a",
        begun_at=begun_at,
        duration_s=0.8,
        offered=offered,
        achieved=offered,
        lag=encoded(1000 * machine.lag_ms * np.exp(random.normal(0, 0.4, offered))),
        generator_cpu=0.2,
        endpoints=endpoints,
        round_trips=trips,
    )


def _after(random: np.random.Generator, count: int, stall_at: float) -> NDArray[np.float64]:
    """Arrivals in seconds; those before the stall end before it."""
    arrivals = random.uniform(0, 0.8, count)
    return np.where(arrivals < stall_at, np.inf, arrivals)


def _trips(one: Endpoint, mode: str) -> int:
    return one.round_trips if mode == "supabase" else 0
