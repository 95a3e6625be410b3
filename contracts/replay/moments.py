"""One time of a recorded row against that of the replay: as given, or by order. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.replay.times import CLOCKED, RELATIVE, Cell, Span, Times, iso, parsed
from harness.models import Column, Entity

__all__ = ["Around", "Both", "Moments"]

_SKEW_US = 60_000_000
"""How far two clocks may lie apart: those of the application and of its server, or of the harness and its."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """The call that an answer belongs to."""

    recorded: Span
    replayed: Span
    begun: tuple[int, int]
    """When recording and replay began."""
    writes: bool = False
    """True if the answer is what the call wrote."""
    overlapped: bool = False
    """True if another call that writes ran at the same time."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """The columns that the recorded call gave to the row, by alias."""
    sent: Mapping[str, Any] = field(default_factory=dict)
    """The same in the replay."""


@dataclass(frozen=True, kw_only=True)
class Both:
    """A row of the recording and the one of the replay."""

    entity: Entity[Any]
    id: str
    """The recorded one."""
    recorded: Mapping[str, Any]
    replayed: Mapping[str, Any]

    @property
    def is_fresh(self) -> bool:
        """True if the recorded row was not changed since it was made."""
        return self.entity.updated is not None and self.recorded.get(
            self.entity.by_name[self.entity.created].alias
        ) == self.recorded.get(self.entity.by_name[self.entity.updated].alias)

    def ahead(self, one: int, other: int) -> tuple[int, int] | None:
        """Return how far two times lie after the row's last change; None if it does not say when that was."""
        if self.entity.updated is None:
            return None
        alias = self.entity.by_name[self.entity.updated].alias
        since, starts = parsed(self.recorded.get(alias)), parsed(self.replayed.get(alias))
        return None if since is None or starts is None else (one - since, other - starts)


class Moments:
    """Compares the times of rows, and remembers them."""

    def __init__(self, times: Times) -> None:
        self._times = times

    def compare(self, rows: Both, column: Column, around: Around) -> tuple[Any, Any] | None:
        """Return what was expected of a time and what it is; None if it is as expected."""
        was, now = rows.recorded[column.alias], rows.replayed[column.alias]
        one, other = parsed(was), parsed(now)
        if one is None or other is None:
            expected = was if was is None or one is None else "a time"
            return None if was is None and now is None else (expected, now)
        if column.name not in RELATIVE[rows.entity.table]:
            return None if self._equal(one, other) else (iso(one), iso(other))
        told = self._told(rows, column, (one, other), around)
        # What differs is told once: from now on, it is what the other side has.
        self._note(rows, column, Cell(one, other, around.recorded.start), around, is_wrong=told is not None)
        return None if told is None else (told, iso(other))

    def _told(self, rows: Both, column: Column, pair: tuple[int, int], around: Around) -> str | None:
        one, other = pair
        given, sent = parsed(around.given.get(column.alias)), parsed(around.sent.get(column.alias))
        if given is not None and sent is not None:
            expected = sent + (0 if self._equal(one, given) else one - given)
            return None if self._equal(expected, other) else f"{iso(expected)}, as it was given"
        known = self._times.cell(rows.entity.table, rows.id, column.name)
        if known is not None and known.recorded == one:
            return None if known.replayed == other else self._unchanged(rows, column, pair, known, around)
        if CLOCKED.get(rows.entity.table) == column.name:
            # Times that a client gave and those of the clock are in another order where time was cut.
            return self._delayed(rows, one, other, around)
        if known is not None and one > known.recorded and not self._is_later(other, known.replayed):
            return f"a time after {iso(known.replayed)}, as it was before"
        return self._assigned(one, other, around)

    def _unchanged(
        self, rows: Both, column: Column, pair: tuple[int, int], known: Cell, around: Around
    ) -> str | None:
        """Look at a time that is another one now, and was not in the recording."""
        if around.writes and CLOCKED.get(rows.entity.table) == column.name:
            # A lease and a delay that were set in one millisecond may end in one, too.
            return self._delayed(rows, *pair, around)
        start = around.recorded.start if around.writes else None
        is_free = column.name == rows.entity.updated and self._times.may_share_tick(known, start)
        return None if is_free and pair[1] > known.replayed else f"{iso(known.replayed)}, as before"

    def _delayed(self, rows: Both, one: int, other: int, around: Around) -> str | None:
        """Compare how far ahead a call set run_after: not at all, a lease, or the delay until it is retried.

        A row that is read tells that only if nothing changed it since it was made.
        """
        ahead = rows.ahead(one, other)
        if ahead is None or not (around.writes or rows.is_fresh):
            return None
        # Both times were taken from one clock in one call: they lie apart as long as that took, at most.
        took = (around.recorded.end - around.recorded.start) + (around.replayed.end - around.replayed.start)
        tolerance = took + self._times.ticks.recorded + self._times.ticks.replayed
        is_so = abs(ahead[0] - ahead[1]) <= tolerance
        return None if is_so else f"{iso(other + ahead[0] - ahead[1])}, {ahead[0] / 1e6:.3f} s after the call"

    def _assigned(self, one: int, other: int, around: Around) -> str | None:
        """Look at a time that the store took from its clock: now, or in an earlier call."""
        begun, begins = around.begun
        if around.writes and _within(around.recorded, one):
            if not _within(around.replayed, other):
                return f"a time between {iso(around.replayed.start)} and {iso(around.replayed.end)}"
        else:
            was = _within(Span(begun, around.recorded.end), one)
            now = _within(Span(begins, around.replayed.end), other)
            if was != now:
                return f"a time {'after' if was else 'before'} the replay began at {iso(begins)}"
        latest = self._times.latest
        if around.writes and not around.overlapped and latest is not None:
            was_later = one > latest.recorded and self._times.ticks.apart(one, latest.recorded)
            if was_later and other < latest.replayed - (self._times.ticks.replayed - 1):
                return f"a time after {iso(latest.replayed)}, which an earlier call was given"
        return None

    def _note(self, rows: Both, column: Column, cell: Cell, around: Around, *, is_wrong: bool) -> None:
        entity = rows.entity
        known = self._times.cell(entity.table, rows.id, column.name)
        if known is not None and known[:2] == cell[:2]:
            return
        self._times.note(entity.table, rows.id, column.name, cell)
        if is_wrong:
            return
        latest = self._times.latest
        is_new = latest is None or cell.recorded > latest.recorded
        if column.name in entity.assigned and around.writes and not around.overlapped and is_new:
            self._times.latest = cell

    def _equal(self, one: int, other: int) -> bool:
        """Compare at the resolution of the coarser side; an unknown one is not taken as an excuse."""
        tick = max(self._times.ticks.stated, self._times.ticks.replayed)
        return one // tick == other // tick

    def _is_later(self, one: int, other: int) -> bool:
        return one > other or (one == other and self._times.ticks.replayed > 1)


def _within(span: Span, time: int) -> bool:
    return span.start - _SKEW_US <= time <= span.end + _SKEW_US
