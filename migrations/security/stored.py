"""Takes back what a given project let somebody store although it must not."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from migrations.security.actors import Actor
from migrations.security.answers import Answer, Silence
from migrations.security.client import Door
from migrations.security.probe import Ability, Probe, Request
from migrations.security.scenery import Scenery

__all__ = ["Removal", "Sent", "removed"]

Sent = tuple[str, Probe, Answer | Silence | None]
"""Who sent what, and what came back."""


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A sentence for each row that was stored."""

    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    """The row is still there."""


def removed(door: Door, server: Actor, sent: Iterable[Sent], scenery: Scenery) -> Removal:
    """Remove each row that was stored, by its id.

    What the server stored itself, as the positive control, goes like the rows of the others. An id that was
    there before is never removed: the row that had it is somebody's.
    """
    taken = frozenset(scenery.taken.values())
    done, failed = [], []
    for who, probe, answer in sent:
        if probe.ability is not Ability.INSERT or not probe.is_ours or not _may_be_stored(answer):
            continue
        row = _id(probe)
        is_known = isinstance(answer, Answer)
        if row is None or row in taken:
            if is_known:
                failed.append(
                    f"{probe.about.object} took a row from the {who} without an id to find it by: remove the "
                    "newest row by hand"
                )
            continue
        count = _remove(door, server, probe, row)
        what = f"the row {row} that the {who} stored in {probe.about.object}"
        if count == 1:
            done.append(f"{what[:1].upper()}{what[1:]} was removed again.")
        elif is_known or count is None:
            failed.append(f"{what} could not be removed again: remove it by hand")
    return Removal(done=tuple(done), failed=tuple(failed))


def _may_be_stored(answer: Answer | Silence | None) -> bool:
    return isinstance(answer, Silence) or (isinstance(answer, Answer) and answer.is_success)


def _id(probe: Probe) -> str | None:
    sent = msgspec.json.decode(probe.request.body or b"{}")
    row = sent.get("id") if isinstance(sent, dict) else None
    return row if isinstance(row, str) else None


def _remove(door: Door, server: Actor, probe: Probe, row: str) -> int | None:
    """Return how many rows were removed; None if nobody can say."""
    request = Request(
        method="DELETE",
        path=probe.request.path,
        query=(("id", f"eq.{row}"),),
        headers={"Prefer": "return=minimal,count=exact"},
    )
    answer = door.send(request, server)
    return answer.total if isinstance(answer, Answer) and answer.is_success else None
