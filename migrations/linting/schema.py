"""The objects as the files made them so far: what a rule has to know beyond the statement in front of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from migrations.linting.statement import Where
from migrations.linting.tree import Name

__all__ = ["API_SCHEMA", "EVERYBODY", "PUBLIC", "Function", "Kind", "Schema", "Table", "View"]

API_SCHEMA = "public"
"""The schema that PostgREST serves by default."""
PUBLIC = "PUBLIC"
EVERYBODY = frozenset({PUBLIC, "anon"})
"""To whom a new function is open: by Postgres' default, and by that of older hosted projects."""


class Kind(Enum):
    """What holds rows."""

    TABLE = "table"
    FOREIGN = "foreign table"
    MATERIALIZED = "materialized view"


@dataclass(kw_only=True)
class Table:
    """Something that holds rows."""

    name: Name
    where: Where
    kind: Kind = Kind.TABLE
    is_temporary: bool = False
    row_security: bool = False
    closed_to: set[str] = field(default_factory=set)
    """The outsiders from whom all rights were taken."""
    columns: dict[str, str] = field(default_factory=dict)
    """Types by column, as far as the files say."""


@dataclass(kw_only=True)
class View:
    """A view, and as whom it reads its tables."""

    name: Name
    where: Where
    is_invoker: bool


@dataclass(kw_only=True)
class Function:
    """A function, and who may call it as whom."""

    name: Name
    arguments: tuple[str, ...]
    created: Where
    where: Where
    """Where it was last defined or altered."""
    returns: str
    open_to: set[str]
    is_definer: bool = False
    has_search_path: bool = False

    @property
    def signature(self) -> str:
        """The name and the types of its arguments."""
        return f"{self.name}({', '.join(self.arguments)})"


@dataclass(kw_only=True)
class Schema:
    """All of them. It changes with every statement."""

    tables: dict[Name, Table] = field(default_factory=dict)
    views: dict[Name, View] = field(default_factory=dict)
    functions: dict[tuple[Name, tuple[str, ...]], Function] = field(default_factory=dict)
    exposed: set[str] = field(default_factory=lambda: {API_SCHEMA})
    """The schema of the API, and those on which outsiders got USAGE."""
    functions_closed_to: set[str] = field(default_factory=set)
    """The outsiders who get no right on new functions."""
    tables_closed_to: set[str] = field(default_factory=set)
    """The outsiders who get no right on new tables."""
    default_schema: str = API_SCHEMA
    """Where a name without schema is looked for."""

    def begin_file(self) -> None:
        """Forget what a file sets for its session."""
        self.default_schema = API_SCHEMA

    def overloads(self, name: Name) -> Iterator[Function]:
        """Return the functions of a name."""
        yield from (one for one in self.functions.values() if one.name == name)
