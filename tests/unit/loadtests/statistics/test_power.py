"""Power: what so many rounds can tell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from loadtests.statistics.power import detectable, power


@settings(max_examples=40)
@given(st.integers(3, 12), st.floats(0.001, 2.0), st.sampled_from([0.05, 0.005]))
def test_the_detectable_distance_has_the_power(rounds: int, deviation: float, level: float) -> None:
    distance = detectable(deviation=deviation, rounds=rounds, level=level)
    assert power(distance, deviation=deviation, rounds=rounds, level=level) == pytest.approx(0.9, abs=1e-3)
    assert power(0.0, deviation=deviation, rounds=rounds, level=level) == pytest.approx(level, rel=1e-6)


def test_it_is_the_share_of_t_tests_that_find_it() -> None:
    random = np.random.default_rng(2)
    distance = detectable(deviation=1.0, rounds=5, level=0.05)
    drawn = random.normal(distance, 1.0, (5_000, 5))
    found = int((stats.ttest_1samp(drawn, 0.0, axis=1, alternative="greater").pvalue <= 0.05).sum())
    assert stats.binomtest(found, 5_000, 0.9).pvalue > 1e-4


def test_more_rounds_tell_more() -> None:
    distances = [detectable(deviation=0.05, rounds=rounds, level=0.01) for rounds in (3, 5, 8, 12)]
    assert distances == sorted(distances, reverse=True)


def test_no_deviation_tells_nothing() -> None:
    with pytest.raises(ValueError, match="tell nothing"):
        detectable(deviation=0.0, rounds=5, level=0.05)
