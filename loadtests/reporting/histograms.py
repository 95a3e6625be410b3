"""What is drawn and said of recorded histograms."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from loadtests.records import EncodedHistogram
from loadtests.statistics.histograms import Samples, decode, merged, quantile, quantile_error

__all__ = ["added", "curve", "quantile_ms", "standard_error_ms"]


def added(texts: Iterable[EncodedHistogram]) -> Samples:
    """Return the sum of histograms as they were recorded; it is empty for none."""
    return merged(map(decode, texts))


def quantile_ms(samples: Samples, share: float) -> float | None:
    """Return a quantile in ms; None without samples."""
    return quantile(samples, share) / 1000 if samples.size else None


def standard_error_ms(samples: Samples, share: float) -> float | None:
    """Return a quantile's standard error in ms, as if requests were independent; None without samples."""
    return quantile_error(samples, share) / 1000 if samples.size else None


def curve(samples: Samples, points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values in ms and the share of requests up to each, at most `points` of them.

    It is the empirical distribution itself; where there are more values than points, those of even
    shares stay, and both ends.
    """
    if not samples.size:
        return np.empty(0), np.empty(0)
    shares = samples.counts.cumsum() / samples.counts.sum()
    kept = np.arange(shares.size)
    if shares.size > points:
        even = np.searchsorted(shares, np.linspace(0, 1, points - 2, endpoint=False))
        kept = np.unique(np.concatenate(([0], even, [shares.size - 1])))
    return samples.values[kept] / 1000, shares[kept]
