"""The judged requests as a matrix: what was asked of each object, by whom, and how it ended. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrations.security.cells import Cell, State
from migrations.security.objects import Function
from migrations.security.probe import Ability

__all__ = ["LEGEND", "Entry", "Line", "Matrix", "letters", "matrix_of"]

_WORST = (State.LEAK, State.OPEN, State.UNCHECKED, State.HARMLESS, State.HIDDEN, State.REFUSED)
_LETTERS = {
    Ability.READ: "R",
    Ability.COUNT: "C",
    Ability.INSERT: "I",
    Ability.UPDATE: "U",
    Ability.DELETE: "D",
    Ability.CALL: "X",
}

LEGEND = (
    "R readable",
    "C countable",
    "I insert",
    "U update",
    "D delete",
    "X callable",
    "L a refusal that quotes a row",
)
"""What the letters of a summary mean."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What became of the requests of one line for one actor."""

    state: State
    """The worst of them."""
    requests: int
    bad: tuple[str, ...]
    """The columns, or the object, of those that ended so; empty unless that is a finding or unchecked."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One way to ask one object."""

    object: str
    verb: str
    """``GET``, or ``GET each column``."""
    entries: Mapping[str, Entry]
    """By actor; one is missing whose answers follow from the refusal of the same by GET."""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """All of them."""

    actors: tuple[str, ...]
    lines: tuple[Line, ...]
    summaries: Mapping[str, Mapping[str, str]]
    """By object and actor: the letters of what is open, ``?``, or ``.`` for closed."""

    @property
    def requests(self) -> int:
        """How many requests were judged."""
        return sum(entry.requests for line in self.lines for entry in line.entries.values())


def matrix_of(cells: Sequence[Cell]) -> Matrix:
    """Arrange the cells; the order of objects, verbs and actors is the one in which they were asked.

    What somebody was spared, and others were asked, stands with the same object.
    """
    actors = tuple(dict.fromkeys(cell.actor for cell in cells))
    groups: dict[str, dict[str, dict[str, list[Cell]]]] = {}
    objects: dict[str, dict[str, list[Cell]]] = {}
    for cell in cells:
        verbs = groups.setdefault(cell.probe.about.object, {})
        verbs.setdefault(_verb(cell), {}).setdefault(cell.actor, []).append(cell)
        objects.setdefault(_short(cell), {}).setdefault(cell.actor, []).append(cell)
    return Matrix(
        actors=actors,
        lines=tuple(
            Line(
                object=name,
                verb=verb,
                entries={actor: _entry(found) for actor, found in by_actor.items()},
            )
            for name, verbs in groups.items()
            for verb, by_actor in verbs.items()
        ),
        summaries={
            name: {actor: letters(found) for actor, found in by_actor.items()}
            for name, by_actor in objects.items()
        },
    )


def letters(cells: Sequence[Cell]) -> str:
    """Return what is open as letters, ``L`` for a leak, ``?`` if something could not be told, else ``.``."""
    opened = {cell.probe.ability for cell in cells if cell.state is State.OPEN}
    found = "".join(letter for ability, letter in _LETTERS.items() if ability in opened)
    states = {cell.state for cell in cells}
    found += "L" * (State.LEAK in states) + "?" * (State.UNCHECKED in states)
    return found or "."


def _entry(cells: Sequence[Cell]) -> Entry:
    worst = min((cell.state for cell in cells), key=_WORST.index)
    ended = [cell for cell in cells if cell.state is worst]
    is_good = worst in {State.REFUSED, State.HIDDEN, State.HARMLESS}
    return Entry(
        state=worst,
        requests=len(cells),
        bad=() if is_good else tuple(cell.probe.column or cell.probe.about.name for cell in ended),
        reason=ended[0].reason,
    )


def _verb(cell: Cell) -> str:
    return cell.probe.verb if cell.probe.column is None else f"{cell.probe.verb} each column"


def _short(cell: Cell) -> str:
    about = cell.probe.about
    if not isinstance(about, Function):
        return about.object
    return f"{about.schema}.{about.name}({'…' if about.arguments else ''})"
