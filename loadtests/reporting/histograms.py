"""What is drawn and said of recorded histograms."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # it has no types
from numpy.typing import NDArray

from loadtests.records import EncodedHistogram

__all__ = ["Samples", "added", "curve", "quantile_ms"]

_HALF_BITS = 10
"""Of 3 significant digits: half of the 2,048 values that have a bucket each."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Distinct values in ascending order, in microseconds, and how often each was seen."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]


def added(texts: Iterable[EncodedHistogram]) -> Samples:
    """Return the sum of histograms; it is empty for none."""
    parts = [np.array([HdrHistogram.decode(text.encode("ascii")).counts], np.int64).ravel() for text in texts]
    if not parts:
        return Samples(np.zeros(0), np.zeros(0, np.int64))
    counts = np.sum(parts, axis=0)
    indices = np.flatnonzero(counts)
    buckets = np.maximum((indices >> _HALF_BITS) - 1, 0)
    lowest = (indices - (buckets << _HALF_BITS)) << buckets
    return Samples(lowest + ((1 << buckets) - 1) / 2, counts[indices])


def quantile_ms(samples: Samples, share: float) -> float | None:
    """Return the smallest value in ms that this share does not exceed; None without samples."""
    if not samples.counts.size:
        return None
    ends = samples.counts.cumsum()
    rank = max(share * ends[-1], 1.0)
    return float(samples.values[np.searchsorted(ends, rank - 1e-9)]) / 1000


def curve(samples: Samples, points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values in ms and the share of requests up to each, at most `points` of them.

    It is the empirical distribution itself; where there are more values than points, those of even
    shares stay, and both ends.
    """
    if not samples.counts.size:
        return np.empty(0), np.empty(0)
    shares = samples.counts.cumsum() / samples.counts.sum()
    kept = np.arange(shares.size)
    if shares.size > points:
        even = np.searchsorted(shares, np.linspace(0, 1, points - 2, endpoint=False))
        kept = np.unique(np.concatenate(([0], even, [shares.size - 1])))
    return samples.values[kept] / 1000, shares[kept]
