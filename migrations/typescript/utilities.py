"""The utility types of the language that people use in a types file: Partial, Omit and the like."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeAlias

from migrations.typescript.syntax import (
    NULL,
    Array,
    Either,
    IndexSignature,
    Literal,
    Member,
    Name,
    Object,
    Type,
)

__all__ = ["UTILITIES", "keys_of"]


class Outlines(Protocol):
    """What resolves the outermost part of a type."""

    def outline(self, value: Type, depth: int = 0) -> Type:
        """Return that part."""


Utility: TypeAlias = Callable[[Outlines, tuple[Type, ...]], Type | None]


def keys_of(value: Type) -> frozenset[str] | None:
    """Return the texts of a literal or of a union of them; None for anything else."""
    options = value.options if isinstance(value, Either) else (value,)
    found = [option.value for option in options if isinstance(option, Literal)]
    texts = [value for value in found if isinstance(value, str)]
    return frozenset(texts) if len(texts) == len(options) else None


def _members(change: Callable[[Member], Member]) -> Utility:
    def utility(scope: Outlines, arguments: tuple[Type, ...]) -> Type | None:
        outline = scope.outline(arguments[0]) if arguments else None
        if not isinstance(outline, Object):
            return outline
        return replace(outline, members=tuple(map(change, outline.members)))

    return utility


def _chosen(*, named: bool) -> Utility:
    def utility(scope: Outlines, arguments: tuple[Type, ...]) -> Type | None:
        if len(arguments) != 2:
            return None
        outline, keys = scope.outline(arguments[0]), keys_of(scope.outline(arguments[1]))
        if not isinstance(outline, Object) or keys is None:
            return None
        kept = tuple(member for member in outline.members if (member.name in keys) is named)
        return replace(outline, members=kept)

    return utility


def _array(scope: Outlines, arguments: tuple[Type, ...]) -> Type | None:
    del scope
    return Array(arguments[0]) if arguments else None


def _non_nullable(scope: Outlines, arguments: tuple[Type, ...]) -> Type | None:
    outline = scope.outline(arguments[0]) if arguments else None
    if not isinstance(outline, Either):
        return outline
    kept = tuple(option for option in outline.options if option not in {NULL, Name("undefined")})
    return kept[0] if len(kept) == 1 else Either(kept)


def _record(scope: Outlines, arguments: tuple[Type, ...]) -> Type | None:
    if len(arguments) != 2:
        return None
    key = scope.outline(arguments[0])
    keys = keys_of(key)
    if keys is not None:
        return Object(tuple(Member(name, arguments[1]) for name in sorted(keys)))
    return Object(index=IndexSignature(f"key: {key.text}", arguments[1])) if isinstance(key, Name) else None


def _same(scope: Outlines, arguments: tuple[Type, ...]) -> Type | None:
    return scope.outline(arguments[0]) if arguments else None


UTILITIES: Mapping[str, Utility] = {
    "Array": _array,
    "NonNullable": _non_nullable,
    "Omit": _chosen(named=False),
    "Partial": _members(lambda member: replace(member, optional=True)),
    "Pick": _chosen(named=True),
    "Readonly": _same,
    "ReadonlyArray": _array,
    "Record": _record,
    "Required": _members(lambda member: replace(member, optional=False)),
}
"""``NonNullable<Json>`` is ``Json``: generators write one or the other for a NOT NULL column."""
