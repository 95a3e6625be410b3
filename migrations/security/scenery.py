"""The rows that must be there, so that "nothing is shown" says something."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from harness.models import ENTITIES
from migrations.catalog import query
from migrations.connection import connect
from migrations.security.actors import Actor
from migrations.security.client import Door
from migrations.security.objects import PUBLIC, Relation
from migrations.security.requests import Aim
from migrations.security.rows import SENSITIVE, Rows
from migrations.security.tokens import USER_EMAIL

__all__ = ["Digest", "Scenery", "digest", "found", "made"]

Digest = Mapping[str, str]
"""A checksum of all rows, by table."""

_SHORTEST = 8
"""Shorter values are in any answer by chance."""
_SHOWN_ROWS = 20
_INSERT = sql.SQL(
    "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s)"
)


@dataclass(frozen=True, kw_only=True)
class Scenery:
    """What the tables hold."""

    rows: Rows
    taken: Mapping[str, str]
    """The id of a row that stays, by table; a table without rows has none."""
    is_ours: bool
    secrets: frozenset[str] = field(repr=False)
    """Contents of rows that nobody else may be told."""
    problems: tuple[str, ...] = ()

    def aims(self, relations: Sequence[Relation], place: int) -> Mapping[str, Aim]:
        """What the writing requests of one actor are about; the server has place 0."""
        return {
            relation.name: self._aim(relation, place)
            for relation in relations
            if relation.entity is not None and relation.schema == PUBLIC
        }

    def _aim(self, relation: Relation, place: int) -> Aim:
        values = self.rows.other(relation.name, place)
        if relation.has_key and relation.name in self.taken:
            values["id"] = self.taken[relation.name]
        elif relation.entity is not None:
            required = next(
                column
                for column in relation.entity.columns
                if not column.nullable and column.default is None and column.choices is None
            )
            values[required.name] = None
        is_made = self.is_ours and relation.name in self.taken
        return Aim(values=values, row=self.rows.id(relation.name, place) if is_made else None)


def made(dsn: str, rows: Rows) -> Scenery:
    """Store rows in a database of our own, as its owner; the last row of each table stays."""
    problems = []
    taken = {}
    with connect(dsn, application_name="parity schema security") as connection:
        connection.autocommit = True
        for table in ENTITIES:
            try:
                _store(connection, table, rows.all(table))
            except psycopg.Error as error:
                problems.append(f"no rows could be stored in public.{table}: {error.diag.message_primary}")
            else:
                taken[table] = rows.id(table, rows.number - 1)
    return Scenery(
        rows=rows, taken=taken, is_ours=True, secrets=_secrets(_made(rows)), problems=tuple(problems)
    )


def _made(rows: Rows) -> Iterator[Any]:
    for table, columns in SENSITIVE.items():
        for row in rows.all(table):
            yield from (row[column] for column in columns)


def _store(connection: psycopg.Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    # A schema that is ahead of the models may lack a column, or have one more with a default.
    there = {
        name for (name,) in connection.execute(query("security_columns"), {"schema": PUBLIC, "table": table})
    }
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows[0] if name in there)
    connection.execute(
        _INSERT.format(table=sql.Identifier(PUBLIC, table), columns=columns),
        [Jsonb(list(rows))],
    )


def found(door: Door, server: Actor, rows: Rows) -> Scenery:
    """Look at the rows that a given project has; nothing is stored."""
    taken = {}
    secrets: list[Any] = []
    for table in ENTITIES:
        columns = ",".join(("id", *SENSITIVE.get(table, ())))
        for row in door.rows(server, table, columns, _SHOWN_ROWS):
            taken.setdefault(table, str(row["id"]))
            secrets += [value for name, value in row.items() if name != "id"]
    return Scenery(rows=rows, taken=taken, is_ours=False, secrets=_secrets(secrets))


def _secrets(values: Any) -> frozenset[str]:
    texts = {value for value in values if isinstance(value, str) and len(value) >= _SHORTEST}
    return frozenset(texts - {USER_EMAIL})


def digest(dsn: str) -> Digest:
    """Return a checksum of the rows of each table, as the owner sees them."""
    with connect(dsn, application_name="parity schema security") as connection:
        sums = {}
        for table in ENTITIES:
            statement = sql.SQL(
                "SELECT coalesce(sum(hashtextextended(one::text, 0)), 0) FROM {} AS one"
            ).format(sql.Identifier(PUBLIC, table))
            row = connection.execute(statement).fetchone()
            sums[table] = str(row[0]) if row is not None else ""
        return sums
