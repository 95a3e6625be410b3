"""The schema as the models describe it, in Postgres' own words.

Two conditions can mean the same and be written differently. So the models'
tables are created as temporary ones, and read back with the very queries that
read the live tables: Postgres brings both into one form.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from harness.models import ENTITIES, Column, Entity, Unique
from migrations.requirements import INDEXES

__all__ = ["create_expected"]


def create_expected(connection: psycopg.Connection) -> None:
    """Create the temporary tables; the caller rolls the transaction back."""
    for entity in ENTITIES.values():
        connection.execute(_table(entity))
        for unique in entity.uniques:
            if unique.where is not None:
                connection.execute(_partial_index(entity.table, unique))
    for number, index in enumerate(INDEXES):
        connection.execute(
            sql.SQL("CREATE INDEX {} ON pg_temp.{} ({}){}").format(
                sql.Identifier(f"parity_required_{number}"),
                sql.Identifier(index.table),
                _names(index.columns),
                _where(index.where),
            )
        )


def _table(entity: Entity[Any]) -> sql.Composed:
    return sql.SQL("CREATE TEMPORARY TABLE {} ({})").format(
        sql.Identifier(entity.table), sql.SQL(", ").join(_parts(entity))
    )


def _parts(entity: Entity[Any]) -> Iterator[sql.Composed]:
    yield from map(_column, entity.columns)
    for unique in entity.all_uniques:
        if unique.where is None:
            kind = "PRIMARY KEY" if unique.columns == ("id",) else "UNIQUE"
            yield sql.SQL("CONSTRAINT {} {} ({})").format(
                sql.Identifier(unique.name), _trusted(kind), _names(unique.columns)
            )
    for check in entity.all_checks:
        yield sql.SQL("CONSTRAINT {} CHECK ({})").format(sql.Identifier(check.name), _trusted(check.sql))


def _column(column: Column) -> sql.Composed:
    default = sql.SQL("") if column.default is None else _trusted(f" DEFAULT {column.default.sql}")
    return sql.SQL("{} {}{}{}").format(
        sql.Identifier(column.name),
        _trusted(column.type.value),
        sql.SQL("" if column.nullable else " NOT NULL"),
        default,
    )


def _partial_index(table: str, unique: Unique) -> sql.Composed:
    return sql.SQL("CREATE UNIQUE INDEX {} ON pg_temp.{} ({}){}").format(
        sql.Identifier(unique.name),
        sql.Identifier(table),
        _names(unique.columns),
        _where(None if unique.where is None else unique.where.sql),
    )


def _where(condition: str | None) -> sql.SQL:
    return _trusted("" if condition is None else f" WHERE {condition}")


def _names(columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _trusted(text: str) -> sql.SQL:
    # SQL that stands in the models of this project, never in data.
    return sql.SQL(text)
