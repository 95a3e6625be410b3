"""What a ``Database`` type declares, in the form in which sources are compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from migrations.typescript.building import shown, without
from migrations.typescript.meaning import Scope
from migrations.typescript.relationships import Relationship
from migrations.typescript.syntax import (
    NEVER,
    NULL,
    Array,
    Either,
    Literal,
    Member,
    Name,
    Object,
    Place,
    Tuple,
    Type,
)

__all__ = ["Column", "Declared", "Overload", "Relation", "declared"]


@dataclass(frozen=True)
class Column:
    """A column in one of the three roles, or an argument."""

    type: Type
    optional: bool
    place: Place | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{shown(self.type)} (optional)" if self.optional else shown(self.type)


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table or a view."""

    roles: Mapping[str, Mapping[str, Column]]
    """By ``Row``, ``Insert`` and ``Update``, those that are declared: the columns by name."""
    relationships: tuple[Relationship, ...] | None
    """None: the file comes from a generator that wrote none."""
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Overload:
    """One way to call a function."""

    arguments: Mapping[str, Column]
    returns: tuple[Type, ...]
    """More than one if generators disagree on it."""
    table: str | None = None
    """The table or view whose rows it returns, if that is said."""
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One schema."""

    tables: Mapping[str, Relation]
    views: Mapping[str, Relation]
    functions: Mapping[str, tuple[Overload, ...]]
    enums: Mapping[str, Column]
    composites: Mapping[str, Column]

    @property
    def relations(self) -> Mapping[str, Relation]:
        """Tables and views, whose names never collide."""
        return {**self.views, **self.tables}


def declared(scope: Scope, schema: str = "public") -> Declared:
    """Read the type ``Database`` of a file. Raises TypesFileError unless all of it is understood."""
    reader = _Reader(scope)
    found = scope.file.declarations.get("Database")
    if found is None:
        source = scope.file.imports.get("Database")
        elsewhere = "" if source is None else f"; it comes from {source!r}, name that file"
        raise scope.file.error(None, f"this file declares no type Database{elsewhere}.")
    database = reader.members(Member("Database", found.type, place=found.place), "Database")
    own = next((member for member in database if member.name == schema), None)
    if own is None:
        raise scope.file.error(found.place, f"Database has no schema {schema}.")
    parts = {member.name: member for member in reader.members(own, f"schema {schema}")}
    if "Tables" not in parts:
        raise scope.file.error(own.place, f"schema {schema} has no Tables.")

    def part(name: str) -> tuple[Member, ...]:
        return reader.members(parts[name], name) if name in parts else ()

    return Declared(
        tables={member.name: reader.relation(member) for member in part("Tables")},
        views={member.name: reader.relation(member) for member in part("Views")},
        functions={member.name: tuple(reader.overloads(member)) for member in part("Functions")},
        enums={member.name: reader.column(member) for member in part("Enums")},
        composites={member.name: reader.column(member) for member in part("CompositeTypes")},
    )


class _Reader:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def members(self, member: Member, what: str) -> tuple[Member, ...]:
        outline = self._scope.outline(member.type)
        if not isinstance(outline, Object):
            raise self._scope.file.error(member.place, f"{what} is {shown(outline)}, not an object.")
        names = [inner.name for inner in outline.members]
        for place, inner in enumerate(outline.members):
            if inner.name in names[:place]:
                raise self._scope.file.error(inner.place, f"{inner.name} is named a second time in {what}.")
        return outline.members

    def column(self, member: Member) -> Column:
        meaning = self._scope.meaning(Object((member,)))
        (resolved,) = meaning.members if isinstance(meaning, Object) else (member,)
        return Column(resolved.type, resolved.optional, member.place)

    def relation(self, member: Member) -> Relation:
        parts = {part.name: part for part in self.members(member, member.name)}
        roles: dict[str, Mapping[str, Column]] = {
            name: self._role(parts[name], f"{member.name}.{name}")
            for name in ("Row", "Insert", "Update")
            if name in parts
        }
        keys = parts.get("Relationships")
        return Relation(
            roles=roles,
            relationships=None if keys is None else tuple(self._relationships(member.name, keys)),
            place=member.place,
        )

    def _role(self, part: Member, what: str) -> Mapping[str, Column]:
        if self._scope.outline(part.type) == NEVER:
            return {}  # nothing can be written
        return {inner.name: self.column(inner) for inner in self.members(part, what)}

    def overloads(self, member: Member) -> Iterator[Overload]:
        outline = self._scope.outline(member.type)
        for option in outline.options if isinstance(outline, Either) else (outline,):
            if not isinstance(option, Object):
                raise self._scope.file.error(
                    member.place, f"{member.name} is {shown(option)}, not a function."
                )
            parts = {part.name: part for part in option.members}
            if "Returns" not in parts:
                raise self._scope.file.error(member.place, f"{member.name} has no Returns.")
            yield Overload(
                arguments=self._arguments(parts.get("Args")),
                returns=self._returns(parts["Returns"], parts.get("SetofOptions")),
                table=self._table(parts.get("SetofOptions")),
                place=parts.get("Args", parts["Returns"]).place or member.place,
            )

    def _arguments(self, args: Member | None) -> Mapping[str, Column]:
        outline = self._scope.outline(args.type) if args is not None else Object()
        if args is None or outline == Name("never"):
            return {}
        found = {inner.name: self.column(inner) for inner in self.members(args, "Args")}
        # Every function takes NULL: generators do not write it, and people may.
        return {name: replace(one, type=without(one.type, NULL)) for name, one in found.items()}

    def _returns(self, returns: Member, options: Member | None) -> tuple[Type, ...]:
        """Return the type, and what other versions of the generator write for the same."""
        named = self.column(returns).type
        is_list = isinstance(named, Array)
        row = named.element if isinstance(named, Array) else named
        written = self._scope.outline(row)
        spelled = self._scope.meaning(written) if isinstance(written, Object) else row
        forms = [named, Array(spelled) if is_list else spelled]
        if options is not None and not is_list:
            flags = {part.name: part.type for part in self.members(options, "SetofOptions")}
            if flags.get("isSetofReturn") == flags.get("isOneToOne") == Literal(value=True):
                forms += [Array(named), Array(spelled)]
        return tuple(dict.fromkeys(forms))

    def _table(self, options: Member | None) -> str | None:
        parts = self.members(options, "SetofOptions") if options is not None else ()
        named = next((part.type for part in parts if part.name == "to"), None)
        return named.value if isinstance(named, Literal) and isinstance(named.value, str) else None

    def _relationships(self, relation: str, keys: Member) -> Iterator[Relationship]:
        outline = self._scope.outline(keys.type)
        if not isinstance(outline, Tuple):
            raise self._scope.file.error(
                keys.place, f"the Relationships of {relation} are {shown(outline)}, not a list in brackets."
            )
        for element in outline.elements:
            yield self._relationship(relation, Member("Relationships", element, place=keys.place))

    def _relationship(self, relation: str, member: Member) -> Relationship:
        parts = {part.name: self.column(part).type for part in self.members(member, "a relationship")}
        single = parts.get("isOneToOne")
        try:
            return Relationship(
                name=_text(parts["foreignKeyName"]),
                relation=relation,
                columns=_texts(parts["columns"]),
                one_to_one=single.value is True if isinstance(single, Literal) else None,
                referenced=_text(parts["referencedRelation"]),
                referenced_columns=_texts(parts["referencedColumns"]),
            )
        except (KeyError, ValueError) as cause:
            place = next((part.place for part in self.members(member, "")), member.place)
            raise self._scope.file.error(
                place, f"a relationship of {relation} has no readable {cause.args[0]}."
            ) from cause


def _text(value: Type) -> str:
    if isinstance(value, Literal) and isinstance(value.value, str):
        return value.value
    raise ValueError(shown(value))


def _texts(value: Type) -> tuple[str, ...]:
    if isinstance(value, Tuple):
        return tuple(map(_text, value.elements))
    raise ValueError(shown(value))
