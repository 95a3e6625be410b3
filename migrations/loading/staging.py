"""A temporary copy of a segment inside the server, where it can be compared with the table."""

from dataclasses import dataclass

import polars as pl
import psycopg
from psycopg import sql

from harness.models import ColumnType
from migrations.loading.bisection import offenders
from migrations.loading.encode import copy_text
from migrations.loading.refusals import differing, refused_by, repeated
from migrations.loading.work import Prepared
from migrations.sources.segment import Refused

__all__ = ["Met", "columns_of", "compare", "keep_identical", "rows_at", "stage", "staged"]


_COLLATED = frozenset({ColumnType.TEXT, ColumnType.TEXT_ARRAY})
_TO_THE_BYTE = ' COLLATE pg_catalog."C"'
"""The collation of a column may call texts equal that are not, such as a and A."""


@dataclass(frozen=True)
class Met:
    """What a comparison of the staged rows with the table found."""

    staged: int
    identical: int
    refused: tuple[Refused, ...]
    """Rows whose id is taken: by other values, or by an earlier row of the source."""


def staged(prepared: Prepared) -> sql.Identifier:
    """The name of the staging table."""
    return sql.Identifier("pg_temp", f"parity_staged_{prepared.entity.table}")


def columns_of(prepared: Prepared) -> sql.Composed:
    """The columns of the table, as a list."""
    return sql.SQL(", ").join(map(sql.Identifier, prepared.columns))


def rows_at(prepared: Prepared, positions: list[int]) -> dict[int, dict[str, str | None]]:
    """The texts of some rows, by position."""
    found = prepared.rows.filter(pl.col("_position").is_in(positions))
    return {row.pop("_position"): row for row in found.iter_rows(named=True)}


def stage(connection: psycopg.Connection, prepared: Prepared) -> tuple[Refused, ...]:
    """Put the rows into the staging table; returns those that have a text which their type does not take.

    The staging table has the types of the table and none of its constraints.
    """
    values = {"staged": staged(prepared), "columns": columns_of(prepared)}
    table = sql.Identifier("public", prepared.entity.table)
    with connection.transaction():
        connection.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE IF NOT EXISTS {staged} AS "
                "SELECT {columns}, 0::bigint AS _position FROM {table} WITH NO DATA"
            ).format(table=table, **values)
        )
        connection.execute(sql.SQL("TRUNCATE {staged}").format(**values))
        into = sql.SQL("COPY {staged} ({columns}, _position) FROM STDIN").format(**values)

        def attempt(low: int, high: int) -> None:
            text = copy_text(prepared.rows.slice(low, high - low), [*prepared.columns, "_position"])
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(into) as copy:
                copy.write(text)

        refused = []
        for offender in offenders(prepared.rows.height, attempt):
            row = prepared.rows.row(offender.index, named=True)
            refused.append(refused_by(offender.error, prepared.entity, row["_position"], row))
    return tuple(refused)


def compare(connection: psycopg.Connection, run_id: str, prepared: Prepared) -> Met:
    """Find the staged rows whose id is in the table, or comes a second time.

    A row of the table that this run has inserted, which its xmin tells, or
    found identical, was an earlier row of the same source: its equal is one
    row too many.
    """
    different = sql.SQL(", ").join(
        sql.SQL("CASE WHEN r.{column}{collate} IS DISTINCT FROM t.{column}{collate} THEN {name} END").format(
            column=sql.Identifier(column.name),
            name=sql.Literal(column.name),
            collate=sql.SQL(_TO_THE_BYTE if column.type in _COLLATED else ""),
        )
        for column in prepared.entity.columns
    )
    statement = sql.SQL("""
        WITH known AS (
          SELECT
            r._position,
            r.id,
            t.id IS NOT NULL AS there,
            coalesce(t.xmin IN (
              SELECT c.xid::xid FROM parity_migration.segments AS c
              WHERE c.run_id = %(run_id)s::uuid AND c.table_name = %(table)s AND c.inserted > 0
            ), false) AS own,
            i.there IS NOT NULL AS before,
            CASE WHEN t.id IS NULL THEN '' ELSE array_to_string(ARRAY[{different}], ', ') END AS different
          FROM {staged} AS r
          LEFT JOIN {table} AS t ON t.id = r.id
          -- By its index, row by row: the limit keeps the planner from reading all of it for each segment.
          LEFT JOIN LATERAL (
            SELECT true AS there FROM parity_migration.identical
            WHERE table_name = %(table)s AND id = r.id LIMIT 1
          ) AS i ON true
        ), met AS (
          SELECT
            _position,
            there,
            -- A row that differs is refused itself, and does not make its equal the second one.
            id IS NOT NULL AND (own OR different = '' AND (
              before OR row_number() OVER (PARTITION BY id, different = '' ORDER BY _position) > 1
            )) AS repeated,
            different
          FROM known
        )
        SELECT
          count(*),
          count(*) FILTER (WHERE there AND NOT repeated AND different = ''),
          array_agg(_position ORDER BY _position) FILTER (WHERE repeated),
          array_agg(_position ORDER BY _position) FILTER (WHERE NOT repeated AND different <> ''),
          array_agg(different ORDER BY _position) FILTER (WHERE NOT repeated AND different <> '')
        FROM met
    """).format(
        staged=staged(prepared), different=different, table=sql.Identifier("public", prepared.entity.table)
    )
    row = connection.execute(statement, {"run_id": run_id, "table": prepared.entity.table}).fetchone()
    total, identical, twice, other, columns = row if row is not None else (0, 0, None, None, None)
    texts = rows_at(prepared, [*(twice or ()), *(other or ())])
    refused = [repeated(prepared.entity, position, texts[position]) for position in twice or ()]
    refused += [
        differing(prepared.entity, position, texts[position], names.split(", "))
        for position, names in zip(other or (), columns or (), strict=True)
    ]
    return Met(total, identical, tuple(refused))


def keep_identical(connection: psycopg.Connection, prepared: Prepared, met: Met) -> None:
    """Remember which rows the table had before, in the transaction of their checkpoint."""
    if met.identical == 0:
        return
    statement = sql.SQL("""
        INSERT INTO parity_migration.identical (table_name, id)
        SELECT %s, s.id FROM {staged} AS s JOIN {table} AS t ON t.id = s.id WHERE s._position <> ALL (%s)
    """).format(staged=staged(prepared), table=sql.Identifier("public", prepared.entity.table))
    refused = [one.position for one in met.refused]
    connection.execute(statement, [prepared.entity.table, refused])
