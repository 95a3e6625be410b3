"""The differences as one HTML page that needs nothing else: counts, then rows, what differs highlighted."""

from collections.abc import Iterator
from html import escape

from migrations.comparison.comparison import Comparison, Difference, TableComparison
from migrations.comparison.differences import CHANGED, DUPLICATE, EXTRA, MISSING
from migrations.comparison.excerpts import Excerpt, excerpt, visible
from migrations.comparison.terminal import verdict
from migrations.wording import counted

__all__ = ["page"]

_VALUE = 300
"""Characters of a value that are shown, approximately."""

_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #b42318; --line: #8884; }
:root { --mark: #ffd8d3; --ink: #7a0c00; }
@media (prefers-color-scheme: dark) {
  :root { --good: #4ac26b; --bad: #ff8a7a; --mark: #6b1a12; --ink: #ffe4e0; }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .none { opacity: .6; font-style: italic; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left; }
td { vertical-align: top; } th { font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.v, td.k { font-family: ui-monospace, monospace; font-size: .85rem; }
td.v { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 14rem; } td.k { white-space: nowrap; }
mark { background: var(--mark); color: var(--ink); border-radius: 2px; padding: 0 1px; font-weight: 600; }
"""


def page(comparison: Comparison) -> str:
    """Return the whole page. Every value is escaped: what is in the rows is somebody's text."""
    word = "good" if comparison.equal else "bad"
    rest = comparison.found - len(comparison.first)
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{'Equal' if comparison.equal else 'Different'}: comparison of rows</title>",
        f"<style>{_STYLE}</style></head><body>",
        f'<h1 class="{word}">{escape(verdict(comparison))}</h1>',
        f"<dl><dt>Source</dt><dd>{escape(comparison.source)}</dd>",
        f"<dt>Target</dt><dd>{escape(comparison.target)}</dd></dl>",
        "<h2>Tables</h2>",
        *_tables(comparison),
        *(_columns(comparison) if any(table.columns for table in comparison.tables) else ()),
        *(_differences(comparison) if comparison.first else ()),
    ]
    if rest > 0:
        more = counted(rest, "more difference")
        parts.append(f"<p>… and {more}, in the JSONL and Parquet files beside this page.</p>")
    return "".join([*parts, "</body></html>\n"])


def _tables(comparison: Comparison) -> Iterator[str]:
    heads = ("source", "target", "missing", "extra", "changed", "duplicate", "settled")
    yield '<div class="scroll"><table><thead><tr><th>table</th>'
    yield from (f'<th class="n">{head}</th>' for head in heads)
    yield "<th>result</th></tr></thead><tbody>"
    for table in comparison.tables:
        yield f"<tr><td>{escape(table.table)}</td>"
        yield from (f'<td class="n">{count:,}</td>' for count in _counts(table))
        word, result = ("good", "equal") if table.equal else ("bad", "different")
        yield f'<td class="{word}">{result}</td></tr>'
    yield "</tbody></table></div>"


def _counts(table: TableComparison) -> tuple[int, ...]:
    return (
        table.source_rows,
        table.target_rows,
        table.missing,
        table.extra,
        table.changed,
        table.duplicates,
        table.settled,
    )


def _columns(comparison: Comparison) -> Iterator[str]:
    yield '<h2>Columns that differ</h2><div class="scroll"><table><thead><tr><th>column</th>'
    yield '<th class="n">rows</th></tr></thead><tbody>'
    for table in comparison.tables:
        for name, count in table.columns.items():
            yield f'<tr><td>{escape(f"{table.table}.{name}")}</td><td class="n">{count:,}</td></tr>'
    yield "</tbody></table></div>"


def _differences(comparison: Comparison) -> Iterator[str]:
    shown = len(comparison.first)
    title = "Differences" if shown == comparison.found else f"The first {counted(shown, 'difference')}"
    yield f'<h2>{title}</h2><div class="scroll"><table><thead><tr><th>table</th><th>id</th><th>column</th>'
    yield "<th>source</th><th>target</th></tr></thead><tbody>"
    for found in comparison.first:
        key = '<span class="none">no id</span>' if found.key is None else escape(visible(found.key))
        yield f'<tr><td>{escape(found.table)}</td><td class="k">{key}</td>{_cells(found)}</tr>'
    yield "</tbody></table></div>"


def _cells(found: Difference) -> str:
    if found.kind == CHANGED:
        one, other = excerpt(found.source, found.target, _VALUE)
        values = f'<td class="v">{_marked(one)}</td><td class="v">{_marked(other)}</td>'
        return f"<td>{escape(found.column or '')}</td>{values}"
    there, not_there = "there", "<mark>not there</mark>"
    source, target = {
        MISSING: (there, not_there),
        EXTRA: (not_there, there),
        DUPLICATE: (escape(found.source or ""), escape(found.target or "")),
    }[found.kind]
    return f'<td class="none">the row</td><td>{source}</td><td>{target}</td>'


def _marked(part: Excerpt) -> str:
    # An empty mark shows where something is lacking.
    return f"{escape(part.before)}<mark>{escape(part.differing) or '&#8203;'}</mark>{escape(part.after)}"
