"""The long questions: all are asked, what is missing is said, and what became of them adds up."""

from pathlib import Path

import pytest

from harness.models.outcome import Status
from tests.benchmarks.deep.steps import STEPS, Step
from tests.benchmarks.deep.summary import Ended, missing, summary

_BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
_STEP = Step(name="one", question="?", command=("true",), programs=("wrk",), packages=("schemathesis",))
_NO_STEPS = {
    "counted_subject": "a part of contract.py",
    "migrate_diff_contestants": "a part of migrate_diff.py",
    "trivial_server": "a part of load_generator.py",
}


def test_every_benchmark_is_a_step() -> None:
    commands = " ".join(word for step in STEPS for word in step.command)
    for file in _BENCHMARKS.glob("*.py"):
        assert file.stem in _NO_STEPS or f"/{file.name}" in commands or f".{file.stem}" in commands, file


def test_every_step_has_a_file() -> None:
    root = _BENCHMARKS.parents[1]
    for step in STEPS:
        named = next(word for word in step.command[1:] if word.startswith("tests") or word == "harness")
        place = root / (named if named.endswith(".py") else named.replace(".", "/"))
        assert (
            place.is_dir()
            or place.is_file()
            or place.with_suffix(".py").is_file()
            or (place / "__main__.py").is_file()
        ), named
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_what_is_missing_is_said() -> None:
    def nothing(_name: str) -> bool:
        return False

    def everything(_name: str) -> bool:
        return True

    assert missing([_STEP], has_program=nothing, has_package=nothing) == [
        "one: there is no program wrk on PATH; on Debian: apt-get install wrk",
        "one: the Python package schemathesis is not installed; it is in the group test",
    ]
    assert missing([_STEP], has_program=everything, has_package=everything) == []


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        (0, Status.PASSED, "exit status 0"),
        (1, Status.FAILED, "exit status 1"),
        (2, Status.UNCHECKED, "exit status 2"),
        (5, Status.UNCHECKED, "exit status 5"),
        (-9, Status.UNCHECKED, "exit status -9"),
        (None, Status.UNCHECKED, "it did not end within 7200 s"),
    ],
)
def test_an_exit_status_is_judged(code: int | None, status: Status, why: str) -> None:
    ended = Ended.of(_STEP, code, seconds=1.0, log="x")
    assert (ended.status, ended.why) == (status, why)


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [
        ([0, 0], "HELD: 2 of 2 steps held"),
        ([0, 1], "DID NOT HOLD: 1 of 2 steps held"),
        ([2, 0], "COULD NOT CHECK: 1 of 2 steps held"),
        ([2, 1], "DID NOT HOLD: 0 of 2 steps held"),
        ([], "COULD NOT CHECK: 0 of 0 steps held"),
    ],
)
def test_the_last_line_is_the_verdict(codes: list[int], verdict: str) -> None:
    text = summary([Ended.of(_STEP, code, seconds=1.0, log="x") for code in codes])
    assert text.splitlines()[-1] == verdict
    assert len(text.splitlines()) == len(codes) + 2
