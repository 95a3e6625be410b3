"""The vocabulary in which each entity is described once.

A row class states its columns as annotations (`harness.models.entity` reads
them); what a type cannot say stands beside it in `Annotated`: `Default`,
`References`, `MaxBytes`. What concerns several columns is given to
``@entity``: `Check`, `Unique`, `Queue`. Codec, adapters, drift check and
contract derive from these values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

__all__ = [
    "NEW_ID",
    "NOW",
    "Check",
    "Column",
    "ColumnType",
    "Default",
    "MaxBytes",
    "Queue",
    "References",
    "Unique",
    "camel",
]


class ColumnType(Enum):
    """The Postgres types that the scheduler uses, named as ``format_type()`` prints them."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    JSONB = "jsonb"
    TEXT = "text"
    TEXT_ARRAY = "text[]"
    TIMESTAMPTZ = "timestamp with time zone"
    UUID = "uuid"

    # Each value of each row is looked up by its type, and Enum's own hash is written in Python.
    __hash__ = object.__hash__


@dataclass(frozen=True)
class Default:
    """What the store puts where a create names no value."""

    sql: str
    """The default as ``pg_get_expr()`` prints it."""
    value: Any
    """The same as a Python value, or `NOW` or `NEW_ID`."""


class _Generated(Enum):
    NOW = "the time of the store's clock"
    NEW_ID = "a random uuid"


NOW = Default("now()", _Generated.NOW)
NEW_ID = Default("gen_random_uuid()", _Generated.NEW_ID)


@dataclass(frozen=True)
class References:
    """A foreign key to the id of another table."""

    table: str
    on_delete: Literal["cascade", "set null"]


@dataclass(frozen=True)
class MaxBytes:
    """The longest UTF-8 form of a text column that is part of an index.

    A B-tree refuses entries above 2,704 bytes, and whether a long text is
    refused depends on how well it compresses: without this limit the same
    create succeeds or fails by luck.
    """

    limit: int


@dataclass(frozen=True)
class Column:
    """One column, in both of its names."""

    name: str
    type: ColumnType
    nullable: bool
    default: Default | None
    choices: tuple[str, ...] | None
    """The accepted values of a text column with a CHECK, in order of declaration."""
    references: References | None
    max_bytes: int | None

    @property
    def alias(self) -> str:
        """The camelCase name, as the plan's TypeScript types and the bridge use it."""
        return camel(self.name)


def camel(name: str) -> str:
    """Turn ``run_after`` into ``runAfter``."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


@dataclass(frozen=True)
class Check:
    """A CHECK constraint, once for Postgres and once for memory."""

    name: str
    sql: str
    """The condition, for Postgres."""
    holds: Callable[[Mapping[str, Any]], bool | None]
    """The condition on a row of Python values; None, as NULL in SQL, passes."""


@dataclass(frozen=True)
class Unique:
    """A UNIQUE constraint; rows with NULL in one of the columns never collide."""

    name: str
    columns: tuple[str, ...]
    where: Check | None = None
    """The condition of a partial unique index, None for a constraint over all rows."""


@dataclass(frozen=True)
class Queue:
    """The states through which ``claim``, ``complete`` and ``fail`` move the rows of a queue."""

    waiting: str
    done: str
    done_at: str | None = None
    """The column that records when a row was done, if there is one."""
    processing: str = "processing"
    failed: str = "failed"
