"""Recorded lists of rows against those of the replay: who is in them, and in which order. Pure.

The order of rows whose times are equal is that of their ids, which each store
chose by itself: inside of such ties, rows are compared as sets. A time that
the recording or the replay cannot tell apart makes a tie as well.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.replay.differences import Difference, Part, shown
from contracts.replay.moments import Around
from contracts.replay.rows import Rows
from contracts.replay.times import parsed
from contracts.replay.translation import Translation
from harness.models import Column, ColumnType, Entity

__all__ = ["Lists"]

Row = Mapping[str, Any]


@dataclass
class _Places:
    """The rows of two lists by their place, and which places are tied."""

    recorded: Sequence[Row]
    replayed: Sequence[Row]
    group: list[int]
    """The number of the tie that a place belongs to."""


class Lists:
    """Compares lists of rows."""

    def __init__(self, rows: Rows, translation: Translation) -> None:
        self._rows = rows
        self._translation = translation
        self._apart = translation.times.ticks.apart

    def compare(
        self,
        entity: Entity[Any],
        recorded: Sequence[Row],
        replayed: Sequence[Row],
        around: Around,
        *,
        by: str | None,
    ) -> Iterator[Difference]:
        """Yield the differences of two lists that are ordered by a column; `by` None: in no order."""
        places = _Places(recorded, replayed, self._groups(recorded, replayed, by))
        partners = self._partners(entity, places)
        lost = [place for place in range(len(recorded)) if place not in partners]
        found = set(partners.values())
        more = [place for place in range(len(replayed)) if place not in found]
        if lost or more:
            yield self._members(entity, places, lost, more)
        else:
            yield from self._order(places, partners)
        for place, other in partners.items():
            yield from self._rows.compare(entity, recorded[place], replayed[other], around)

    def _groups(self, recorded: Sequence[Row], replayed: Sequence[Row], by: str | None) -> list[int]:
        groups: list[int] = []
        number = 0
        for place in range(max(len(recorded), len(replayed))):
            if (
                place > 0
                and by is not None
                and not (
                    self._tied(recorded, place, by, self._apart)
                    or self._tied(replayed, place, by, int.__ne__)
                )
            ):
                number += 1
            groups.append(number)
        return groups

    @staticmethod
    def _tied(rows: Sequence[Row], place: int, by: str, apart: Callable[[int, int], bool]) -> bool:
        """Tell whether a row may stand before its predecessor. Ids are chosen by the store: in no order."""
        if place >= len(rows):
            return True
        one, other = rows[place - 1].get(by), rows[place].get(by)
        if by == "id":
            return True
        before, after = parsed(one), parsed(other)
        if before is None or after is None:
            return one == other
        return not apart(before, after)

    def _partners(self, entity: Entity[Any], places: _Places) -> dict[int, int]:
        """Find the row of the replay for each recorded one: by its id, else by its tie and its contents."""
        at = {str(row.get("id")).lower(): place for place, row in enumerate(places.replayed)}
        partners: dict[int, int] = {}
        strangers: list[int] = []
        for place, row in enumerate(places.recorded):
            id_ = row.get("id")
            if isinstance(id_, str) and self._translation.knows(id_):
                other = at.get(self._translation.text(id_).lower())
                if other is not None:
                    partners[place] = other
            else:
                strangers.append(place)
        taken = set(partners.values())
        free = [
            place
            for place, row in enumerate(places.replayed)
            if place not in taken and not self._translation.is_taken(str(row.get("id")))
        ]
        for place in strangers:
            best = self._alike(entity, places, place, free)
            if best is not None:
                partners[place] = best
                free.remove(best)
        return dict(sorted(partners.items()))

    def _alike(self, entity: Entity[Any], places: _Places, place: int, free: Sequence[int]) -> int | None:
        """Find a row with the same contents, in the same tie if there is one."""
        row = places.recorded[place]
        alike = [other for other in free if self._same_contents(entity, row, places.replayed[other])]
        for other in alike:
            if places.group[other] == places.group[place]:
                return other
        return alike[0] if alike else None

    def _same_contents(self, entity: Entity[Any], recorded: Row, replayed: Row) -> bool:
        return all(self._same_in(column, recorded, replayed) for column in self._contents(entity))

    def _same_in(self, column: Column, recorded: Row, replayed: Row) -> bool:
        return self._rows.same(column, recorded.get(column.alias), replayed.get(column.alias))

    @staticmethod
    def _contents(entity: Entity[Any]) -> list[Column]:
        return [
            column
            for column in entity.columns
            if column.type is not ColumnType.TIMESTAMPTZ and column.name != "id"
        ]

    def _members(
        self, entity: Entity[Any], places: _Places, lost: Sequence[int], more: Sequence[int]
    ) -> Difference:
        ids = [str(places.recorded[place].get("id")).lower() for place in lost]
        strange = [str(places.replayed[place].get("id")).lower() for place in more]
        said = f"{len(places.recorded)} rows of {entity.table}"
        seen = f"{len(places.replayed)} rows of {entity.table}"
        both = sorted(set(lost) & set(more))
        # Which row is which was not known before: another one, or this one with other contents.
        apart = self._apart_in(entity, places, both[0]) if both else ("", "")
        return Difference(
            part=Part.MEMBERS,
            expected=said + _named("; among them ", [self._translation.text(one) for one in ids]) + apart[0],
            actual=seen + (" without those" if ids else "") + _named("; besides ", strange) + apart[1],
            ids=frozenset([*ids, *map(self._translation.recorded, strange)]),
        )

    def _apart_in(self, entity: Entity[Any], places: _Places, place: int) -> tuple[str, str]:
        """Return the columns in which the two rows in one place differ, times left out."""
        one, other = places.recorded[place], places.replayed[place]
        columns = [column for column in self._contents(entity) if not self._same_in(column, one, other)]
        if not columns:
            return "", ""
        expected, actual = shown(
            {column.alias: self._translation.value(one.get(column.alias)) for column in columns},
            {column.alias: other.get(column.alias) for column in columns},
        )
        return f"; in place {place + 1} {expected}", f"; in place {place + 1} {actual}"

    def _order(self, places: _Places, partners: Mapping[int, int]) -> Iterator[Difference]:
        wrong = [one for one, other in partners.items() if places.group[one] != places.group[other]]
        if not wrong:
            return
        ids = [str(places.recorded[place].get("id")).lower() for place in wrong]
        stood = [
            f"{self._translation.text(id_)} in place {place + 1}"
            for id_, place in zip(ids, wrong, strict=True)
        ]
        stands = [str(partners[place] + 1) for place in wrong]
        yield Difference(
            part=Part.ORDER,
            expected=", ".join(stood[:3]) + _more(stood),
            actual=f"{'these rows stand' if len(wrong) > 1 else 'it stands'} in place "
            + ", ".join(stands[:3])
            + _more(stands),
            ids=frozenset(ids),
        )


def _named(head: str, ids: Sequence[str]) -> str:
    return head + ", ".join(ids[:3]) + _more(ids) if ids else ""


def _more(listed: Sequence[object]) -> str:
    return f" and {len(listed) - 3} more" if len(listed) > 3 else ""
