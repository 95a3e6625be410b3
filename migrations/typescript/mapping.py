"""Which TypeScript type a Postgres type has in what PostgREST sends and takes, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from migrations.typescript.facts import ColumnFact, Schema, TypeFact
from migrations.typescript.syntax import (
    JSON,
    NULL,
    UNKNOWN,
    Array,
    Either,
    Generic,
    Literal,
    Lookup,
    Name,
    Type,
)

__all__ = ["BASE_TYPES", "column_type", "database_path", "or_null", "texts_type", "typescript_of"]

_NUMBERS = ("int2", "int4", "int8", "float4", "float8", "numeric")
_STRINGS = (
    "bytea",
    "bpchar",
    "varchar",
    "date",
    "text",
    "citext",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "uuid",
    "vector",
    "interval",
)

BASE_TYPES: Mapping[str, Type] = {
    "bool": Name("boolean"),
    "json": JSON,
    "jsonb": JSON,
    "void": Name("undefined"),
    "record": Generic("Record", (Name("string"), UNKNOWN)),
    **dict.fromkeys(_NUMBERS, Name("number")),
    **dict.fromkeys(_STRINGS, Name("string")),
}
"""By the name in pg_type; the official generator says ``unknown`` for all others."""


def typescript_of(schema: Schema, type_id: int) -> Type:
    """Return the type of a value that is not NULL."""
    fact = schema.types.get(type_id)
    if fact is None or fact.name in BASE_TYPES:
        return UNKNOWN if fact is None else BASE_TYPES[fact.name]
    if fact.element is not None and fact.name.startswith("_"):
        return Array(typescript_of(schema, fact.element))
    if fact.labels:
        return _enum(schema, fact)
    return _named(schema, fact)


def _named(schema: Schema, fact: TypeFact) -> Type:
    if fact.schema != schema.name:
        return UNKNOWN
    if fact.attributes:
        return database_path(schema.name, "CompositeTypes", fact.name)
    relation = schema.relation_by_id.get(fact.relation or 0)
    if relation is None:
        return UNKNOWN
    return database_path(schema.name, "Views" if relation.is_view else "Tables", relation.name, "Row")


def column_type(schema: Schema, column: ColumnFact, *, nullable: bool | None = None) -> Type:
    """Return the type of a column: with null, or without the null that ``Json`` contains."""
    nullable = column.nullable if nullable is None else nullable
    texts = schema.unions.get((column.relation, column.name), ())
    value = texts_type(texts) if texts else typescript_of(schema, column.type)
    if value == JSON and not nullable:
        return Generic("NonNullable", (JSON,))
    return or_null(value) if nullable else value


def or_null(value: Type) -> Type:
    """Add null to a type that does not contain it."""
    if value == UNKNOWN:
        return value
    if isinstance(value, Either):
        return replace(value, options=(*value.options, NULL))
    return Either((value, NULL))


def database_path(*keys: str) -> Type:
    """Return ``Database["public"]["Tables"]…``."""
    value: Type = Name("Database")
    for key in keys:
        value = Lookup(value, Literal(key))
    return value


def _enum(schema: Schema, fact: TypeFact) -> Type:
    if fact.schema == schema.name:
        return database_path(schema.name, "Enums", fact.name)
    return texts_type(fact.labels)


def texts_type(texts: Sequence[str]) -> Type:
    """Return the union of some texts, those of an enum for example."""
    literals = tuple(map(Literal, texts))
    return literals[0] if len(literals) == 1 else Either(literals)
