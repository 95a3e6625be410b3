"""When a server is warm."""

import math

import pytest

from loadtests.comparison.warmup import is_flat, level


def _levels(*medians_us: float) -> list[float]:
    return [math.log(median) for median in medians_us]


@pytest.mark.parametrize(
    ("medians_us", "flat"),
    [
        ((1000, 1000, 1000), False),  # too few to know
        ((1000, 1000, 1000, 1000), True),
        ((5000, 3000, 1500, 1200), False),
        ((5000, 3000, 1500, 1200, 1210, 1190), False),  # 1342 before, 1200 last: still more than a tenth
        ((5000, 3000, 1250, 1200, 1210, 1190), True),
        ((1000, 1000, 2000, 2000), True),  # slower is no warming up, but what is to be measured
    ],
)
def test_a_server_is_warm_when_it_no_longer_gets_faster(medians_us: tuple[float, ...], flat: bool) -> None:  # noqa: FBT001  # the expectation
    assert is_flat(_levels(*medians_us)) is flat


def test_a_window_without_an_answer_is_not_flat() -> None:
    assert not is_flat([1.0, 1.0, 1.0, level({})])


def test_each_endpoint_weighs_the_same() -> None:
    assert level({"fast": 100.0, "slow": 10_000.0}) == pytest.approx(math.log(1000))
