"""Takes back what a given project let somebody store although it must not."""

from collections.abc import Iterable, Iterator

import msgspec

from migrations.security.actors import Actor
from migrations.security.answers import Answer
from migrations.security.cells import STORED, Cell, State
from migrations.security.client import Door
from migrations.security.probe import Ability, Request
from migrations.security.scenery import Scenery

__all__ = ["removed"]


def removed(door: Door, server: Actor, cells: Iterable[Cell], scenery: Scenery) -> tuple[str, ...]:
    """Remove each row that was stored, by its id; returns a sentence for each, also where that failed.

    An id that was there before is never removed: the row that had it is somebody's.
    """
    return tuple(_removed(door, server, cells, frozenset(scenery.taken.values())))


def _removed(door: Door, server: Actor, cells: Iterable[Cell], taken: frozenset[str]) -> Iterator[str]:
    for cell in cells:
        probe = cell.probe
        is_stored = cell.state is State.OPEN and probe.ability is Ability.INSERT and probe.is_ours
        if not is_stored or not cell.reason.startswith(STORED):
            continue
        sent = msgspec.json.decode(probe.request.body or b"{}")
        id = sent.get("id") if isinstance(sent, dict) else None
        about = probe.about.object
        if not isinstance(id, str) or id in taken:
            yield f"{about} took a row from {cell.actor} that could not be found again: {sorted(sent)}."
            continue
        request = Request(
            method="DELETE",
            path=probe.request.path,
            query=(("id", f"eq.{id}"),),
            headers={"Prefer": "return=minimal,count=exact"},
        )
        answer = door.send(request, server)
        is_gone = isinstance(answer, Answer) and answer.is_success and answer.total == 1
        done = "was removed again" if is_gone else "is still there: remove it by hand"
        yield f"The row {id} that {cell.actor} stored in {about} {done}."
