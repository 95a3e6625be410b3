"""The matrix for a terminal, and as Markdown."""

from collections.abc import Mapping

from harness.reports.markdown import cell as markdown_cell
from migrations.security.cells import BAD, State
from migrations.security.matrix import LEGEND, Entry, Matrix

__all__ = ["markdown", "terminal", "word"]

_LEGEND = f"{', '.join(LEGEND)}; . closed, ? could not check"


def terminal(matrix: Matrix, holds: Mapping[str, str]) -> str:
    """Return one line per object and one column per actor, with a legend; `holds` is what each comes with."""
    names = list(matrix.summaries)
    width = max(map(len, names), default=0)
    columns = range(1, len(matrix.actors) + 1)
    widths = [
        max([len(str(column)), *(len(found[actor]) for found in matrix.summaries.values())])
        for column, actor in zip(columns, matrix.actors, strict=True)
    ]
    head = [str(column) for column in columns]
    lines = [_line("", width, head, widths)]
    lines += [
        _line(name, width, [found[actor] for actor in matrix.actors], widths)
        for name, found in matrix.summaries.items()
    ]
    legend = [
        f"{column} {actor}: {holds[actor]}" for column, actor in zip(columns, matrix.actors, strict=True)
    ]
    return "\n".join([*lines, _LEGEND, *legend])


def markdown(matrix: Matrix, verdict: str) -> str:
    """Return the whole matrix, one line per object and verb."""
    lines = [f"## {markdown_cell(verdict)}", ""]
    lines += [
        f"| object | request | {' | '.join(matrix.actors)} |",
        f"| --- | --- |{' --- |' * len(matrix.actors)}",
    ]
    for line in matrix.lines:
        words = [markdown_cell(word(line.entries.get(actor))) for actor in matrix.actors]
        lines.append(f"| {markdown_cell(line.object)} | {line.verb} | {' | '.join(words)} |")
    return "\n".join([*lines, ""])


def word(entry: Entry | None) -> str:
    """Return the state, with how many of several requests ended so; None where nothing had to be asked."""
    if entry is None:
        return "refused with GET"
    if entry.requests == 1 or entry.state not in {*BAD, State.UNCHECKED}:
        return entry.state.value
    return f"{entry.state.value} ({len(entry.bad)} of {entry.requests})"


def _line(name: str, width: int, words: list[str], widths: list[int]) -> str:
    cells = "  ".join(f"{word:<{size}}" for word, size in zip(words, widths, strict=True))
    return f"{name:<{width}}  {cells}".rstrip()
