"""The keys of all good rows of a table, as hashes: what several rows must share to collide.

A row takes 8 bytes for its place, 8 for each unique key and 16 for each
reference and for an id that others may refer to: about 25 MB for a million
webhook events. Equal keys have equal hashes, so nothing is missed; rows
whose hashes are equal are read again and compared by what they hold.
References are found by 128 bits, so that none is taken for another.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import polars as pl

from harness.models import ENTITIES, Column, Entity, Unique
from migrations.sources.segment import POSITION

__all__ = ["Index", "is_referenced", "references_of"]

_SEEDS = (11, 13)


def references_of(entity: Entity[Any]) -> tuple[Column, ...]:
    """The columns with a foreign key."""
    return tuple(column for column in entity.columns if column.references is not None)


def is_referenced(table: str) -> bool:
    """Say whether rows of another table may refer to this one."""
    return any(
        column.references is not None and column.references.table == table
        for entity in ENTITIES.values()
        for column in entity.columns
    )


class Index:
    """Collects the hashes of one table, batch by batch."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._parts: list[pl.DataFrame] = []
        self._frame: pl.DataFrame | None = None

    def add(self, good: pl.DataFrame) -> None:
        """Add the good rows of a batch."""
        self._parts.append(good.select(_hashes(self.table)))

    @property
    def frame(self) -> pl.DataFrame:
        """One row for each good row: its position, and its hashes by constraint; a key with NULL has none."""
        if self._frame is None or self._parts:
            parts = [*([] if self._frame is None else [self._frame]), *self._parts]
            empty = pl.DataFrame(schema=dict.fromkeys(_names(self.table), pl.String)).select(
                _hashes(self.table)
            )
            self._frame = pl.concat([empty, *parts])
            self._parts.clear()
        return self._frame

    def colliding(self) -> pl.Series:
        """Positions of the rows whose key another row seems to have, too."""
        frame = self.frame
        places = [pl.Series(dtype=pl.Int64)]
        for unique in ENTITIES[self.table].all_uniques:
            hashes = frame[unique.name].drop_nulls().sort()
            twice = hashes.filter(hashes == hashes.shift(1)).unique()
            if not twice.is_empty():
                places.append(frame.filter(pl.col(unique.name).is_in(twice.implode()))[POSITION])
        return pl.concat(places).unique()

    def orphans(self, column: Column, parents: pl.DataFrame) -> pl.Series:
        """Positions of the rows that refer to none of these parents, which `ids` returned."""
        name = ENTITIES[self.table].reference_name(column)
        pairs = self.frame.select(POSITION, *_pair(name)).drop_nulls()
        return pairs.join(parents, left_on=_pair(name), right_on=_pair("id"), how="anti")[POSITION]

    def ids(self, without: Iterable[int]) -> pl.DataFrame:
        """Hashes of the ids of all rows but those at some positions."""
        refused = pl.Series(list(without), dtype=pl.Int64)
        return self.frame.filter(~pl.col(POSITION).is_in(refused.implode())).select(_pair("id"))


def _names(table: str) -> tuple[str, ...]:
    return (*ENTITIES[table].by_name, POSITION)


def _pair(name: str) -> list[str]:
    return [f"{name} 1", f"{name} 2"]


@cache
def _hashes(table: str) -> tuple[pl.Expr, ...]:
    entity = ENTITIES[table]
    columns = [pl.col(POSITION).cast(pl.Int64)]
    columns += [_key(unique).alias(unique.name) for unique in entity.all_uniques]
    paired = [(entity.reference_name(column), column.name) for column in references_of(entity)]
    if is_referenced(table):
        paired.append(("id", "id"))
    for name, column in paired:
        value = pl.col(column)
        columns += [
            pl.when(value.is_not_null()).then(value.hash(seed)).alias(one)
            for one, seed in zip(_pair(name), _SEEDS, strict=True)
        ]
    return tuple(columns)


def _key(unique: Unique) -> pl.Expr:
    """Hash a key; rows with NULL in it, or outside of its condition, never collide."""
    present = pl.all_horizontal([pl.col(name).is_not_null() for name in unique.columns])
    if unique.where is not None:
        present &= pl.sql_expr(unique.where.sql).fill_null(value=False)
    value = pl.col(unique.columns[0]) if len(unique.columns) == 1 else pl.struct(*unique.columns)
    return pl.when(present).then(value.hash(_SEEDS[0]))
