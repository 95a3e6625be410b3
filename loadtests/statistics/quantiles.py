"""A quantile of all requests against a budget, tested by the share of requests that exceed it.

Its bounds are order statistics, found by inverting the test: G. J. Hahn and
W. Q. Meeker, "Statistical intervals" (1991), section 5.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, nextafter

import numpy as np
from numpy.typing import NDArray

from loadtests.statistics.histograms import Samples, merged, quantile
from loadtests.statistics.shares import ClusteredShare

__all__ = ["QuantileTest", "over_windows"]


@dataclass(frozen=True, kw_only=True)
class QuantileTest:
    """Values in ascending order, each with its count and its window; limits and bounds in microseconds."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    windows: NDArray[np.int64]
    rounds: NDArray[np.int64]
    """One per window."""
    share: float
    """Which quantile: 0.95 for p95."""
    margin: float
    estimate: float

    @property
    def p_more(self) -> float:
        """P-value of "the quantile is at most the budget"."""
        return self._above(self.margin).p_more

    @property
    def p_within(self) -> float:
        """P-value of "the quantile is at least the budget"."""
        return self._above(self.margin).p_within

    def low(self, level: float) -> float:
        """Lower bound: the largest value that the quantile is shown to exceed; 0 if there is none."""
        values, past = self._first(lambda limit: self._above(limit).p_more > level)
        known = float(values[past - 1]) if past else 0.0
        exceeded = self.p_more <= level
        return max(known, nextafter(self.margin, inf)) if exceeded else min(known, self.margin)

    def high(self, level: float) -> float:
        """Upper bound: the smallest value that the quantile is shown not to exceed; infinite if none is."""
        values, past = self._first(lambda limit: self._above(limit).p_within <= level)
        known = float(values[past]) if past < len(values) else inf
        inside = self.p_within <= level
        return min(known, self.margin) if inside else max(known, nextafter(self.margin, inf))

    @cached_property
    def _sizes(self) -> NDArray[np.int64]:
        return _per_window(self.windows, self.counts, len(self.rounds))

    def _first(self, holds: Callable[[float], bool]) -> tuple[NDArray[np.float64], int]:
        """The distinct values, and the index of the first for which something holds that then goes on to."""
        values = np.unique(self.values)
        first, beyond = 0, len(values)
        while first < beyond:
            middle = (first + beyond) // 2
            if holds(float(values[middle])):
                beyond = middle
            else:
                first = middle + 1
        return values, first

    def _above(self, limit: float) -> ClusteredShare:
        past = np.searchsorted(self.values, limit, side="right")
        number = len(self.rounds)
        return ClusteredShare(
            _per_window(self.windows[past:], self.counts[past:], number),
            self._sizes,
            self.rounds,
            1 - self.share,
        )


def over_windows(
    samples: Sequence[Samples], rounds: Sequence[int], *, share: float, margin: float
) -> QuantileTest:
    """Test a quantile of the requests of several windows; `rounds` says to which round each belongs.

    Raises ValueError if there is no sample.
    """
    values = np.concatenate([one.values for one in samples]) if samples else np.zeros(0)
    order = np.argsort(values, kind="stable")
    windows = np.repeat(np.arange(len(samples)), [one.values.size for one in samples])
    return QuantileTest(
        values=values[order],
        counts=np.concatenate([one.counts for one in samples])[order] if samples else np.zeros(0, np.int64),
        windows=windows[order],
        rounds=np.asarray(rounds, dtype=np.int64),
        share=share,
        margin=margin,
        estimate=quantile(merged(samples), share),
    )


def _per_window(windows: NDArray[np.int64], counts: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    return np.bincount(windows, weights=counts, minlength=number).astype(np.int64)
