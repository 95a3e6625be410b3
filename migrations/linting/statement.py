"""One statement of a migration, and what a rule says about it."""

from dataclasses import dataclass
from enum import Enum

from migrations.linting.tree import Node

__all__ = ["Hit", "Origin", "Parsed", "Where"]


class Origin(Enum):
    """Where a statement stands, and so when it runs."""

    FILE = "file"
    """In the file itself: it runs when the file is applied."""
    BLOCK = "block"
    """In a DO block: it runs when the file is applied, perhaps under a condition."""
    FUNCTION = "function"
    """In the body of a function: it runs whenever somebody calls it."""


@dataclass(frozen=True, order=True)
class Where:
    """A place in a directory of migrations."""

    file: str
    line: int
    """Counted from 1; 0 for the file as a whole."""
    statement: int = -1
    """The number of the file's statement, counted from 0; -1 for the file as a whole."""

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}" if self.line else self.file


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A statement and its tree."""

    where: Where
    node: Node
    origin: Origin = Origin.FILE
    inside: str = ""
    """The function in whose body it stands."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing that a rule objects to."""

    rule: str
    where: Where
    about: str
    """The object: a table, a column, a role, a file."""
    what: str
    """What the statement does, as a sentence that names the object."""
    reason: str = ""
    """Why that is bad, where the rule's own reason is not the whole of it."""
    fix: str = ""
    """What to do, where the rule's own fix is not it."""
    is_unchecked: bool = False
    """True for what could not be examined: neither good nor bad."""
