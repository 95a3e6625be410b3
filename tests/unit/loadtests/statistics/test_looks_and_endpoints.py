"""Many looks and many endpoints: alpha is spent, and not more of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from loadtests.statistics.holm import step_down
from loadtests.statistics.spending import level_at, spent


def test_the_boundaries_are_the_published_ones() -> None:
    """O'Brien-Fleming type, five equal looks, one-sided 0.025: Jennison and Turnbull, section 7.2."""
    fractions = (0.2, 0.4, 0.6, 0.8, 1.0)
    bounds = [stats.norm.isf(level_at(look, fractions, 0.025)) for look in range(1, 6)]
    assert bounds == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=2e-3)


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_the_chance_to_cross_at_any_look_is_alpha(alpha: float) -> None:
    fractions = np.array([0.375, 0.5, 0.75, 1.0])
    bounds = [stats.norm.isf(level_at(look, tuple(fractions), alpha)) for look in range(1, 5)]
    covariance = np.sqrt(np.minimum.outer(fractions, fractions) / np.maximum.outer(fractions, fractions))
    inside = stats.multivariate_normal(cov=covariance, seed=1).cdf(bounds)
    assert 1 - inside == pytest.approx(alpha, rel=0.02)


def test_a_single_look_has_all() -> None:
    assert level_at(1, (1.0,), 0.05) == pytest.approx(0.05)
    assert spent(1.0, 0.05) == pytest.approx(0.05)


def test_a_look_that_is_not_planned_is_refused() -> None:
    with pytest.raises(ValueError, match="look 3 of 2"):
        level_at(3, (0.5, 1.0), 0.05)


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.sampled_from([0.05, 0.2]))
def test_holm_rejects_what_its_adjusted_p_values_reject(p_values: list[float], alpha: float) -> None:
    steps = step_down(p_values, alpha, lambda level: level)
    ordered = sorted(p_values)
    highest = 0.0
    adjusted: dict[float, float] = {}
    for index, p_value in enumerate(ordered):
        highest = max(highest, min(1.0, (len(ordered) - index) * p_value))
        adjusted.setdefault(p_value, highest)
    for p_value, step in zip(p_values, steps, strict=True):
        if abs(adjusted[p_value] - alpha) > 1e-9:
            assert step.rejected == (adjusted[p_value] <= alpha)
        assert step.rejected == (p_value <= step.level)


def test_nothing_to_test_is_nothing_rejected() -> None:
    assert step_down([], 0.05, lambda level: level) == ()
