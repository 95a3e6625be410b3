"""The capacity of a server: probes, each a run of its own, until the bracket is narrow enough."""

import math
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

import msgspec

from harness.settings import DbMode
from harness.settings.budgets import EndpointBudget
from loadtests.errors import LoadError
from loadtests.records import Recording, WindowRecord
from loadtests.reporting.progress import Progress
from loadtests.runs.bisection import Found, Held, Probed, most_probes, search
from loadtests.runs.measuring import kept_log, measure
from loadtests.runs.probing import Kept, examined, needed_requests, repeated
from loadtests.runs.setting import RunSetting
from loadtests.runs.target import Target

__all__ = ["CapacitySearch", "Place", "Range"]

_LONGEST_PROBE_S = 30.0
"""At a low rate an endpoint has few requests in it, and is judged together with the others."""


@dataclass(frozen=True)
class Place:
    """A server for one probe, and what is run against it."""

    target: Target
    setting: RunSetting


@dataclass(frozen=True, kw_only=True)
class Range:
    """Where the capacity is looked for."""

    lowest: float
    highest: float
    resolution: float
    demanded: float | None
    """``[budgets.capacity]``, which is probed itself."""

    @property
    def most_probes(self) -> int:
        """So many rates are tried at most."""
        return most_probes(self.lowest, self.highest, self.resolution)


@dataclass(frozen=True)
class _Quiet:
    """Passes on what a probe says, and does not count its windows: the parts are rates."""

    progress: Progress

    def say(self, text: str) -> None:
        self.progress.say(text)

    def doing(self, what: str) -> None:
        """Leave out what a probe does: which one it is says more."""

    def finished(self) -> None:
        """Leave out the windows."""


@dataclass(kw_only=True)
class CapacitySearch:
    """One search; after Ctrl-C it holds what there was until then."""

    open_place: Callable[[], AbstractContextManager[Place]]
    """Opens a server for one probe: a fresh one, where the harness starts it."""
    is_ours: bool
    """True if the harness starts the servers: one that dies has failed its probe, and the next is new."""
    mode: DbMode
    weights: Mapping[str, float]
    budgets: Mapping[str, EndpointBudget]
    range: Range
    times: int
    """Probes of one rate, which must agree."""
    least_s: float
    progress: Progress
    probed: list[Probed] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    complete: bool = False

    @property
    def found(self) -> Found:
        """What was found until now."""
        return Found(tuple(self.probed))

    @property
    def windows(self) -> tuple[WindowRecord, ...]:
        """Those of all probes, each of which is a round."""
        return tuple(
            msgspec.structs.replace(window, round=number)
            for number, recording in enumerate(self.recordings)
            for window in recording.windows
        )

    def run(self) -> None:
        """Search. Raises LoadError if a server that is not ours restarts or is gone."""
        try:
            search(
                self._rate,
                lowest=self.range.lowest,
                highest=self.range.highest,
                resolution=self.range.resolution,
                demanded=self.range.demanded,
            )
            self.complete = True
        except KeyboardInterrupt:
            self.progress.say("interrupted")

    def seconds_at(self, rate_per_s: float) -> float:
        """How long a probe is: so that the endpoints with budgets have enough requests in it."""
        share = sum(self.weights.get(name, 0.0) for name in self.budgets)
        needed_s = needed_requests(self.budgets) / (rate_per_s * share)
        return float(math.ceil(max(self.least_s, min(needed_s, _LONGEST_PROBE_S))))

    def _rate(self, rate_per_s: float) -> Probed:
        probed = repeated(rate_per_s, self.times, lambda number: self._probe(rate_per_s, number))
        self.probed.append(probed)
        self.progress.say(f"{rate_per_s:.4g}/s: {probed.held.value} ({probed.reason})")
        self.progress.finished()
        return probed

    def _probe(self, rate_per_s: float, number: int) -> Kept:
        self.progress.doing(f"{rate_per_s:.4g}/s, probe {number + 1}")
        with self.open_place() as place, kept_log() as log:
            setting = replace(
                place.setting,
                run_id=uuid.uuid4().hex[:12],
                rate_per_s=rate_per_s,
                seconds=self.seconds_at(rate_per_s),
                # Each probe has arrivals of its own: three times the same would be one.
                seed=place.setting.seed + len(self.recordings),
            )
            identity = place.target.identify(self.mode)
            measured = measure(
                setting, place.target, identity, self.weights, log=log, progress=_Quiet(self.progress)
            )
        self.recordings.append(measured.recording)
        for line in measured.left:
            self.progress.say(line)
        if not measured.recording.complete:
            raise KeyboardInterrupt
        for remark in measured.recording.remarks:
            if not self.is_ours:
                raise LoadError(f"at {rate_per_s:.4g} requests per second: {remark}")
            return Kept(Held.FAILS, remark.rstrip("."))
        return examined(measured.recording, self.budgets)
