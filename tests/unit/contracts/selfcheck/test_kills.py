"""From events to fates: which broken adapter was rejected by which case."""

from pathlib import Path
from typing import NoReturn

import pytest

from contracts.events import Event, Finished, Problem
from contracts.selfcheck.kills import Fate, KillTable, Tally, is_kill
from contracts.selfcheck.mutant import Mutant
from harness.models.outcome import Status

BOTH = frozenset({"x.a", "x.b"})


def _never(stack: Path | None) -> NoReturn:
    raise NotImplementedError(stack)


def a_mutant(id: str = "m.one", *, killer: str = "x.a") -> Mutant:
    return Mutant(
        id=id, mistake="It is wrong.", source="a test", killer=killer, needs_stack=False, open=_never
    )


def ended(
    case: str,
    *,
    adapter: str = "m.one",
    divergence: bool | None = None,
    down: str | None = None,
    skipped: str | None = None,
) -> Finished:
    problem = None
    if divergence is not None:
        texts = {"expected": "a", "actual": "b", "message": "said why", "where": "", "traceback": ""}
        problem = Problem(divergence=divergence, **texts)
    return Finished(
        worker="gw0",
        adapter=adapter,
        case=case,
        level="core",
        proves="",
        phases={},
        steps=0,
        operations=(),
        problem=problem,
        down=down,
        skipped=skipped,
    )


def fate(*events: Event) -> Fate:
    tally = Tally()
    tally.take(events)
    return tally.fate(a_mutant(), BOTH)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (ended("x.a", divergence=True), True),
        (ended("x.a"), False),
        (ended("x.a", divergence=False), False),
        (ended("x.a", divergence=True, down="Postgres is down"), False),
    ],
    ids=["divergence", "passed", "unchecked", "servers_down"],
)
def test_only_a_divergence_on_running_servers_is_a_kill(event: Finished, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert is_kill(event) is expected


def test_killers_in_the_order_of_the_run_once_each() -> None:
    found = fate(ended("x.b", divergence=True), ended("x.a", divergence=True), ended("x.b", divergence=True))
    assert found.killers == ("x.b", "x.a")
    assert not found.survived


def test_all_cases_passed_is_a_survivor() -> None:
    assert fate(ended("x.a"), ended("x.b")).survived


def test_missing_case_is_no_survivor() -> None:
    found = fate(ended("x.a"))
    assert not found.survived
    assert found.unchecked == "1 of 2 cases did not run on it, such as x.b"


def test_trouble_is_no_survivor() -> None:
    found = fate(ended("x.a", divergence=False), ended("x.b"))
    assert found.unchecked == "x.a could not be examined: said why"
    assert fate(ended("x.a", divergence=True, down="Postgres is down")).unchecked == (
        "x.a could not be examined: Postgres is down"
    )


def test_skipped_case_is_no_survivor() -> None:
    assert fate(ended("x.a", skipped="why"), ended("x.b")).unchecked == "x.a was skipped: why"


def test_troubles_name_their_adapter() -> None:
    tally = Tally()
    tally.take([ended("x.a", divergence=False), ended("x.a", adapter="m.two")])
    assert tally.troubles(["m.one", "m.two"]) == ["m.one: x.a could not be examined: said why."]


def test_trouble_beside_a_kill_does_not_matter() -> None:
    assert fate(ended("x.a", divergence=False), ended("x.b", divergence=True)).unchecked is None


def test_distrust_of_a_case_that_rejects_what_is_correct() -> None:
    tally = Tally()
    tally.take([ended("x.a", adapter="memory", divergence=True)])
    assert tally.distrust({"memory": frozenset({"x.a"})}) == [
        "x.a rejects the correct adapter memory: run `harness contract`."
    ]


def test_distrust_of_a_case_that_did_not_run() -> None:
    tally = Tally()
    tally.take([ended("x.a", adapter="memory")])
    assert tally.distrust({"memory": BOTH}) == ["x.b did not run on the correct adapter memory."]
    assert tally.distrust({"memory": frozenset({"x.a"})}) == []


def test_distrust_of_trouble() -> None:
    tally = Tally()
    tally.take([ended("x.a", adapter="memory", divergence=False)])
    assert tally.distrust({"memory": frozenset({"x.a"})}) == [
        "On the correct adapter memory, x.a could not be examined: said why."
    ]


def test_idle_cases_rejected_nothing() -> None:
    tally = Tally()
    tally.take([ended("x.a", divergence=True), ended("x.b")])
    assert tally.idle(["x.a", "x.b"]) == ("x.b",)


@pytest.mark.parametrize(
    ("fates", "reasons", "expected"),
    [
        ([Fate(mutant=a_mutant(), killers=("x.a",))], (), Status.PASSED),
        ([Fate(mutant=a_mutant(), killers=())], (), Status.FAILED),
        ([Fate(mutant=a_mutant(), killers=())], ("The run was interrupted.",), Status.FAILED),
        ([Fate(mutant=a_mutant(), killers=(), unchecked="why")], (), Status.UNCHECKED),
        ([Fate(mutant=a_mutant(), killers=("x.a",))], ("The run was interrupted.",), Status.UNCHECKED),
        ([], (), Status.UNCHECKED),
    ],
    ids=["rejected", "survived", "survived_and_cut", "unchecked", "cut", "nothing"],
)
def test_failed_beats_unchecked_beats_passed(
    fates: list[Fate], reasons: tuple[str, ...], expected: Status
) -> None:
    assert KillTable(fates=tuple(fates), reasons=reasons).status is expected
