"""Tests over rounds: Student's, with a variance that is never less than the samples make it."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from loadtests.statistics.rounds import over_rounds, predicted, shared_noise

ROUNDS = st.lists(st.floats(-5, 5), min_size=2, max_size=12)


@settings(max_examples=40)
@given(ROUNDS, st.floats(-5, 5))
def test_it_is_the_t_test_where_values_are_exact(values: list[float], margin: float) -> None:
    assume(np.std(values) > 1e-6)
    test = over_rounds(values, margin=margin, errors=[0.0], resolution=0.0)
    assert test.p_more == pytest.approx(stats.ttest_1samp(values, margin, alternative="greater").pvalue)
    assert test.p_within == pytest.approx(stats.ttest_1samp(values, margin, alternative="less").pvalue)


@settings(max_examples=40)
@given(
    ROUNDS, st.floats(-5, 5), st.floats(0, 1), st.floats(0, 0.5), st.sampled_from([0.2, 0.05, 0.001, 1e-5])
)
def test_bounds_agree_with_p_values(
    values: list[float], margin: float, error: float, resolution: float, level: float
) -> None:
    test = over_rounds(values, margin=margin, errors=[error], resolution=resolution)
    assume(abs(test.p_more - level) > 1e-9)
    assume(abs(test.p_within - level) > 1e-9)
    assume(min(abs(test.low(level) - margin), abs(test.high(level) - margin)) > 1e-9)
    assert (test.p_more < level) == (test.low(level) > margin)
    assert (test.p_within < level) == (test.high(level) < margin)
    assert test.low(level) <= test.estimate <= test.high(level)


def test_equal_rounds_decide_nothing_below_the_resolution() -> None:
    values = [3.0, 3.0, 3.0]
    near = over_rounds(values, margin=2.5, errors=[0.0] * 3, resolution=1.0)
    assert (near.p_more, near.p_within) == (1.0, 1.0)
    assert (near.low(0.05), near.high(0.05)) == (2.0, 4.0)
    far = over_rounds(values, margin=1.5, errors=[0.0] * 3, resolution=1.0)
    assert (far.p_more, far.p_within) == (0.0, 1.0)


def test_equal_rounds_of_few_samples_are_no_certainty() -> None:
    test = over_rounds([3.0, 3.0, 3.0], margin=2.5, errors=[1.0] * 3, resolution=0.0)
    assert test.p_more > 0.1
    assert test.error == pytest.approx(1 / np.sqrt(3))


def test_one_round_tells_no_variance() -> None:
    with pytest.raises(ValueError, match="two rounds"):
        over_rounds([1.0], margin=0.0, errors=[0.1], resolution=0.0)
    with pytest.raises(ValueError, match="two earlier runs"):
        predicted(1.0, [1.0], margin=0.0, now_error=0.1, errors=[0.1], resolution=0.0)


def test_a_new_run_has_the_spread_of_one_run() -> None:
    before = [1.0, 2.0, 3.0, 4.0, 5.0]
    test = predicted(6.0, before, margin=0.0, now_error=0.0, errors=[0.0] * 5, resolution=0.0)
    assert test.estimate == 3.0
    assert test.error == pytest.approx(np.std(before, ddof=1) * np.sqrt(1.2))
    reach = stats.t.isf(0.05, 4) * test.error
    assert test.high(0.05) == pytest.approx(3.0 + reach)


def test_intervals_over_three_rounds_cover_as_often_as_they_say() -> None:
    random = np.random.default_rng(11)
    drawn = random.normal(0, 1, (1_000, 3))
    missed = sum(
        over_rounds(list(row), margin=0.0, errors=[0.0], resolution=0.0).p_more <= 0.05 for row in drawn
    )
    assert stats.binomtest(missed, 1_000, 0.05).pvalue > 1e-4


def test_what_arms_have_in_common_is_no_noise_of_their_ratio() -> None:
    draw = np.random.default_rng(5)
    own = [(draw.normal(0, 0.3, 8).tolist(), [0.3] * 8) for _ in range(400)]
    common = [(draw.normal(0, 0.15, 8).tolist(), [0.3] * 8) for _ in range(400)]
    assert shared_noise(own) == pytest.approx(1, abs=0.05)
    assert shared_noise(common) == pytest.approx(0.5, abs=0.025)


def test_rounds_that_differ_by_more_than_their_samples_do_not_enlarge_the_errors_of_others() -> None:
    assert shared_noise([([0.0, 9.0, -9.0], [0.1, 0.1, 0.1])]) == 1.0


def test_nothing_is_known_of_the_noise_without_rounds_or_errors() -> None:
    assert shared_noise([]) == 1.0
    assert shared_noise([([1.0], [0.1]), ([1.0, 2.0], [0.0, 0.0])]) == 1.0


def test_of_many_endpoints_none_looks_certain_by_chance() -> None:
    calm, others = ([0.0, 0.0, 0.0], [0.1] * 3), [([-0.1, 0.1, 0.0], [0.1] * 3)] * 3
    assert shared_noise([calm, *others]) == pytest.approx(0.75**0.5)
