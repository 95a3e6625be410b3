"""What a project offers through its REST interface: the objects that nobody but the server may reach."""

from dataclasses import dataclass, replace
from typing import Any

from harness.models import ENTITIES, Entity
from migrations.requirements import FUNCTIONS

__all__ = [
    "HELPERS",
    "PLATFORM",
    "PUBLIC",
    "Argument",
    "Function",
    "Relation",
    "Surface",
    "expected",
    "joined",
]

PUBLIC = "public"
"""The schema of the scheduler."""

PLATFORM = frozenset({"graphql_public", "storage"})
"""Schemas that hosted projects may expose and whose objects are Supabase's own: their services guard them.

What ``graphql_public`` shows of our tables, it shows with the rights of the caller.
"""

HELPERS = frozenset({"lock_active_booking", "payload_time"})
"""Functions of the packaged migrations that only other functions call."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table or a view."""

    schema: str
    name: str
    columns: tuple[str, ...]
    is_view: bool = False
    has_key: bool = False
    """Its primary key is ``id``, so that an id that is taken cannot be stored again."""
    entity: Entity[Any] | None = None
    """The description, if it is a table of the scheduler."""
    unguarded: frozenset[str] = frozenset()
    """The roles that no row security stops, as the catalog says; empty where nobody could look."""
    closed: frozenset[str] = frozenset()
    """The roles to which row security shows nothing, for want of any policy that admits them."""
    conditional: frozenset[str] = frozenset()
    """The roles that may store rows only if a policy finds something in them."""
    changing: frozenset[str] = frozenset()
    """The roles that may change rows if their request has no condition, as the catalog says."""
    deleting: frozenset[str] = frozenset()
    """The same for deleting."""
    is_partition: bool = False
    """A part of a table; versions of PostgREST differ in whether they serve it."""

    @property
    def object(self) -> str:
        """The name in reports."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument of a function; PostgREST passes arguments by name."""

    name: str
    type: str
    """As ``format_type()`` prints it."""
    optional: bool = False
    refuses: bool = False
    """The type takes no words, as the catalog says."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function that PostgREST can call."""

    schema: str
    name: str
    arguments: tuple[Argument, ...]
    is_ours: bool = False
    """The server calls it, and nobody else may."""
    security_definer: bool | None = None
    """It works with the rights of its owner; None where nobody could look."""
    callable_by: frozenset[str] | None = None
    """The roles that may call it, as the catalog says; None where nobody could look."""
    of_extension: bool = False
    """It came with an extension."""

    @property
    def object(self) -> str:
        """The name in reports."""
        return f"{self.schema}.{self.name}({', '.join(argument.type for argument in self.arguments)})"


@dataclass(frozen=True, kw_only=True)
class Surface:
    """Everything that is asked for."""

    relations: tuple[Relation, ...]
    functions: tuple[Function, ...]


def expected() -> Surface:
    """Return what the models say that there must be."""
    return Surface(
        relations=tuple(
            Relation(
                schema=PUBLIC,
                name=table,
                columns=tuple(column.name for column in entity.columns),
                entity=entity,
            )
            for table, entity in ENTITIES.items()
        ),
        functions=tuple(
            Function(
                schema=PUBLIC,
                name=function.name,
                arguments=tuple(
                    _argument(text, optional=place >= len(function.arguments) - function.optional)
                    for place, text in enumerate(function.arguments)
                ),
                is_ours=True,
            )
            for function in FUNCTIONS
        ),
    )


def joined(models: Surface, *found: Surface) -> Surface:
    """Put together what must be there and what was found; what is found later adds to what is known.

    What the models name and nobody found stays: asking for it then shows that it is not there.
    """
    relations = {relation.object: relation for relation in models.relations}
    functions = {_key(function): function for function in models.functions}
    ours = {function.name for function in models.functions} | HELPERS
    for surface in found:
        for relation in surface.relations:
            known = relations.get(relation.object)
            entity = known.entity if known is not None else None
            relations[relation.object] = replace(relation, entity=entity)
        for function in surface.functions:
            is_ours = function.schema == PUBLIC and function.name in ours
            functions[_key(function)] = replace(function, is_ours=is_ours)
    return Surface(
        relations=tuple(relations.values()),
        functions=tuple(functions.values()),
    )


def _argument(text: str, *, optional: bool) -> Argument:
    name, _, kind = text.partition(" ")
    return Argument(name=name, type=kind, optional=optional)


def _key(function: Function) -> tuple[str, str, frozenset[str]]:
    # PostgREST chooses among functions of one name by the names of their arguments.
    return function.schema, function.name, frozenset(argument.name for argument in function.arguments)
