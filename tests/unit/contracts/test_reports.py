"""What a person and the gate read of a divergence."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

from contracts.behaviours import Behaviours
from contracts.events import Finished, Operation, Problem
from contracts.judgement import CaseResult, Judgement, Kind
from contracts.manifest import Entry, Manifest
from contracts.outcome import outcome
from contracts.report.catalogue import listing
from contracts.report.divergences import failed_cases, render
from contracts.report.progress import Progress
from contracts.report.summary import Facts, summary
from harness.models.outcome import Outcome, Subject

ENTRY = Entry(id="idempotency.same_event", level="core", needs=(), heading="Idempotency")
CALL = "webhook_events.receive(NewWebhookEvent{event_id='e-1'})"
PASSED = Finished(
    worker="gw0",
    adapter="memory",
    case=ENTRY.id,
    level="core",
    proves="The same event is stored once.",
    phases={},
    steps=4,
    operations=(Operation(step=3, call=CALL, answer="1"), Operation(step=4, call="x.y()", answer="2")),
)
FAILED = replace(
    PASSED,
    adapter="supabase",
    steps=3,
    operations=(Operation(step=3, call=CALL, answer="16"),),
    problem=Problem(
        divergence=True,
        expected="1",
        actual="16",
        message="m",
        where="contracts/cases/t.py:42",
        traceback="TB",
    ),
)
JUDGEMENT = Judgement(
    results=(
        CaseResult(entry=ENTRY, adapter="memory", kind=Kind.PASSED, finished=PASSED),
        CaseResult(entry=ENTRY, adapter="supabase", kind=Kind.FAILED, finished=FAILED),
    ),
    reasons=(),
    seconds={},
)
FACTS = Facts(
    level="strict",
    seed=7,
    workers=2,
    duration_s=1.0,
    target={"stack": "embedded"},
    migrations_hash="0123456789abcdef",
)

BEHAVIOURS = Behaviours.loads(
    {
        "idempotency": """
title = "Idempotency"
order = 1
[twice]
says = "the same event twice is one row"
cases = ["idempotency.same_event"]
[whole]
says = "a run is whole"
tests = ["tests/unit/x.py::test_whole"]
"""
    }
)


def test_block_shows_every_adapter_side_by_side() -> None:
    (case,) = failed_cases(JUDGEMENT)
    assert render(case).splitlines()[1:] == [
        "  proves     The same event is stored once.",
        f"  operation  {CALL}   step 3 of 4",
        "  expected   1",
        "  memory     1 (passed)",
        "  supabase   16",
        "  where      contracts/cases/t.py:42",
    ]
    assert render(case).split()[:3] == ["DIVERGENCE", ENTRY.id, "core"]
    assert "TB" in render(case, traceback=True)


def test_detail_stands_below_the_block_as_it_was_written() -> None:
    assert FAILED.problem is not None
    problem = replace(FAILED.problem, detail="w1 |--|\n\nw2    |--|")
    second = replace(FAILED, adapter="other", problem=problem)
    results = (
        JUDGEMENT.results[0],
        replace(JUDGEMENT.results[1], finished=replace(FAILED, problem=problem)),
        CaseResult(entry=ENTRY, adapter="other", kind=Kind.FAILED, finished=second),
    )
    (case,) = failed_cases(replace(JUDGEMENT, results=results))
    assert render(case).splitlines()[-6:] == [
        "  where      contracts/cases/t.py:42",
        "",
        "  supabase, other:",
        "    w1 |--|",
        "",
        "    w2    |--|",
    ]
    made = outcome(
        replace(JUDGEMENT, results=results),
        run_id="r",
        started_at=datetime.now(UTC),
        duration_s=1.0,
        subject=Subject(harness={"version": "1"}),
    )
    assert [finding.detail for finding in made.findings] == [problem.detail] * 2
    assert Outcome.from_json(json.dumps(made.to_json())) == made


def test_summary_ends_with_the_verdict() -> None:
    text = summary(JUDGEMENT, FACTS)
    assert text.splitlines()[-1] == "DIVERGENCE: 1 case"
    assert "seed 7 (repeat with --seed 7)" in text
    assert "migrations 0123456789ab" in text
    assert "supabase    executed 1, passed 0, failed 1, exempt 0, unchecked 0" in text


def test_block_names_the_statement_that_is_broken() -> None:
    text = summary(JUDGEMENT, replace(FACTS, behaviours=BEHAVIOURS))
    assert "  behaviour  idempotency.twice: the same event twice is one row" in text.splitlines()


def test_listing_names_the_cases_of_each_statement() -> None:
    entries = (ENTRY, replace(ENTRY, id="idempotency.same_event[16]", level="strict", needs=("server",)))
    assert listing(BEHAVIOURS, Manifest(entries)).splitlines() == [
        "Idempotency",
        "  idempotency.twice: the same event twice is one row",
        "    core   idempotency.same_event",
        "    strict idempotency.same_event[16] (needs server)",
        "  idempotency.whole: a run is whole",
        "    test   tests/unit/x.py::test_whole",
        "",
        "2 statements, 2 cases",
    ]


def test_many_divergences_are_not_all_shown_in_full() -> None:
    results = tuple(
        replace(result, entry=replace(ENTRY, id=f"crud.n{number:03}"))
        for number in range(60)
        for result in JUDGEMENT.results
    )
    text = summary(replace(JUDGEMENT, results=results), FACTS)
    assert text.count("  proves ") == 10
    assert "and 50 more cases diverge" in text
    assert text.splitlines()[-1] == "DIVERGENCE: 60 cases"


def test_outcome_survives_json_and_names_the_operation() -> None:
    made = outcome(
        JUDGEMENT,
        run_id="r",
        started_at=datetime.now(UTC),
        duration_s=1.0,
        subject=Subject(harness={"version": "1"}),
    )
    assert Outcome.from_json(json.dumps(made.to_json())) == made
    (finding,) = made.findings
    assert (finding.id, finding.level, finding.where) == (ENTRY.id, "core", "supabase webhook_events.receive")
    assert (finding.expected, finding.actual) == ("1", "16")
    assert "contracts/cases/t.py:42" in finding.message


def test_progress_writes_few_lines_to_a_log() -> None:
    stream = io.StringIO()
    progress = Progress(stream, 200)
    for _ in range(200):
        progress(PASSED)
    progress.close()
    assert stream.getvalue().splitlines() == [
        "contract  25 %  50 of 200",
        "contract  50 %  100 of 200",
        "contract  75 %  150 of 200",
        "contract 100 %  200 of 200",
    ]
