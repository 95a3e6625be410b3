"""A recording, decoded once, as what the plots show: by arm, endpoint, round and window."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from loadtests.budgeting.fitness import fit_windows
from loadtests.records import Arm, WindowRecord
from loadtests.reporting.facts import arm_name, arms_of
from loadtests.result import Result
from loadtests.statistics.histograms import Samples, decode, merged

__all__ = ["Measured", "Window"]

_LONGEST_PAUSE_S = 3.0
_CUT_S = 1.5
"""What is left of a longer one."""


@dataclass(frozen=True, eq=False)
class Window:
    """One window, decoded."""

    record: WindowRecord
    start_s: float
    """Since the first window began, with long pauses cut short."""
    latency: dict[str, Samples]
    service: dict[str, Samples]
    lag: Samples
    fit: bool
    """False if the generator stood still in it: then its response times do not count."""

    @property
    def arm(self) -> Arm:
        """Which server got the traffic."""
        return self.record.arm

    @property
    def middle_s(self) -> float:
        """The middle of the window, counted as `start_s`."""
        return self.start_s + self.record.duration_s / 2


@dataclass(frozen=True, eq=False)
class Measured:
    """All windows in the order of time."""

    arms: tuple[Arm, ...]
    names: Mapping[Arm, str]
    """What the arms are called."""
    endpoints: tuple[str, ...]
    windows: tuple[Window, ...]
    _merged: dict[tuple[str, ...], Samples] = field(default_factory=dict)

    @classmethod
    def of(cls, result: Result) -> "Measured":
        """Decode the recording of a result; endpoints as they were judged, then as they were recorded."""
        recording = result.recording
        if recording is None:
            return cls((), {}, (), ())
        records = sorted(recording.windows, key=lambda window: window.begun_at)
        fit = {id(window) for window in fit_windows(recording)}
        named = dict.fromkeys(name for window in records for name in window.endpoints)
        judged = (one.endpoint for one in result.judgements if one.endpoint in named)
        arms = arms_of(recording)
        return cls(
            arms,
            {arm: arm_name(result, arm) for arm in arms},
            tuple(dict.fromkeys((*judged, *named))),
            tuple(
                _decoded(record, start_s, fit=id(record) in fit)
                for record, start_s in zip(records, _starts(records), strict=True)
            ),
        )

    @property
    def rounds(self) -> tuple[int, ...]:
        """The numbers of the rounds."""
        return tuple(dict.fromkeys(window.record.round for window in self.windows))

    def latency(self, arm: Arm, endpoint: str, number: int | None = None) -> Samples:
        """Response times of an arm and endpoint that count, in one round or in all."""
        return self._sum(
            ("latency", arm, endpoint, str(number)),
            (
                window.latency[endpoint]
                for window in self.windows
                if window.fit
                and window.arm == arm
                and endpoint in window.latency
                and number in {None, window.record.round}
            ),
        )

    def service(self, arm: Arm, endpoint: str) -> Samples:
        """Times from the real start, that count."""
        return self._sum(
            ("service", arm, endpoint),
            (
                window.service[endpoint]
                for window in self.windows
                if window.fit and window.arm == arm and endpoint in window.service
            ),
        )

    def errors(self, arm: Arm, endpoint: str) -> dict[str, int]:
        """Wrong answers, in words, and how often."""
        found: dict[str, int] = {}
        for window in self.windows:
            if window.arm == arm and endpoint in window.record.endpoints:
                for error, count in window.record.endpoints[endpoint].errors.items():
                    found[error] = found.get(error, 0) + count
        return found

    def requests(self, arm: Arm, endpoint: str) -> int:
        """Requests that were recorded."""
        return sum(
            window.record.endpoints[endpoint].requests
            for window in self.windows
            if window.arm == arm and endpoint in window.record.endpoints
        )

    def _sum(self, key: tuple[str, ...], parts: Iterable[Samples]) -> Samples:
        if key not in self._merged:
            self._merged[key] = merged(parts)
        return self._merged[key]


def _starts(records: Sequence[WindowRecord]) -> list[float]:
    """When each window began, with long pauses cut: servers that start would take most of a plot's width."""
    starts: list[float] = []
    for number, record in enumerate(records):
        if not number:
            starts.append(0.0)
            continue
        before = records[number - 1]
        pause = max(record.begun_at - before.begun_at - before.duration_s, 0.0)
        starts.append(starts[-1] + before.duration_s + (pause if pause <= _LONGEST_PAUSE_S else _CUT_S))
    return starts


def _decoded(record: WindowRecord, start_s: float, *, fit: bool) -> Window:
    return Window(
        record,
        start_s,
        {name: decode(one.latency) for name, one in record.endpoints.items()},
        {name: decode(one.service) for name, one in record.endpoints.items()},
        decode(record.lag),
        fit,
    )
