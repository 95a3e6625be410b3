"""The tables of the HTML page: one line for each object, and below it one for each way to ask it."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from migrations.security.cells import BAD, State
from migrations.security.matrix import LEGEND, Entry, Line, Matrix
from migrations.security.text import word

__all__ = ["overview", "requests"]

_CLOSED = "✓"


def overview(matrix: Matrix) -> str:
    """Return one table: a line for each object, a column for each who asked."""
    lines = "".join(
        _row(name, (_letters(found[actor]) for actor in matrix.actors))
        for name, found in matrix.summaries.items()
    )
    legend = ", ".join((f"{_CLOSED} closed", "? could not check", *LEGEND))
    return f"{_table('overview', 'object', matrix.actors, lines)}<p>{escape(legend)}</p>"


def requests(matrix: Matrix) -> str:
    """Return what can be unfolded: a table for each object, open where something in it is not closed."""
    return "".join(
        _object(name, list(lines), matrix.actors)
        for name, lines in groupby(matrix.lines, key=lambda line: line.object)
    )


def _object(name: str, lines: Sequence[Line], actors: Sequence[str]) -> str:
    kinds = [_kind(entry) for line in lines for entry in line.entries.values()]
    worst = next(kind for kind in ("bad", "doubt", "good") if kind in kinds)
    said = {"bad": "open", "doubt": "could not be checked", "good": "closed"}[worst]
    rows = "".join(_row(line.verb, _cells(line, actors)) for line in lines)
    table = _table("requests", "request", actors, rows)
    opened = "" if worst == "good" else " open"
    return (
        f'<details{opened}><summary><code>{escape(name)}</code> <span class="{worst}">{said}</span></summary>'
        f"{table}</details>"
    )


def _row(head: str, cells: Iterable[str]) -> str:
    return f'<tr><th scope="row">{escape(head)}</th>{"".join(cells)}</tr>'


def _table(kind: str, title: str, actors: Sequence[str], body: str) -> str:
    columns = f'<colgroup><col class="first">{"<col>" * len(actors)}</colgroup>'
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (title, *actors))
    return (
        f'<div class="scroll"><table class="{kind}">{columns}<thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _letters(letters: str) -> str:
    if letters == ".":
        return f'<td class="good">{_CLOSED}</td>'
    return f'<td class="{"doubt" if letters == "?" else "bad"}">{escape(letters)}</td>'


def _cells(line: Line, actors: Sequence[str]) -> Iterator[str]:
    for actor in actors:
        entry = line.entries.get(actor)
        if entry is None:
            yield f'<td class="good">{escape(word(None))}</td>'
            continue
        bad = f"<small>{escape(', '.join(entry.bad))}</small>" if entry.bad and entry.requests > 1 else ""
        yield f'<td class="{_kind(entry)}" title="{escape(entry.reason)}">{escape(word(entry))}{bad}</td>'


def _kind(entry: Entry) -> str:
    if entry.state in BAD:
        return "bad"
    return "doubt" if entry.state is State.UNCHECKED else "good"
