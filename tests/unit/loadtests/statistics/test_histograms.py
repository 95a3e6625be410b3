"""Histograms: what is read off them is what was put in, to the width of a bucket."""

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.records import HIGHEST_US, LOWEST_US, SIGNIFICANT_DIGITS
from loadtests.statistics.histograms import (
    EMPTY,
    above,
    decode,
    merged,
    quantile,
    quantile_error,
    resolution,
)
from tests.load_model import encoded

TIMES = st.lists(st.integers(LOWEST_US, HIGHEST_US), min_size=1, max_size=12)


@given(TIMES)
@settings(max_examples=25)
def test_what_the_library_wrote_is_read_as_the_library_reads_it(times: list[int]) -> None:
    histogram = HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
    for time in times:
        histogram.record_value(time)
    samples = decode(histogram.encode().decode("ascii"))
    recorded = [
        (item.value_iterated_to, item.count_at_value_iterated_to)
        for item in histogram.get_recorded_iterator()
    ]
    highest = samples.values + (np.array([resolution(value) for value in samples.values]) - 1) / 2
    assert list(zip(highest, samples.counts, strict=True)) == recorded


@given(TIMES, st.floats(0.01, 0.99))
def test_a_quantile_is_that_of_the_samples(times: list[int], share: float) -> None:
    exact = float(np.quantile(times, share, method="inverted_cdf"))
    found = quantile(decode(encoded(np.array(times, dtype=float))), share)
    assert abs(found - exact) <= resolution(exact)


@given(st.lists(TIMES, min_size=1, max_size=4), st.integers(1, HIGHEST_US))
def test_histograms_add_up(parts: list[list[int]], limit: int) -> None:
    together = merged(decode(encoded(np.array(part, dtype=float))) for part in parts)
    assert together.size == sum(len(part) for part in parts)
    assert above(together, limit) == sum(
        above(decode(encoded(np.array(part, dtype=float))), limit) for part in parts
    )


def test_nothing_has_no_quantile() -> None:
    assert merged([EMPTY, decode(encoded(np.zeros(0)))]).size == 0
    with pytest.raises(ValueError, match="no sample"):
        quantile(EMPTY, 0.5)


def test_the_error_of_a_median_is_the_known_one() -> None:
    random = np.random.default_rng(3)
    samples = decode(encoded(random.normal(10_000, 1_000, 4_000)))
    expected = 1_000 * np.sqrt(np.pi / 2) / np.sqrt(4_000)
    assert quantile_error(samples, 0.5) == pytest.approx(expected, rel=0.25)
