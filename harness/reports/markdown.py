"""The report as Markdown, for a pull request or a CI job's summary."""

from harness.models.outcome import Finding
from harness.models.verdict import Row
from harness.reports.counts import RESULT, in_words
from harness.reports.run import GateRun

__all__ = ["cell", "render"]


def render(run: GateRun) -> str:
    """Return the whole report; every finding is in it."""
    verdict = run.verdict
    lines = [f"## {cell(verdict.sentence)}", ""]
    lines += [f"- {name}: {cell(value)}" for name, value in run.facts]
    lines += ["", "| step | result | counts | time |", "| --- | --- | --- | ---: |"]
    lines += [_row(row) for row in verdict.rows]
    if verdict.findings:
        lines += ["", f"### Findings ({len(verdict.findings)})", ""]
        for finding in verdict.findings:
            lines += _finding(finding)
    if verdict.reasons:
        lines += ["", "### Not checked", ""]
        lines += [f"- {cell(row.step)}: {cell(row.reason)}" for row in verdict.rows if row.reason is not None]
    for title, gaps in (("Missing operations", verdict.missing), ("Accepted gaps", verdict.accepted)):
        lines += ["", f"### {title}", ""] if gaps else []
        lines += [f"- {cell(finding.message)} ({cell(finding.actual)})" for finding in gaps]
    if verdict.advice:
        lines += ["", "### Advice", ""]
        lines += [f"- {cell(finding.where)}: {cell(finding.message)}" for finding in verdict.advice]
    return "\n".join([*lines, ""])


def _row(row: Row) -> str:
    counts = cell(in_words(row.counts))
    return f"| {cell(row.step)} | {RESULT[row.status]} | {counts} | {row.duration_s:.1f} s |"


def _finding(finding: Finding) -> list[str]:
    return [
        f"- **{cell(finding.id)}** ({finding.level}), {cell(finding.where)}",
        f"  - expected: {cell(finding.expected)}",
        f"  - actual: {cell(finding.actual)}",
        f"  - {cell(finding.message)}",
    ]


def cell(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    line = " ".join(text.split())
    for character in "\\`*_|<>[]#":
        line = line.replace(character, f"\\{character}")
    return line
