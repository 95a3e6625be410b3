"""Shares: exact where trials are independent, careful where they come in bursts."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from loadtests.statistics.shares import (
    ClusteredShare,
    ShareTest,
    effective,
    highest_share,
    lowest_share,
    smallest_size,
)

LEVELS = st.sampled_from([0.2, 0.05, 0.01, 0.001])


@settings(max_examples=40)
@given(st.integers(1, 3_000), st.data(), st.floats(0.001, 0.5), LEVELS)
def test_it_is_the_exact_binomial_test(size: int, data: st.DataObject, allowed: float, level: float) -> None:
    found = data.draw(st.integers(0, size))
    test = ShareTest(found, size, allowed)
    assert test.p_more == pytest.approx(stats.binomtest(found, size, allowed, "greater").pvalue, rel=1e-6)
    assert test.p_within == pytest.approx(stats.binomtest(found, size, allowed, "less").pvalue, rel=1e-6)
    interval = stats.binomtest(found, size).proportion_ci(1 - 2 * level, method="exact")
    assert (test.low(level), test.high(level)) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_known_bounds() -> None:
    assert highest_share(0, 3_000, 0.05) == pytest.approx(1 - 0.05 ** (1 / 3_000))
    assert highest_share(0, 3_000, 0.05) < 0.001
    assert lowest_share(0, 10, 0.05) == 0.0
    assert highest_share(10, 10, 0.05) == 1.0


def test_sizes_of_wilks() -> None:
    assert [smallest_size(share, 0.05) for share in (0.5, 0.05, 0.01)] == [5, 59, 299]


CLUSTERS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=40)


@settings(max_examples=40)
@given(CLUSTERS)
def test_clusters_are_never_worth_more_than_their_trials(clusters: list[tuple[int, int]]) -> None:
    found = np.array([one for one, _ in clusters])
    sizes = found + np.array([rest for _, rest in clusters])
    total, worth = effective(found, sizes)
    assert worth <= sizes.sum()
    if sizes.sum():
        assert total * sizes.sum() == pytest.approx(found.sum() * worth)


def test_a_burst_is_worth_one_observation() -> None:
    sizes = np.full(40, 16)
    burst = np.zeros(40, dtype=np.int64)
    burst[7] = 16
    total, worth = effective(burst, sizes)
    assert total == pytest.approx(1.0, abs=0.4)
    assert worth < 50
    alone = ShareTest(16, 640, 0.01)
    assert alone.p_more < 1e-3
    assert ShareTest(total, worth, 0.01).p_more > 0.2


def _clustered(by_round: list[int], allowed: float) -> ClusteredShare:
    """20 windows of 10 requests a round, the slow ones spread evenly over them."""
    found = np.concatenate([np.bincount(np.arange(slow) % 20, minlength=20) for slow in by_round])
    rounds = np.repeat(np.arange(len(by_round)), 20)
    return ClusteredShare(found, np.full(len(found), 10), rounds, allowed)


def test_one_bad_round_decides_nothing() -> None:
    assert _clustered([60, 2, 2, 2], 0.05).p_more > 0.9
    assert _clustered([25, 25, 25, 25], 0.05).p_more < 1e-3


def test_one_good_round_does_not_make_a_pass() -> None:
    assert _clustered([0, 9, 9, 9], 0.05).p_within > 0.2
    assert _clustered([2, 2, 2, 2], 0.05).p_within < 1e-3


@settings(max_examples=40)
@given(st.lists(st.integers(0, 120), min_size=1, max_size=6), st.floats(0.005, 0.4), LEVELS)
def test_bounds_agree_with_p_values(by_round: list[int], allowed: float, level: float) -> None:
    test = _clustered(by_round, allowed)
    low, high = test.low(level), test.high(level)
    assume(min(abs(low - allowed), abs(high - allowed)) > 1e-9)
    assert (test.p_more < level) == (low > allowed)
    assert (test.p_within < level) == (high < allowed)
    assert low <= test.estimate <= high


def test_bursts_do_not_raise_false_alarms() -> None:
    """The share above is exactly what is allowed, and in each round a tenth of the windows have it all."""
    random = np.random.default_rng(5)
    alarms = 0
    for _ in range(400):
        slow = random.random((6, 20)) < 0.1
        found = (10 * slow).ravel()
        test = ClusteredShare(found, np.full(120, 10), np.repeat(np.arange(6), 20), 0.1)
        alarms += test.p_more <= 0.05
    assert alarms <= stats.binom.isf(1e-4, 400, 0.05)
