"""From recorded arguments to those of the replay: ids, cursors and times that the stores chose. Pure.

A store chooses ids, cursors and times by itself, and the application sends
them back. Of each, the recorded one is paired with the one of the replay, and
takes its place in everything that is sent or expected later.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.replay.lines import Call
from contracts.replay.times import CLOCKED, RELATIVE, Times
from harness.models import ENTITIES, ColumnType, Entity
from harness.models.operations import Verb, table_alias

__all__ = ["SameId", "Translation", "ids_in"]

_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_TABLES = {table_alias(entity): entity for entity in ENTITIES.values()}


class SameId(ValueError):
    """The replay gave two rows one id."""


def ids_in(value: Any) -> Iterator[str]:
    """Yield all ids in a value, in lower case, inside of texts and JSON, too."""
    match value:
        case str():
            for found in _ID.finditer(value):
                yield found[0].lower()
        case dict():
            for item in value.values():
                yield from ids_in(item)
        case list():
            for item in value:
                yield from ids_in(item)
        case _:
            return


class Translation:
    """The pairs that were found so far."""

    def __init__(self, times: Times) -> None:
        self.times = times
        self._ids: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        self._cursors: dict[str, str] = {}

    def pair(self, recorded: str, replayed: str) -> None:
        """Note that two rows are the same one, unless both sides know better. Raises SameId."""
        recorded, replayed = recorded.lower(), replayed.lower()
        if recorded in self._ids:
            return
        owner = self._taken.setdefault(replayed, recorded)
        if owner != recorded:
            raise SameId(replayed)
        self._ids[recorded] = replayed

    def knows(self, recorded: str) -> bool:
        """True if a recorded row was met in the replay."""
        return recorded.lower() in self._ids

    def is_taken(self, replayed: str) -> bool:
        """True if a row of the replay has its partner already."""
        return replayed.lower() in self._taken

    def recorded(self, replayed: str) -> str:
        """Return the recorded id of a row of the replay; its own if there is none."""
        return self._taken.get(replayed.lower(), replayed.lower())

    def pair_cursor(self, recorded: str, replayed: str) -> None:
        """Note that two cursors go on at the same row."""
        self._cursors[recorded] = replayed

    def knows_cursor(self, recorded: object) -> bool:
        """True if a recorded list returned this cursor."""
        return isinstance(recorded, str) and recorded in self._cursors

    def text(self, value: str) -> str:
        """Return a text with the ids of the replay."""
        return _ID.sub(self._id, value)

    def value(self, value: Any) -> Any:
        """Return a value with the ids of the replay, in texts and JSON, too."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.value(item) for key, item in value.items()}
            case list():
                return [self.value(item) for item in value]
            case _:
                return value

    def _id(self, found: "re.Match[str]") -> str:
        text = found[0]
        replayed = self._ids.get(text.lower(), text)
        return replayed.upper() if text.isupper() else replayed

    def arguments(self, call: Call, by_us: int) -> list[Any]:
        """Return the arguments of the replay; `by_us` is how much later it runs than the recorded call."""
        entity, args = call.operation.entity, call.args
        match call.operation.verb:
            case Verb.CREATE | Verb.RECEIVE | Verb.BOOK if entity is not None:
                return [self._values(entity, args[0], by_us), *map(self.value, args[1:])]
            case Verb.UPDATE if entity is not None:
                return [self.value(args[0]), self._values(entity, args[1], by_us)]
            case Verb.LIST | Verb.COUNT if entity is not None:
                return [self._query(entity, args[0], by_us)]
            case Verb.IMPORT:
                rows = [self.row(_TABLES[args[0]], row, by_us) for row in args[1]]
                return [args[0], rows]
            case _:
                return [self.value(value) for value in args]

    def row(self, entity: Entity[Any], row: Mapping[str, Any], by_us: int) -> dict[str, Any]:
        """Return a whole row that is loaded: what the clock is compared with is moved, all else stays."""
        return self._values(entity, row, by_us)

    def _values(self, entity: Entity[Any], values: Mapping[str, Any], by_us: int) -> dict[str, Any]:
        clocked = CLOCKED.get(entity.table)
        return {
            alias: self.times.moved(value, by_us)
            if alias in entity.by_alias and entity.by_alias[alias].name == clocked
            else self.value(value)
            for alias, value in values.items()
        }

    def _query(self, entity: Entity[Any], asked: Mapping[str, Any], by_us: int) -> dict[str, Any]:
        query = dict(asked)
        if "where" in query:
            query["where"] = [self._condition(entity, one, by_us) for one in query["where"]]
        if "cursor" in query:
            cursor = query["cursor"]
            query["cursor"] = self._cursors.get(cursor, cursor) if isinstance(cursor, str) else cursor
        return query

    def _condition(self, entity: Entity[Any], condition: list[Any], by_us: int) -> list[Any]:
        field, operator, value = condition
        column = entity.by_alias.get(field) if isinstance(field, str) else None
        if (
            column is None
            or column.type is not ColumnType.TIMESTAMPTZ
            or column.name not in RELATIVE[entity.table]
        ):
            return [field, operator, self.value(value)]
        if isinstance(value, list):
            return [field, operator, [self.times.moved(one, by_us) for one in value]]
        return [field, operator, self.times.moved(value, by_us)]
