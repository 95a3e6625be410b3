"""Pieces of the page: all text in them is escaped."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from loadtests.reporting.page.chart import Chart
from loadtests.verdicts import Verdict

__all__ = ["MARKS", "Markup", "anchor", "badge", "figure", "folded", "legend", "listed", "table"]

MARKS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.PASS: ("good", "\N{CHECK MARK}"),
    Verdict.REGRESSED: ("bad", "\N{BALLOT X}"),
    Verdict.INCONCLUSIVE: ("unsure", "?"),
    Verdict.INVALID: ("void", "\N{CIRCLED DIVISION SLASH}"),
}
"""The class of the style sheet and the sign of a verdict: it is never told by colour alone."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def badge(verdict: Verdict) -> Markup:
    """Return the verdict as a sign and a word."""
    kind, sign = MARKS[verdict]
    return Markup(f'<span class="badge {kind}"><span aria-hidden="true">{sign}</span> {verdict.value}</span>')


def anchor(endpoint: str) -> str:
    """Return the id of the section of an endpoint."""
    return "endpoint-" + "".join(letter if letter.isalnum() else f"-{ord(letter):x}-" for letter in endpoint)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0, title: str = "") -> Markup:
    """Return a table; so many of the last columns hold numbers. It scrolls where it is too wide."""
    first_number = len(head) - numbers
    caption = f"<caption>{escape(title)}</caption>" if title else ""
    heads = "".join(
        f'<th scope="col"{_number(at >= first_number)}>{escape(name)}</th>' for at, name in enumerate(head)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td{_number(at >= first_number)} data-label="{escape(head[at])}">{_text(cell)}</td>'
            for at, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return Markup(
        f'<div class="scroll" tabindex="0"><table>{caption}<thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def figure(title: str, chart: Chart, *, note: str = "", key: str = "", numbers: str = "") -> Markup:
    """Return a plot with a sentence as its title, how to read it, and its numbers as a table."""
    more = folded("The numbers of this plot", numbers) if numbers else ""
    below = f'<p class="note">{escape(note)}</p>' if note else ""
    return Markup(
        f"<figure><figcaption>{escape(title)}</figcaption>{key}{chart.svg(title)}{below}{more}</figure>"
    )


def folded(title: str, content: str, *, is_open: bool = False) -> Markup:
    """Return what is shown when somebody asks for it, and in print."""
    state = " open" if is_open else ""
    return Markup(f"<details{state}><summary>{escape(title)}</summary>{content}</details>")


def legend(names: Iterable[tuple[str, str]]) -> Markup:
    """Return what the lines or marks mean: classes of the style sheet with their names."""
    keys = "".join(
        f'<span class="key"><svg width="28" height="12" aria-hidden="true">'
        f'<line x1="3" x2="25" y1="6" y2="6" class="{kind}"/></svg>{escape(name)}</span>'
        for kind, name in names
    )
    return Markup(f'<p class="legend">{keys}</p>')


def listed(texts: Iterable[str]) -> Markup:
    """Return a list."""
    return Markup(f"<ul>{''.join(f'<li>{_text(text)}</li>' for text in texts)}</ul>")


def _text(cell: str) -> str:
    return cell if isinstance(cell, Markup) else escape(cell)


def _number(is_number: bool) -> str:  # noqa: FBT001  # a class or none
    return ' class="n"' if is_number else ""
