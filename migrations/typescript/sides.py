"""The three sides that are compared: a types file, the database, and the models."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.models.outcome import Finding
from migrations.typescript.choices import Choices, choices_of
from migrations.typescript.database import database_type
from migrations.typescript.declared import Declared, declared
from migrations.typescript.expected import choices, expected
from migrations.typescript.facts import Schema
from migrations.typescript.functions import callable_functions, computed_members
from migrations.typescript.meaning import Scope
from migrations.typescript.reading import Declaration, TypesFile
from migrations.typescript.syntax import JSON, Array, Either, Member, Name, Object, Place

__all__ = ["Report", "Side", "Sides", "database_side", "file_side", "models_side"]

_JSON_DECLARED = Either((Name("string"), Name("number"), Name("boolean"), Array(JSON)))


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one of the three says."""

    name: str
    """How messages call it."""
    types: Declared
    choices: Choices = field(default_factory=dict)
    generated: frozenset[tuple[str, str]] = frozenset()
    """Columns that no client writes, by table; older generators let them be written."""
    computed: frozenset[tuple[str, str]] = frozenset()
    """Members of a Row that are functions, by table or view; older generators know fewer of them."""


@dataclass(frozen=True, kw_only=True)
class Sides:
    """A types file, and what it is held against."""

    path: str
    file: Declared
    database: Side
    models: Side | None
    """None: the schema need not be the scheduler's."""

    @property
    def others(self) -> tuple[Side, ...]:
        """The models, if they are asked, and the database."""
        return (self.database,) if self.models is None else (self.models, self.database)

    @property
    def named(self) -> str:
        """What the file is held against, for a message."""
        return " and ".join(side.name for side in self.others)

    def where(self, place: Place | None) -> str:
        """Name a place in the file."""
        return self.path if place is None else f"{self.path}:{place}"


@dataclass
class Report:
    """What was compared so far, and found."""

    compared: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, finding: Finding | None) -> None:
        """Count one comparison, and keep what it found."""
        self.compared += 1
        if finding is not None:
            self.findings.append(finding)


def file_side(file: TypesFile) -> Declared:
    """Return what a file declares. Raises TypesFileError unless it is a Database type."""
    try:
        return declared(Scope(file))
    except RecursionError as cause:
        place = file.declarations["Database"].place
        raise file.error(place, "a type of Database is defined by itself.") from cause


def models_side() -> Side:
    """Return what the models of this project say."""
    return Side(name="the models", types=expected(), choices=choices())


def database_side(schema: Schema) -> Side:
    """Return what a database says."""
    database = Object((Member(schema.name, database_type(schema)),))
    file = TypesFile(
        path="the database",
        declarations={
            name: Declaration(name, (), value, Place(1, 1))
            for name, value in (("Database", database), (JSON.text, _JSON_DECLARED))
        },
        imports={},
    )
    functions = callable_functions(schema)
    names = {relation.id: relation.name for relation in schema.relations}
    return Side(
        name="the database",
        types=declared(Scope(file), schema.name),
        choices=choices_of(schema),
        generated=frozenset(
            (names[column.relation], column.name) for column in schema.columns if column.generated
        ),
        computed=frozenset(
            (relation.name, member.name)
            for relation in schema.relations
            for member in computed_members(schema, functions, relation.id)
        ),
    )


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence part, in order."""
    return ", ".join(sorted(names))
