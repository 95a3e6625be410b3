"""The report for a person at a terminal: pure text, the verdict in the last line."""

import textwrap
from collections.abc import Sequence

from harness.models.outcome import Finding
from harness.models.verdict import Verdict
from harness.reports.counts import RESULT, in_words
from harness.reports.run import GateRun

__all__ = ["render"]

_SHOWN = 10
_WIDTH = 100
_LONGEST_VALUE = 400


def render(run: GateRun) -> str:
    """Return the whole report, without a final newline."""
    verdict = run.verdict
    blocks = [
        _facts(run),
        _table(verdict),
        *_findings(run),
        *_reasons(verdict),
        *_advice(verdict),
        *_gaps("Missing operations:", verdict.missing),
        *_gaps("Accepted gaps:", verdict.accepted),
        verdict.sentence,
    ]
    return "\n\n".join(blocks)


def _facts(run: GateRun) -> str:
    return "\n".join(f"{name:<11}{value}" for name, value in run.facts)


def _table(verdict: Verdict) -> str:
    head = ("step", "result", "counts", "time")
    rows = [
        (row.step, RESULT[row.status], in_words(row.counts), f"{row.duration_s:.1f} s")
        for row in verdict.rows
    ]
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    widths[2] = min(widths[2], max(20, _WIDTH - sum(widths[:2]) - widths[3] - 13))
    rule = "+".join("-" * (width + 2) for width in widths)
    lines = [f"+{rule}+", *_line(head, widths), f"+{rule}+"]
    for row in rows:
        lines += _line(row, widths)
    return "\n".join([*lines, f"+{rule}+"])


def _line(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """One row; counts that do not fit continue below."""
    wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, wrapped))
    padded = [lines + [""] * (height - len(lines)) for lines in wrapped]
    return [
        "|" + "|".join(f" {cell:<{width}} " for cell, width in zip(line, widths, strict=True)) + "|"
        for line in zip(*padded, strict=True)
    ]


def _findings(run: GateRun) -> list[str]:
    findings = run.verdict.findings
    blocks = [_finding(number, finding) for number, finding in enumerate(findings[:_SHOWN], 1)]
    if len(findings) > _SHOWN:
        place = f"in {run.report}" if run.report is not None else "with --report DIR"
        blocks.append(f"... and {len(findings) - _SHOWN} more: all of them are {place}.")
    return blocks


def _finding(number: int, finding: Finding) -> str:
    lines = [f"{number}. {finding.id} [{finding.level}]"]
    for name, value in (
        ("where", finding.where),
        ("expected", finding.expected),
        ("actual", finding.actual),
        ("", finding.message),
    ):
        lines += _value(name, value)
    return "\n".join(lines)


def _value(name: str, value: str) -> list[str]:
    if len(value) > _LONGEST_VALUE:
        value = value[:_LONGEST_VALUE] + " ..."
    lead = f"   {name:<9} " if name else "   => "
    return textwrap.wrap(
        value, _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False
    )


def _reasons(verdict: Verdict) -> list[str]:
    if not verdict.reasons:
        return []
    lines = ["Not checked:"]
    for row in verdict.rows:
        if row.reason is not None:
            lines += textwrap.wrap(
                f"{row.step}: {row.reason}", _WIDTH, initial_indent="  ", subsequent_indent="    "
            )
    return ["\n".join(lines)]


def _gaps(title: str, gaps: Sequence[Finding]) -> list[str]:
    """All of them: whoever reads READY is to know what it leaves out, for how long, and whom to ask."""
    if not gaps:
        return []
    lines = [title]
    for finding in gaps:
        lines += textwrap.wrap(
            f"{finding.message} ({finding.actual})",
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    return ["\n".join(lines)]


def _advice(verdict: Verdict) -> list[str]:
    if not verdict.advice:
        return []
    lines = ["Advice:"]
    for finding in verdict.advice[:_SHOWN]:
        lines += textwrap.wrap(
            f"{finding.where}: {finding.message}", _WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    if len(verdict.advice) > _SHOWN:
        lines.append(f"  ... and {len(verdict.advice) - _SHOWN} more.")
    return ["\n".join(lines)]
