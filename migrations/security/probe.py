"""One request to the REST interface, without the key, and what it is to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from migrations.security.objects import Function, Relation

__all__ = ["FILTERED", "PLANNED", "Ability", "Aim", "Probe", "Request"]

FILTERED = " filtered by"
"""How the verb of a change ends whose condition names one column and no other."""

PLANNED = "HEAD planned"
"""The verb of a count that the planner estimates."""


class Ability(Enum):
    """What a probe tries to do."""

    READ = "read"
    COUNT = "count"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    CALL = "call"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, without the key."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What the writing requests for one table are about."""

    values: Mapping[str, Any] = field(repr=False)
    """A valid row whose id is taken, if the table has any row."""
    row: str | None
    """The id of a row that this one may change and delete; None where every row is somebody's."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One request, and what it is to show."""

    about: Relation | Function
    ability: Ability
    verb: str
    """The method, and what is special about the request."""
    request: Request
    column: str | None = None
    aims_at_row: bool = False
    """If it is let through, it changes a row that is there."""
    runs: bool = False
    """If it is let through, the body of the function runs."""

    @property
    def is_through_column(self) -> bool:
        """True for a change whose condition names this column and no other."""
        return self.column is not None and self.verb.endswith(FILTERED)

    @property
    def is_ours(self) -> bool:
        """True if the models say that the object must be there, for the server."""
        return self.about.entity is not None if isinstance(self.about, Relation) else self.about.is_ours

    @property
    def what(self) -> str:
        """The request in words: ``GET public.bookings.id``."""
        column = f".{self.column}" if self.column is not None else ""
        return f"{self.verb} {self.about.object}{column}"
