"""The ``Database`` type of a schema, as `supabase gen types typescript` writes it.

Its rules, which are documented only by what it writes, were taken from the output of
@supabase/postgrest-typegen 0.2; the tests compare with that program, byte by byte.
"""

from collections.abc import Callable as Function
from collections.abc import Iterable, Iterator, Sequence

from migrations.typescript.collation import collation_key
from migrations.typescript.facts import ColumnFact, RelationFact, Schema
from migrations.typescript.functions import (
    Callable,
    by_name,
    callable_functions,
    computed_members,
    function_members,
)
from migrations.typescript.mapping import column_type, or_null, texts_type, typescript_of
from migrations.typescript.relationships import relationship_object, relationships
from migrations.typescript.syntax import NEVER, IndexSignature, Member, Object, Tuple

__all__ = ["database_type", "enums"]


def database_type(schema: Schema) -> Object:
    """Return what stands under the name of the schema: Tables, Views, Functions, Enums, CompositeTypes."""
    functions = callable_functions(schema)
    keys = relationships(schema)
    tables: list[Member] = []
    views: list[Member] = []
    for relation in sorted(schema.relations, key=lambda relation: collation_key(relation.name)):
        own = Tuple(tuple(map(relationship_object, keys.get(relation.name, ()))))
        member = Member(relation.name, _relation(schema, relation, functions, own))
        (views if relation.is_view else tables).append(member)
    return Object(
        (
            Member("Tables", _group(tables)),
            Member("Views", _group(views)),
            Member("Functions", _group(function_members(schema, functions))),
            Member("Enums", _group(enums(schema))),
            Member("CompositeTypes", _group(_composites(schema))),
        ),
        broken=True,
    )


def enums(schema: Schema) -> Iterator[Member]:
    """Yield the enums of the schema."""
    own = [fact for fact in schema.types.values() if fact.labels and fact.schema == schema.name]
    for fact in sorted(own, key=lambda fact: collation_key(fact.name)):
        yield Member(fact.name, texts_type(fact.labels))


def _relation(schema: Schema, relation: RelationFact, functions: Sequence[Callable], keys: Tuple) -> Object:
    columns = by_name([column for column in schema.columns if column.relation == relation.id])

    def written(member: Function[[Schema, ColumnFact], Member]) -> Object:
        return Object(tuple(member(schema, column) for column in columns), broken=True)

    row = (_row(schema, column) for column in columns)
    members = [Member("Row", Object((*row, *computed_members(schema, functions, relation.id)), broken=True))]
    if relation.is_view:
        if relation.insertable:
            members.append(Member("Insert", written(_through_view)))
        if relation.updatable:
            members.append(Member("Update", written(_through_view)))
    else:
        members += [Member("Insert", written(_insert)), Member("Update", written(_update))]
    return Object((*members, Member("Relationships", keys)), broken=True)


def _row(schema: Schema, column: ColumnFact) -> Member:
    return Member(column.name, column_type(schema, column))


def _insert(schema: Schema, column: ColumnFact) -> Member:
    if column.assigned:
        return Member(column.name, NEVER, optional=True)
    value = column_type(schema, column)
    return Member(column.name, value, optional=column.nullable or column.has_default)


def _update(schema: Schema, column: ColumnFact) -> Member:
    if column.assigned:
        return Member(column.name, NEVER, optional=True)
    return Member(column.name, column_type(schema, column), optional=True)


def _through_view(schema: Schema, column: ColumnFact) -> Member:
    value = column_type(schema, column, nullable=True) if column.writable else NEVER
    return Member(column.name, value, optional=True)


def _composites(schema: Schema) -> Iterator[Member]:
    own = [fact for fact in schema.types.values() if fact.attributes and fact.schema == schema.name]
    for fact in sorted(own, key=lambda fact: collation_key(fact.name)):
        attributes = (
            Member(name, or_null(typescript_of(schema, type_id)))
            for name, type_id in zip(fact.attributes, fact.attribute_types, strict=True)
        )
        yield Member(fact.name, Object(tuple(attributes), broken=True))


def _group(members: Iterable[Member]) -> Object:
    found = tuple(members)
    return Object(found, None if found else IndexSignature("_ in never", NEVER), broken=True)
