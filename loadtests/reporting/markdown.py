"""The result as Markdown, for a comment on a pull request or a CI job's summary."""

from collections.abc import Iterator, Sequence

from harness.reports.markdown import cell
from loadtests.reporting.facts import facts_of
from loadtests.reporting.numbers import counted
from loadtests.reporting.wording import READING, RULES, allowed, called, caution, found, reasons, sentence
from loadtests.result import Result
from loadtests.verdicts import Judgement, Verdict

__all__ = ["render"]

_LONGEST = 60_000
"""GitHub refuses a comment of more than 65,536 characters."""
_REASONS = 8
"""Shown unasked."""
_MANY = 60
"""Rows of a table that somebody still reads; of more, only those with something to decide are shown first."""
_PLAIN = (Verdict.PASS, Verdict.INVALID)
_SIGN = {Verdict.PASS: "", Verdict.REGRESSED: "**", Verdict.INCONCLUSIVE: "*", Verdict.INVALID: "*"}


def render(result: Result) -> str:
    """Return the verdict, then the table of what decides; advice and circumstances are folded away."""
    why = [f"{verdict.value} {who}: {reason}" for verdict, who, reason in reasons(result.deciding)]
    shown = [
        [f"## {cell(sentence(result))}", ""],
        _listed("What makes the run unfit", result.unfit),
        list(_decides(result)),
        _listed("Why", why[:_REASONS]),
        _folded(
            f"{counted(len(why[_REASONS:]), 'more reason')}", [f"- {cell(one)}" for one in why[_REASONS:]]
        ),
        _listed("Good to know", result.notes),
    ]
    folded = [
        _folded("Advice: no budget, decides nothing", _table(result.advice)),
        _folded("How it was measured", [f"- {name}: {cell(value)}" for name, value in facts_of(result)]),
    ]
    lines = [line for part in shown for line in part]
    whole = "\n".join([*lines, *(line for part in folded for line in part)])
    return whole if len(whole) <= _LONGEST else _within(lines)


def _decides(result: Result) -> Iterator[str]:
    if not result.deciding:
        return
    if caution(result):
        yield from (caution(result), "")
    deciding = result.deciding
    if len(deciding) > _MANY:
        yield from _table([one for one in deciding if one.verdict not in _PLAIN])
        yield from ("", *_folded(f"All {len(deciding)} judgements", _table(deciding)))
    else:
        yield from _table(deciding)
    yield from ("", f"<sub>{cell(READING)} {cell(RULES)}.</sub>", "")


def _table(judgements: Sequence[Judgement]) -> list[str]:
    if not judgements:
        return []
    lines = [
        "| endpoint | metric | where | verdict | found \\[interval\\] | allowed | samples |",
        "| --- | --- | --- | --- | ---: | ---: | ---: |",
    ]
    for one in judgements:
        sign = _SIGN[one.verdict]
        cells = (
            cell(one.endpoint),
            cell(called(one)),
            cell(one.subject),
            f"{sign}{one.verdict.value}{sign}" if one.decides else "advice",
            cell(found(one)),
            cell(allowed(one)),
            f"{one.samples:,}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _listed(title: str, texts: Sequence[str]) -> list[str]:
    return [f"### {title}", "", *(f"- {cell(text)}" for text in texts), ""] if texts else []


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    # GitHub renders Markdown inside of details only after an empty line.
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>", ""] if lines else []


def _within(lines: Sequence[str]) -> str:
    """As many lines as a comment may have."""
    size = 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > _LONGEST:
            lines = lines[:number]
            break
    return "\n".join([*lines, "", "Too long for a comment: the rest is in the page of the report.", ""])
