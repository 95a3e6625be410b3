"""Warm-up: medians that have stopped falling."""

import numpy as np
import pytest

from loadtests.statistics.warmup import FEWEST, is_flat


@pytest.mark.parametrize(
    "medians",
    [
        [9.0, 7.0, 5.5, 4.6, 3.9, 3.4, 3.0],
        [3.0, 3.2, 3.4, 3.6, 3.8, 4.0],
        [3.0] * (FEWEST - 1),
        [],
        [0.0] * FEWEST,
    ],
    ids=["falling", "rising", "too few", "none", "nothing measured"],
)
def test_it_is_not_over(medians: list[float]) -> None:
    assert not is_flat(medians)


@pytest.mark.parametrize(
    "medians",
    [
        [3.0] * FEWEST,
        [90.0, 30.0, 9.0, 3.0, 3.1, 2.9, 3.0, 3.1, 3.0],
        [3.0, 3.1, 3.0, 30.0, 2.9, 3.0],
    ],
    ids=["level", "a start that is long over", "one slow window"],
)
def test_it_is_over(medians: list[float]) -> None:
    assert is_flat(medians)


def test_noise_of_a_few_percent_is_flat_before_long() -> None:
    random = np.random.default_rng(1)
    medians = list(3.0 * np.exp(random.normal(0, 0.04, 20)))
    assert any(is_flat(medians[:end]) for end in range(FEWEST, 13))
