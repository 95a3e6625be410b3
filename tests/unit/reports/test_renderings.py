"""Every form of the report says the same: the verdict, what was examined, and what is wrong."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from harness.models.outcome import Finding, Outcome
from harness.models.verdict import ACCEPTED_LEVEL, UNCHECKED_LEVEL
from harness.reports import junit, markdown, terminal
from harness.reports.run import GateRun

MakeRun = Callable[..., tuple[GateRun, list[Outcome]]]


def test_the_last_line_on_the_terminal_is_the_verdict(make_run: MakeRun) -> None:
    run, _ = make_run()
    assert terminal.render(run).splitlines()[-1] == (
        "READY (reference adapters; your application was not examined; response times were not judged)"
    )


@pytest.mark.parametrize("render", [terminal.render, markdown.render, junit.render])
def test_every_form_names_what_was_examined(make_run: MakeRun, render: Callable[[GateRun], str]) -> None:
    text = render(make_run()[0])
    for fact in ("strict", "17.10", "12.0.2", "0123456789ab", "run-1", "12.5 s", "embedded"):
        assert fact in text
    assert "reference adapters; your application was not examined" in text


def test_the_table_has_a_row_for_each_step(make_run: MakeRun) -> None:
    text = terminal.render(make_run(findings=1, schema_problem="Postgres is down.")[0])
    assert "| schema check | NOT CHECKED | -" in text
    assert "| contract     | FAILED      | memory 2 of 3, 1 failed" in text
    assert text.splitlines()[-1].startswith("NOT READY: 1 finding (")
    assert "schema check: Postgres is down." in text


def test_the_lines_of_the_table_are_equally_long_and_fit(make_run: MakeRun) -> None:
    lines = [line for line in terminal.render(make_run()[0]).splitlines() if line[:1] in {"|", "+"}]
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 100


def test_ten_findings_are_shown_and_the_rest_is_counted(make_run: MakeRun) -> None:
    text = terminal.render(make_run(findings=12)[0])
    assert "10. crud.case_9[bookings] [core]" in text
    assert "11. " not in text
    assert "... and 2 more: all of them are with --report DIR." in text


def test_markdown_has_every_finding_and_no_accidental_markup(make_run: MakeRun) -> None:
    text = markdown.render(make_run(findings=12)[0])
    assert "crud.case\\_11\\[bookings\\]" in text
    assert "expected: a \\| b" in text
    assert "actual: \\<none\\>" in text


def test_junit_counts_what_could_not_be_checked_as_an_error(make_run: MakeRun) -> None:
    text = junit.render(make_run(findings=2, schema_problem="Postgres is down.")[0])
    suite = ET.fromstring(text)  # noqa: S314  # our own text
    assert suite.attrib["tests"] == "8"
    assert suite.attrib["failures"] == "3"
    assert suite.attrib["errors"] == "1"
    error = suite.find("testcase/error")
    assert error is not None
    assert error.attrib["message"] == "Postgres is down."
    assert not suite.findall("testcase/skipped")


@pytest.mark.parametrize("render", [terminal.render, markdown.render, junit.render])
def test_every_form_names_the_application_and_what_is_accepted(
    make_run: MakeRun, render: Callable[[GateRun], str]
) -> None:
    text = render(make_run(gaps=[gap("claimSyncJobs", ACCEPTED_LEVEL)])[0])
    assert "scheduler 1a2b3c4, level core; 42 of 43 operations; no checks; 1 accepted gap" in text
    assert "core; strict for the reference adapters" in text
    assert "claimSyncJobs: said of it" in text


def test_what_is_missing_stands_beside_what_is_accepted(make_run: MakeRun) -> None:
    gaps = [gap("claimSyncJobs", ACCEPTED_LEVEL), gap("getOpsSummary", UNCHECKED_LEVEL)]
    text = terminal.render(make_run(gaps=gaps)[0])
    missing, accepted, verdict = text.split("\n\n")[-3:]
    assert missing.splitlines() == ["Missing operations:", "  getOpsSummary: said of it (none (3 cases))"]
    assert accepted.splitlines() == ["Accepted gaps:", "  claimSyncJobs: said of it (none (3 cases))"]
    assert verdict.startswith("COULD NOT CHECK: getOpsSummary: said of it (scheduler 1a2b3c4")
    assert "### Missing operations" in markdown.render(make_run(gaps=gaps)[0])


def gap(operation: str, level: str) -> Finding:
    return Finding(
        id=f"gap.{operation}",
        level=level,
        where="bridge-memory",
        expected=f"operation {operation}",
        actual="none (3 cases)",
        message=f"{operation}: said of it",
    )
