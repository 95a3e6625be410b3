"""What a schema offers to PostgREST, as values read from Postgres' catalog."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import psycopg
from psycopg.rows import class_row

from harness.errors import StackError
from migrations.catalog import query
from migrations.connection import connect, server_version

__all__ = [
    "AttributeFact",
    "CheckFact",
    "ColumnFact",
    "FunctionFact",
    "KeyFact",
    "RelationFact",
    "Schema",
    "TypeFact",
    "ViewFact",
    "read_schema",
]

T = TypeVar("T")

SCHEMA = "public"


@dataclass(frozen=True)
class RelationFact:
    """A table or a view. Partitioned and foreign tables are tables; materialized views are views."""

    id: int
    name: str
    is_view: bool
    insertable: bool
    """A view that takes INSERT, itself or by its triggers."""
    updatable: bool


@dataclass(frozen=True)
class ColumnFact:
    """A column of one of them."""

    relation: int
    name: str
    type: int
    nullable: bool
    has_default: bool
    assigned: bool
    """Generated, or an identity that no client may choose."""
    generated: bool
    writable: bool


@dataclass(frozen=True)
class TypeFact:
    """A type, also those of tables (`relation`) and arrays (`element`)."""

    id: int
    schema: str
    name: str
    printed: str
    element: int | None
    relation: int | None
    labels: list[str]
    attributes: list[str]
    attribute_types: list[int]


@dataclass(frozen=True)
class FunctionFact:
    """A function; its arguments in order of declaration."""

    id: int
    name: str
    modes: list[str]
    names: list[str]
    types: list[int]
    optional: int
    """How many of the last inputs have a default."""
    printed_arguments: str
    identity: str
    printed_result: str
    result: int
    returns_set: bool
    rows: float
    """How many rows the planner expects; 0 if it returns no set."""


@dataclass(frozen=True)
class KeyFact:
    """A foreign key; columns by number."""

    name: str
    relation: int
    referenced: int
    columns: list[int]
    referenced_columns: list[int]
    one_to_one: bool


@dataclass(frozen=True)
class CheckFact:
    """A CHECK constraint on one column."""

    relation: int
    column: str
    definition: str


@dataclass(frozen=True)
class AttributeFact:
    """The name behind the number of a column."""

    relation: int
    number: int
    name: str
    schema: str
    relation_name: str


@dataclass(frozen=True)
class ViewFact:
    """A view's query, as Postgres keeps it."""

    id: int
    tree: str


@dataclass(frozen=True, kw_only=True)
class Schema:
    """One schema, as far as a client of PostgREST can see it."""

    name: str
    relations: tuple[RelationFact, ...]
    columns: tuple[ColumnFact, ...]
    types: Mapping[int, TypeFact]
    functions: tuple[FunctionFact, ...]
    keys: tuple[KeyFact, ...]
    attributes: tuple[AttributeFact, ...]
    views: tuple[ViewFact, ...]
    checks: tuple[CheckFact, ...]
    postgres: str
    """The version of the server."""
    unions: Mapping[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    """By relation and column: the texts to write instead of ``string``."""

    @cached_property
    def relation_by_id(self) -> Mapping[int, RelationFact]:
        """The tables and views of this schema."""
        return {relation.id: relation for relation in self.relations}


def read_schema(dsn: str, schema: str = SCHEMA) -> Schema:
    """Read one schema of a database from one snapshot; nothing is changed. Raises StackError."""
    with connect(dsn, application_name="parity schema types") as connection:
        try:
            return _read(connection, schema)
        except psycopg.Error as cause:
            state = cause.sqlstate or "the connection was lost"
            raise StackError(
                f"Schema {schema} could not be read: "
                f"{cause.diag.message_primary or type(cause).__name__} ({state}). "
                "Connect as the owner of the tables, to Postgres 15 or newer."
            ) from cause
        finally:
            if not connection.broken:
                connection.rollback()


def _read(connection: psycopg.Connection, schema: str) -> Schema:
    connection.execute(query("types_begin"))

    def facts(name: str, kind: type[T]) -> tuple[T, ...]:
        with connection.cursor(row_factory=class_row(kind)) as cursor:
            return tuple(cursor.execute(query(f"types_{name}"), {"schema": schema}).fetchall())

    return Schema(
        name=schema,
        relations=facts("relations", RelationFact),
        columns=facts("columns", ColumnFact),
        types={fact.id: fact for fact in facts("types", TypeFact)},
        functions=facts("functions", FunctionFact),
        keys=facts("keys", KeyFact),
        attributes=facts("attributes", AttributeFact),
        views=facts("views", ViewFact),
        checks=facts("checks", CheckFact),
        postgres=server_version(connection),
    )
