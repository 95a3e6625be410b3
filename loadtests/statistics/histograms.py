"""Recorded response times as sorted values with counts, and what is read off them.

A histogram of 3 digits says each value to 0.1 %, or to 1 µs below 2,048 µs;
what is read here is the middle of a bucket, and `resolution` says how wide it is.
The format is that of https://hdrhistogram.github.io/HdrHistogram/.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]
from numpy.typing import NDArray

from loadtests.records import EncodedHistogram

__all__ = ["EMPTY", "Samples", "above", "decode", "merged", "quantile", "quantile_error", "resolution"]

_SUB_BUCKETS = 2048
"""Of 3 significant digits: values below it have a bucket each."""
_HALF_BITS = 10
_KEPT = 200_000
"""Decoded histograms that are kept: a run is judged again after each of its rounds."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Distinct values in ascending order, in microseconds, and how often each was seen."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]

    @cached_property
    def size(self) -> int:
        """How many there are."""
        return int(self.counts.sum())


EMPTY = Samples(np.zeros(0), np.zeros(0, dtype=np.int64))


@lru_cache(maxsize=_KEPT)
def decode(text: EncodedHistogram) -> Samples:
    """Return what a histogram holds, each value as the middle of its bucket."""
    histogram = HdrHistogram.decode(text.encode("ascii"))
    counts = np.array([histogram.counts], dtype=np.int64).ravel()
    indices = np.flatnonzero(counts)
    buckets = np.maximum((indices >> _HALF_BITS) - 1, 0)
    lowest = (indices - (buckets << _HALF_BITS)) << buckets
    return Samples(lowest + ((1 << buckets) - 1) / 2, counts[indices])


def merged(parts: Iterable[Samples]) -> Samples:
    """Add histograms up: those of several windows or workers."""
    kept = [part for part in parts if part.counts.size]
    if not kept:
        return EMPTY
    values, places = np.unique(np.concatenate([part.values for part in kept]), return_inverse=True)
    counts = np.bincount(places, weights=np.concatenate([part.counts for part in kept]))
    return Samples(values, counts.astype(np.int64))


def quantile(samples: Samples, share: float) -> float:
    """Return the smallest value, in microseconds, that a `share` of the samples does not exceed.

    It is definition 1 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
    The American Statistician 50 (1996). Raises ValueError if there is no sample.
    """
    if not samples.counts.size:
        raise ValueError("no sample has no quantile")
    ends = np.cumsum(samples.counts)
    rank = min(max(share * ends[-1], 1.0), float(ends[-1]))
    return float(samples.values[np.searchsorted(ends, rank - 1e-9)])


def quantile_error(samples: Samples, share: float) -> float:
    """Return the standard error of a quantile in microseconds, as if all samples were independent.

    Half the distance of the two quantiles that lie one standard error of the share apart from it:
    R. S. Woodruff, "Confidence intervals for medians and other position measures", JASA 47 (1952).
    """
    away = float(np.sqrt(share * (1 - share) / samples.size))
    return (quantile(samples, min(share + away, 1.0)) - quantile(samples, max(share - away, 0.0))) / 2


def above(samples: Samples, limit_us: float) -> int:
    """Return how many samples exceed a limit."""
    return int(samples.counts[np.searchsorted(samples.values, limit_us, side="right") :].sum())


def resolution(value_us: float) -> float:
    """Return the width in microseconds of the bucket that holds a value."""
    return float(2 ** max(int(value_us // _SUB_BUCKETS).bit_length(), 0))
