"""t tests on one number per round: requests of one round depend on each other, rounds do not.

Both servers are restarted in each round, so that its statistic (a difference
of medians, a log ratio, a log quantile) is one observation. Student, "The
probable error of a mean", Biometrika 6 (1908); that raw requests of one run
are not independent, and that the intervals over rounds cover as they should,
is in T. Kalibera and R. Jones, "Rigorous benchmarking in reasonable time",
ISMM 2013.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

__all__ = ["RoundsTest", "over_rounds", "predicted", "shared_noise"]


@dataclass(frozen=True, kw_only=True)
class RoundsTest:
    """A mean over rounds against a margin, in the unit of both."""

    estimate: float
    margin: float
    error: float
    """Standard error of the mean."""
    freedom: int
    """Degrees of freedom: rounds less one."""
    resolution: float
    """By how much the mean may be off because values were rounded; it widens the interval on both sides."""

    @property
    def p_more(self) -> float:
        """P-value of "the mean is at most the margin"."""
        return _upper_tail(self.estimate - self.resolution - self.margin, self.error, self.freedom)

    @property
    def p_within(self) -> float:
        """P-value of "the mean is at least the margin"."""
        return _upper_tail(self.margin - self.estimate - self.resolution, self.error, self.freedom)

    def low(self, level: float) -> float:
        """Lower bound of the mean."""
        return self.estimate - self.resolution - self._reach(level)

    def high(self, level: float) -> float:
        """Upper bound of the mean."""
        return self.estimate + self.resolution + self._reach(level)

    def _reach(self, level: float) -> float:
        return self.error * float(stats.t.isf(level, self.freedom)) if self.error > 0 else 0.0


def over_rounds(
    statistics: Sequence[float], *, margin: float, errors: Sequence[float], resolution: float
) -> RoundsTest:
    """Test the mean of one statistic per round against a margin.

    `errors` are the standard errors of the single statistics as far as the samples of a round tell. What
    few rounds show of the variance may be far too little by chance (or nothing, where values are
    rounded): it never counts as less than what the samples alone make it. Raises ValueError for fewer
    than two rounds.
    """
    if len(statistics) < 2:
        raise ValueError("a variance needs two rounds")
    values = np.asarray(statistics, dtype=np.float64)
    variance = max(float(values.var(ddof=1)), float(np.mean(np.square(errors))))
    return RoundsTest(
        estimate=float(values.mean()),
        margin=margin,
        error=sqrt(variance / len(values)),
        freedom=len(values) - 1,
        resolution=resolution,
    )


def shared_noise(series: Iterable[tuple[Sequence[float], Sequence[float]]]) -> float:
    """By which factor, of at most 1, do the errors within rounds overstate what rounds show?

    Both arms of a pair get the same arrivals, so that their quantiles rise and fall together, and the error
    of a difference is less than that of two independent runs: the variance of common random numbers, as in
    A. Law, "Simulation modeling and analysis", chapter 11. `series` are the statistics of several endpoints
    with their errors, one for each round; those with fewer than two rounds, or without errors, tell nothing.
    The factor comes from all of them together: what one endpoint shows of it may be little by chance.
    """
    shares: list[float] = []
    weights: list[int] = []
    for statistics, errors in series:
        expected = float(np.mean(np.square(errors))) if len(statistics) > 1 else 0.0
        if expected > 0:
            shares.append(float(np.var(statistics, ddof=1)) / expected)
            weights.append(len(statistics) - 1)
    return min(1.0, sqrt(float(np.average(shares, weights=weights)))) if shares else 1.0


def predicted(
    now: float,
    before: Sequence[float],
    *,
    margin: float,
    now_error: float,
    errors: Sequence[float],
    resolution: float,
) -> RoundsTest:
    """Test one new run against earlier ones: by how much does it exceed their mean?

    The variance of a new run counts once, the one of the mean of m runs by 1/m: the prediction
    interval of G. J. Hahn and W. Q. Meeker, "Statistical intervals" (1991), section 4.7.
    Raises ValueError for fewer than two earlier runs.
    """
    if len(before) < 2:
        raise ValueError("a variance needs two earlier runs")
    values = np.asarray(before, dtype=np.float64)
    spread = max(float(values.var(ddof=1)), float(np.mean(np.square(errors))), now_error**2)
    return RoundsTest(
        estimate=now - float(values.mean()),
        margin=margin,
        error=sqrt(spread * (1 + 1 / len(values))),
        freedom=len(values) - 1,
        resolution=resolution,
    )


def _upper_tail(distance: float, error: float, freedom: int) -> float:
    if error > 0:
        return float(stats.t.sf(distance / error, freedom))
    return float(stats.norm.sf(inf if distance > 0 else -inf))
