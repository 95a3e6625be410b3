"""A quantile against a budget: decided by the share of requests that exceed it."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loadtests.statistics.histograms import EMPTY, decode
from loadtests.statistics.quantiles import QuantileTest, over_windows
from tests.load_model import encoded


def _test(seed: int, margin: float, *, size: int = 12, rounds: int = 4, share: float = 0.95) -> QuantileTest:
    random = np.random.default_rng(seed)
    windows = [decode(encoded(1_000 * np.exp(random.normal(0, 0.5, size)))) for _ in range(5 * rounds)]
    return over_windows(windows, [index // 5 for index in range(5 * rounds)], share=share, margin=margin)


@settings(max_examples=20)
@given(st.integers(0, 50), st.floats(500, 6_000), st.sampled_from([0.05, 0.005]))
def test_bounds_agree_with_p_values(seed: int, margin: float, level: float) -> None:
    test = _test(seed, margin)
    assume(abs(test.p_more - level) > 1e-9)
    assume(abs(test.p_within - level) > 1e-9)
    assert (test.p_more < level) == (test.low(level) > margin)
    assert (test.p_within < level) == (test.high(level) <= margin)
    assert test.low(level) <= test.high(level)


def test_the_bounds_contain_the_truth() -> None:
    truth = 1_000 * np.exp(0.5 * 1.6449)
    tests = [_test(seed, 1e9) for seed in range(30)]
    assert sum(test.low(0.05) > truth for test in tests) <= 6
    assert sum(test.high(0.05) < truth for test in tests) <= 6
    assert np.median([test.high(0.05) for test in tests]) < 1.9 * truth


def test_too_few_samples_have_no_upper_bound() -> None:
    test = _test(1, 5_000, size=1, rounds=2, share=0.99)
    assert test.high(0.05) == float("inf")
    assert test.p_within > 0.05


def test_without_samples_there_is_no_quantile() -> None:
    with pytest.raises(ValueError, match="no sample"):
        over_windows([EMPTY], [0], share=0.95, margin=1.0)
