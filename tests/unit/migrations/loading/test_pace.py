"""The rate is kept over segments, whatever their size."""

from migrations.loading.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def test_each_segment_waits_until_the_one_before_is_paid_for() -> None:
    clock = Clock()
    pace = Pace(1000, clock=clock, sleep=clock.sleep)
    for _ in range(5):
        pace.take(500)
    assert clock.slept == 2.0


def test_time_that_passed_anyway_is_not_waited_for_again_and_not_saved_up() -> None:
    clock = Clock()
    pace = Pace(1000, clock=clock, sleep=clock.sleep)
    pace.take(1000)
    clock.now += 60
    pace.take(1000)
    assert clock.slept == 0.0
    pace.take(1000)
    assert clock.slept == 1.0


def test_no_rate_is_no_wait() -> None:
    clock = Clock()
    Pace(None, clock=clock, sleep=clock.sleep).take(10**9)
    assert clock.slept == 0.0
