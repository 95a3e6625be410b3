"""When a soak is steady, when it is not, and when it proved nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from math import exp, log1p
from random import Random

import pytest

from tests.benchmarks.soak.account import Verdict
from tests.benchmarks.soak.gauges import Held, Steadiness
from tests.benchmarks.soak.report import Report
from tests.benchmarks.soak.said import Outcome

AT_START = Held(at_s=0, memory=100, connections=0, others=9)
FLAT = Steadiness(memory=(1000, 1032), most_connections=64, over_s=600)
CLEAN = Verdict(lost=(), doubled=(), wrong=())
STEADY = Report(
    seconds=600,
    most_connections=64,
    most_sessions=6,
    calls={"open": Counter({Outcome.DONE: 9, Outcome.UNKNOWN: 2})},
    faults=Counter({"lost responses": 600}),
    verdict=CLEAN,
    held=FLAT,
    gateway=FLAT,
    before=AT_START,
    idle=replace(AT_START, connections=64),
    closed=AT_START,
    sessions=6,
)


def test_a_steady_run() -> None:
    assert STEADY.exit_status == 0
    assert STEADY.rendered().splitlines()[-1] == "STEADY: 9 calls done, 600 faults, 0 lost, 0 doubled"


@pytest.mark.parametrize(
    ("report", "word"),
    [
        (replace(STEADY, verdict=replace(CLEAN, lost=("a",))), "lost: a"),
        (replace(STEADY, verdict=replace(CLEAN, doubled=("a",))), "doubled: a"),
        (replace(STEADY, verdict=replace(CLEAN, wrong=("a",))), "wrong: a"),
        (replace(STEADY, held=replace(FLAT, memory=(1000, 1048))), "memory: it grew by 6.0%"),
        (
            replace(STEADY, held=replace(FLAT, most_connections=129)),
            "connections: 129 at once, more than 128",
        ),
        (replace(STEADY, idle=replace(AT_START, connections=65)), "connections: 65 after the last call"),
        (replace(STEADY, idle=replace(AT_START, others=10)), "10 after the last call"),
        (replace(STEADY, closed=replace(AT_START, others=10)), "10 after the store was closed"),
        (replace(STEADY, closed=replace(AT_START, connections=1)), "connections: 1 are open"),
        (replace(STEADY, sessions=7), "sessions: 7 at the end"),
    ],
)
def test_a_run_with_a_finding(report: Report, word: str) -> None:
    (finding,) = report.findings
    assert word in finding
    assert report.exit_status == 1
    assert report.rendered().splitlines()[-1].startswith("NOT STEADY: 1 findings")


@pytest.mark.parametrize(
    ("report", "word"),
    [
        (replace(STEADY, calls={"open": Counter({Outcome.UNAVAILABLE: 9})}), "No call was ever done"),
        (replace(STEADY, faults=Counter({"lost responses": 479})), "Only 479 faults"),
    ],
)
def test_a_run_that_proved_nothing(report: Report, word: str) -> None:
    assert report.exit_status == 2
    assert word in report.rendered().splitlines()[-1]


def test_growth_in_a_short_time_is_not_judged_and_that_is_said() -> None:
    short = replace(STEADY, held=Steadiness(memory=(100, 200), most_connections=1, over_s=59))
    assert short.exit_status == 0
    assert "Growth is not judged in less than 60 s." in short.rendered()
    assert "Growth" not in STEADY.rendered()


KB, MB = 1 << 10, 1 << 20
CALLS_A_SECOND = 100


def learning(at: int) -> float:
    """Memory of a process that learns, in MB: it fills pools, and then still finds a bit of room to take."""
    return 60 - 12 * exp(-at / 30) + 0.5 * log1p(at / 60)


def sampled(memory: Callable[[int], float], *, seconds: int) -> Steadiness:
    """One sample a second, with what garbage and calls on their way add and take away again."""
    noise = Random(1)  # noqa: S311  # not for secrets
    return Steadiness.of(
        [
            replace(AT_START, at_s=1_000 + at, memory=round((memory(at) + noise.gauss(0, 0.5)) * MB))
            for at in range(seconds + 1)
        ]
    )


@pytest.mark.parametrize("seconds", [240, 600])
def test_a_process_that_learns_does_not_leak(seconds: int) -> None:
    report = replace(STEADY, held=sampled(learning, seconds=seconds))
    assert report.findings == (), report.rendered()


@pytest.mark.parametrize("seconds", [120, 240, 600])
def test_a_kilobyte_that_each_call_leaves_behind_is_a_leak(seconds: int) -> None:
    held = sampled(lambda at: learning(at) + CALLS_A_SECOND * at * KB / MB, seconds=seconds)
    (finding,) = replace(STEADY, held=held).findings
    assert finding.startswith("memory: it grew by ")
    assert held.growth > CALLS_A_SECOND * seconds * KB / MB / 100


def test_growth_is_that_of_a_line_and_reckoned_for_the_whole_time() -> None:
    held = Steadiness.of([replace(AT_START, at_s=at, memory=100 + at) for at in range(101)])
    assert held.memory == (120, 200)
    assert held.growth == pytest.approx(80 / 120 / 0.8)


def test_one_sample_does_not_grow() -> None:
    assert Steadiness.of([AT_START]).growth == 0
