"""How many rounds fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ConfigurationError
from loadtests.comparison.schedule import PROFILES, Profile, rounds_that_fit

CI = Profile(name="ci", rate_per_s=80, pairs=8, window_s=1.0, rounds=8, limit_s=170, closing_s=10)


@pytest.mark.parametrize(
    ("elapsed_s", "durations_s", "rounds"),
    [
        (5, [], 8),  # nothing is known yet
        (25, [20], 7),  # 135 s are left, and a round is taken to last 22 s
        (25, [30, 10], 8),  # the mean counts
        (25, [30, 50], 5),
        (70, [60], 2),
        (158, [150], 1),  # no further one fits, and what is done stays
        (300, [300], 1),
        (12, [10], 8),  # never more than the profile says
    ],
)
def test_the_rounds_are_those_that_fit(elapsed_s: float, durations_s: list[float], rounds: int) -> None:
    assert rounds_that_fit(CI, elapsed_s, durations_s) == rounds


def test_without_a_limit_all_rounds_fit() -> None:
    assert rounds_that_fit(PROFILES["full"], 10_000, [1000.0]) == PROFILES["full"].rounds


@given(
    durations=st.lists(st.floats(min_value=1, max_value=400), min_size=1, max_size=8),
    setup=st.floats(min_value=0, max_value=30),
)
def test_a_plan_ends_in_time_if_rounds_get_no_slower(durations: list[float], setup: float) -> None:
    elapsed = setup + sum(durations)
    further = rounds_that_fit(CI, elapsed, durations) - len(durations)
    assert further <= 0 or elapsed + further * sum(durations) / len(durations) <= 160


def test_options_replace_what_the_profile_says() -> None:
    changed = CI.with_options(rate=20, rounds=4, seconds=3)
    assert (changed.rate_per_s, changed.rounds, changed.pairs, changed.limit_s) == (20, 4, 3, 170)
    assert CI.with_options(seconds=0.2).pairs == 1
    assert CI.with_options() == CI


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e9, 0.0])
def test_what_no_machine_can_offer_is_refused(value: float) -> None:
    with pytest.raises(ConfigurationError, match=r"--rate .* is not between 0 and 5000"):
        CI.with_options(rate=value)
    with pytest.raises(ConfigurationError, match=r"--seconds .* is not between 0 and 14400"):
        CI.with_options(seconds=value)
