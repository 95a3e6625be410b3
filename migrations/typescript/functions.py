"""The ``Functions`` of a schema: what ``rpc`` can call, with overloads, and computed columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from migrations.typescript.collation import collation_key
from migrations.typescript.facts import ColumnFact, FunctionFact, Schema, TypeFact
from migrations.typescript.mapping import column_type, or_null, typescript_of
from migrations.typescript.syntax import (
    UNKNOWN,
    Array,
    Both,
    Either,
    Generic,
    Literal,
    Member,
    Name,
    Object,
    Type,
)

__all__ = ["NO_ARGUMENTS", "callable_functions", "computed_members", "function_members"]

NO_ARGUMENTS = Generic("Record", (Name("PropertyKey"), Name("never")))
"""What is passed to a function without arguments."""

_ADVICE = (
    "Try renaming the parameters or the function itself in the database "
    "so function overloading can be resolved"
)
# json, jsonb and text, by oid: PostgREST passes a whole body as the one argument of such a type.
_WHOLE_BODY = frozenset({114, 3802, 25})


@dataclass(frozen=True)
class Argument:
    """One argument or result column."""

    mode: str
    name: str
    type: int
    optional: bool


@dataclass(frozen=True, kw_only=True)
class Callable:
    """A function with its arguments by name."""

    fact: FunctionFact
    arguments: tuple[Argument, ...]

    @property
    def inputs(self) -> tuple[Argument, ...]:
        """What a caller passes."""
        return tuple(argument for argument in self.arguments if argument.mode in {"i", "b", "v"})

    @property
    def sole_input(self) -> Argument | None:
        """The argument, if there is exactly one."""
        return self.inputs[0] if len(self.inputs) == 1 else None


def callable_functions(schema: Schema) -> tuple[Callable, ...]:
    """Return the functions that PostgREST can call, in order: its arguments have names, or it takes one."""
    every = (Callable(fact=fact, arguments=_arguments(fact)) for fact in schema.functions)
    return tuple(
        sorted(
            (function for function in every if _is_callable(schema, function)),
            key=lambda function: (
                collation_key(function.fact.name),
                collation_key(function.fact.identity),
                function.fact.id,
            ),
        )
    )


def computed_members(schema: Schema, functions: Sequence[Callable], relation: int) -> Iterator[Member]:
    """Yield the computed columns of a relation: functions whose one argument is a row of it."""
    for function in functions:
        sole = function.sole_input
        if sole is not None and _row_type(schema, sole.type, relation) is not None:
            yield Member(function.fact.name, or_null(_result(schema, function)))


def function_members(schema: Schema, functions: Sequence[Callable]) -> Iterator[Member]:
    """Yield one member for each name, a union if it is overloaded."""
    for name, group in groupby(functions, key=lambda function: function.fact.name):
        overloads = sorted(
            group,
            key=lambda function: (
                collation_key(function.fact.printed_arguments),
                collation_key(function.fact.printed_result),
            ),
        )
        signatures = tuple(_signature(schema, function, overloads) for function in overloads)
        yield Member(name, signatures[0] if len(signatures) == 1 else Either(signatures))


def _arguments(fact: FunctionFact) -> tuple[Argument, ...]:
    inputs = [place for place, mode in enumerate(fact.modes) if mode in {"i", "b", "v"}]
    optional = set(inputs[len(inputs) - fact.optional :])
    found = [
        Argument(mode, name, type_id, place in optional)
        for place, (mode, name, type_id) in enumerate(zip(fact.modes, fact.names, fact.types, strict=True))
    ]
    return tuple(sorted(found, key=lambda argument: collation_key(argument.name)))


def _is_callable(schema: Schema, function: Callable) -> bool:
    unnamed = [argument for argument in function.inputs if argument.name == ""]
    if all(argument.optional and argument.type in _WHOLE_BODY for argument in unnamed):
        return True
    sole = function.sole_input
    return sole is not None and (sole.type in _WHOLE_BODY or _row_type(schema, sole.type) is not None)


def _row_type(schema: Schema, type_id: int, relation: int | None = None) -> TypeFact | None:
    """Return the type if it is the row type of a relation, of this one if one is named."""
    fact = schema.types.get(type_id)
    if fact is None or fact.relation is None or relation not in {None, fact.relation}:
        return None
    return fact


def _signature(schema: Schema, function: Callable, overloads: Sequence[Callable]) -> Object:
    inputs = Object(
        tuple(
            Member(argument.name, typescript_of(schema, argument.type), argument.optional)
            for argument in function.inputs
        )
    )
    problem = _problem(schema, function, overloads)
    result = _result(schema, function) if problem is None else _error(problem)
    fact = function.fact
    returned = _returned_relation(schema, function)
    single = returned is not None and fact.rows <= 1
    members = [
        Member("Args", inputs if function.inputs else NO_ARGUMENTS),
        Member("Returns", _many(result) if fact.returns_set and not single else result),
    ]
    if returned is not None:
        members.append(Member("SetofOptions", _set_options(schema, function, returned)))
    return Object(tuple(members))


def _many(result: Type) -> Type:
    if isinstance(result, Both):  # as written: the brackets bind to the last part
        return replace(result, parts=(*result.parts[:-1], Array(result.parts[-1])))
    return Array(result)


def _set_options(schema: Schema, function: Callable, returned: str) -> Object:
    fact = function.fact
    sole = function.arguments[0] if len(function.arguments) == 1 else None
    source = _row_type(schema, sole.type) if sole is not None else None
    return Object(
        (
            Member("from", Literal("*" if source is None else source.printed)),
            Member("to", Literal(returned)),
            Member("isOneToOne", Literal(not fact.rows > 1)),
            Member("isSetofReturn", Literal(fact.returns_set)),
        ),
        broken=True,
    )


def _result(schema: Schema, function: Callable) -> Type:
    columns = [argument for argument in function.arguments if argument.mode == "t"]
    if columns:
        members = (Member(argument.name, typescript_of(schema, argument.type)) for argument in columns)
        return Object(tuple(members), broken=True)
    fact = schema.types.get(function.fact.result)
    if fact is not None and fact.relation in schema.relation_by_id:
        own = [column for column in schema.columns if column.relation == fact.relation]
        return Object(tuple(_row_member(schema, column) for column in by_name(own)), broken=True)
    return typescript_of(schema, function.fact.result)


def by_name(columns: Sequence[ColumnFact]) -> list[ColumnFact]:
    """Sort columns as they are written."""
    return sorted(columns, key=lambda column: collation_key(column.name))


def _row_member(schema: Schema, column: ColumnFact) -> Member:
    return Member(column.name, column_type(schema, column))


def _returned_relation(schema: Schema, function: Callable) -> str | None:
    fact = schema.types.get(function.fact.result)
    if fact is None or fact.relation is None:
        return None
    relation = schema.relation_by_id.get(fact.relation)
    return fact.name if relation is None else relation.name


def _problem(schema: Schema, function: Callable, overloads: Sequence[Callable]) -> str | None:
    """Say why PostgREST will not call a function, as the official generator does."""
    name, sole = f"{schema.name}.{function.fact.name}", function.sole_input
    others = [other for other in overloads if other is not function]
    candidates: list[str] = []
    if not function.inputs:
        takes_default = [
            o for o in others if o.sole_input and o.sole_input.name == "" and o.sole_input.optional
        ]
        if takes_default:
            candidates = [f"{name}()", f"{name}( => {_type_name(schema, takes_default[0].fact.result)})"]
    elif sole is not None and sole.name:
        rivals = [
            other.sole_input
            for other in others
            if other.sole_input and other.sole_input.name == sole.name and other.sole_input.type != sole.type
        ]
        if rivals:
            every = sorted([sole, *rivals], key=lambda argument: argument.type)
            candidates = [f"{name}({a.name} => {_type_name(schema, a.type)})" for a in every]
    elif sole is not None and _row_type(schema, sole.type) and _returned_relation(schema, function) is None:
        return (
            f"the function {name} with parameter or with a single unnamed json/jsonb parameter, "
            "but no matches were found in the schema cache"
        )
    if not candidates:
        return None
    return f"Could not choose the best candidate function between: {', '.join(candidates)}. {_ADVICE}"


def _error(problem: str) -> Type:
    return Both((Object((Member("error", Literal(value=True)),)), Literal(problem)))


def _type_name(schema: Schema, type_id: int) -> str:
    fact: Mapping[int, TypeFact] = schema.types
    return fact[type_id].name if type_id in fact else UNKNOWN.text
