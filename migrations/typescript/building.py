"""Builds types of types: unions, replacements, and their text."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from migrations.typescript.layout import one_line
from migrations.typescript.syntax import (
    NEVER,
    NULL,
    Array,
    Both,
    Either,
    Generic,
    Literal,
    Lookup,
    Name,
    Object,
    Tuple,
    Type,
)

__all__ = ["rebuilt", "replaced", "shown", "union", "without"]

_TRUE, _FALSE = Literal(value=True), Literal(value=False)


def union(options: list[Type]) -> Type:
    """Return the union of types, flat, without repetitions, in the order of their texts."""
    flat = list(_flat(options))
    if len(flat) == 1:
        return flat[0]
    if _TRUE in flat and _FALSE in flat:
        flat = [*(option for option in flat if option not in {_TRUE, _FALSE}), Name("boolean")]
    found = sorted({option: None for option in flat if option != NEVER}, key=lambda o: (o == NULL, shown(o)))
    if not found:
        return NEVER
    return found[0] if len(found) == 1 else Either(tuple(found))


def without(value: Type, option: Type) -> Type:
    """Return a union without one of its options; any other type stays as it is."""
    if isinstance(value, Either):
        return union([one for one in value.options if one != option])
    return value


def shown(value: Type) -> str:
    """Return a type on one line."""
    return one_line(_unbroken(value)) or ""


def _flat(options: list[Type]) -> Iterator[Type]:
    for option in options:
        if isinstance(option, Either):
            yield from _flat(list(option.options))
        else:
            yield option


def _unbroken(value: Type) -> Type:
    def inner(part: Type) -> Type:
        if isinstance(part, Object):
            members = tuple(replace(member, type=_unbroken(member.type)) for member in part.members)
            return replace(part, members=members, broken=False)
        return _unbroken(part)

    return inner(value) if isinstance(value, Object) else rebuilt(value, inner)


def rebuilt(value: Type, change: Callable[[Type], Type]) -> Type:  # noqa: PLR0911  # one form per kind of type
    """Return the type with another in the place of each of its parts."""
    match value:
        case Array(element):
            return Array(change(element))
        case Tuple(elements):
            return Tuple(tuple(map(change, elements)))
        case Either(options):
            return Either(tuple(map(change, options)))
        case Both(parts):
            return Both(tuple(map(change, parts)))
        case Lookup(base, key):
            return replace(value, base=change(base), key=change(key))
        case Generic():
            return replace(value, arguments=tuple(map(change, value.arguments)))
        case Object():
            members = tuple(replace(member, type=change(member.type)) for member in value.members)
            index = value.index
            if index is not None:
                index = replace(index, type=change(index.type))
            return replace(value, members=members, index=index)
        case _:
            return value


def replaced(value: Type, values: Mapping[str, Type]) -> Type:
    """Put types where names stand."""
    if isinstance(value, Name):
        return values.get(value.text, value)
    return rebuilt(value, lambda part: replaced(part, values))
