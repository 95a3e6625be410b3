"""The adapter under test and the reference in lock step: each step is asked of both, and compared."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, cast
from uuid import UUID

from contracts.agreement import steps
from contracts.agreement.clock import TickingClock
from contracts.agreement.correspondence import Correspondence, same
from contracts.agreement.listing import Groups, compare_in_order, in_own_order
from contracts.agreement.steps import Answer, Assigned, CursorOf, Step, ask, resolved
from contracts.excerpt import difference, short
from contracts.expect import Divergence
from contracts.stored import seen
from contracts.subject import Subject
from contracts.workers import a_tick
from harness.adapters.capabilities import Capability
from harness.adapters.codec import decode
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.memory.database import utc_now
from harness.adapters.protocol import OpsSummary, Received, Store
from harness.adapters.queries import Order, Page
from harness.models import ENTITIES, ColumnType, Entity, Row, entity_of

__all__ = ["CLIENTS", "Pair"]

CLIENTS = 2
"""Clients of the adapter under test that share the work, so that a cache inside of one is found out."""
_ALL = 1_000_000
_CREATING = {"create", "receive", "book"}


@dataclass(frozen=True)
class Cursor:
    """Where a list may go on."""

    reference: str
    subject: str
    step: Step
    """The list that it belongs to."""
    id: UUID
    """The row behind which it stands, by its id in the reference."""
    value: Any
    """That row's value of the column that the list is ordered by."""


class Pair:
    """One sequence of steps on empty tables of both sides.

    Its clients are its own: what a client remembers of an earlier sequence
    would make the result depend on it.
    """

    def __init__(self, subject: Subject, *, names: bool = True) -> None:
        """`names` compares the subjects of errors, too, and not their kinds alone: the level strict."""
        self.steps: list[Step] = []
        self.before: list[tuple[int, int]] = []
        """How many ids and cursors were known before each step."""
        self.asked: Counter[tuple[str, str]] = Counter()
        """How often an operation came to ``ok``, or to an error of a kind."""
        self.states: set[tuple[str, str]] = set()
        """Tables and statuses that were stored at the end of a step or of the sequence."""
        self.moves = 0
        """How often the rows of one side were imported into the other."""
        self._rows: dict[str, list[Row]] = {}
        self.strict = names
        self._subject = subject
        self._database = MemoryDatabase()
        self.clock = TickingClock()
        self.reference = MemoryStore(database=self._database, now=self.clock)
        self.correspondence = Correspondence(self.clock)
        self.cursors: list[Cursor] = []
        self._stale = 0
        """So many of them stand in lists that were replaced since: their times are another store's."""
        self._resources = ExitStack()
        self._clients: list[Store] = []
        self._waits = Capability.MICROSECONDS not in subject.capabilities

    def __enter__(self) -> Self:
        """Empty the subject and open its clients."""
        self._subject.reset()
        self._clients = [
            self._resources.enter_context(self._subject.another_client()) for _ in range(CLIENTS)
        ]
        return self

    def __exit__(self, *_: object) -> None:
        """Close the clients."""
        self._resources.close()

    def do(self, operation: str, *args: Any, client: int = 0, **kwargs: Any) -> None:
        """Make a call on both sides: a step of a script."""
        self.take(Step(operation, args, kwargs, client))

    def settle(self) -> None:
        """Compare everything that both sides have stored."""
        self.take(Step(steps.SETTLE))

    def carry_to_reference(self) -> None:
        """Export the subject's rows, import them into the emptied reference, and go on there."""
        self.take(Step(steps.TO_REFERENCE))

    def carry_to_subject(self) -> None:
        """Export the reference's rows, import them into the emptied subject, and go on there."""
        self.take(Step(steps.TO_SUBJECT))

    def take(self, step: Step) -> None:
        """Take one step. Raises Divergence if the two sides do not agree."""
        self.before.append(self.known)
        self.steps.append(step)
        self.clock.step = len(self.steps)
        match step.operation:
            case steps.SETTLE:
                self._settle()
            case steps.TO_REFERENCE:
                self._settle()
                self._carry_to_reference()
            case steps.TO_SUBJECT:
                self._settle()
                self._carry_to_subject()
            case _:
                self._call(step)
        self._rows.clear()
        if self._waits:
            a_tick()

    @property
    def known(self) -> tuple[int, int]:
        """How many ids and cursors of the stores' own choice are known."""
        return len(self.correspondence.assigned), len(self.cursors)

    @property
    def positions(self) -> Sequence[tuple[int, Cursor]]:
        """The cursors that may be used, by number."""
        return [*enumerate(self.cursors)][self._stale :]

    def symbol(self, id: UUID) -> UUID | Assigned:
        """Return what stands for a row of the reference on both sides."""
        number = self.correspondence.number(id)
        return id if number is None else Assigned(number)

    def rows(self, table: str) -> Sequence[Row]:
        """Return the rows of the reference, in an order that does not depend on what it chose."""
        if table not in self._rows:
            rows = [decode(ENTITIES[table], wire) for wire in self._database.rows(table)]
            self._rows[table] = sorted(rows, key=lambda row: self._place(row.id))
        return self._rows[table]

    def _place(self, id: UUID) -> tuple[int, str]:
        symbol = self.symbol(id)
        return (symbol.number, "") if isinstance(symbol, Assigned) else (-1, str(id))

    def _known(self, symbol: Assigned | CursorOf, side: int) -> Any:
        if isinstance(symbol, CursorOf):
            cursor = self.cursors[symbol.number]
            return cursor.subject if side else cursor.reference
        found = self.correspondence.assigned[symbol.number][side]
        return str(found).upper() if symbol.upper else found

    def _call(self, step: Step) -> None:
        table, _, verb = step.operation.rpartition(".")
        entity = ENTITIES.get(table)
        for name in ("lease_s", "retry_in_s"):
            if isinstance(step.kwargs.get(name), int | float):
                self.clock.offsets.add(timedelta(seconds=step.kwargs[name]))
        groups = None if entity is None else self._groups(step, entity, verb)
        before = {row.id for name in ENTITIES for row in self.rows(name)} if entity is None else frozenset()
        client = self._clients[step.client % len(self._clients)]
        found = ask(client, resolved(step, lambda symbol: self._known(symbol, 1)))
        told = ask(self.reference, resolved(step, lambda symbol: self._known(symbol, 0)))
        self._rows.clear()
        if told.unexpected is not None:
            raise told.unexpected
        self.asked[verb, told.kind] += 1
        if (told.error if self.strict else told.kind) != (found.error if self.strict else found.kind):
            raise Divergence(_described(told), _described(found))
        if told.error is not None:
            return
        self._compare(step, verb, told.value, found.value, groups)
        if entity is None and verb != "ops_summary":
            self._adopt(before)

    def _groups(self, step: Step, entity: Entity[Any], verb: str) -> Groups | None:
        """Look at the rows before a call changes them: a claim moves what it is ordered by."""
        if verb == "claim":
            return Groups(self.rows(entity.table), "run_after", self.clock, lambda _: True)
        if verb not in {"list", "iterate"}:
            return None
        order = step.kwargs.get("order") or Order(entity.created)
        column = entity.by_name.get(order.field)
        if column is None or not (column.name == "id" or column.type is ColumnType.TIMESTAMPTZ):
            return None  # both sides refuse it
        return Groups(self.rows(entity.table), order.field, self.clock, self.correspondence.is_paired)

    def _compare(self, step: Step, verb: str, told: Any, found: Any, groups: Groups | None) -> None:
        if type(told) is not type(found):
            raise Divergence(short(told), short(found))
        match told:
            case Row():
                self._compare_row(verb, told, found)
            case Received():
                if told.is_new is not found.is_new:
                    raise Divergence(f"is_new={told.is_new}", f"is_new={found.is_new}")
                self._compare_row(verb, told.event, found.event)
            case Page():
                self._compare_page(step, told, found, cast("Groups", groups))
            case tuple():
                self._compare_rows(step, told, found, cast("Groups", groups))
            case OpsSummary():
                if not same(_numbers(told), _numbers(found)):
                    raise Divergence(*difference(_numbers(told), _numbers(found)))
            case _:
                if not same(told, found):
                    raise Divergence(short(told), short(found))

    def _compare_row(self, verb: str, told: Row, found: Row) -> None:
        if verb in _CREATING:
            self.correspondence.pair(told.id, found.id)
        self.correspondence.compare(told, found)

    def _compare_rows(self, step: Step, told: Sequence[Row], found: Sequence[Row], groups: Groups) -> None:
        compare_in_order(told, found, groups.key, self.correspondence)
        if found and not self._waits and not step.operation.endswith(".claim"):
            field, descending = _order(step, type(found[0]))
            in_own_order(found, field, descending=descending)

    def _compare_page(self, step: Step, told: Page[Row], found: Page[Row], groups: Groups) -> None:
        if (told.next_cursor is None) is not (found.next_cursor is None):
            raise Divergence(_cursor(told), _cursor(found))
        begins_inside, ends_inside = self._cuts(step, told, groups)
        if begins_inside or ends_inside:
            if len(told.rows) != len(found.rows):
                raise Divergence(f"{len(told.rows)} rows", f"{len(found.rows)} rows")
            return
        self._compare_rows(step, told.rows, found.rows, groups)
        if told.next_cursor is not None and found.next_cursor is not None:
            last = told.rows[-1]
            value = getattr(last, _order(step, type(last))[0])
            if not (self.correspondence.is_paired(last.id) and _is_given(value, self.clock)):
                self.cursors.append(Cursor(told.next_cursor, found.next_cursor, step, last.id, value))

    def _cuts(self, step: Step, page: Page[Row], groups: Groups) -> tuple[bool, bool]:
        """Say whether a page of the reference begins and ends inside of a group."""
        if not page.rows:
            return False, False
        whole = Step(step.operation, kwargs={**step.kwargs, "limit": _ALL, "cursor": None})
        rows = ask(self.reference, resolved(whole, lambda symbol: self._known(symbol, 0))).value.rows
        keys = [None, *map(groups.key, rows), None]
        places = {row.id: place for place, row in enumerate(rows, 1)}
        first, last = places[page.rows[0].id], places[page.rows[-1].id]
        return keys[first - 1] == keys[first], keys[last] == keys[last + 1]

    def is_comparable(self, step: Step) -> bool:
        """False for a call whose result depends on what the stores chose by themselves, and may differ."""
        table, _, verb = step.operation.rpartition(".")
        if verb == "claim":
            return not self._cuts_a_tie(ENTITIES[table], step.kwargs.get("limit", 10))
        position = step.kwargs.get("cursor")
        if not isinstance(position, CursorOf):
            return True
        if position.number < self._stale:
            return False
        cursor = self.cursors[position.number]
        entity = ENTITIES[table]
        if table != cursor.step.operation.rpartition(".")[0]:
            return True
        field, _ = _order(cursor.step, entity.row)
        groups = Groups(self.rows(table), field, self.clock, self.correspondence.is_paired)
        return not groups.is_open(cursor.value, cursor.id)

    def _cuts_a_tie(self, entity: Entity[Any], limit: object) -> bool:
        queue = entity.queue
        if queue is None or not isinstance(limit, int):
            return False
        now = utc_now()
        due = sorted(
            row.run_after
            for row in cast("Sequence[Any]", self.rows(entity.table))
            if row.status in {queue.waiting, queue.processing}
            and row.run_after <= now
            and row.attempts < row.max_attempts
        )
        return 0 < limit < len(due) and bool(due[limit - 1] == due[limit])

    def _adopt(self, before: AbstractSet[UUID]) -> None:
        """Pair the rows that a flow made, with ids of the stores' own choice, and compare them."""
        for table, entity in ENTITIES.items():
            mine = {row.id: row for row in self.rows(table) if row.id not in before}
            if not mine:
                continue
            theirs = {row.id: row for row in self._stored(entity)}
            used = {self.correspondence.translated(row.id) for row in self.rows(table)}
            new = [row for row in mine.values() if self.correspondence.translated(row.id) not in theirs]
            found = [row for id_, row in theirs.items() if id_ not in used]
            if len(new) != len(found):
                raise Divergence(f"{len(new)} new rows of {table}", f"{len(found)} new rows of {table}")
            for row, other in zip(new, found, strict=True):
                self.correspondence.pair(row.id, other.id)
                self.correspondence.compare(row, other)

    def _stored(self, entity: Entity[Any]) -> list[Row]:
        wires = self._subject.stored_rows(entity.row)
        return [decode(entity, seen(self._subject, entity.row, dict(wire))) for wire in wires]

    def _settle(self) -> None:
        for table, entity in ENTITIES.items():
            mine = {self.correspondence.translated(row.id): row for row in self.rows(table)}
            theirs = {row.id: row for row in self._stored(entity)}
            self.states |= {(table, row.status) for row in mine.values() if hasattr(row, "status")}
            if mine.keys() != theirs.keys():
                raise Divergence(
                    *(
                        f"{len(side)} rows stored in {table}" + _those(side.keys() - other.keys())
                        for side, other in ((mine, theirs), (theirs, mine))
                    )
                )
            for id_, row in mine.items():
                self.correspondence.compare(row, theirs[id_])

    def _carry_to_reference(self) -> None:
        wires = {
            table: [
                seen(self._subject, entity.row, dict(wire)) for wire in self._subject.stored_rows(entity.row)
            ]
            for table, entity in ENTITIES.items()
        }
        self._database.clear()
        for table, rows in wires.items():
            for wire in rows:
                self._database.load(table, wire)
        self._moved(keep_reference=False)
        for table, entity in ENTITIES.items():
            for row in self.rows(table):
                for name in entity.assigned:
                    self.clock.reach(getattr(row, name))

    def _carry_to_subject(self) -> None:
        wires = {
            table: [seen(self._subject, entity.row, dict(wire)) for wire in self._database.rows(table)]
            for table, entity in ENTITIES.items()
        }
        self._subject.reset()
        # A store of milliseconds takes what it can hold, and the reference goes on with the same.
        self._database.clear()
        for table, entity in ENTITIES.items():
            if wires[table]:
                self._subject.load(entity.row, wires[table])
            for wire in wires[table]:
                self._database.load(table, wire)
        self._moved(keep_reference=True)

    def _moved(self, *, keep_reference: bool) -> None:
        """Both sides have the same rows now, to the last id and time."""
        self.moves += 1
        self.correspondence.merge(keep_reference=keep_reference)
        self._stale = len(self.cursors)
        self._rows.clear()


def _is_given(value: Any, clock: TickingClock) -> bool:
    return not isinstance(value, datetime) or clock.moment(value) is None


def _order(step: Step, row: type[Row]) -> tuple[str, bool]:
    order = step.kwargs.get("order") or Order(entity_of(row).created)
    return order.field, order.direction == "desc"


def _numbers(summary: OpsSummary) -> dict[str, Any]:
    counts = {table: dict(found) for table, found in summary.counts.items()}
    return {"counts": counts, "needs_attention": summary.needs_attention, "due": dict(summary.due)}


def _cursor(page: Page[Row]) -> str:
    behind = "no cursor" if page.next_cursor is None else "a cursor to more"
    return f"{len(page.rows)} rows and {behind}"


def _those(ids: AbstractSet[UUID]) -> str:
    return f", among them {', '.join(map(str, sorted(ids)))}" if ids else ""


def _described(answer: Answer) -> str:
    if answer.error is None:
        return short(answer.value)
    kind, subject = answer.error
    if answer.told:
        return answer.told
    return kind if subject is None else f"{kind}({subject})"
