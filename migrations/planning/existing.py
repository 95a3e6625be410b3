"""What the target has already: equal rows, rows that differ, keys that are taken, parents that are there.

The server compares, with its own idea of equality, and nothing is written:
the rows of the source travel as parameters of a query.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl
from psycopg import sql

from harness.models import ENTITIES, ColumnType, Entity, Unique
from migrations.sources.location import DatabaseAt
from migrations.sources.segment import POSITION
from migrations.sources.sessions import explained, session

__all__ = ["Existing", "Found", "InDatabase"]


_COLLATED = frozenset({ColumnType.TEXT, ColumnType.TEXT_ARRAY})


@dataclass(frozen=True)
class Found:
    """What the target has of the rows of a batch, by position."""

    identical: frozenset[int]
    differing: Mapping[int, tuple[str, ...]]
    """The columns in which a row of the target with the same id differs."""
    taken: Mapping[int, str]
    """The unique key that a row of the target with another id holds."""


class Existing(Protocol):
    """The rows of a target."""

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are, by table."""

    def look(self, table: str, good: pl.DataFrame) -> Found:
        """Compare good rows with what is there."""

    def ids(self, table: str, wanted: Iterable[str]) -> frozenset[str]:
        """Return those of some ids that the table has."""


@dataclass(frozen=True, kw_only=True)
class InDatabase:
    """The rows of a target database at one moment."""

    location: DatabaseAt
    moment: str
    counts: Mapping[str, int]

    def look(self, table: str, good: pl.DataFrame) -> Found:
        """Compare good rows with what is there."""
        if self.counts[table] == 0 or good.is_empty():
            return Found(frozenset(), {}, {})
        entity = ENTITIES[table]
        values = {name: good[name].to_list() for name in good.columns}
        differing: dict[int, tuple[str, ...]] = {}
        identical: set[int] = set()
        taken: dict[int, str] = {}
        with session(self.location.dsn, self.moment) as connection, explained():
            for position, columns in connection.execute(_same_id(entity), values):
                if columns:
                    differing[position] = tuple(columns)
                else:
                    identical.add(position)
            for unique in entity.uniques:
                for (position,) in connection.execute(_same_key(entity, unique), values):
                    taken.setdefault(position, unique.name)
        return Found(frozenset(identical), differing, taken)

    def ids(self, table: str, wanted: Iterable[str]) -> frozenset[str]:
        """Return those of some ids that the table has."""
        with session(self.location.dsn, self.moment) as connection, explained():
            rows = connection.execute(
                sql.SQL("SELECT id::text FROM {} WHERE id = ANY(%s::uuid[])").format(_table(table)),
                [sorted(wanted)],
            ).fetchall()
        return frozenset(row[0] for row in rows)


def _table(table: str) -> sql.Identifier:
    return sql.Identifier("public", table)


def _given(entity: Entity[Any], names: Iterable[str]) -> sql.Composed:
    """Make a relation of the batch: the position, and some columns with their types."""
    wanted = list(names)
    arrays: list[sql.Composable] = [sql.SQL("%(_position)s::bigint[]")]
    arrays += [sql.SQL("%({})s::text[]").format(sql.SQL(name)) for name in wanted]
    casts = [
        sql.SQL("{}::{} AS {}").format(
            sql.Identifier("raw", name), sql.SQL(entity.by_name[name].type.value), sql.Identifier(name)
        )
        for name in wanted
    ]
    return sql.SQL("(SELECT {columns} FROM unnest({arrays}) AS raw ({names}))").format(
        columns=sql.SQL(", ").join([sql.Identifier(POSITION), *casts]),
        arrays=sql.SQL(", ").join(arrays),
        names=sql.SQL(", ").join(map(sql.Identifier, [POSITION, *wanted])),
    )


def _same_id(entity: Entity[Any]) -> sql.Composed:
    names = [column.name for column in entity.columns]
    differences = sql.SQL(", ").join(
        sql.SQL("CASE WHEN {given}{collate} IS DISTINCT FROM {there}{collate} THEN {name} END").format(
            given=sql.Identifier("given", column.name),
            there=sql.Identifier("there", column.name),
            name=sql.Literal(column.name),
            # The column's own collation may call texts equal that are not, such as a and A.
            collate=sql.SQL(' COLLATE pg_catalog."C"' if column.type in _COLLATED else ""),
        )
        for column in entity.columns
    )
    return sql.SQL(
        "SELECT given._position, array_remove(ARRAY[{differences}], NULL) "
        "FROM {given} AS given JOIN {table} AS there USING (id)"
    ).format(differences=differences, given=_given(entity, names), table=_table(entity.table))


def _same_key(entity: Entity[Any], unique: Unique) -> sql.Composed:
    equal = sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier("given", name), sql.Identifier("there", name))
        for name in unique.columns
    )
    # A partial index holds only rows of its condition, on both sides.
    condition = "true" if unique.where is None else unique.where.sql
    asked = [name for name in entity.by_name if name in condition]
    names = dict.fromkeys(["id", *unique.columns, *asked])
    return sql.SQL(
        "SELECT DISTINCT given._position "
        "FROM (SELECT * FROM {given} AS all_given WHERE {condition}) AS given "
        "JOIN (SELECT * FROM {table} WHERE {condition}) AS there ON {equal} AND given.id <> there.id"
    ).format(
        given=_given(entity, names), condition=sql.SQL(condition), table=_table(entity.table), equal=equal
    )
