"""What a type means: aliases, lookups and utility types resolved, so that equal meanings are equal values."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from migrations.typescript.building import replaced, shown, union, without
from migrations.typescript.reading import Declaration, TypesFile
from migrations.typescript.syntax import (
    JSON,
    NEVER,
    Array,
    Both,
    Either,
    Generic,
    IndexSignature,
    Literal,
    Lookup,
    Member,
    Name,
    Object,
    Opaque,
    Place,
    Tuple,
    Type,
)
from migrations.typescript.utilities import UTILITIES, keys_of

__all__ = ["Scope"]

_KEYWORDS = frozenset(
    {
        "any",
        "bigint",
        "boolean",
        "never",
        "null",
        "number",
        "object",
        "PropertyKey",
        "string",
        "symbol",
        "undefined",
        "unknown",
        "void",
        "Date",
    }
)
_DEPTH = 60
# How many keys lead from Database to a row.
_ROWS: Mapping[Type, int] = {Literal("Tables"): 4, Literal("Views"): 4, Literal("CompositeTypes"): 3}


class Scope:
    """The types of one file, in which names are looked up. All methods raise TypesFileError."""

    def __init__(self, file: TypesFile) -> None:
        self.file = file
        self._json = {name for name, found in file.declarations.items() if _is_json(found)}

    def outline(self, value: Type, depth: int = 0) -> Type:  # noqa: PLR0911  # one form per kind of type
        """Resolve the outermost part of a type: an object's members stay as they are written."""
        if depth > _DEPTH:
            raise self.file.error(_place(value), f"{shown(value)} is defined by itself.")
        match value:
            case Name("Json", None):
                return value  # what this method made of the file's own name for it
            case Name():
                found = self._declared(value.text, value.place, 0)
                if found is None or value.text in self._json:
                    return JSON if value.text in self._json else Name(value.text)
                return self.outline(_given(found, (), self), depth + 1)
            case Generic(name, arguments, place):
                return self._generic(name, arguments, place, depth)
            case Lookup(base, key, place):
                return self._lookup(base, key, place, depth)
            case Both(parts):
                outlines = [self.outline(part, depth + 1) for part in parts]
                objects = [part for part in outlines if isinstance(part, Object)]
                return _all_members(objects) if len(objects) == len(outlines) else Both(tuple(outlines))
            case Either(options):
                return union([self.outline(option, depth + 1) for option in options])
            case _:
                return value

    def meaning(self, value: Type, depth: int = 0) -> Type:  # noqa: PLR0911  # one form per kind of type
        """Resolve all of a type. Members are sorted by name, and options of a union by text.

        ``Database["public"]["Tables"]["bookings"]["Row"]`` stays what it is: that row is compared where it is
        declared, and rows may contain each other.
        """
        outline = self.outline(value, depth)
        path = self._path_to_row(value)
        if path is not None:
            return path

        def inner(part: Type) -> Type:
            return self.meaning(part, depth + 1)

        match outline:
            case Array(element):
                return Array(inner(element))
            case Tuple(elements):
                return Tuple(tuple(map(inner, elements)))
            case Either(options):
                return union([inner(option) for option in options])
            case Both(parts):
                return Both(tuple(map(inner, parts)))
            case Object():
                return self._object(outline, inner)
            case Lookup(base, key):
                return Lookup(inner(base), inner(key))
            case _:
                return outline

    def _path_to_row(self, value: Type) -> Type | None:
        while isinstance(value, Name) and value.text in self.file.declarations and value.text != "Database":
            value = self.file.declarations[value.text].type
        keys: list[Type] = []
        base = value
        while isinstance(base, Lookup):
            keys.append(base.key)
            base = base.base
        named = isinstance(base, Name) and base.text == "Database" and len(keys) > 1
        return value if named and _ROWS.get(keys[-2]) == len(keys) else None

    def _object(self, value: Object, inner: Callable[[Type], Type]) -> Type:
        names = [member.name for member in value.members]
        twice = next((m for place, m in enumerate(value.members) if m.name in names[:place]), None)
        if twice is not None:
            raise self.file.error(twice.place, f"{twice.name} is named a second time; remove one of the two.")
        members = tuple(
            replace(
                member,
                type=without(inner(member.type), Name("undefined"))
                if member.optional
                else inner(member.type),
            )
            for member in sorted(value.members, key=lambda member: member.name)
        )
        index = value.index
        if index is not None:
            index = IndexSignature(index.key.rpartition(" ")[2], inner(index.type))
            if index.key == "never" or index.type == NEVER:
                index = None  # no member can have such a key, or such a value
        return Object(members, index)

    def _declared(self, name: str, place: Place | None, arguments: int) -> Declaration | None:
        found = self.file.declarations.get(name)
        if found is not None:
            if len(found.parameters) < arguments:
                raise self.file.error(place, f"{name} takes no such arguments.")
            return found
        if name in _KEYWORDS:
            return None
        if name in self.file.imports:
            if name == JSON.text:
                return None
            raise self.file.error(
                place,
                f"{name} comes from {self.file.imports[name]!r}, which is not looked into. "
                "Name the file that declares the Database type itself, as it was generated.",
            )
        raise self.file.error(place, f"{name} is not declared in this file.")

    def _generic(self, name: str, arguments: tuple[Type, ...], place: Place | None, depth: int) -> Type:
        if name in UTILITIES and name not in self.file.declarations:
            result = UTILITIES[name](self, arguments)
            if result is not None:
                return self.outline(result, depth + 1) if not isinstance(result, Object) else result
            raise self.file.error(place, f"{name} cannot be worked out here; write its result instead.")
        found = self._declared(name, place, len(arguments))
        if found is None:
            raise self.file.error(place, f"{name} takes no arguments.")
        return self.outline(_given(found, arguments, self), depth + 1)

    def _lookup(self, base: Type, key: Type, place: Place | None, depth: int) -> Type:
        holder, keys = self.outline(base, depth + 1), keys_of(self.outline(key, depth + 1))
        if isinstance(holder, Array) and self.outline(key) == Name("number"):
            return self.outline(holder.element, depth + 1)
        if not isinstance(holder, Object) or keys is None:
            raise self.file.error(place, f"{shown(Lookup(base, key))} cannot be worked out here.")
        found = [member for member in holder.members if member.name in keys]
        if len(found) != len(keys):
            raise self.file.error(
                place, f"{shown(Lookup(base, key))} names what does not exist in this file."
            )
        return self.outline(union([member.type for member in found]), depth + 1)


def _given(found: Declaration, arguments: tuple[Type, ...], scope: Scope) -> Type:
    """Put arguments, or defaults, where a declaration has its parameters."""
    values: dict[str, Type] = {}
    for place, (name, default) in enumerate(found.parameters):
        value = arguments[place] if place < len(arguments) else default
        if value is None:
            raise scope.file.error(found.place, f"{found.name} is used without its argument {name}.")
        values[name] = value
    return replaced(found.type, values) if values else found.type


def _all_members(objects: list[Object]) -> Object:
    found: dict[str, Member] = {}
    for member in (member for part in objects for member in part.members):
        before = found.get(member.name)
        if before is not None:
            both = before.type if before.type == member.type else Both((before.type, member.type))
            member = replace(member, type=both, optional=before.optional and member.optional)  # noqa: PLW2901
        found[member.name] = member
    index = next((part.index for part in objects if part.index is not None), None)
    return Object(tuple(found.values()), index, place=objects[0].place if objects else None)


def _is_json(found: Declaration) -> bool:
    """True for the recursive union of everything that JSON can hold, under whatever name."""
    if not isinstance(found.type, Either):
        return False
    options = set(found.type.options)
    arrays = {Array(Name(found.name)), Generic("Array", (Name(found.name),))}
    return {Name("string"), Name("number"), Name("boolean")} <= options and bool(arrays & options)


def _place(value: Type) -> Place | None:
    return value.place if isinstance(value, Name | Generic | Lookup | Opaque | Object) else None
