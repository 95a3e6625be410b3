"""What a project has already of the rows of a source: equal rows, rows that differ, keys that are taken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from harness.models import ENTITIES, Entity, Unique
from migrations.planning.existing import Found
from migrations.rest.client import RestClient, texts_of
from migrations.rest.equality import differing
from migrations.sources.segment import POSITION

__all__ = ["ByRest"]

_IDS = 150
"""Ids of one request: some 6 kB of URL."""
_URL = 6_000
"""The longest list of keys of one request."""

Texts = Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class ByRest:
    """The rows of a project, each as it is at the moment of the request."""

    client: RestClient
    counts: Mapping[str, int]

    def look(self, table: str, good: pl.DataFrame) -> Found:
        """Compare good rows with what is there."""
        if self.counts[table] == 0 or good.is_empty():
            return Found(frozenset(), {}, {})
        entity = ENTITIES[table]
        rows: list[dict[str, Any]] = list(good.iter_rows(named=True))
        there = self._rows(entity, [row["id"] for row in rows])
        differences = {
            row[POSITION]: differing(self.client, entity, row, there[row["id"]])
            for row in rows
            if row["id"] in there
        }
        taken: dict[int, str] = {}
        for unique in entity.uniques:
            for position in self._taken(entity, unique, rows):
                taken.setdefault(position, unique.name)
        return Found(
            frozenset(position for position, columns in differences.items() if not columns),
            {position: columns for position, columns in differences.items() if columns},
            taken,
        )

    def ids(self, table: str, wanted: Iterable[str]) -> frozenset[str]:
        """Return those of some ids that the table has."""
        found: set[str] = set()
        for part in _parts(sorted(wanted), _IDS):
            rows = self.client.rows(table, [("select", "id::text"), ("id", f"in.({','.join(part)})")])
            found.update(row["id"] or "" for row in rows)
        return frozenset(found)

    def _rows(self, entity: Entity[Any], ids: Sequence[str]) -> dict[str, Texts]:
        there: dict[str, Texts] = {}
        for part in _parts(ids, _IDS):
            wanted = ("id", f"in.({','.join(part)})")
            for row in self.client.rows(entity.table, [("select", texts_of(entity)), wanted]):
                there[row["id"] or ""] = row
        return there

    def _taken(self, entity: Entity[Any], unique: Unique, rows: Sequence[Mapping[str, Any]]) -> Iterator[int]:
        """The positions of the rows whose key a row with another id holds."""
        keys: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        for row in rows:
            key = _key(unique, row)
            if key is not None:
                keys.setdefault(key, []).append((row[POSITION], row["id"]))
        for condition in _conditions(unique, keys):
            # The condition of a partial key is about columns of text.
            for found in self._holders(entity, condition):
                key = _key(unique, found)
                for position, id in keys.get(key, ()) if key is not None else ():
                    if id != found["id"]:
                        yield position

    def _holders(self, entity: Entity[Any], condition: str) -> Iterator[Texts]:
        after: str | None = None
        while True:
            lower = [] if after is None else [("id", f"gt.{after}")]
            parameters = [("select", texts_of(entity)), ("or", condition), *lower, ("order", "id.asc")]
            page = self.client.rows(entity.table, parameters)
            if not page:
                return
            yield from page
            after = page[-1]["id"]


def _key(unique: Unique, row: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The key of a row; None where it has none, or the index does not hold it."""
    if unique.where is not None and unique.where.holds(row) is not True:
        return None
    key = tuple(row[name] for name in unique.columns)
    return None if None in key else key


def _conditions(unique: Unique, keys: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Filters that together find all rows with these keys, each short enough for a URL."""
    listed: list[str] = []
    for key in keys:
        terms = [f"{name}.eq.{_quoted(text)}" for name, text in zip(unique.columns, key, strict=True)]
        listed.append(terms[0] if len(terms) == 1 else f"and({','.join(terms)})")
        if sum(map(len, listed)) > _URL:
            yield f"({','.join(listed)})"
            listed = []
    if listed:
        yield f"({','.join(listed)})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]
