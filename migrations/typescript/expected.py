"""What the models say that the types must be: derived from the entities alone, without a database."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.models import ENTITIES, Column, ColumnType, Entity
from migrations.requirements import FUNCTIONS, RequiredFunction
from migrations.typescript import declared
from migrations.typescript.mapping import database_path
from migrations.typescript.relationships import Relationship
from migrations.typescript.syntax import JSON, NULL, Array, Either, Member, Name, Object, Type

__all__ = ["choices", "expected"]

_STRING, _NUMBER, _BOOLEAN = Name("string"), Name("number"), Name("boolean")

_COLUMNS: Mapping[ColumnType, Type] = {
    ColumnType.BOOLEAN: _BOOLEAN,
    ColumnType.INTEGER: _NUMBER,
    ColumnType.JSONB: JSON,
    ColumnType.TEXT: _STRING,
    ColumnType.TEXT_ARRAY: Array(_STRING),
    ColumnType.TIMESTAMPTZ: _STRING,
    ColumnType.UUID: _STRING,
}
"""As JSON carries them: times and ids are texts."""

_ARGUMENTS: Mapping[str, Type] = {
    **{kind.value: value for kind, value in _COLUMNS.items()},
    "double precision": _NUMBER,
}
_ROW = re.compile(r"public\.(\w+)")


def expected() -> declared.Declared:
    """Return the six tables and the functions of the documented protocol."""
    return declared.Declared(
        tables={table: _table(entity) for table, entity in ENTITIES.items()},
        views={},
        functions={function.name: (_overload(function),) for function in FUNCTIONS},
        enums={},
        composites={},
    )


def choices() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the columns that hold one of a few texts, by table and name."""
    return {
        (table, column.name): column.choices
        for table, entity in ENTITIES.items()
        for column in entity.columns
        if column.choices is not None
    }


def _table(entity: Entity[Any]) -> declared.Relation:
    return declared.Relation(
        roles={
            "Row": {column.name: declared.Column(_type(column), optional=False) for column in entity.columns},
            "Insert": {
                column.name: declared.Column(_type(column), optional=_may_be_left_out(column))
                for column in entity.columns
            },
            "Update": {
                column.name: declared.Column(_type(column), optional=True) for column in entity.columns
            },
        },
        relationships=tuple(_relationships(entity)),
    )


def _type(column: Column) -> Type:
    value = _COLUMNS[column.type]
    return Either((value, NULL)) if column.nullable else value


def _may_be_left_out(column: Column) -> bool:
    return column.nullable or column.default is not None


def _relationships(entity: Entity[Any]) -> Iterator[Relationship]:
    for column in entity.columns:
        if column.references is not None:
            yield Relationship(
                name=entity.reference_name(column),
                relation=entity.table,
                columns=(column.name,),
                one_to_one=any(
                    key.columns == (column.name,) and key.where is None for key in entity.all_uniques
                ),
                referenced=column.references.table,
                referenced_columns=("id",),
            )


def _overload(function: RequiredFunction) -> declared.Overload:
    required = len(function.arguments) - function.optional
    arguments = {}
    for place, argument in enumerate(function.arguments):
        name, _, kind = argument.partition(" ")
        arguments[name] = declared.Column(_ARGUMENTS[kind], optional=place >= required)
    row = _ROW.fullmatch(function.result.removeprefix("SETOF "))
    return declared.Overload(
        arguments=arguments,
        returns=_returns(function.result),
        table=row[1] if row is not None else None,
    )


def _returns(result: str) -> tuple[Type, ...]:
    """Return the row itself and its name: generators write one or the other."""
    if result.startswith("TABLE("):
        columns = (column.partition(" ") for column in result[len("TABLE(") : -1].split(", "))
        members = (Member(name, _value(kind)[0]) for name, _, kind in columns)
        return (Array(Object(tuple(sorted(members, key=lambda member: member.name)))),)
    forms = _value(result.removeprefix("SETOF "))
    return tuple(map(Array, forms)) if result.startswith("SETOF ") else forms


def _value(kind: str) -> tuple[Type, ...]:
    row = _ROW.fullmatch(kind)
    if row is None:
        return (_ARGUMENTS[kind],)
    columns = ENTITIES[row[1]].columns
    members = (
        Member(column.name, _type(column)) for column in sorted(columns, key=lambda column: column.name)
    )
    return database_path("public", "Tables", row[1], "Row"), Object(tuple(members))
