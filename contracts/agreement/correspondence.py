"""What equals what between two stores that chose some ids and all times by themselves.

Ids that the stores chose are paired: one of each, for good. Times that the
stores assigned are compared as order relations, never as values. The
reference's clock ticks with every step, so it says which step a time comes
from; the other store must agree with that:

- a time of an earlier step is less than a time of a later step;
- a column that a step left alone in the reference keeps its exact value;
- created and updated of a row are equal if they are in the reference, where
  that means that the row was not changed since it was made.

Nothing is asked of two columns that one step set: within a transaction, one
adapter may read its clock once and another twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.agreement.clock import TickingClock
from contracts.excerpt import short
from contracts.expect import Divergence
from harness.models import ColumnType, Entity, Row, entity_of

__all__ = ["Correspondence", "same"]


@dataclass(frozen=True)
class _Cell:
    reference: datetime
    subject: datetime


class Correspondence:
    """The pairs of ids and the order of times of one sequence of steps."""

    def __init__(self, clock: TickingClock) -> None:
        self._clock = clock
        self.assigned: list[tuple[UUID, UUID]] = []
        """Ids of the reference and of the subject, in the order in which they were met."""
        self._numbers: dict[UUID, int] = {}
        self._to_subject: dict[str, str] = {}
        self._cells: dict[tuple[str, UUID, str], _Cell] = {}
        self._moments: dict[int, tuple[datetime, datetime]] = {}

    def pair(self, reference: UUID, subject: UUID) -> None:
        """Note that two rows are the same one, unless both sides use the same id anyway."""
        if reference == subject or str(reference) in self._to_subject:
            return
        if str(subject) in self._to_subject.values():
            raise Divergence("a row of its own", f"the id of another row: {subject}")
        self._numbers[reference] = len(self.assigned)
        self.assigned.append((reference, subject))
        self._to_subject[str(reference)] = str(subject)

    def number(self, reference: UUID) -> int | None:
        """Return the place of a row among `assigned`; None if the client chose its id."""
        return self._numbers.get(reference)

    def is_paired(self, reference: UUID) -> bool:
        """True if the subject uses another id for this row."""
        return str(reference) in self._to_subject

    def merge(self, *, keep_reference: bool) -> None:
        """Take ids and times of one side for both, after its rows were copied to the other."""
        side = 0 if keep_reference else 1
        self.assigned = [(pair[side], pair[side]) for pair in self.assigned]
        self._numbers = {pair[0]: number for number, pair in enumerate(self.assigned)}
        self._to_subject.clear()
        self._cells.clear()
        self._moments.clear()
        self._clock.forget()

    def translated(self, value: Any) -> Any:
        """Return a value of the reference with the subject's ids in it, texts and JSON included."""
        match value:
            case UUID():
                return UUID(self._to_subject.get(str(value), str(value)))
            case str():
                return self._to_subject.get(value, value)
            case dict():
                return {key: self.translated(item) for key, item in value.items()}
            case list():
                return [self.translated(item) for item in value]
            case tuple():
                return tuple(self.translated(item) for item in value)
            case _:
                return value

    def compare(self, reference: Row, subject: Row) -> None:
        """Compare two rows column by column. Raises Divergence with the columns that differ."""
        entity: Entity[Any] = entity_of(type(reference))
        expected, actual = [], []
        for column in entity.columns:
            one, other = getattr(reference, column.name), getattr(subject, column.name)
            if column.type is ColumnType.TIMESTAMPTZ and one is not None and other is not None:
                told = self._time((entity.table, reference.id, column.name), one, other)
            else:
                one = self.translated(one)
                told = None if same(one, other) else (short(one), short(other))
            if told is not None:
                expected.append(f"{column.name}={told[0]}")
                actual.append(f"{column.name}={told[1]}")
        if not expected and entity.updated is not None:
            made, changed = getattr(reference, entity.created), getattr(reference, entity.updated)
            made_too, changed_too = getattr(subject, entity.created), getattr(subject, entity.updated)
            if made == changed and made_too != changed_too:
                expected.append(f"{entity.updated} equal to {entity.created}={made_too}")
                actual.append(f"{entity.updated}={changed_too}")
        if expected:
            about = f"a row of {entity.table} with "
            raise Divergence(about + ", ".join(expected), about + ", ".join(actual))

    def _time(
        self, cell: tuple[str, UUID, str], reference: datetime, subject: datetime
    ) -> tuple[str, str] | None:
        """Return what was expected and what is the case, or None if the two times correspond."""
        moment = self._clock.moment(reference)
        if moment is None:
            return None if reference == subject else (str(reference), str(subject))
        known = self._cells.get(cell)
        if known is not None and known.reference == reference:
            if known.subject == subject:
                return None
            return f"{known.subject}, as before", str(subject)
        step, offset = moment
        told = self._ordered(step, offset, subject)
        if told is None:
            self._remember(cell, step, offset, reference, subject)
        return told

    def _ordered(self, step: int, offset: timedelta, subject: datetime) -> tuple[str, str] | None:
        time = subject - offset
        for other, (first, last) in self._moments.items():
            if other < step and time <= last:
                return f"a time after {last + offset}, of step {other}", str(subject)
            if other > step and time >= first:
                return f"a time before {first + offset}, of step {other}", str(subject)
        return None

    def _remember(
        self,
        cell: tuple[str, UUID, str],
        step: int,
        offset: timedelta,
        reference: datetime,
        subject: datetime,
    ) -> None:
        time = subject - offset
        first, last = self._moments.get(step, (time, time))
        self._moments[step] = min(first, time), max(last, time)
        self._cells[cell] = _Cell(reference, subject)


def same(one: Any, other: Any) -> bool:
    """Compare exactly: 1, 1.0 and True differ, at any depth."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(item, other[key]) for key, item in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
