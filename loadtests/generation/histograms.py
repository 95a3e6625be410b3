"""Histograms of whole microseconds, as records hold them: made from arrays, and added up."""

from collections.abc import Iterable

import numpy as np
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # it ships no types
from numpy.typing import NDArray

from loadtests.records import HIGHEST_US, LOWEST_US, SIGNIFICANT_DIGITS, EncodedHistogram

__all__ = ["add", "encode"]


def encode(seconds: NDArray[np.float64]) -> EncodedHistogram:
    """The histogram of durations in seconds; those outside of its range count as its lowest or highest."""
    if not len(seconds):
        return _EMPTY  # the most frequent one: seldom called endpoints in short windows
    microseconds = np.clip(np.rint(seconds * 1e6), LOWEST_US, HIGHEST_US).astype(np.int64)
    histogram = HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
    values, counts = np.unique(microseconds, return_counts=True)
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        histogram.record_value(value, count)
    return _text(histogram)


def add(histograms: Iterable[EncodedHistogram]) -> EncodedHistogram:
    """The histogram of everything that is in any of them."""
    total = HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
    for one in histograms:
        if one != _EMPTY:
            total.decode_and_add(one)
    return _text(total)


def _text(histogram: HdrHistogram) -> EncodedHistogram:
    encoded: bytes = histogram.encode()
    return encoded.decode("ascii")


_EMPTY = _text(HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS))
