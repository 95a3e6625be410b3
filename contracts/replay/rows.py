"""One recorded row against the row of the replay, column by column. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.replay.differences import Difference, Part, same_json, shown
from contracts.replay.moments import Around, Both, Moments
from contracts.replay.translation import SameId, Translation
from harness.models import Column, ColumnType, Entity

__all__ = ["Rows"]


@dataclass
class _Apart:
    recorded: dict[str, Any] = field(default_factory=dict)
    replayed: dict[str, Any] = field(default_factory=dict)

    def note(self, alias: str, recorded: Any, replayed: Any) -> None:
        self.recorded[alias] = recorded
        self.replayed[alias] = replayed


class Rows:
    """Compares rows, and learns from them which ids and times belong together."""

    def __init__(self, translation: Translation, *, strict: bool, doubles: bool | None) -> None:
        self._translation = translation
        self._moments = Moments(translation.times)
        self._strict = strict
        self._doubles = doubles

    def compare(
        self, entity: Entity[Any], recorded: Mapping[str, Any], replayed: Mapping[str, Any], around: Around
    ) -> Iterator[Difference]:
        """Yield the differences of two rows of an entity: at most one, and one more at level strict."""
        apart = _Apart()
        self._identify(recorded, replayed, around, apart)
        id_ = str(recorded.get("id")).lower()
        rows = Both(entity=entity, id=id_, recorded=recorded, replayed=replayed)
        for column in entity.columns:
            if column.alias not in recorded:
                apart.note(column.alias, "(missing)", replayed.get(column.alias))
            elif column.type is ColumnType.TIMESTAMPTZ:
                told = self._moments.compare(rows, column, around)
                if told is not None:
                    apart.note(column.alias, *told)
            elif column.name != "id" and not self.same(
                column, recorded[column.alias], replayed[column.alias]
            ):
                expected = self._translation.value(recorded[column.alias])
                apart.note(column.alias, expected, replayed[column.alias])
        ids = frozenset({id_})
        if apart.recorded:
            expected, actual = shown(apart.recorded, apart.replayed)
            yield Difference(part=Part.CELLS, expected=expected, actual=actual, ids=ids)
        unknown = sorted(set(recorded) - set(entity.by_alias))
        if unknown and self._strict:
            yield Difference(
                part=Part.CELLS,
                expected=f"also {', '.join(unknown)}",
                actual="the columns of the table",
                level="strict",
                ids=ids,
            )

    def same(self, column: Column, recorded: Any, replayed: Any) -> bool:
        """Tell whether two values of a column that holds no time are the same one."""
        expected = self._translation.value(recorded)
        if column.type is ColumnType.UUID and isinstance(expected, str) and isinstance(replayed, str):
            return expected.lower() == replayed.lower()
        if column.type is ColumnType.JSONB:
            return same_json(expected, replayed, doubles=self._doubles)
        return type(expected) is type(replayed) and bool(expected == replayed)

    def _identify(
        self, recorded: Mapping[str, Any], replayed: Mapping[str, Any], around: Around, apart: _Apart
    ) -> None:
        one, other = recorded.get("id"), str(replayed.get("id"))
        if not isinstance(one, str):
            apart.note("id", one, other)
            return
        if not self._translation.knows(one) and (one.lower() == other.lower() or "id" not in around.given):
            try:
                self._translation.pair(one, other)
            except SameId:
                apart.note("id", "that of a row of its own", other)
                return
        expected = self._translation.text(one)
        if expected.lower() != other.lower():
            apart.note("id", expected, other)
