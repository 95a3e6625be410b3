"""Exact tests on shares: of wrong answers, and of responses that took longer than a budget.

A quantile is within its budget exactly if the share above the budget is small
enough (the sign test; W. J. Conover, "Practical nonparametric statistics",
section 3.5), whatever the distribution. Slow responses come in bursts, so that
samples count for less than their number: the exact interval of C. J. Clopper
and E. S. Pearson, Biometrika 26 (1934), is taken at the effective size of
E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small
expected number of positive counts", Survey Methodology 24 (1998).
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats  # type: ignore[import-untyped]

__all__ = ["ClusteredShare", "ShareTest", "effective", "highest_share", "lowest_share", "smallest_size"]

_USUAL_LEVEL = 0.001
"""The level at which few clusters are paid for: one for all, so that p-values and bounds agree."""


def lowest_share(found: float, size: float, level: float) -> float:
    """Return the exact one-sided lower bound of a share; 0 found bounds it by 0."""
    return float(special.betaincinv(found, size - found + 1, level)) if found > 0 else 0.0


def highest_share(found: float, size: float, level: float) -> float:
    """Return the exact one-sided upper bound of a share; all found bounds it by 1."""
    return float(special.betaincinv(found + 1, size - found, 1 - level)) if found < size else 1.0


def smallest_size(allowed: float, level: float) -> int:
    """Return how many samples are needed to show that a share is below `allowed`, if none is found.

    S. S. Wilks, "Determination of sample sizes for setting tolerance limits", AMS 12 (1941).
    """
    return int(np.ceil(np.log(level) / np.log1p(-allowed) - 1e-9))


@dataclass(frozen=True)
class ShareTest:
    """A share of independent trials against what is allowed of it; numbers may be effective ones."""

    found: float
    size: float
    allowed: float

    @property
    def estimate(self) -> float:
        """Share as measured; 0 of nothing."""
        return self.found / self.size if self.size else 0.0

    @property
    def p_more(self) -> float:
        """P-value of "the share is at most what is allowed": P(X >= found)."""
        if self.found <= 0:
            return 1.0
        return float(special.betainc(self.found, self.size - self.found + 1, self.allowed))

    @property
    def p_within(self) -> float:
        """P-value of "the share is at least what is allowed": P(X <= found)."""
        if self.found >= self.size:
            return 1.0
        return float(special.betaincc(self.found + 1, self.size - self.found, self.allowed))

    def low(self, level: float) -> float:
        """Lower bound of the share."""
        return lowest_share(self.found, self.size, level)

    def high(self, level: float) -> float:
        """Upper bound of the share."""
        return highest_share(self.found, self.size, level)


def effective(found: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[float, float]:
    """Return found and size of so many independent trials as clusters of dependent ones are worth.

    Both arrays have one number per cluster. The variance of the share is that of a ratio of two sums (W. G.
    Cochran, "Sampling techniques", section 6.4), and never less than that of independent trials.
    """
    return _worth(_sums(found, sizes, np.zeros(len(found), dtype=np.int64))[0])


def _sums(
    found: NDArray[np.int64], sizes: NDArray[np.int64], groups: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Per group of clusters what a variance needs: sums of found, size and their products, and a count."""
    found, sizes = found.astype(np.float64), sizes.astype(np.float64)
    parts = (found, sizes, found * found, found * sizes, sizes * sizes, (sizes > 0).astype(np.float64))
    return np.stack([np.bincount(groups, weights=part) for part in parts], axis=1)


def _worth(sums: NDArray[np.float64]) -> tuple[float, float]:
    """Effective numbers from the sums of `_sums`."""
    total, size, found_squared, product, size_squared, clusters = map(float, sums)
    if size == 0 or total in (0, size) or clusters < 2:
        return total, size
    share = total / size
    squares = max(0.0, found_squared - 2 * share * product + share**2 * size_squared)
    variance = clusters / (clusters - 1) * squares / size**2
    design = max(1.0, variance / (share * (1 - share) / size))
    worth = size / design * _few(int(clusters)) if design > 1 else size
    return share * worth, worth


@lru_cache(maxsize=10_000)
def _few(clusters: int) -> float:
    """What is left of the size because the variance itself is an estimate from so many clusters."""
    return float(stats.norm.isf(_USUAL_LEVEL) / stats.t.isf(_USUAL_LEVEL, clusters - 1)) ** 2


@dataclass(frozen=True)
class ClusteredShare:
    """A share that must hold without any single round: one bad minute of a machine decides nothing.

    `found` and `sizes` have one number per window, `rounds` says to which round it belongs. The windows are
    the clusters. Both p-values are the largest that are left when one round is left out: evidence in at
    least two rounds, as in Y. Benjamini and R. Heller, "Screening for partial conjunction hypotheses",
    Biometrics 64 (2008). With a single round, nothing is left out.
    """

    found: NDArray[np.int64]
    sizes: NDArray[np.int64]
    rounds: NDArray[np.int64]
    allowed: float

    @property
    def estimate(self) -> float:
        """Share of all."""
        size = int(self.sizes.sum())
        return float(self.found.sum()) / size if size else 0.0

    @property
    def p_more(self) -> float:
        """P-value of "the share is at most what is allowed"."""
        return max(test.p_more for test in self._tests)

    @property
    def p_within(self) -> float:
        """P-value of "the share is at least what is allowed"."""
        return max(test.p_within for test in self._tests)

    def low(self, level: float) -> float:
        """Lower bound of the share."""
        return min(test.low(level) for test in self._tests)

    def high(self, level: float) -> float:
        """Upper bound of the share."""
        return max(test.high(level) for test in self._tests)

    @cached_property
    def _tests(self) -> list[ShareTest]:
        _, groups = np.unique(self.rounds, return_inverse=True)
        by_round = _sums(self.found, self.sizes, groups)
        whole = by_round.sum(axis=0)
        kept = [whole, *(whole - by_round if len(by_round) > 1 else ())]
        return [ShareTest(*_worth(sums), self.allowed) for sums in kept]
