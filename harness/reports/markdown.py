"""The report as Markdown, for a pull request or a CI job's summary."""

from harness.models.outcome import Finding
from harness.models.verdict import Row
from harness.reports.counts import RESULT, in_words
from harness.reports.run import GateRun

__all__ = ["render"]


def render(run: GateRun) -> str:
    """Return the whole report; every finding is in it."""
    verdict = run.verdict
    lines = [f"## {_cell(verdict.sentence)}", ""]
    lines += [f"- {name}: {_cell(value)}" for name, value in run.facts]
    lines += ["", "| step | result | counts | time |", "| --- | --- | --- | ---: |"]
    lines += [_row(row) for row in verdict.rows]
    if verdict.findings:
        lines += ["", f"### Findings ({len(verdict.findings)})", ""]
        for finding in verdict.findings:
            lines += _finding(finding)
    if verdict.reasons:
        lines += ["", "### Not checked", ""]
        lines += [
            f"- {_cell(row.step)}: {_cell(row.reason)}" for row in verdict.rows if row.reason is not None
        ]
    for title, gaps in (("Missing operations", verdict.missing), ("Accepted gaps", verdict.accepted)):
        lines += ["", f"### {title}", ""] if gaps else []
        lines += [f"- {_cell(finding.message)} ({_cell(finding.actual)})" for finding in gaps]
    if verdict.advice:
        lines += ["", "### Advice", ""]
        lines += [f"- {_cell(finding.where)}: {_cell(finding.message)}" for finding in verdict.advice]
    return "\n".join([*lines, ""])


def _row(row: Row) -> str:
    counts = _cell(in_words(row.counts))
    return f"| {_cell(row.step)} | {RESULT[row.status]} | {counts} | {row.duration_s:.1f} s |"


def _finding(finding: Finding) -> list[str]:
    return [
        f"- **{_cell(finding.id)}** ({finding.level}), {_cell(finding.where)}",
        f"  - expected: {_cell(finding.expected)}",
        f"  - actual: {_cell(finding.actual)}",
        f"  - {_cell(finding.message)}",
    ]


def _cell(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    line = " ".join(text.split())
    for character in "\\`*_|<>[]#":
        line = line.replace(character, f"\\{character}")
    return line
