"""The type language of TypeScript, as far as a ``Database`` type uses it, as values.

One form for all three sources: what the catalog says, what the models say, and what a file says. Two types
are equal when they are written with the same parts in the same order; `migrations.typescript.meaning` brings
types that mean the same into one form.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = [
    "JSON",
    "NEVER",
    "NULL",
    "UNKNOWN",
    "Array",
    "Both",
    "Either",
    "Generic",
    "IndexSignature",
    "Literal",
    "Lookup",
    "Member",
    "Name",
    "Object",
    "Opaque",
    "Place",
    "Tuple",
    "Type",
]


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a file; both numbers start with 1, columns count characters."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True)
class Name:
    """A keyword, ``string``, or the name of another type, ``Json``."""

    text: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Generic:
    """``Record<string, unknown>``."""

    name: str
    arguments: tuple["Type", ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Literal:
    """``"pending"``, ``true`` or ``1`` as a type."""

    value: str | bool | float


@dataclass(frozen=True)
class Array:
    """``string[]``."""

    element: "Type"


@dataclass(frozen=True)
class Tuple:
    """``["id"]``."""

    elements: tuple["Type", ...]


@dataclass(frozen=True)
class Lookup:
    """``Database["public"]``."""

    base: "Type"
    key: "Type"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Either:
    """``A | B``."""

    options: tuple["Type", ...]


@dataclass(frozen=True)
class Both:
    """``A & B``."""

    parts: tuple["Type", ...]


@dataclass(frozen=True)
class Opaque:
    """A type that no table or function has, and that is not looked into: a conditional one, for example."""

    text: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Member:
    """``name?: type``."""

    name: str
    type: "Type"
    optional: bool = False
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class IndexSignature:
    """``[key: string]: type``, or ``[_ in never]: never`` in an object that has no members."""

    key: str
    """What stands between the brackets."""
    type: "Type"


@dataclass(frozen=True)
class Object:
    """``{ … }``, or an interface."""

    members: tuple[Member, ...] = ()
    index: IndexSignature | None = None
    broken: bool = field(default=False, compare=False)
    """It is written on several lines however short it is."""
    place: Place | None = field(default=None, compare=False)


Type: TypeAlias = Name | Generic | Literal | Array | Tuple | Lookup | Either | Both | Opaque | Object

NULL = Name("null")
NEVER = Name("never")
UNKNOWN = Name("unknown")
JSON = Name("Json")
