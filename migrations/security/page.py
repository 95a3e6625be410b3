"""The matrix as one HTML page that needs nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from harness.models.outcome import Finding
from harness.models.verdict import ADVICE_LEVEL
from migrations.security.cells import BAD, State
from migrations.security.matrix import Entry, Line, Matrix
from migrations.security.text import word

__all__ = ["page"]

_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #b42318; --doubt: #9a6700; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --bad: #ff8a7a; --doubt: #d4a72c; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .doubt { color: var(--doubt); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top; }
th { font-weight: 600; } tr.first td { border-top: 2px solid var(--line); }
td.o { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; min-width: 14rem; }
td small { display: block; opacity: .8; overflow-wrap: anywhere; }
"""


def page(matrix: Matrix, verdict: str, holds: Mapping[str, str], findings: Sequence[Finding]) -> str:
    """Return the whole page. Every value is escaped: names of objects are somebody's text."""
    good = all(finding.level == ADVICE_LEVEL for finding in findings)
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Security: {'closed' if good else 'findings'}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f'<h1 class="{"good" if good else "bad"}">{escape(verdict)}</h1>',
        "<h2>Who asked</h2><dl>",
        *(f"<dt>{escape(actor)}</dt><dd>{escape(holds[actor])}</dd>" for actor in matrix.actors),
        "</dl>",
        *(_findings(findings) if findings else ()),
        '<h2>What became of it</h2><div class="scroll"><table><thead><tr><th>object</th><th>request</th>',
        *(f"<th>{escape(actor)}</th>" for actor in matrix.actors),
        "</tr></thead><tbody>",
        *_lines(matrix),
        "</tbody></table></div></body></html>\n",
    ]
    return "".join(parts)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    yield f"<h2>Findings ({len(findings)})</h2><ul>"
    for finding in findings:
        yield f"<li>{escape(finding.message)}<br><small>{escape(finding.actual)}</small></li>"
    yield "</ul>"


def _lines(matrix: Matrix) -> Iterator[str]:
    above = None
    for line in matrix.lines:
        first = line.object != above
        above = line.object
        yield f'<tr class="first"><td class="o">{escape(line.object)}</td>' if first else "<tr><td></td>"
        yield f"<td>{escape(line.verb)}</td>{_entries(line, matrix.actors)}</tr>"


def _entries(line: Line, actors: Sequence[str]) -> str:
    return "".join(_entry(line.entries.get(actor)) for actor in actors)


def _entry(entry: Entry | None) -> str:
    if entry is None:
        return f'<td class="good">{escape(word(None))}</td>'
    if entry.state in BAD:
        kind = "bad"
    elif entry.state is State.UNCHECKED:
        kind = "doubt"
    else:
        kind = "good"
    bad = f"<small>{escape(', '.join(entry.bad))}</small>" if entry.bad and entry.requests > 1 else ""
    return f'<td class="{kind}" title="{escape(entry.reason)}">{escape(word(entry))}{bad}</td>'
