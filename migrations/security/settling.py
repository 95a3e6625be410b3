"""Decides what one answer could not tell, by the other answers and by what the catalog says. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrations.security.cells import Cell, State
from migrations.security.objects import Relation
from migrations.security.probe import Ability

__all__ = ["settle"]


def settle(cells: Sequence[Cell], roles: Mapping[str, str | None]) -> Iterator[Cell]:
    """Yield the cells with nothing left untold; `roles` is the role of each actor, if it has one.

    Postgres shows a row to an UPDATE or DELETE with a condition only if it shows it to a SELECT: who reads
    nothing of a table that has rows changes nothing of it, for every request here has a condition.
    """
    reads: dict[tuple[str, str], set[State]] = {}
    for cell in cells:
        if cell.probe.ability is Ability.READ:
            reads.setdefault((cell.actor, cell.probe.about.object), set()).add(cell.state)
    for cell in cells:
        role = roles.get(cell.actor)
        seen = reads.get((cell.actor, cell.probe.about.object), set())
        if cell.state is State.REFUSED and seen == {State.REFUSED} and _needs_no_condition(cell, role):
            yield _without_condition(cell, role)
        elif cell.state is State.UNTOLD:
            yield _settled(cell, seen, role)
        else:
            yield cell


def _needs_no_condition(cell: Cell, role: str | None) -> bool:
    """True if a request that is never sent would get through: a change of all rows asks for no SELECT."""
    about, ability = cell.probe.about, cell.probe.ability
    if not cell.by_postgres or not isinstance(about, Relation) or about.is_partition:
        return False
    admitted = {Ability.UPDATE: about.changing, Ability.DELETE: about.deleting}.get(ability, frozenset())
    return role in admitted and not cell.probe.is_through_column


def _without_condition(cell: Cell, role: str | None) -> Cell:
    """Somebody's own policy for their own table may well admit no row: that, nobody can tell."""
    about = cell.probe.about
    is_sure = cell.probe.is_ours or (isinstance(about, Relation) and role in about.unguarded)
    return replace(
        cell,
        state=State.OPEN if is_sure else State.UNCHECKED,
        reason="refused because of its condition; the catalog admits one without any",
    )


def _settled(cell: Cell, reads: set[State], role: str | None) -> Cell:
    about = cell.probe.about
    is_insert = cell.probe.ability is Ability.INSERT
    if not is_insert and State.OPEN in reads:
        return replace(cell, state=State.OPEN, reason="let through, and the rows are shown")
    if not is_insert and State.HIDDEN in reads and reads <= {State.HIDDEN, State.REFUSED}:
        return replace(cell, state=State.HIDDEN, reason="let through, and no row is shown")
    if isinstance(about, Relation) and role in about.unguarded:
        return replace(cell, state=State.OPEN, reason=f"let through, and no row security stops {role}")
    if isinstance(about, Relation) and role in about.closed:
        return replace(cell, state=State.HIDDEN, reason=f"no policy admits {role}, says the catalog")
    if is_insert and not cell.probe.is_ours and isinstance(about, Relation) and role in about.conditional:
        return replace(cell, state=State.HIDDEN, reason=f"what {role} may store, a policy decides by the row")
    reason = f"let through, but {about.object} shows no row to the service key either: it has none to show"
    return replace(cell, state=State.UNCHECKED, reason=cell.reason if is_insert else reason)
