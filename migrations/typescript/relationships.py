"""The ``Relationships`` of tables and views: foreign keys, also as views show them on either side."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from migrations.typescript.collation import Key, collation_key
from migrations.typescript.facts import AttributeFact, KeyFact, Schema
from migrations.typescript.syntax import Literal, Member, Object, Tuple
from migrations.typescript.views import Origins, origins

__all__ = ["Relationship", "relationship_object", "relationships"]


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """How one relation refers to another."""

    name: str
    relation: str
    columns: tuple[str, ...]
    one_to_one: bool | None
    """None: the generator of a file did not say."""
    referenced: str
    referenced_columns: tuple[str, ...]

    @property
    def order(self) -> tuple[Key, ...]:
        """What relationships are sorted by."""
        return (
            collation_key(self.name),
            collation_key(self.referenced),
            collation_key(_listed(self.referenced_columns)),
            collation_key(self.relation),
            collation_key(_listed(self.columns)),
        )


def relationships(schema: Schema) -> Mapping[str, tuple[Relationship, ...]]:
    """Return the relationships of each relation that has some, in order."""
    names = {(fact.relation, fact.number): fact for fact in schema.attributes}
    views = origins(schema.views)
    found: dict[str, list[Relationship]] = {}
    for key in schema.keys:
        for relation, columns in _sides(key.relation, key.columns, views):
            for referenced, referenced_columns in _sides(key.referenced, key.referenced_columns, views):
                own = [names[relation, number] for number in columns]
                theirs = [names[referenced, number] for number in referenced_columns]
                # PostgREST cannot follow a key into a schema that it does not serve.
                if theirs[0].schema == schema.name:
                    found.setdefault(own[0].relation_name, []).append(_relationship(key, own, theirs))
    return {name: tuple(sorted(those, key=lambda one: one.order)) for name, those in found.items()}


def relationship_object(one: Relationship) -> Object:
    """Write one relationship as the official generator does."""
    return Object(
        (
            Member("foreignKeyName", Literal(one.name)),
            Member("columns", Tuple(tuple(map(Literal, one.columns)))),
            Member("isOneToOne", Literal(bool(one.one_to_one))),
            Member("referencedRelation", Literal(one.referenced)),
            Member("referencedColumns", Tuple(tuple(map(Literal, one.referenced_columns)))),
        ),
        broken=True,
    )


def _sides(
    table: int, columns: Sequence[int], views: Mapping[int, Origins]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the table with its columns, and each view that shows all of them, in each way it shows them."""
    yield table, tuple(columns)
    for view, shown in views.items():
        if all((table, column) in shown for column in columns):
            for choice in product(*(shown[table, column] for column in columns)):
                yield view, choice


def _relationship(
    key: KeyFact, own: Sequence[AttributeFact], theirs: Sequence[AttributeFact]
) -> Relationship:
    return Relationship(
        name=key.name,
        relation=own[0].relation_name,
        columns=tuple(column.name for column in own),
        one_to_one=key.one_to_one,
        referenced=theirs[0].relation_name,
        referenced_columns=tuple(column.name for column in theirs),
    )


def _listed(columns: Sequence[str]) -> str:
    return json.dumps(list(columns), ensure_ascii=False, separators=(",", ":"))
