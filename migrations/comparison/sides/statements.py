"""The SQL with which a Postgres is read, built from the names of its tables and columns."""

from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from harness.models import Column, ColumnType, Entity
from migrations.comparison.naming import TableNaming
from migrations.comparison.sides.side import KeyRange

__all__ = [
    "BUCKETS",
    "copy_ids_and_hashes",
    "copy_named",
    "copy_rows",
    "fingerprints",
    "relation",
    "row_hash",
    "sample",
]

BUCKETS = 1024
"""Rows are fingerprinted in so many groups, by a hash of their id."""


def relation(naming: TableNaming) -> Identifier:
    """Name the table."""
    return Identifier("public", naming.table)


def copy_rows(entity: Entity[Any], naming: TableNaming, keys: KeyRange) -> Composed:
    """COPY the rows of a segment in the text form, times as the hexadecimal digits of their eight bytes."""
    return _copy(_output(entity, naming), naming, _within(naming, keys))


def copy_named(entity: Entity[Any], naming: TableNaming, ids: Sequence[str]) -> Composed:
    """COPY the rows with these ids."""
    return _copy(_output(entity, naming), naming, _named(naming, ids))


def copy_ids_and_hashes(
    entity: Entity[Any], naming: TableNaming, keys: KeyRange, buckets: Sequence[int]
) -> Composed:
    """COPY id and hash of those rows of a segment that are in one of the groups."""
    chosen = SQL("({}) AND {} = ANY ({}::int[])").format(
        _within(naming, keys), _bucket(naming), Literal(list(buckets))
    )
    return _copy(SQL(", ").join((_key(naming), row_hash(entity, naming))), naming, chosen)


def fingerprints(entity: Entity[Any], naming: TableNaming) -> Composed:
    """SELECT a fingerprint of each group: number, rows, and two sums over the rows' hashes.

    A record's hash is linear over its columns, so that a plain sum does not change when two rows exchange a
    column's value. The second sum is quadratic, and does. OFFSET 0 keeps the hash from being computed twice.
    """
    return SQL(
        "SELECT bucket, count(*), sum(h)::text, sum((h >> 32) * (h & 4294967295))::text "
        "FROM (SELECT {} AS bucket, {} AS h FROM {} OFFSET 0) AS hashed GROUP BY bucket"
    ).format(_bucket(naming), row_hash(entity, naming), relation(naming))


def sample(naming: TableNaming, percent: float) -> Composed:
    """SELECT the ids on some per cent of the table's pages, in order."""
    return SQL("SELECT {0}::text FROM {1} TABLESAMPLE SYSTEM ({2}) REPEATABLE (0) ORDER BY {0}").format(
        _key(naming), relation(naming), Literal(percent)
    )


def every(naming: TableNaming, rows: int) -> Composed:
    """SELECT each so-many-th id, in order; of ids that are there twice, one."""
    return SQL(
        "SELECT DISTINCT {0}::text FROM (SELECT {0}, row_number() OVER (ORDER BY {0}) AS n FROM {1}) AS rows "
        "WHERE mod(n, {2}) = 0 AND {0} IS NOT NULL ORDER BY 1"
    ).format(_key(naming), relation(naming), Literal(rows))


def _copy(output: Composable, naming: TableNaming, condition: Composable) -> Composed:
    return SQL("COPY (SELECT {} FROM {} WHERE {}) TO STDOUT").format(output, relation(naming), condition)


def _key(naming: TableNaming) -> Identifier:
    return Identifier(naming.columns["id"])


def _within(naming: TableNaming, keys: KeyRange) -> Composable:
    key = _key(naming)
    bounds: list[Composable] = []
    if keys.low is not None and keys.high is None:
        bounds.append(SQL("({0} > {1}::uuid OR {0} IS NULL)").format(key, Literal(keys.low)))
    elif keys.low is not None:
        bounds.append(SQL("{} > {}::uuid").format(key, Literal(keys.low)))
    if keys.high is not None:
        bounds.append(SQL("{} <= {}::uuid").format(key, Literal(keys.high)))
    return SQL(" AND ").join(bounds) if bounds else SQL("true")


def _named(naming: TableNaming, ids: Sequence[str]) -> Composed:
    return SQL("{} = ANY ({}::uuid[])").format(_key(naming), Literal(list(ids)))


def _bucket(naming: TableNaming) -> Composed:
    return SQL("(uuid_hash({}) & {})").format(_key(naming), Literal(BUCKETS - 1))


def _output(entity: Entity[Any], naming: TableNaming) -> Composed:
    return SQL(", ").join(
        _written(column, naming) for column in entity.columns if column.name in naming.columns
    )


def _written(column: Column, naming: TableNaming) -> Composable:
    name = Identifier(naming.columns[column.name])
    # A quarter of the cost of writing and reading a calendar date, and exact beyond its years.
    return SQL("encode(timestamptz_send({}), 'hex')").format(name) if _is_time(column) else name


def row_hash(entity: Entity[Any], naming: TableNaming) -> Composed:
    """Return the expression for a hash of a row in 64 bits: only by chance have different rows the same."""
    hashed = (_hashed(column, naming) for column in entity.columns if column.name in naming.columns)
    return SQL("hash_record_extended(ROW({}), 0)").format(SQL(", ").join(hashed))


def _hashed(column: Column, naming: TableNaming) -> Composable:
    """Write a value so that only equal values have one hash, but for chance in 64 bits.

    The hash of jsonb ignores the sign of numbers and where an inner array ends, the hash of an array its
    dimensions, the hash of a time half of its bits, and the hash of a text what its collation ignores.
    """
    name = Identifier(naming.columns[column.name])
    match column.type:
        case ColumnType.JSONB:
            return SQL('{}::text COLLATE "C"').format(name)
        case ColumnType.TEXT:
            return SQL('{}::text COLLATE "C"').format(name)
        case ColumnType.TEXT_ARRAY:
            return SQL("array_send({})").format(name)
        case ColumnType.TIMESTAMPTZ:
            return SQL("timestamptz_send({})").format(name)
        case _:
            return name


def _is_time(column: Column) -> bool:
    return column.type is ColumnType.TIMESTAMPTZ
