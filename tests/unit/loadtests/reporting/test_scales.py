"""Axes hold what is drawn on them, in order, with ticks to read it by."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reports.status_line import duration
from loadtests.reporting.numbers import amount, estimate, limit
from loadtests.reporting.page.scales import Scale, linear, logarithmic

VALUES = st.lists(st.floats(-1e6, 1e6), max_size=8)
TIMES = st.lists(st.floats(0.001, 120_000), max_size=8)


@pytest.mark.parametrize("scale", [linear, logarithmic])
@given(data=st.data())
def test_every_value_has_its_place_in_order(
    scale: Callable[[list[float]], Scale], data: st.DataObject
) -> None:
    values = sorted(data.draw(VALUES if scale is linear else TIMES))
    axis = scale(values)
    places = [axis.place(value) for value in values]
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)
    assert axis.low < axis.high
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)
    assert 1 <= len(axis.ticks) <= 12


@pytest.mark.parametrize("values", [[], [0.0], [5e-324], [-1e-300, 1e-300], [float("inf"), float("nan")]])
def test_values_without_a_span_have_an_axis_all_the_same(values: list[float]) -> None:
    for axis in (linear(values), logarithmic(values)):
        assert axis.low < axis.high
        assert len(axis.ticks) >= 1


def test_a_linear_axis_begins_at_zero_and_a_logarithmic_one_does_not() -> None:
    assert linear([3.0, 7.0]).low == 0
    assert linear([3.0, 7.0]).ticks == (0, 2, 4, 6)
    assert logarithmic([3.0, 700.0]).ticks == (3, 10, 30, 100, 300)


def test_a_factor_is_the_same_length_everywhere_on_a_logarithmic_axis() -> None:
    axis = logarithmic([1.0, 1000.0])
    assert axis.place(100) - axis.place(10) == pytest.approx(axis.place(10) - axis.place(1))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (amount(0.0042, "ms"), "0.004 ms"),
        (amount(1234.5, "ms"), "1,234 ms"),
        (amount(0.0033, "share"), "0.330 %"),
        (amount(1.149, "ratio"), "1.15 x"),
        (amount(None, "ms"), "-"),
        (amount(float("nan"), "ms"), "-"),
        (estimate(5.0, None, 6.0, "ms"), "5.00 ms [.., 6.00]"),
        (estimate(5.0, 4.0, float("inf"), "ms"), "5.00 ms [4.00, ..]"),
        (limit(0.001, "share"), "0.1 %"),
        (limit(2.5, "ms"), "2.5 ms"),
        (duration(59.6), "1 min 00 s"),
        (duration(3725), "1 h 02 min"),
    ],
)
def test_numbers_have_as_many_digits_as_mean_something(said: str, words: str) -> None:
    assert said == words
