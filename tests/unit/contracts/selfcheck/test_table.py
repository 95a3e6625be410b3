"""The kill table as text, as JSON and as an Outcome."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from contracts.selfcheck.kills import Fate, KillTable
from contracts.selfcheck.mutant import Mutant
from contracts.selfcheck.table import as_json, last_line, outcome, render
from harness.models.outcome import Status, Subject


def _never(stack: Path | None) -> NoReturn:
    raise NotImplementedError(stack)


def a_fate(id: str, *killers: str, **options: Any) -> Fate:
    mutant = Mutant(
        id=id, mistake="It is wrong.", source="a test", killer="x.a", needs_stack=False, open=_never
    )
    return Fate(mutant=mutant, killers=killers, **options)


def as_outcome(table: KillTable) -> Any:
    now = datetime(2026, 1, 15, tzinfo=UTC)
    return outcome(table, run_id="1", started_at=now, duration_s=1.0, subject=Subject())


def test_each_row_names_its_killers() -> None:
    table = KillTable(fates=(a_fate("m.one", "x.a"), a_fate("m.two", "x.a", "x.b", "x.c", "x.d")))
    assert render(table).splitlines() == [
        "m.one  x.a",
        "m.two  x.a, x.b, x.c and 1 more",
        "",
        "REJECTED: all 2 broken adapters",
    ]


def test_wrong_claim_is_said() -> None:
    assert "x.b (and not by x.a, as it claims)" in render(KillTable(fates=(a_fate("m.one", "x.b"),)))


def test_survivor_is_shown_in_full() -> None:
    table = KillTable(fates=(a_fate("m.one"), a_fate("m.two", "x.a")))
    text = render(table)
    assert "m.one  SURVIVED" in text
    assert "SURVIVOR m.one\n  mistake    It is wrong.\n  source     a test" in text
    assert last_line(table) == "SURVIVED: 1 of 2 broken adapters"


def test_unchecked_says_why() -> None:
    table = KillTable(fates=(a_fate("m.one", unchecked="x.a could not be examined: down"),))
    assert "not checked m.one: x.a could not be examined: down." in render(table)
    assert last_line(table) == "COULD NOT CHECK: m.one: x.a could not be examined: down."


def test_nothing_to_judge_is_unchecked() -> None:
    assert last_line(KillTable(fates=())) == "COULD NOT CHECK: there is no broken adapter."


def test_idle_cases_are_listed() -> None:
    table = KillTable(fates=(a_fate("m.one", "x.a"),), idle=("x.b", "x.c"))
    assert "2 cases reject no broken adapter:\n  x.b\n  x.c" in render(table)
    assert "0 cases reject no broken adapter." in render(KillTable(fates=(a_fate("m.one", "x.a"),), idle=()))


def test_json_holds_everything() -> None:
    table = KillTable(fates=(a_fate("m.one", "x.a", "x.b"),), idle=("x.c",))
    assert as_json(table) == {
        "mutants": [
            {
                "id": "m.one",
                "mistake": "It is wrong.",
                "source": "a test",
                "killer": "x.a",
                "killers": ["x.a", "x.b"],
                "unchecked": None,
            }
        ],
        "idle_cases": ["x.c"],
    }


def test_survivor_is_a_finding() -> None:
    result = as_outcome(KillTable(fates=(a_fate("m.one"), a_fate("m.two", "x.a"))))
    assert result.status is Status.FAILED
    (finding,) = result.findings
    assert finding.id == "m.one"
    assert finding.message.startswith("It is wrong. No case notices")
    (counts,) = result.counts.values()
    assert (counts.expected, counts.passed, counts.failed, counts.unchecked) == (2, 1, 1, 0)


def test_reason_is_a_finding() -> None:
    result = as_outcome(KillTable(fates=(a_fate("m.one", "x.a"),), reasons=("The run was interrupted.",)))
    assert result.status is Status.UNCHECKED
    assert [finding.message for finding in result.findings] == ["The run was interrupted."]
