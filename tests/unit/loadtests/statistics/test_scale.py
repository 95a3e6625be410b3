"""Back from logarithms."""

from math import exp, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.statistics.scale import from_logarithm


@given(st.floats(-50, 50))
def test_it_is_the_exponential(value: float) -> None:
    assert from_logarithm(value) == exp(value)


@pytest.mark.parametrize("value", [51.0, 710.0, 1e300, inf])
def test_what_no_time_can_be_bounds_nothing(value: float) -> None:
    assert from_logarithm(value) == inf
    assert from_logarithm(-value) == 0
