"""When a server is warm."""

import math

import pytest

from loadtests.comparison.warmup import is_warm, level


@pytest.mark.parametrize(
    ("levels_us", "warm"),
    [
        ((1000,) * 5, False),  # too few to know
        ((1000,) * 6, True),
        ((9000, 5000, 3000, 2000, 1500, 1200), False),
        ((9000, 5000, 3000, 2000, 1500, 1200, 1190, 1210, 1200), False),  # 1500 before, 1200 last
        ((9000, 5000, 3000, 2000, 1300, 1200, 1190, 1210, 1200, 1195), True),
        ((1000, 1000, 1000, 1000, 300, 1000), True),  # one window is no trend
        ((1000, 1000, 1000, 2000, 2000, 2000), True),  # slower is no warming up, but what is to be measured
        ((1000, 1000, 1000, 1000, 1000, math.nan), False),  # nothing answered
    ],
)
def test_a_server_is_warm_when_it_no_longer_gets_faster(levels_us: tuple[float, ...], warm: bool) -> None:  # noqa: FBT001  # the expectation
    assert is_warm(levels_us) is warm


def test_each_endpoint_weighs_the_same() -> None:
    assert level({"fast": 100.0, "slow": 10_000.0}) == pytest.approx(1000)


def test_a_window_without_an_answer_has_no_level() -> None:
    assert math.isnan(level({}))
