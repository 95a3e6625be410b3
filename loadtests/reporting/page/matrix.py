"""Everything that decides at one glance: a row per endpoint, a column per place and metric."""

from collections.abc import Sequence
from html import escape

from loadtests.reporting.numbers import amount, limit
from loadtests.reporting.page.parts import MARKS, Markup, anchor
from loadtests.reporting.wording import statement
from loadtests.verdicts import Judgement, Metric, Verdict

__all__ = ["matrix"]

_METRICS: tuple[Metric, ...] = ("answers", "errors", "round_trips", "p50", "p95", "p99", "capacity")


def matrix(judgements: Sequence[Judgement], linked: Sequence[str]) -> Markup:
    """Return a table of signs and values; endpoints that are `linked` lead to their sections."""
    found = dict.fromkeys(one.subject for one in judgements)
    # Comparisons first: they are what was asked, and the last columns of a wide table are out of sight.
    subjects = tuple(sorted(found, key=lambda name: " - " not in name and " / " not in name))
    columns = [
        (subject, metric)
        for subject in subjects
        for metric in _METRICS
        if any((one.subject, one.metric) == (subject, metric) for one in judgements)
    ]
    above = "".join(
        f'<th scope="colgroup" colspan="{sum(subject == name for subject, _ in columns)}">{escape(name)}</th>'
        for name in subjects
    )
    below = "".join(f'<th scope="col">{escape(metric.replace("_", " "))}</th>' for _, metric in columns)
    rows = "".join(
        f'<tr><th scope="row">{_name(name, linked)}</th>'
        + "".join(f"<td>{_cell(_of(judgements, name, *column))}</td>" for column in columns)
        + "</tr>"
        for name in dict.fromkeys(one.endpoint for one in judgements)
    )
    return Markup(
        '<div class="scroll" tabindex="0"><table class="matrix"><caption>Each budget: its verdict and value'
        f"</caption><thead><tr><td></td>{above}</tr><tr><td></td>{below}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _of(judgements: Sequence[Judgement], endpoint: str, subject: str, metric: Metric) -> list[Judgement]:
    asked = (endpoint, subject, metric)
    return [one for one in judgements if (one.endpoint, one.subject, one.metric) == asked]


def _name(name: str, linked: Sequence[str]) -> str:
    return f'<a href="#{anchor(name)}">{escape(name)}</a>' if name in linked else escape(name)


def _cell(found: Sequence[Judgement]) -> str:
    return "<br>".join(
        f'<span class="badge {MARKS[one.verdict][0]}" title="{escape(statement(one))}">'
        f'<span aria-hidden="true">{MARKS[one.verdict][1]}</span>'
        f'<span class="unseen">{one.verdict.value}</span> {escape(_value(one))}</span>'
        for one in found
    )


def _value(one: Judgement) -> str:
    if one.estimate is None:
        exact = one.metric == "round_trips" and one.verdict is Verdict.PASS
        return limit(one.allowed, one.unit) if exact else ""
    sign = "+" if " - " in one.subject and one.estimate > 0 else ""
    return f"{sign}{amount(one.estimate, one.unit)}"
