"""What counts as a result, and what does not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from contracts.events import (
    Begun,
    Broke,
    CaseInfo,
    Collected,
    Ended,
    Event,
    Finished,
    Lost,
    Opened,
    Problem,
    Started,
)
from contracts.judgement import Judgement, Kind, judge, unchecked
from contracts.manifest import Entry
from contracts.report.summary import Facts, last_line, summary
from harness.models.outcome import Status

PACKAGES = ("/c", "/h")
ENTRY = Entry(id="crud.one", level="core", needs=(), heading="CRUD")
SERVER = Entry(id="faults.two", level="core", needs=("server",), heading="Faults")
PASSED = Finished(
    worker="gw0",
    adapter="memory",
    case="crud.one",
    level="core",
    proves="A row is a row.",
    phases={"setup": "passed", "call": "passed", "teardown": "passed"},
    steps=2,
    operations=(),
    seconds=0.5,
)
PROBLEM = Problem(divergence=True, expected="1", actual="2", message="m", where="x.py:1", traceback="")
FACTS = Facts(level="strict", seed=1, workers=2, duration_s=1.0, target={}, migrations_hash=None)


def info(entry: Entry) -> CaseInfo:
    return CaseInfo(
        id=entry.id,
        adapter="memory",
        level=entry.level,
        needs=entry.needs,
        heading=entry.heading,
        where="x.py:1",
    )


def judged(*events: Event, entries: Sequence[Entry] = (ENTRY,), ended: bool = True) -> Judgement:
    """Judge a run on memory that collected what was expected."""
    before: list[Event] = [
        Begun(packages=PACKAGES),
        Collected(worker="gw0", cases=tuple(map(info, entries))),
        Opened(worker="gw0", adapter="memory", capabilities=("client_ids",), seconds=0.1),
    ]
    after = [Ended(exit_status=0)] if ended else []
    return judge(entries, ["memory"], [*before, *events, *after], packages=PACKAGES)


def test_case_that_ran_whole_and_called_the_adapter_passes() -> None:
    judgement = judged(PASSED)
    assert judgement.status is Status.PASSED
    assert judgement.counts["memory"].complete
    assert last_line(judgement) == "PARITY"


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (replace(PASSED, steps=0), "passed without calling the adapter"),
        (replace(PASSED, skipped="not today"), "skipped inside of the case: not today"),
        (replace(PASSED, phases={"setup": "passed", "call": "passed"}), "not run whole"),
        (replace(PASSED, phases={}), "not run whole: no phase at all"),
        (replace(PASSED, phases={**PASSED.phases, "teardown": "failed"}), "teardown failed"),
        (replace(PASSED, exempt="server"), "exempted for server, which the manifest does not grant"),
        (replace(PASSED, problem=replace(PROBLEM, divergence=False)), "could not be examined: m"),
        (replace(PASSED, problem=PROBLEM, down="Postgres does not answer"), "Postgres does not answer"),
    ],
)
def test_anything_else_is_unchecked(run: Finished, reason: str) -> None:
    judgement = judged(run)
    assert judgement.status is Status.UNCHECKED
    assert reason in last_line(judgement)


def test_failed_beats_unchecked() -> None:
    other = replace(ENTRY, id="crud.other")
    judgement = judged(replace(PASSED, problem=PROBLEM), entries=(ENTRY, other))
    assert judgement.status is Status.FAILED
    assert last_line(judgement) == "DIVERGENCE: 1 case"


def test_case_that_runs_twice_is_unchecked_even_if_it_passes() -> None:
    assert "2 cases have this id" in last_line(judged(PASSED, PASSED))


def test_case_that_fails_once_of_twice_is_failed() -> None:
    assert judged(PASSED, replace(PASSED, problem=PROBLEM)).status is Status.FAILED


def test_exemption_needs_manifest_and_adapter_to_agree() -> None:
    exempt = replace(
        PASSED, case=SERVER.id, exempt="server", phases={"setup": "skipped"}, steps=0, skipped="x"
    )
    judgement = judged(PASSED, exempt, entries=(ENTRY, SERVER))
    assert judgement.status is Status.PASSED
    assert [result.kind for result in judgement.results] == [Kind.PASSED, Kind.EXEMPT]
    assert "exempt 1 (lacks server: 1)" in summary(judgement, FACTS)


def test_exemption_of_a_capability_that_the_adapter_has_is_unchecked() -> None:
    entry = replace(SERVER, needs=("client_ids",))
    exempt = replace(PASSED, case=SERVER.id, exempt="client_ids", steps=0)
    assert judged(PASSED, exempt, entries=(ENTRY, entry)).status is Status.UNCHECKED


def test_only_exemptions_are_no_parity() -> None:
    exempt = replace(PASSED, case=SERVER.id, exempt="server", steps=0)
    assert judged(exempt, entries=(SERVER,)).status is Status.UNCHECKED


def test_marks_that_differ_from_the_manifest_are_unchecked() -> None:
    stale = judge(
        [replace(ENTRY, level="strict")],
        ["memory"],
        [Collected(worker="gw0", cases=(info(ENTRY),)), PASSED, Ended(exit_status=0)],
        packages=PACKAGES,
    )
    assert "python -m contracts.manifest" in last_line(stale)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (Begun(packages=("/other",)), "pytest ran other packages"),
        (Broke(what="test_x.py", text="ImportError: no x"), "test_x.py broke: ImportError: no x"),
        (Ended(exit_status=3), "pytest ended with status 3"),
        (replace(PASSED, case="crud.unknown"), "the manifest lacks, such as crud.unknown"),
        (replace(PASSED, case="crud.lone", adapter=""), "takes neither the fixture subject nor store"),
        (
            Lost(worker="gw1", reason="gone"),
            "Worker gw1 was lost (gone); the run stopped after 1 of 1 cases.",
        ),
    ],
)
def test_trouble_around_the_cases_is_unchecked(event: Event, reason: str) -> None:
    judgement = judged(PASSED, event)
    assert judgement.status is Status.UNCHECKED
    assert reason in " ".join(judgement.reasons)


def test_lost_worker_is_named_with_its_case() -> None:
    judgement = judged(
        Started(worker="gw0", adapter="memory", case="crud.one"), Lost(worker="gw0", reason="x")
    )
    assert "Worker gw0 was lost while it ran crud.one on memory" in judgement.reasons[0]


def test_run_that_never_began_expects_everything() -> None:
    judgement = unchecked([ENTRY], ["memory", "supabase"], "No network.")
    assert {count.unchecked for count in judgement.counts.values()} == {1}
    assert last_line(judgement) == "COULD NOT CHECK: No network."


def test_run_without_a_manifest_is_unchecked() -> None:
    assert unchecked([], ["memory"], "broken").status is Status.UNCHECKED
