"""When a soak is steady, when it is not, and when it proved nothing."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.benchmarks.soak.account import Verdict
from tests.benchmarks.soak.gauges import Held, Steadiness
from tests.benchmarks.soak.report import Report
from tests.benchmarks.soak.said import Outcome

AT_START = Held(at_s=0, memory=100, connections=0, others=9)
FLAT = Steadiness(memory=(100, 104), most_connections=64, over_s=600)
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
        (replace(STEADY, held=replace(FLAT, memory=(100, 106))), "memory: it grew by 6.0%"),
        (replace(STEADY, held=replace(FLAT, most_connections=65)), "connections: 65 at once"),
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


def test_growth_is_between_the_warm_up_and_the_end() -> None:
    memory = [*range(100, 120), *[130] * 10, *[140] * 60, *[143] * 11]
    samples = [replace(AT_START, at_s=at, memory=used) for at, used in enumerate(memory)]
    held = Steadiness.of(samples)
    assert held.memory == (130, 143)
    assert held.growth == pytest.approx(0.1)
    assert Steadiness.of(samples[:1]).growth == 0
