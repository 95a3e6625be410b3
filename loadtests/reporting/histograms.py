"""What is drawn and said of recorded histograms."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # it has no types
from numpy.typing import NDArray

from loadtests.records import EncodedHistogram

__all__ = ["Samples", "added", "curve", "decode", "merged", "quantile_ms", "standard_error_ms"]

_HALF_BITS = 10
"""Of 3 significant digits: half of the 2,048 values that have a bucket each."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Distinct values in ascending order, in microseconds, and how often each was seen."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]


def decode(text: EncodedHistogram) -> Samples:
    """Return what a histogram holds, each value as the middle of its bucket."""
    counts = np.array([HdrHistogram.decode(text.encode("ascii")).counts], np.int64).ravel()
    indices = np.flatnonzero(counts)
    buckets = np.maximum((indices >> _HALF_BITS) - 1, 0)
    lowest = (indices - (buckets << _HALF_BITS)) << buckets
    return Samples(lowest + ((1 << buckets) - 1) / 2, counts[indices])


def merged(parts: Iterable[Samples]) -> Samples:
    """Return the sum; it is empty for none."""
    kept = [part for part in parts if part.counts.size]
    if not kept:
        return Samples(np.zeros(0), np.zeros(0, np.int64))
    values, places = np.unique(np.concatenate([part.values for part in kept]), return_inverse=True)
    counts = np.bincount(places, weights=np.concatenate([part.counts for part in kept]))
    return Samples(values, counts.astype(np.int64))


def added(texts: Iterable[EncodedHistogram]) -> Samples:
    """Return the sum of histograms as they were recorded."""
    return merged(map(decode, texts))


def quantile_ms(samples: Samples, share: float) -> float | None:
    """Return the smallest value in ms that this share does not exceed; None without samples."""
    if not samples.counts.size:
        return None
    ends = samples.counts.cumsum()
    rank = max(share * ends[-1], 1.0)
    return float(samples.values[np.searchsorted(ends, rank - 1e-9)]) / 1000


def standard_error_ms(samples: Samples, share: float) -> float | None:
    """Return the standard error of a quantile in ms, as if requests were independent; None without samples.

    R. S. Woodruff, "Confidence intervals for medians and other position measures", JASA 47 (1952).
    """
    if not samples.counts.size:
        return None
    away = float(np.sqrt(share * (1 - share) / samples.counts.sum()))
    low, high = quantile_ms(samples, max(share - away, 0.0)), quantile_ms(samples, min(share + away, 1.0))
    return None if low is None or high is None else (high - low) / 2


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
