"""Times of the recording and of the replay: what corresponds to what. Pure.

Times are integers here: microseconds since 1970. A *free* column is never
compared with a clock (scheduled_start, say): its values are the client's,
and are replayed and expected as they are. All others are *relative*: the
store assigns them, or compares them with its clock. The client's values in
those (expires_at, run_after) are moved with the call that gives them, so that
what was an hour ahead is an hour ahead again; what the store assigns is
compared as order relations, never as values.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from harness.adapters.bridge import wire
from harness.adapters.flows import SET_BY_BOOK
from harness.models import ENTITIES, Booking, ColumnType, Entity, SchedulingRequest, entity_of

__all__ = ["CLOCKED", "RELATIVE", "Cell", "Span", "Ticks", "Times", "iso", "micros", "parsed"]

CLOCKED: Mapping[str, str] = {
    entity_of(SchedulingRequest).table: "expires_at",
    **{entity.table: "run_after" for entity in ENTITIES.values() if entity.queue is not None},
}
"""The column, by table, that operations compare with the store's clock."""

_MILLISECOND = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _relative(entity: Entity[Any]) -> frozenset[str]:
    done = set() if entity.queue is None or entity.queue.done_at is None else {entity.queue.done_at}
    clocked = {CLOCKED[entity.table]} if entity.table in CLOCKED else set()
    by_flows = SET_BY_BOOK if entity.row is Booking else frozenset()
    names = entity.assigned | done | clocked | by_flows
    return frozenset(name for name in names if entity.by_name[name].type is ColumnType.TIMESTAMPTZ)


RELATIVE: Mapping[str, frozenset[str]] = {table: _relative(entity) for table, entity in ENTITIES.items()}
"""The columns, by table, whose times have to do with a clock."""


class Span(NamedTuple):
    """When a call ran."""

    start: int
    end: int

    def side(self, time: int) -> int:
        """-1 if a time was over when the call began, 1 if it lay ahead when it ended, else 0."""
        return -1 if time < self.start else 1 if time > self.end else 0


class Cell(NamedTuple):
    """One time of one row, on both sides."""

    recorded: int
    replayed: int
    since: int
    """When the recorded call began that showed it first."""


def micros(time: datetime) -> int:
    """Return a time as an integer."""
    return (time - _EPOCH) // _MICROSECOND


def iso(time: int) -> str:
    """Return the text of a time."""
    return (_EPOCH + timedelta(microseconds=time)).isoformat()


def parsed(value: object) -> int | None:
    """Read the text of a time; None if it is none."""
    found = wire.parsed_time(value) if isinstance(value, str) else None
    return None if found is None else micros(found)


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """The resolution of the two clocks, in microseconds."""

    recorded: int
    """1,000 unless the recording says that its adapter keeps microseconds."""
    replayed: int
    stated: int = 1
    """1,000 if the recording says that its adapter keeps milliseconds."""

    def apart(self, one: int, other: int) -> bool:
        """True if two recorded times tell which was first: digits below the milliseconds are no accident."""
        is_fine = one % _MILLISECOND and other % _MILLISECOND
        return abs(one - other) >= (1 if is_fine else self.recorded)


class Times:
    """The times of all rows that were seen, and the clock of the replay against that of the recording."""

    def __init__(self, ticks: Ticks) -> None:
        self.ticks = ticks
        self._cells: dict[str, dict[str, dict[str, Cell]]] = {}
        self._values: dict[int, int] = {}
        self._writes: list[int] = []
        self.latest: Cell | None = None
        """The latest time that a call of the replay assigned."""

    def clear(self) -> None:
        """Forget the rows."""
        self._cells.clear()

    def moved(self, value: Any, by_us: int) -> Any:
        """Return what a client's time becomes: what it became before, else moved; other values stay."""
        time = parsed(value)
        if time is None:
            return value
        if time not in self._values:
            try:
                iso(time + by_us)
            except OverflowError:
                return value
            self._values[time] = time + by_us
        return iso(self._values[time])

    def cell(self, table: str, id_: str, column: str) -> Cell | None:
        """Return the last known times of a row's column."""
        return self._cells.get(table, {}).get(id_, {}).get(column)

    def note(self, table: str, id_: str, column: str, cell: Cell) -> None:
        """Remember the times of a row's column. `id_` is the recorded one."""
        self._cells.setdefault(table, {}).setdefault(id_, {})[column] = cell
        self._values[cell.recorded] = cell.replayed

    def note_write(self, start: int) -> None:
        """Remember when a recorded call began that changed something. They come in order."""
        self._writes.append(start)

    def may_share_tick(self, cell: Cell, start: int | None) -> bool:
        """True if a write may have assigned the same time again, as the recorder's clock had not ticked.

        `start` is when the running call began, if it writes.
        """
        # Two ticks: the recording says when it began in milliseconds, too.
        until = cell.recorded + 2 * self.ticks.recorded
        if start is not None and start <= until:
            return True
        return bisect_right(self._writes, until) > bisect_right(self._writes, cell.since)

    def tied(self, table: str, column: str, ids: Collection[str]) -> bool:
        """True if two of these rows cannot be told apart by a column, in the recording or in the replay."""
        cells = [cell for id_ in ids if (cell := self.cell(table, id_, column)) is not None]
        recorded, replayed = (sorted(cell[side] for cell in cells) for side in (0, 1))
        is_vague = any(not self.ticks.apart(a, b) for a, b in pairwise(recorded))
        return is_vague or any(a == b for a, b in pairwise(replayed))

    def undecided(
        self, table: str, recorded: Span, replayed: Span, only: Collection[str] | None = None
    ) -> str | None:
        """Name a row that was due in one of two calls only, or fell due in one; None if there is none."""
        column = CLOCKED[table]
        for id_, cell in self._of(table, column, only):
            before, now = recorded.side(cell.recorded), replayed.side(cell.replayed)
            if before != now or now == 0:
                then = f"{_passed(before)} when the call was recorded"
                return f"{column} of {table} {id_} {then}, and {_passed(now)} when it was replayed"
        return None

    def reordered(self, table: str, column: str, ids: Collection[str]) -> str | None:
        """Say whether some rows have another order now."""
        cells = sorted(cell[:2] for _, cell in self._of(table, column, ids))
        if all(one[1] <= two[1] for one, two in pairwise(cells)):
            return None
        return f"{column} orders these rows of {table} otherwise than when they were recorded"

    def elsewhere(
        self, table: str, column: str, than: tuple[int, int], only: Collection[str] | None = None
    ) -> str | None:
        """Name a row that lies on the other side of a time now."""
        recorded, replayed = than
        for id_, cell in self._of(table, column, only):
            if _sign(cell.recorded - recorded) != _sign(cell.replayed - replayed):
                return (
                    f"{column} of {table} {id_} was on the other side of {iso(recorded)} when it was recorded"
                )
        return None

    def _of(self, table: str, column: str, only: Collection[str] | None) -> Iterator[tuple[str, Cell]]:
        rows = self._cells.get(table, {})
        for id_ in rows if only is None else [one for one in only if one in rows]:
            if column in rows[id_]:
                yield id_, rows[id_][column]


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _passed(side: int) -> str:
    return {-1: "was over", 0: "was just over", 1: "lay ahead"}[side]
