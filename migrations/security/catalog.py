"""Finds out what a project offers from the catalog of its database, and what row security says there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import psycopg
from psycopg.rows import class_row

from harness.errors import StackError
from migrations.catalog import query
from migrations.connection import connect, server_version
from migrations.requirements import OUTSIDERS
from migrations.security.objects import Argument, Function, Relation, Surface

__all__ = ["Found", "read_surface"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the catalog has."""

    surface: Surface
    postgres: str
    """The version of the server."""


@dataclass(frozen=True)
class _RelationFact:
    schema: str
    name: str
    kind: str
    has_key: bool
    columns: list[str]
    unguarded: list[str]
    closed: list[str]
    conditional: list[str]
    changing: list[str]
    deleting: list[str]
    is_partition: bool


@dataclass(frozen=True)
class _FunctionFact:
    schema: str
    name: str
    names: list[str]
    types: list[str]
    refusing: list[bool]
    optional: int
    security_definer: bool
    callable_by: list[str]
    of_extension: bool


def read_surface(dsn: str, schemas: Sequence[str]) -> Found:
    """Read the schemas that are exposed; nothing is changed. Raises StackError."""
    with connect(dsn, application_name="parity schema security") as connection:
        try:
            connection.execute(query("types_begin"))
            values = {"schemas": list(schemas), "outsiders": list(OUTSIDERS)}
            relations = _facts(connection, "security_relations", _RelationFact, values)
            functions = _facts(connection, "security_functions", _FunctionFact, values)
            return Found(
                surface=Surface(
                    relations=tuple(map(_relation, relations)), functions=tuple(map(_function, functions))
                ),
                postgres=server_version(connection),
            )
        except psycopg.Error as cause:
            raise StackError(
                f"The catalog could not be read (SQLSTATE {cause.sqlstate or 'unknown'}). Connect as the "
                "owner of the tables, to Postgres 15 or newer, or unset DATABASE_URL to ask by REST alone."
            ) from cause
        finally:
            if not connection.broken:
                connection.rollback()


def _facts(
    connection: psycopg.Connection, name: str, kind: type[T], values: dict[str, list[str]]
) -> tuple[T, ...]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return tuple(cursor.execute(query(name), values).fetchall())


def _relation(fact: _RelationFact) -> Relation:
    return Relation(
        schema=fact.schema,
        name=fact.name,
        columns=tuple(fact.columns),
        is_view=fact.kind in {"v", "m"},
        has_key=fact.has_key,
        unguarded=frozenset(fact.unguarded),
        closed=frozenset(fact.closed),
        conditional=frozenset(fact.conditional),
        changing=frozenset(fact.changing),
        deleting=frozenset(fact.deleting),
        is_partition=fact.is_partition,
    )


def _function(fact: _FunctionFact) -> Function:
    first_optional = len(fact.types) - fact.optional
    return Function(
        schema=fact.schema,
        name=fact.name,
        arguments=tuple(
            Argument(name=name, type=kind, optional=place >= first_optional, refuses=refuses)
            for place, (name, kind, refuses) in enumerate(
                zip(fact.names, fact.types, fact.refusing, strict=True)
            )
        ),
        security_definer=fact.security_definer,
        callable_by=frozenset(fact.callable_by),
        of_extension=fact.of_extension,
    )
