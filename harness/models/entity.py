"""Reads the description of an entity off its row class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from harness.models.description import (
    Check,
    Column,
    ColumnType,
    Default,
    MaxBytes,
    Queue,
    References,
    Unique,
)

__all__ = ["Entity", "Json", "Row", "entity"]

# A JSON value. Recursive aliases gain nothing here: the codec checks every value, whatever its type says.
Json = Any

_TYPES: Mapping[Any, ColumnType] = {
    UUID: ColumnType.UUID,
    str: ColumnType.TEXT,
    int: ColumnType.INTEGER,
    bool: ColumnType.BOOLEAN,
    datetime: ColumnType.TIMESTAMPTZ,
    tuple[str, ...]: ColumnType.TEXT_ARRAY,
    Json: ColumnType.JSONB,
}


class Row:
    """Base of the six row classes: frozen values, equal when all columns are equal."""

    id: UUID


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, kw_only=True)
class Entity(Generic[R]):
    """The one description of an entity."""

    row: type[R]
    table: str
    singular: str
    """The name in operations: ``scheduling_request`` for ``createSchedulingRequest``."""
    columns: tuple[Column, ...]
    created: str
    """The column that holds the time of creation, which no update changes."""
    updated: str | None
    """The column that each update advances; None for an append-only entity."""
    checks: tuple[Check, ...]
    """All CHECK constraints but those on choices and sizes, which `all_checks` adds."""
    uniques: tuple[Unique, ...]
    queue: Queue | None = None

    @property
    def append_only(self) -> bool:
        """True if rows are never updated or deleted by a client."""
        return self.updated is None

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by their snake_case name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def by_alias(self) -> Mapping[str, Column]:
        """The columns by their camelCase name."""
        return {column.alias: column for column in self.columns}

    @cached_property
    def assigned(self) -> frozenset[str]:
        """The columns that only the store sets."""
        return frozenset(name for name in (self.created, self.updated) if name is not None)

    @property
    def order(self) -> tuple[str, str]:
        """The total order in which rows are listed unless the caller says otherwise."""
        return (self.created, "id")

    @cached_property
    def all_uniques(self) -> tuple[Unique, ...]:
        """The primary key and the other unique keys."""
        return (Unique(f"{self.table}_pkey", ("id",)), *self.uniques)

    @cached_property
    def all_checks(self) -> tuple[Check, ...]:
        """Every CHECK constraint of the table, in the order in which Postgres evaluates them: by name."""
        derived = [_choice_check(self.table, column) for column in self.columns if column.choices is not None]
        derived += [
            _size_check(self.table, column) for column in self.columns if column.max_bytes is not None
        ]
        return tuple(sorted([*self.checks, *derived], key=lambda check: check.name))

    def reference_name(self, column: Column) -> str:
        """Name the foreign key constraint of a column."""
        return f"{self.table}_{column.name}_fkey"


@dataclass_transform(frozen_default=True, kw_only_default=True)
def entity(
    table: str,
    *,
    singular: str,
    created: str = "created_at",
    updated: str | None = "updated_at",
    checks: tuple[Check, ...] = (),
    uniques: tuple[Unique, ...] = (),
    queue: Queue | None = None,
) -> Callable[[type[R]], type[R]]:
    """Make a class of annotated columns a frozen row class, and describe it in its ``entity`` attribute."""

    def decorate(cls: type[R]) -> type[R]:
        row = dataclass(frozen=True, kw_only=True)(cls)
        hints = get_type_hints(row, include_extras=True)
        row.entity = Entity(  # type: ignore[attr-defined]  # read through entity_of()
            row=row,
            table=table,
            singular=singular,
            columns=tuple(_column(item.name, hints[item.name]) for item in fields(row)),  # type: ignore[arg-type]  # just made one
            created=created,
            updated=updated,
            checks=checks,
            uniques=uniques,
            queue=queue,
        )
        return row

    return decorate


def entity_of(row: type[R]) -> Entity[R]:
    """Return the description of a row class."""
    description: Entity[R] = row.entity  # type: ignore[attr-defined]  # set by @entity
    return description


def _column(name: str, hint: Any) -> Column:
    extras: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        extras = tuple(rest)
    nullable = False
    if get_origin(hint) in {Union, UnionType}:
        (hint,) = (arm for arm in get_args(hint) if arm is not NoneType)
        nullable = True
    choices = get_args(hint) if get_origin(hint) is Literal else None
    size = next((extra.limit for extra in extras if isinstance(extra, MaxBytes)), None)
    return Column(
        name=name,
        type=ColumnType.TEXT if choices is not None else _TYPES[hint],
        nullable=nullable,
        default=next((extra for extra in extras if isinstance(extra, Default)), None),
        choices=choices,
        references=next((extra for extra in extras if isinstance(extra, References)), None),
        max_bytes=size,
    )


def _choice_check(table: str, column: Column) -> Check:
    choices = column.choices or ()
    listed = ", ".join(f"'{choice}'" for choice in choices)
    return Check(
        f"{table}_{column.name}_check",
        f"{column.name} IN ({listed})",
        lambda row: None if row[column.name] is None else row[column.name] in choices,
    )


def _size_check(table: str, column: Column) -> Check:
    limit = column.max_bytes or 0
    return Check(
        f"{table}_{column.name}_size",
        f"octet_length({column.name}) <= {limit}",
        lambda row: None if row[column.name] is None else len(row[column.name].encode()) <= limit,
    )
