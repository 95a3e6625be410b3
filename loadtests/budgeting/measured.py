"""What a recording says about one endpoint on one arm, decoded and put in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from harness.settings.budgets import ALL
from loadtests.records import Arm, EndpointRecord, Recording, WindowRecord
from loadtests.statistics.histograms import Samples, decode, merged

__all__ = ["Measured", "Series", "read", "together"]

_BLOCKS = 8
"""A run of one round is divided into so many stretches of consecutive windows, which stand for rounds."""


@dataclass(frozen=True)
class Series:
    """One endpoint on one arm: a histogram per window that is fit for it, and all that was wrong."""

    samples: tuple[Samples, ...]
    rounds: tuple[int, ...]
    """One per window."""
    errors: Mapping[str, int]
    """Of all windows, fit or not."""
    requests: int
    """Of all windows, borders and wrong answers included."""

    @cached_property
    def by_round(self) -> dict[int, Samples]:
        """The windows of each round added up."""
        return {
            number: merged(one for one, at in zip(self.samples, self.rounds, strict=True) if at == number)
            for number in sorted(set(self.rounds))
        }

    @cached_property
    def size(self) -> int:
        """How many response times there are."""
        return sum(one.size for one in self.samples)

    @property
    def wrong(self) -> int:
        """How many answers were wrong."""
        return sum(self.errors.values())


@dataclass(frozen=True)
class Measured:
    """A recording with its windows by arm, and those of them that count for response times."""

    recording: Recording
    windows: Mapping[Arm, tuple[WindowRecord, ...]]
    fit: Mapping[Arm, tuple[WindowRecord, ...]]
    _series: dict[tuple[Arm, str], Series] = field(default_factory=dict, repr=False)

    @cached_property
    def lag(self) -> dict[Arm, Samples]:
        """By how much requests started late because of the generator."""
        return {arm: merged(decode(one.lag) for one in windows) for arm, windows in self.fit.items()}

    def series(self, arm: Arm, endpoint: str) -> Series:
        """One endpoint on one arm, or `ALL` of them together; an empty series if it was never called."""
        if (arm, endpoint) not in self._series:
            self._series[arm, endpoint] = self._all(arm) if endpoint == ALL else self._decoded(arm, endpoint)
        return self._series[arm, endpoint]

    def _all(self, arm: Arm) -> Series:
        every = [record for window in self.windows[arm] for record in window.endpoints.values()]
        return Series(
            samples=tuple(
                merged(decode(record.latency) for record in window.endpoints.values())
                for window in self.fit[arm]
            ),
            rounds=tuple(_rounds(self.fit[arm])),
            errors=_added(every),
            requests=sum(record.sent for record in every),
        )

    def _decoded(self, arm: Arm, endpoint: str) -> Series:
        records = [window.endpoints[endpoint] for window in self.windows[arm] if endpoint in window.endpoints]
        rounds = _rounds(self.fit[arm])
        fit = [
            (window.endpoints[endpoint], number)
            for window, number in zip(self.fit[arm], rounds, strict=True)
            if endpoint in window.endpoints
        ]
        return Series(
            samples=tuple(decode(record.latency) for record, _ in fit),
            rounds=tuple(number for _, number in fit),
            errors=_added(records),
            requests=sum(record.sent for record in records),
        )


def read(recording: Recording, fit: Sequence[WindowRecord]) -> Measured:
    """Put a recording in order; `fit` are the windows whose response times count."""
    arms: tuple[Arm, ...] = ("a", "b")
    return Measured(
        recording=recording,
        windows={arm: tuple(one for one in recording.windows if one.arm == arm) for arm in arms},
        fit={arm: tuple(one for one in fit if one.arm == arm) for arm in arms},
    )


def together(series: Iterable[Series]) -> Series:
    """The answers of several endpoints, without their response times."""
    every = tuple(series)
    return Series(samples=(), rounds=(), errors=_added(every), requests=sum(one.requests for one in every))


def _added(records: Sequence[EndpointRecord | Series]) -> dict[str, int]:
    errors: dict[str, int] = {}
    for record in records:
        for what, number in record.errors.items():
            errors[what] = errors.get(what, 0) + number
    return errors


def _rounds(windows: Sequence[WindowRecord]) -> list[int]:
    """The round of each window; stretches of time if there is but one.

    Batch means: A. M. Law and W. D. Kelton, "Simulation modeling and analysis", section 9.5.3.
    """
    if len({window.round for window in windows}) != 1 or len(windows) < _BLOCKS:
        return [window.round for window in windows]
    blocks = np.array_split(np.arange(len(windows)), _BLOCKS)
    return [number for number, block in enumerate(blocks) for _ in block]
