"""The matrix as one HTML page that needs nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from harness.models.outcome import Finding
from harness.models.verdict import ADVICE_LEVEL, UNCHECKED_LEVEL
from migrations.security.matrix import Matrix
from migrations.security.page_tables import overview, requests

__all__ = ["page"]

_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #b42318; --doubt: #9a6700; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --bad: #ff8a7a; --doubt: #d4a72c; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .doubt { color: var(--doubt); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; }
li { margin-bottom: .5rem; overflow-wrap: anywhere; } small { opacity: .8; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; min-width: 60rem; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; }
thead th { vertical-align: bottom; } tbody th { font-weight: 400; }
.overview td, .overview thead th + th { text-align: center; } tbody tr:hover { background: #8882; }
.overview .first { width: 22rem; } .requests .first { width: 11rem; }
code, .overview tbody th { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; }
td small { display: block; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .3rem 0; border-bottom: 1px solid var(--line); }
details[open] { margin-bottom: 1.5rem; }
"""


def page(matrix: Matrix, verdict: str, holds: Mapping[str, str], findings: Sequence[Finding]) -> str:
    """Return the whole page. Every value is escaped: names of objects are somebody's text."""
    good = all(finding.level == ADVICE_LEVEL for finding in findings)
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Security: {'closed' if good else 'findings'}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f'<h1 class="{_kind(findings)}">{escape(verdict)}</h1>',
        *(_findings(findings) if findings else ()),
        "<h2>Who can do what</h2>",
        overview(matrix),
        "<h2>Who asked</h2><dl>",
        *(f"<dt>{escape(actor)}</dt><dd>{escape(holds[actor])}</dd>" for actor in matrix.actors),
        "</dl>",
        "<h2>What was asked, and what became of it</h2>",
        requests(matrix),
        "</body></html>\n",
    ]
    return "".join(parts)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    yield f"<h2>Findings ({len(findings)})</h2><ul>"
    for finding in findings:
        yield (
            f'<li><span class="{_kind([finding])}">{_WORDS.get(finding.level, "OPEN")}</span> '
            f"{escape(finding.message)}<br><small>{escape(finding.actual)}</small></li>"
        )
    yield "</ul>"


_WORDS = {ADVICE_LEVEL: "advice", UNCHECKED_LEVEL: "could not check"}


def _kind(findings: Sequence[Finding]) -> str:
    levels = {finding.level for finding in findings} - {ADVICE_LEVEL}
    if levels - {UNCHECKED_LEVEL}:
        return "bad"
    return "doubt" if levels else "good"
