"""Which columns of a view are columns of a table, so that the view takes part in the table's relationships.

Postgres keeps the query of a view as a tree, ``{QUERY … :targetList ({TARGETENTRY …} …) …}``. Each entry of
the outermost target list names the table and the column that it comes from: ``resorigtbl`` and ``resorigcol``
in src/include/nodes/primnodes.h.
"""

import re
from collections.abc import Iterator, Mapping

from migrations.typescript.facts import ViewFact

__all__ = ["Origins", "origins"]

Origins = Mapping[tuple[int, int], tuple[int, ...]]
"""By table and number of its column: the numbers of a view's columns that show it."""

_MARK = re.compile(r"\\.|[{}]| :(?:resno|resorigtbl|resorigcol) \d+", re.DOTALL)
_ENTRY_DEPTH = 2
"""Inside of the query, and of the entry."""


def origins(views: tuple[ViewFact, ...]) -> Mapping[int, Origins]:
    """Return the origins of each view, through views of views down to the tables."""
    direct = {view.id: tuple(_entries(view.tree)) for view in views}
    found: dict[int, dict[tuple[int, int], tuple[int, ...]]] = {}
    for view, entries in direct.items():
        shown: dict[tuple[int, int], tuple[int, ...]] = {}
        for number, table, column in entries:
            for origin in _chain(direct, table, column):
                shown[origin] = (*shown.get(origin, ()), number)
        found[view] = shown
    return found


def _chain(
    direct: Mapping[int, tuple[tuple[int, int, int], ...]], table: int, column: int
) -> Iterator[tuple[int, int]]:
    seen: set[tuple[int, int]] = set()
    step: tuple[int, int] | None = (table, column)
    while step is not None and step not in seen:
        seen.add(step)
        yield step
        step = next(
            ((table, column) for number, table, column in direct.get(step[0], ()) if number == step[1]), None
        )


def _entries(tree: str) -> Iterator[tuple[int, int, int]]:
    """Yield number, table and column of each entry of the outermost target list that shows a column."""
    depth, entry = 0, dict[str, int]()
    for mark in _MARK.finditer(tree):
        text = mark[0]
        if text == "{":
            depth += 1
        elif text == "}":
            if depth == _ENTRY_DEPTH and entry.get("resorigtbl"):
                yield entry["resno"], entry["resorigtbl"], entry["resorigcol"]
            depth -= 1
            entry = {} if depth < _ENTRY_DEPTH else entry
        elif text.startswith(" :") and depth == _ENTRY_DEPTH:
            # Entries of queries inside of this one stand deeper, and no other node has these fields.
            name, _, number = text[2:].partition(" ")
            entry[name] = int(number)
