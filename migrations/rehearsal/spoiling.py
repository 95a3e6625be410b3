"""Faults made on purpose: what the comparison and the receipt must find, and what a repair undoes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from harness.models import ENTITIES
from migrations.catalog import query

__all__ = ["Fault", "spoiled"]


@dataclass(frozen=True, order=True)
class Fault:
    """One row that is not as it was copied, as the comparison names it."""

    table: str
    kind: str
    key: str
    column: str | None


@contextmanager
def spoiled(dsn: str) -> Iterator[frozenset[Fault]]:
    """Spoil some rows of a scratch database, one or two of each table that has rows; repair them at the end.

    A row that is repaired has its old values, and is not the one that was copied: its writer is another one.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(query("rehearsal_pick"))
        for table in ENTITIES:
            connection.execute(_of(_SAVE, table))
        with _quiet(connection):
            connection.execute(query("rehearsal_spoil"))
        found = connection.execute("SELECT table_name, kind, id::text, column_name FROM spoiled")
        yield frozenset(Fault(*row) for row in found)
        with _quiet(connection):
            for table in ENTITIES:
                for step in (_ADDED, _LOST, _CHANGED):
                    connection.execute(_of(step, table))


_SAVE = (
    "CREATE TEMP TABLE {saved} AS SELECT * FROM {table} "
    "WHERE id IN (SELECT id FROM spoiled WHERE table_name = {name})"
)
_ADDED = (
    "DELETE FROM {table} WHERE id IN (SELECT id FROM spoiled WHERE table_name = {name} AND kind = 'extra')"
)
_LOST = "INSERT INTO {table} SELECT * FROM {saved} AS s WHERE s.id NOT IN (SELECT id FROM {table})"
_CHANGED = "UPDATE {table} AS t SET ({columns}) = ROW ({values}) FROM {saved} AS s WHERE t.id = s.id"


def _of(step: str, table: str) -> sql.Composed:
    columns = [column.name for column in ENTITIES[table].columns if column.name != "id"]
    parts: Mapping[str, sql.Composable] = {
        "table": sql.Identifier("public", table),
        "saved": sql.Identifier(f"saved_{table}"),
        "name": sql.Literal(table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "values": sql.SQL(", ").join(sql.Identifier("s", column) for column in columns),
    }
    return sql.SQL(step).format(**parts)


@contextmanager
def _quiet(connection: psycopg.Connection) -> Iterator[None]:
    """One transaction in which no trigger fires: updated_at would give each change away."""
    switch = "ALTER TABLE {} {} TRIGGER USER"
    with connection.transaction():
        for word in ("DISABLE", "ENABLE"):
            for table in ENTITIES:
                connection.execute(sql.SQL(switch).format(sql.Identifier("public", table), sql.SQL(word)))
            if word == "DISABLE":
                yield
