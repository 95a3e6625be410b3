"""The rows that must be there, so that "nothing is shown" says something."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.catalog import query
from migrations.connection import connect
from migrations.security.actors import Actor
from migrations.security.client import Door
from migrations.security.objects import PUBLIC, Relation
from migrations.security.probe import Aim
from migrations.security.rows import SENSITIVE, Rows
from migrations.security.tokens import USER_EMAIL

__all__ = ["Scenery", "digest", "found", "is_same_database", "made"]

_SHORTEST = 8
"""Shorter values are in any answer by chance."""
_SHOWN_ROWS = 20
_INSERT = sql.SQL(
    "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s)"
)
_DIGEST = sql.SQL("SELECT coalesce(sum(hashtextextended(one::text, 0)), 0)::text FROM {table} AS one")
_COUNT = sql.SQL("SELECT count(*), coalesce(bool_or(id::text = ANY (%s::text[])), false) FROM {table}")
_NAME = "parity schema security"


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
        """What the writing requests of one actor are about, by table; the server has place 0."""
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
    """Store rows in a database of our own, as its owner; the last one of each table stays."""
    problems = []
    taken = {}
    with connect(dsn, application_name=_NAME) as connection:
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


def found(door: Door, server: Actor, rows: Rows) -> Scenery:
    """Look at the rows that a given project has, as the server; nothing is stored."""
    taken: dict[str, str] = {}
    secrets: list[Any] = []
    for table in ENTITIES:
        columns = ",".join(("id", *SENSITIVE.get(table, ())))
        for row in door.rows(server, table, columns, _SHOWN_ROWS):
            taken.setdefault(table, str(row["id"]))
            secrets += [value for name, value in row.items() if name != "id"]
    return Scenery(rows=rows, taken=taken, is_ours=False, secrets=_secrets(secrets))


def is_same_database(dsn: str, shown: Mapping[str, str]) -> bool:
    """Say whether a database is the one behind the REST interface; `shown` is an id of each table with rows.

    False where nothing shows it: all tables are empty. Raises ConfigurationError for another database, which
    is also what it looks like if the key of the server sees no rows.
    """
    proven = False
    with connect(dsn, application_name=_NAME) as connection:
        for table in ENTITIES:
            try:
                count, is_there = _counted(connection, table, shown.get(table))
            except psycopg.errors.UndefinedTable:
                connection.rollback()
                continue
            proven = proven or is_there
            if count and table not in shown:
                raise ConfigurationError(
                    f"DATABASE_URL has {count} rows in public.{table}, and the REST interface shows none to "
                    "SUPABASE_SERVICE_ROLE_KEY: it is another database, or the key is not the one of "
                    "service_role, or service_role has lost BYPASSRLS. Nothing was asked."
                )
    if shown and not proven:
        raise ConfigurationError(
            "DATABASE_URL is not the database behind SUPABASE_URL: it has none of the rows that the REST "
            "interface shows. Set both to the same project."
        )
    return proven


def digest(dsn: str) -> Mapping[str, str]:
    """Return a checksum of the rows of each table that is there, as the owner sees them."""
    sums = {}
    with connect(dsn, application_name=_NAME) as connection:
        for table in ENTITIES:
            try:
                row = connection.execute(_DIGEST.format(table=sql.Identifier(PUBLIC, table))).fetchone()
            except psycopg.errors.UndefinedTable:
                connection.rollback()
            else:
                sums[table] = str(row)
    return sums


def _store(connection: psycopg.Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    # A schema that is ahead of the models may lack a column, or have one more with a default.
    place = {"schema": PUBLIC, "table": table}
    there = {name for (name,) in connection.execute(query("security_columns"), place)}
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows[0] if name in there)
    statement = _INSERT.format(table=sql.Identifier(PUBLIC, table), columns=columns)
    connection.execute(statement, [Jsonb(list(rows))])


def _counted(connection: psycopg.Connection, table: str, id: str | None) -> tuple[int, bool]:
    statement = _COUNT.format(table=sql.Identifier(PUBLIC, table))
    row = connection.execute(statement, [[] if id is None else [id]]).fetchone()
    return (0, False) if row is None else (row[0], row[1])


def _made(rows: Rows) -> Iterator[Any]:
    for table, columns in SENSITIVE.items():
        for row in rows.all(table):
            yield from (row[column] for column in columns)


def _secrets(values: Iterable[Any]) -> frozenset[str]:
    texts = {value for value in values if isinstance(value, str) and len(value) >= _SHORTEST}
    return frozenset(texts - {USER_EMAIL})
