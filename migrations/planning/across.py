"""Decides what only several rows show: which of two colliding rows stays, and which row has no parent.

The rules are those of a load in the order of the source: the first of two
rows with one key stays, and a row that is refused holds no key and has no
children. Only rows that may be concerned are read again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from harness.models import ENTITIES, Column, Unique
from migrations.planning.existing import Existing
from migrations.planning.index import Index, references_of
from migrations.sources.segment import POSITION, Refused, Segment

__all__ = ["Table", "settle"]

Reread = Callable[[Segment], pl.DataFrame]


@dataclass(kw_only=True)
class Table:
    """What is known about the rows of one table after all of them were judged by themselves."""

    name: str
    index: Index
    segments: list[Segment] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    """Positions of rows that were good by themselves, and are refused all the same."""
    identical: list[pl.Series] = field(default_factory=list)
    """Positions of rows that the target has already."""
    taken: dict[int, str] = field(default_factory=dict)
    """The key of a row, by position, that another row of the target holds."""

    def identical_and_kept(self) -> int:
        """Count the rows that the target has already, but for those that repeat another row of the source."""
        places = pl.concat([pl.Series(dtype=pl.Int64), *self.identical])
        refused = pl.Series(list(self.refused), dtype=pl.Int64)
        return len(places) - int(places.is_in(refused.implode()).sum())

    def parents(self) -> pl.DataFrame:
        """The ids that children may refer to."""
        return self.index.ids(without=self.refused)


def settle(
    table: Table, tables: Mapping[str, Table], existing: Existing | None, reread: Reread
) -> Iterator[Refused]:
    """Yield the rows that are refused because of other rows, in the order of the source."""
    entity = ENTITIES[table.name]
    orphans: dict[str, frozenset[int]] = {}
    for column in references_of(entity):
        assert column.references is not None  # noqa: S101  # references_of() returns no other
        parents = tables[column.references.table].parents()
        orphans[column.name] = frozenset(table.index.orphans(column, parents).to_list())
    doubtful = set(table.index.colliding().to_list()).union(table.taken, *orphans.values()) - table.refused
    seen: dict[str, set[tuple[str, ...]]] = {unique.name: set() for unique in entity.all_uniques}
    for rows in _rows(table.segments, doubtful, reread):
        found = _in_target(table.name, rows, orphans, existing)
        for row in rows.iter_rows(named=True):
            why = _collision(table, row, seen) or _orphan(table.name, row, orphans, found)
            if why is not None:
                table.refused.add(row[POSITION])
                yield why
                continue
            for unique in entity.all_uniques:
                key = _key(unique, row)
                if key is not None:
                    seen[unique.name].add(key)


def _rows(segments: Iterable[Segment], wanted: set[int], reread: Reread) -> Iterator[pl.DataFrame]:
    """Read the rows at some positions again, segment by segment."""
    places = pl.Series(sorted(wanted), dtype=pl.Int64)
    for segment in segments:
        here = places.filter(places.is_between(segment.first, segment.first + segment.rows, closed="left"))
        if not here.is_empty():
            yield reread(segment).filter(pl.col(POSITION).is_in(here.implode())).sort(POSITION)


def _in_target(
    table: str, rows: pl.DataFrame, orphans: Mapping[str, frozenset[int]], existing: Existing | None
) -> Mapping[str, frozenset[str]]:
    """Find the parents of orphans that the target has, by column."""
    if existing is None:
        return {}
    found: dict[str, frozenset[str]] = {}
    for column in references_of(ENTITIES[table]):
        places = pl.Series(list(orphans[column.name]), dtype=pl.Int64)
        wanted = rows.filter(pl.col(POSITION).is_in(places.implode()))[column.name].drop_nulls().unique()
        if column.references is not None and not wanted.is_empty():
            found[column.name] = existing.ids(column.references.table, wanted.to_list())
    return found


def _key(unique: Unique, row: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The key that a row holds; None if it holds none. All columns of the keys are texts or ids."""
    if unique.where is not None and unique.where.holds(row) is not True:
        return None
    values = tuple(row[name] for name in unique.columns)
    return None if None in values else values


def _collision(
    table: Table, row: Mapping[str, Any], seen: Mapping[str, set[tuple[str, ...]]]
) -> Refused | None:
    for unique in ENTITIES[table.name].all_uniques:
        is_taken = table.taken.get(row[POSITION]) == unique.name
        if is_taken or _key(unique, row) in seen[unique.name]:
            holder = "A row of the target with another id" if is_taken else "A row that comes before"
            return refusal(
                table.name,
                row,
                column=unique.columns[0] if len(unique.columns) == 1 else None,
                rule=unique.name,
                reason=f"{holder} has the same {' and '.join(unique.columns)}.",
                sqlstate="23505",
            )
    return None


def _orphan(
    table: str,
    row: Mapping[str, Any],
    orphans: Mapping[str, frozenset[int]],
    found: Mapping[str, frozenset[str]],
) -> Refused | None:
    for column in references_of(ENTITIES[table]):
        if row[POSITION] in orphans[column.name] and row[column.name] not in found.get(column.name, ()):
            return refusal(
                table,
                row,
                column=column.name,
                rule=ENTITIES[table].reference_name(column),
                reason=_missing(column),
                sqlstate="23503",
            )
    return None


def _missing(column: Column) -> str:
    parent = column.references.table if column.references is not None else ""
    return f"The row of {parent} that {column.name} names is not there, or is refused itself."


def refusal(
    table: str, row: Mapping[str, Any], *, column: str | None, rule: str, reason: str, sqlstate: str | None
) -> Refused:
    """Refuse a row that is good by itself."""
    return Refused(
        table=table,
        position=row[POSITION],
        key=row["id"],
        column=column,
        rule=rule,
        reason=reason,
        sqlstate=sqlstate,
        raw="",
    )
