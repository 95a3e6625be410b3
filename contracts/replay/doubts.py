"""What else than the adapter may have led to a difference: then it is no finding. Pure.

A recording is no proof of everything: calls ran at the same time, rows fell
due while nobody waited, rows were there before it began. A difference that
one of these explains is unchecked, with the reason; so are those that follow
from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.replay.answers import WRITES, order_column
from contracts.replay.differences import Difference, Part
from contracts.replay.lines import Call, Failure
from contracts.replay.moments import Around
from contracts.replay.times import CLOCKED, RELATIVE, Times, parsed
from contracts.replay.translation import Translation, ids_in
from harness.models import ENTITIES, AuditLog, Booking, Entity, SchedulingRequest, SyncJob, entity_of
from harness.models.operations import Operation, Verb

__all__ = ["Doubts", "made_by", "tables_of"]

_FLOWS = frozenset({Verb.BOOK, Verb.RESCHEDULE, Verb.CANCEL})
_OF_FLOWS = frozenset(entity_of(row).table for row in (SchedulingRequest, Booking, AuditLog, SyncJob))
_OF_DELETES = frozenset(entity_of(row).table for row in (Booking, AuditLog))
_BY_TABLE = frozenset({Verb.CREATE, Verb.RECEIVE, Verb.BOOK, Verb.UPDATE, Verb.CLAIM})
"""Operations whose success depends on other rows of the table."""


def tables_of(operation: Operation) -> frozenset[str]:
    """Return the tables that an operation reads or changes."""
    entity = operation.entity
    if entity is None:
        return frozenset(ENTITIES)
    if operation.verb in _FLOWS:
        return _OF_FLOWS
    if operation.verb is Verb.DELETE and entity.row in {SchedulingRequest, Booking}:
        return _OF_DELETES | {entity.table}
    return frozenset({entity.table})


@dataclass
class Doubts:
    """What became doubtful in the course of a replay."""

    times: Times
    translation: Translation
    older: str | None
    """Why the rows at the start are not known; None if they are."""
    paced: bool
    rows: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    together: set[str] = field(default_factory=set)
    """Rows that were made at the same time: their order is not known."""
    born: set[str] = field(default_factory=set)
    """Rows that were made in the recording."""
    exhausted: dict[str, set[str]] = field(default_factory=dict)
    """Rows by table whose last attempt runs: a claim that finds its lease over makes them fail silently."""

    def explain(
        self,
        call: Call,
        error: Failure | None,
        found: Difference,
        around: Around,
        overlapping: Iterable[int],
    ) -> str | None:
        """Return the reason why a difference is no finding, as half a sentence; None if it is one."""
        others = sorted(overlapping)
        if others:
            named = ", ".join(map(str, others[:5])) + (" …" if len(others) > 5 else "")
            return f"it ran at the same time as call {named}, and nobody knows in which order"
        return (
            self._cursor(call)
            or self._earlier(call, found)
            or self._tie(call, found)
            or self._clock(call, found, around)
            or self._older(call, error, found)
        )

    def spoil(self, call: Call, ids: Iterable[str], reason: str) -> None:
        """Note that nobody knows any more what a call left behind."""
        for id_ in (*ids_in(call.args), *ids):
            self.rows.setdefault(id_, reason)
        for table in tables_of(call.operation):
            self.tables.setdefault(table, reason)

    def concur(self, call: Call, ids: set[str], others: Iterable[tuple[int, set[str]]]) -> None:
        """Note which rows two calls at the same time have both touched or made."""
        makes = call.operation.verb in {Verb.CREATE, Verb.RECEIVE, Verb.BOOK}
        for n, touched in others:
            for id_ in ids & touched:
                self.rows.setdefault(id_, f"call {n} and call {call.n} changed it at the same time")
            if makes:
                self.together |= ids | touched

    def see(self, call: Call, around: Around) -> None:
        """Note the rows of an answer whose last attempt runs, and those that a claim may have made fail."""
        entity = call.operation.entity
        if entity is None or entity.queue is None:
            return
        last = self.exhausted.setdefault(entity.table, set())
        if call.operation.verb is Verb.CLAIM:
            for id_ in sorted(last):
                reason = self.times.undecided(entity.table, around.recorded, around.replayed, [id_])
                if reason is not None:
                    self.rows.setdefault(id_, reason)
                    self.tables.setdefault(entity.table, reason)
        for row in rows_of(call.result):
            is_last = row.get("status") in (entity.queue.waiting, entity.queue.processing)
            attempts, most = row.get("attempts"), row.get("maxAttempts")
            if is_last and isinstance(attempts, int) and isinstance(most, int) and attempts >= most:
                last |= set(ids_in(row.get("id")))
            else:
                last -= set(ids_in(row.get("id")))

    def _cursor(self, call: Call) -> str | None:
        if call.operation.verb is not Verb.LIST or call.error is not None:
            return None
        cursor = call.args[0].get("cursor")
        if cursor is None or self.translation.knows_cursor(cursor):
            return None
        return "the page before it has no counterpart in the replay, so its cursor has none"

    def _earlier(self, call: Call, found: Difference) -> str | None:
        for id_ in sorted(found.ids | set(ids_in(call.args))):
            if id_ in self.rows:
                return self.rows[id_]
        aggregate = call.operation.verb in {Verb.COUNT, Verb.OPS_SUMMARY}
        by_table = found.part in {Part.MEMBERS, Part.ORDER} or aggregate
        if by_table or (found.part is Part.ERROR and call.operation.verb in _BY_TABLE):
            for table in sorted(tables_of(call.operation)):
                if table in self.tables:
                    return self.tables[table]
        if found.part in {Part.MEMBERS, Part.ORDER} and found.ids & self.together:
            return "some of its rows were made at the same time, and nobody knows in which order"
        return None

    def _tie(self, call: Call, found: Difference) -> str | None:
        entity = call.operation.entity
        if found.part is not Part.MEMBERS or entity is None or not _is_cut(call):
            return None
        alias = order_column(entity, call) if call.operation.verb is Verb.LIST else "runAfter"
        if alias not in entity.by_alias:
            return None
        column = entity.by_alias[alias].name
        if column == "id" or self.times.tied(entity.table, column, found.ids):
            return f"it ends among rows with one {column}, whose order is that of ids which each store chose"
        return None

    def _clock(self, call: Call, found: Difference, around: Around) -> str | None:
        if found.part is Part.CELLS:
            return None
        reason = next((one for one in self._moved(call, found, around) if one is not None), None)
        if reason is None:
            return None
        hint = "" if self.paced else "; the time between calls was not waited for, see --pace"
        return reason + hint

    def _moved(self, call: Call, found: Difference, around: Around) -> Iterator[str | None]:
        entity, verb = call.operation.entity, call.operation.verb
        spans = (around.recorded, around.replayed)
        if verb is Verb.OPS_SUMMARY:
            for table in (one.table for one in ENTITIES.values() if one.queue is not None):
                yield self.times.undecided(table, *spans)
        elif entity is None:
            return
        elif verb is Verb.CLAIM:
            # Where the limit cuts, a row that is due takes the place of another one.
            yield self.times.undecided(entity.table, *spans, only=None if _is_cut(call) else found.ids)
            yield self.times.reordered(entity.table, CLOCKED[entity.table], found.ids)
        elif verb in {Verb.COMPLETE, Verb.FAIL}:
            yield self.times.undecided(entity.table, *spans, only=[*ids_in(call.args[0])])
        elif verb is Verb.BOOK:
            requests = entity_of(SchedulingRequest).table
            yield self.times.undecided(requests, *spans, only=[*ids_in(call.args[0].get("requestId"))])
        elif verb in {Verb.LIST, Verb.COUNT}:
            yield from self._compared(entity, call, found)

    def _compared(self, entity: Entity[Any], call: Call, found: Difference) -> Iterator[str | None]:
        relative = RELATIVE[entity.table]
        # A count or a cursor is about rows that are not in the answer.
        only = None if _is_cut(call) or not found.ids else found.ids
        for name, _, value in call.args[0].get("where", []):
            column = entity.by_alias.get(name) if isinstance(name, str) else None
            if column is None or column.name not in relative:
                continue
            for one in value if isinstance(value, list) else [value]:
                time, moved = parsed(one), parsed(self.times.moved(one, 0))
                if time is not None and moved is not None:
                    yield self.times.elsewhere(entity.table, column.name, (time, moved), only)
        if call.operation.verb is Verb.LIST:
            column = entity.by_alias.get(order_column(entity, call))
            if column is not None and column.name == CLOCKED.get(entity.table):
                yield self.times.reordered(entity.table, column.name, found.ids)

    def _older(self, call: Call, error: Failure | None, found: Difference) -> str | None:
        """Say that rows from before the recording explain a difference, if they can."""
        if self.older is None or found.part is Part.CELLS:
            return None
        if found.part is Part.ERROR:
            was = None if call.error is None else call.error.kind
            now = None if error is None else error.kind
            lacks_a_row = now in {"not_found", "missing_reference"}
            hit_a_row = was == "conflict" and call.operation.verb in _BY_TABLE
            explains = lacks_a_row or hit_a_row
        elif call.operation.verb in {Verb.GET, Verb.GET_BY_TOKEN_HASH, Verb.DELETE}:
            explains = bool(call.result) and not found.ids <= self.born
        else:
            explains = True
        if not explains:
            return None
        return f"a row from before the recording explains it, and those are not known ({self.older})"


def made_by(call: Call) -> set[str]:
    """Return the recorded ids of the rows that a call changed or made, by its arguments and its answer."""
    if call.operation.verb not in WRITES:
        return set()
    ids = set(ids_in(call.args))
    for row in rows_of(call.result):
        ids |= set(ids_in(row.get("id")))
    return ids


def rows_of(result: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the rows in an answer, whatever form it has."""
    match result:
        case {"event": dict() as row}:
            yield row
        case {"rows": list() as rows}:
            yield from (row for row in rows if isinstance(row, dict))
        case dict():
            yield result
        case list():
            yield from (row for row in result if isinstance(row, dict))
        case _:
            return


def _is_cut(call: Call) -> bool:
    """True if more rows may have been there than the recorded answer holds."""
    if call.operation.verb is Verb.CLAIM and isinstance(call.result, list):
        limit = call.args[0].get("limit", 10)
        return not isinstance(limit, int) or len(call.result) >= limit
    if call.operation.verb is Verb.LIST and isinstance(call.result, dict):
        return call.args[0].get("cursor") is not None or call.result.get("nextCursor") is not None
    return False
