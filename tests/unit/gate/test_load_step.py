"""Response times in the gate: a step where parity.toml says how, and a word in the verdict where not."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from harness.gate.runner import Runner
from harness.gate.sequence import Options, Sequence
from harness.gate.steps import LOAD, expected_steps, unchecked
from harness.gate.verdict import judge
from harness.models.outcome import Counts, Finding, Outcome, Status, Subject
from harness.settings import Settings
from harness.settings.parity_toml import parse

EXPECTED = expected_steps("embedded", ["unit"], load=True)
NOW = datetime(2026, 1, 15, tzinfo=UTC)
FULL = {"supabase": Counts(expected=3, executed=3, passed=3, failed=0)}
BUDGETS = "[budgets.endpoints.book.supabase]\np50_ms = 20\n"
API = '[api]\nname = "staging"\nstart = "npm start"\n'


def _sequence(text: str, directory: Path) -> Sequence:
    config = parse(text, name="parity.toml", directory=directory, today=date(2026, 1, 1))
    runner = Runner(run_id="run", directory=directory)
    return Sequence(
        Settings.from_environ({}), Options(level=None, workers=None, config=config), runner, lambda _: None
    )


def _outcome(step: str, api: str = "reference") -> Outcome:
    target = {"api": api} if step == LOAD else {}
    return Outcome(
        run_id="run",
        step=step,
        status=Status.PASSED,
        started_at=NOW,
        duration_s=1,
        subject=Subject(target=target),
        counts=FULL,
    )


def test_nothing_is_measured_beside_it() -> None:
    assert EXPECTED[-1] == LOAD


@pytest.mark.parametrize("text", [BUDGETS, API])
def test_budgets_or_an_api_of_the_users_own_make_it_a_step(tmp_path: Path, text: str) -> None:
    sequence = _sequence(text, tmp_path)
    assert sequence.expected[-1] == LOAD
    step = sequence._load(("--config", "other.toml"))
    assert step.name == LOAD
    assert step.command[:4] == ("load", "compare", "--profile", "ci")
    assert step.command[-2:] == ("--config", "other.toml")


def test_without_either_it_is_no_step(tmp_path: Path) -> None:
    assert LOAD not in _sequence("", tmp_path).expected


@pytest.mark.parametrize(("api", "whose"), [("reference", "the reference API"), ("staging", "staging")])
def test_the_verdict_says_whose_response_times_were_judged(api: str, whose: str) -> None:
    sentence = judge(EXPECTED, [_outcome(step, api) for step in EXPECTED]).sentence
    assert sentence.startswith("READY (")
    assert sentence.endswith(f"; response times of {whose})")


def test_what_could_not_be_decided_is_never_ready() -> None:
    others = [_outcome(step) for step in EXPECTED if step != LOAD]
    undecided = unchecked(LOAD, "INCONCLUSIVE: book p50.", run_id="run", started_at=NOW)
    assert judge(EXPECTED, [*others, undecided]).sentence.startswith(
        "COULD NOT CHECK: INCONCLUSIVE: book p50."
    )
    assert judge(EXPECTED, others).status is Status.UNCHECKED


def test_a_regression_is_not_ready() -> None:
    regression = Finding(
        id="load.book.p50[supabase]",
        level="core",
        where="book",
        expected="20 ms",
        actual="30 ms",
        message=".",
    )
    failed = Outcome(
        run_id="run",
        step=LOAD,
        status=Status.FAILED,
        started_at=NOW,
        duration_s=1,
        counts={"supabase": Counts(expected=3, executed=3, passed=2, failed=1)},
        findings=(regression,),
    )
    verdict = judge(EXPECTED, [*(_outcome(step) for step in EXPECTED if step != LOAD), failed])
    assert verdict.sentence.startswith("NOT READY: 1 finding (")
