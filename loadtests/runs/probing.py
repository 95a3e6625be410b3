"""Did a server carry a rate? One short run of an open loop, judged by the budgets.

A probe is short, so that an endpoint may have few requests in it. It counts how
many took longer than their own budget: of all endpoints together no more than
the quantile allows, and of no single one significantly more. That a rate is
carried is then said by several probes that agree, not by one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.settings.budgets import EndpointBudget
from loadtests.budgeting.fitness import HIGHEST_CPU, HIGHEST_LAG_MS, LOWEST_ACHIEVED, fit_windows
from loadtests.records import Recording, WindowRecord
from loadtests.runs.bisection import Held, Probed
from loadtests.statistics.histograms import Samples, above, decode, merged, quantile
from loadtests.statistics.shares import lowest_share, smallest_size

__all__ = ["Kept", "examined", "needed_requests", "repeated"]

_LEVEL = 0.05
_WRONG = 0.01
"""Share of wrong answers of an endpoint that states none: a server that refuses quickly carries nothing."""
_MOST_UNFIT = 0.2
"""Share of the windows in which the generator may stand still: they are left out, as elsewhere."""
_SHARES: Mapping[str, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(frozen=True)
class Kept:
    """What one probe says of the server, and of the generator."""

    held: Literal[Held.HOLDS, Held.FAILS, Held.LIMITED]
    reason: str


def needed_requests(budgets: Mapping[str, EndpointBudget]) -> int:
    """How many requests to the endpoints with budgets a probe needs, so that its quantiles are some.

    So many that none above the budget would show it: S. S. Wilks (1941), see `smallest_size`.
    """
    return max(
        (
            smallest_size(1 - share, _LEVEL)
            for metric, share in _SHARES.items()
            if any(_limit_us(budget, metric) is not None for budget in budgets.values())
        ),
        default=smallest_size(_WRONG, _LEVEL),
    )


def examined(recording: Recording, budgets: Mapping[str, EndpointBudget]) -> Kept:
    """Judge one probe by the budgets of one mode: first the generator, then answers, then times."""
    windows = recording.windows
    fit = fit_windows(recording)
    if len(windows) - len(fit) > _MOST_UNFIT * len(windows):
        return Kept(Held.LIMITED, _limited(windows))
    broken = _unserved(windows) or _wrong(windows, budgets) or _slow(fit, budgets)
    if broken is not None:
        return Kept(Held.FAILS, broken)
    return Kept(Held.HOLDS, "all budgets were kept")


def repeated(rate_per_s: float, times: int, probe: Callable[[int], Kept]) -> Probed:
    """Probe a rate up to so many times: it holds if each does, and fails if each does.

    The two need not be waited for where they are already impossible. A probe in which the generator stood
    still says nothing of the server and is made again; as many of them say that the rate cannot be offered.
    """
    seen: list[Kept] = []
    lost = 0
    while len(seen) < times:
        kept = probe(len(seen) + lost)
        if kept.held is Held.LIMITED:
            lost += 1
            if lost == times:
                return Probed(rate_per_s, Held.LIMITED, kept.reason)
            continue
        seen.append(kept)
        if len({one.held for one in seen}) > 1:
            broken = next(one for one in seen if one.held is Held.FAILS)
            return Probed(rate_per_s, Held.MIXED, f"one probe of {len(seen)}: {broken.reason}")
    return Probed(rate_per_s, seen[0].held, seen[0].reason)


def _limited(windows: Sequence[WindowRecord]) -> str:
    lag = merged(decode(window.lag) for window in windows)
    late_ms = quantile(lag, 0.99) / 1000 if lag.size else 0.0
    busy = max(window.generator_cpu for window in windows)
    return (
        f"the generator itself was late by {late_ms:.0f} ms (1 % of the requests; {HIGHEST_LAG_MS:g} ms can "
        f"be borne) and used up to {busy:.0%} of a core ({HIGHEST_CPU:.0%} can be borne)"
    )


def _unserved(windows: Sequence[WindowRecord]) -> str | None:
    offered = sum(window.offered for window in windows)
    achieved = sum(window.achieved for window in windows)
    if achieved < LOWEST_ACHIEVED * offered:
        return f"only {achieved} of {offered} requests were answered"
    return None


def _wrong(windows: Sequence[WindowRecord], budgets: Mapping[str, EndpointBudget]) -> str | None:
    for name in _endpoints(windows):
        records = [window.endpoints[name] for window in windows if name in window.endpoints]
        requests = sum(record.requests for record in records)
        wrong = sum(sum(record.errors.values()) for record in records)
        budget = budgets.get(name)
        allowed = budget.errors if budget is not None and budget.errors is not None else _WRONG
        if wrong > allowed * requests:
            worst = max((what for record in records for what in record.errors), key=len, default="")
            return f"{wrong} of {requests} answers of {name} were wrong ({worst})"
    return None


def _slow(windows: Sequence[WindowRecord], budgets: Mapping[str, EndpointBudget]) -> str | None:
    for metric, share in _SHARES.items():
        over, size = 0, 0
        for name, budget in budgets.items():
            limit_us = _limit_us(budget, metric)
            if limit_us is None:
                continue
            samples = _samples(windows, name)
            slow = above(samples, limit_us)
            if samples.size and lowest_share(slow, samples.size, _LEVEL) > 1 - share:
                return (
                    f"{slow} of {samples.size} requests of {name} took longer than its {metric} of "
                    f"{limit_us / 1000:g} ms"
                )
            over, size = over + slow, size + samples.size
        if over > (1 - share) * size:
            return f"{over} of {size} requests took longer than the {metric} of their endpoints"
    return None


def _samples(windows: Iterable[WindowRecord], name: str) -> Samples:
    return merged(decode(window.endpoints[name].latency) for window in windows if name in window.endpoints)


def _endpoints(windows: Iterable[WindowRecord]) -> list[str]:
    return sorted({name for window in windows for name in window.endpoints})


def _limit_us(budget: EndpointBudget, metric: str) -> float | None:
    limits = {"p50": budget.p50_ms, "p95": budget.p95_ms, "p99": budget.p99_ms}
    limit = limits[metric]
    return None if limit is None else 1000 * limit
