"""A recorded answer against that of the replay, by what the operation returns. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.excerpt import difference, short
from contracts.replay.differences import Difference, Part, same_json
from contracts.replay.lines import Call, Failure
from contracts.replay.lists import Lists
from contracts.replay.moments import Around
from contracts.replay.rows import Rows
from contracts.replay.translation import Translation, ids_in
from harness.models import ENTITIES, Entity
from harness.models.operations import Operation, Verb, table_alias

__all__ = ["WRITES", "Answers", "order_column"]

WRITES = frozenset(Verb) - {
    Verb.GET,
    Verb.LIST,
    Verb.COUNT,
    Verb.GET_BY_TOKEN_HASH,
    Verb.OPS_SUMMARY,
    Verb.EXPORT,
}
"""What may change rows."""
_TABLES = {table_alias(entity): entity for entity in ENTITIES.values()}


class Answers:
    """Compares answers, and learns from those that agree."""

    def __init__(self, translation: Translation, *, strict: bool, doubles: bool | None) -> None:
        self._translation = translation
        self._strict = strict
        self._doubles = doubles
        self._rows = Rows(translation, strict=strict, doubles=doubles)
        self._lists = Lists(self._rows, translation)

    def compare(
        self, call: Call, sent: list[Any], answer: Any, error: Failure | None, around: Around
    ) -> tuple[Difference, ...]:
        """Return all differences. `sent` and `answer` are the arguments and the result of the replay."""
        if call.error is not None or error is not None:
            return tuple(self._errors(call, answer, error))
        verb = call.operation.verb
        if verb in {Verb.CREATE, Verb.RECEIVE, Verb.BOOK}:
            around = replace(around, given=call.args[0], sent=sent[0])
        elif verb in {Verb.UPDATE, Verb.RESCHEDULE}:
            around = replace(around, given=call.args[1], sent=sent[1])
        return tuple(self._results(call, answer, around))

    def _errors(self, call: Call, answer: Any, error: Failure | None) -> Iterator[Difference]:
        ids = frozenset(ids_in(call.args))
        was = None if call.error is None else call.error.kind
        now = None if error is None else error.kind
        if was != now:
            expected = _said(call.error) if call.error is not None else _outline(call.operation, call.result)
            actual = _said(error) if error is not None else _outline(call.operation, answer)
            yield Difference(part=Part.ERROR, expected=expected, actual=actual, ids=ids)
        elif was == "unexpected":
            yield Difference(
                part=Part.ERROR, expected="an error of the protocol", actual=_said(error), ids=ids
            )
        elif self._strict and call.error is not None and error is not None:
            names = (call.error.subject, error.subject)
            if None not in names and names[0] != names[1]:
                yield Difference(
                    part=Part.ERROR,
                    expected=_said(call.error),
                    actual=_said(error),
                    level="strict",
                    ids=ids,
                )

    def _results(self, call: Call, answer: Any, around: Around) -> Iterator[Difference]:
        entity, recorded = call.operation.entity, call.result
        if entity is None:
            yield from self._of_all(call, answer, around)
            return
        match call.operation.verb:
            case Verb.COUNT:
                yield from _plain(recorded, answer, ids=frozenset())
            case Verb.DELETE:
                yield from _plain(recorded, answer, ids=frozenset(ids_in(call.args)))
            case Verb.LIST:
                yield from self._page(entity, call, answer, around)
            case Verb.CLAIM:
                yield from self._listed(entity, recorded, answer, around, by=None)
            case Verb.RECEIVE:
                yield from self._received(entity, recorded, answer, around)
            case _:
                yield from self._row(entity, recorded, answer, around)

    def _row(self, entity: Entity[Any], recorded: Any, replayed: Any, around: Around) -> Iterator[Difference]:
        if isinstance(recorded, dict) and isinstance(replayed, dict):
            yield from self._rows.compare(entity, recorded, replayed, around)
        elif recorded is not None or replayed is not None:
            ids = frozenset(str(row["id"]).lower() for row in (recorded, replayed) if _has_id(row))
            yield Difference(
                part=Part.VALUE,
                expected=_row_or(entity, recorded),
                actual=_row_or(entity, replayed),
                ids=frozenset(map(self._translation.recorded, ids)),
            )

    def _received(
        self, entity: Entity[Any], recorded: Any, replayed: Any, around: Around
    ) -> Iterator[Difference]:
        if not (isinstance(recorded, dict) and isinstance(recorded.get("event"), dict)):
            yield _unlike("{event, isNew}", recorded, replayed)
            return
        is_new = recorded.get("isNew")
        ids = frozenset(ids_in(recorded["event"].get("id")))
        for found in _plain(is_new, replayed["isNew"], ids=ids):
            yield replace(found, expected=f"isNew: {found.expected}", actual=f"isNew: {found.actual}")
        if is_new is not True:
            around = replace(around, given={}, sent={}, writes=False)
        yield from self._row(entity, recorded["event"], replayed["event"], around)

    def _page(
        self, entity: Entity[Any], call: Call, answer: Mapping[str, Any], around: Around
    ) -> Iterator[Difference]:
        recorded = call.result
        if not isinstance(recorded, dict):
            yield _unlike("{rows, nextCursor}", recorded, answer)
            return
        by = order_column(entity, call)
        yield from self._listed(entity, recorded.get("rows"), answer["rows"], around, by=by)
        was, now = recorded.get("nextCursor"), answer["nextCursor"]
        if (was is None) != (now is None):
            yield Difference(
                part=Part.MEMBERS,
                expected="nextCursor: " + ("null" if was is None else "a text, for more rows follow"),
                actual="nextCursor: " + ("null" if now is None else "a text"),
            )
        elif isinstance(was, str) and isinstance(now, str):
            self._translation.pair_cursor(was, now)

    def _listed(
        self, entity: Entity[Any], recorded: Any, replayed: Any, around: Around, *, by: str | None
    ) -> Iterator[Difference]:
        if not isinstance(recorded, list) or not all(isinstance(row, dict) for row in recorded):
            yield _unlike(f"a list of rows of {entity.table}", recorded, replayed)
            return
        yield from self._lists.compare(entity, recorded, replayed, around, by=by)

    def _of_all(self, call: Call, answer: Any, around: Around) -> Iterator[Difference]:
        match call.operation.verb:
            case Verb.EXPORT:
                yield from self._listed(_TABLES[call.args[0]], call.result, answer, around, by=None)
            case Verb.OPS_SUMMARY:
                if not same_json(call.result, answer, doubles=self._doubles):
                    expected, actual = difference(call.result, answer)
                    yield Difference(part=Part.VALUE, expected=expected, actual=actual)
            case _:
                return


def order_column(entity: Entity[Any], call: Call) -> str:
    """Return the alias of the column by which a recorded list was ordered."""
    order = call.args[0].get("order")
    if order and isinstance(order[0][0], str):
        return str(order[0][0])
    return entity.by_name[entity.created].alias


def _plain(recorded: Any, replayed: Any, *, ids: frozenset[str]) -> Iterator[Difference]:
    if type(recorded) is not type(replayed) or recorded != replayed:
        yield Difference(part=Part.VALUE, expected=short(recorded), actual=short(replayed), ids=ids)


def _unlike(form: str, recorded: Any, replayed: Any) -> Difference:
    return Difference(
        part=Part.VALUE,
        expected=f"a {type(recorded).__name__} where {form} should be: a defect of the recorded adapter",
        actual=f"a {type(replayed).__name__}",
    )


def _said(error: Failure | None) -> str:
    if error is None:
        return "no error"
    subject = "" if error.subject is None else f" on {error.subject}"
    words = f": {short(error.message)}" if error.kind == "unexpected" else ""
    return f"an error of kind {error.kind}{subject}{words}"


def _outline(operation: Operation, answer: Any) -> str:
    if operation.entity is not None and operation.verb is not Verb.LIST and isinstance(answer, dict):
        return _row_or(operation.entity, answer)
    if isinstance(answer, list):
        return f"{len(answer)} rows"
    if isinstance(answer, dict):
        return f"an answer with {', '.join(sorted(answer))}"
    return short(answer)


def _row_or(entity: Entity[Any], answer: Any) -> str:
    return f"a row of {entity.table}" if isinstance(answer, dict) else short(answer)


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str)
