"""What happened to each request of a worker in some windows, and the records that this makes."""

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loadtests.generation.histograms import add, encode
from loadtests.generation.plan import Plan, Window
from loadtests.records import EndpointRecord, WindowRecord

__all__ = ["TIMEOUT", "Ledger", "Taken", "merge"]

TIMEOUT = "timeout"
_LATE_S = 0.1


@dataclass(frozen=True)
class Taken:
    """When a window really was, and what it cost the generator."""

    begun: float
    """Its intended beginning, in seconds since that of the stretch."""
    epoch: float
    """`time.time` at the same moment."""
    cpu: float = math.nan
    """Share of one core that the process used during it."""
    whole: bool = True
    """False if it was cut short."""


@dataclass
class Ledger:
    """Entries by number. Plain arrays, because an entry must cost next to nothing while load is generated.

    All times are in seconds since the beginning of the stretch; a time that has not come is NaN.
    """

    window: "array[int]" = field(default_factory=lambda: array("l"))
    endpoint: "array[int]" = field(default_factory=lambda: array("l"))
    due: "array[float]" = field(default_factory=lambda: array("d"))
    ready: "array[float]" = field(default_factory=lambda: array("d"))
    """When the generator got to it: what is later than due is the generator's own lag."""
    started: "array[float]" = field(default_factory=lambda: array("d"))
    ended: "array[float]" = field(default_factory=lambda: array("d"))
    errors: dict[int, str] = field(default_factory=dict)

    def open(self, window: int, endpoint: int, due: float) -> int:
        """A new entry; returns its number."""
        number = len(self.due)
        self.window.append(window)
        self.endpoint.append(endpoint)
        self.due.append(due)
        for times in (self.ready, self.started, self.ended):
            times.append(math.nan)
        return number

    def records(
        self, plan: Plan, windows: Sequence[Window], taken: Sequence[Taken]
    ) -> Iterator[WindowRecord]:
        """The record of each of the windows, one at a time, because each takes a moment to make."""
        columns = _Columns(
            np.array(self.window, dtype=np.int64),
            np.array(self.endpoint, dtype=np.int64),
            *(np.array(times) for times in (self.due, self.ready, self.started, self.ended)),
        )
        names = tuple(plan.shares)
        for window, moment in zip(windows, taken, strict=True):
            yield self._record(plan, window, moment, columns, names)

    def _record(
        self, plan: Plan, window: Window, taken: Taken, columns: "_Columns", names: tuple[str, ...]
    ) -> WindowRecord:
        here = columns.window == window.index
        offset = columns.due - taken.begun
        measured = here & (offset >= window.border_s) & (offset < window.duration_s - window.border_s)
        over = ~np.isnan(columns.ended)
        failed = np.zeros(len(here), dtype=np.bool_)
        failed[[number for number, words in self.errors.items() if words == TIMEOUT]] = True
        in_time = columns.started - columns.due <= _LATE_S
        endpoints = {}
        for position, name in enumerate(names):
            mine = here & over & (columns.endpoint == position)
            kept = mine & measured
            endpoints[name] = EndpointRecord(
                requests=int(kept.sum()),
                in_borders=int((mine & ~measured).sum()),
                errors=self._errors(mine),
                latency=encode(columns.ended[kept] - columns.due[kept]),
                service=encode(columns.ended[kept] - columns.started[kept]),
            )
        sent = measured & ~np.isnan(columns.ready)
        return WindowRecord(
            round=plan.round,
            index=window.index,
            arm=window.arm,
            begun_at=taken.epoch + window.border_s,
            duration_s=window.measured_s,
            offered=int(measured.sum()),
            achieved=int((measured & over & in_time & ~failed).sum()),
            lag=encode(columns.ready[sent] - columns.due[sent]),
            generator_cpu=taken.cpu,
            endpoints=endpoints,
            complete=taken.whole and bool(over[here].all()),
        )

    def _errors(self, mine: NDArray[np.bool_]) -> dict[str, int]:
        return dict(sorted(Counter(words for number, words in self.errors.items() if mine[number]).items()))


@dataclass(frozen=True)
class _Columns:
    window: NDArray[np.int64]
    endpoint: NDArray[np.int64]
    due: NDArray[np.float64]
    ready: NDArray[np.float64]
    started: NDArray[np.float64]
    ended: NDArray[np.float64]


def merge(parts: Sequence[WindowRecord]) -> WindowRecord:
    """One window as all workers recorded it: counts and histograms add up, the busiest worker's CPU stands.

    Raises ValueError if they are not of the same window.
    """
    first = parts[0]
    same = {(part.round, part.index, part.arm, part.duration_s, tuple(part.endpoints)) for part in parts}
    if len(same) != 1:
        raise ValueError(f"parts of different windows cannot be merged: {sorted(map(str, same))}")
    if len(parts) == 1:
        return first
    return WindowRecord(
        round=first.round,
        index=first.index,
        arm=first.arm,
        begun_at=min(part.begun_at for part in parts),
        duration_s=first.duration_s,
        offered=sum(part.offered for part in parts),
        achieved=sum(part.achieved for part in parts),
        lag=add(part.lag for part in parts),
        generator_cpu=max(part.generator_cpu for part in parts),
        endpoints={
            name: _merge_endpoint([part.endpoints[name] for part in parts]) for name in first.endpoints
        },
        complete=all(part.complete for part in parts),
    )


def _merge_endpoint(parts: Sequence[EndpointRecord]) -> EndpointRecord:
    errors: Counter[str] = Counter()
    for part in parts:
        errors.update(part.errors)
    return EndpointRecord(
        requests=sum(part.requests for part in parts),
        in_borders=sum(part.in_borders for part in parts),
        errors=dict(sorted(errors.items())),
        latency=add(part.latency for part in parts),
        service=add(part.service for part in parts),
    )
