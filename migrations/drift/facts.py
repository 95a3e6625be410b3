"""What a schema contains, as values read from Postgres' catalog."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from harness.models import ENTITIES
from migrations.catalog import query
from migrations.requirements import LOGIN_ROLE, OUTSIDERS, SERVICE_ROLE

__all__ = [
    "Catalog",
    "ColumnFact",
    "ConstraintFact",
    "ExposureFact",
    "FunctionFact",
    "IndexFact",
    "PolicyFact",
    "PrivilegeFact",
    "RoleFact",
    "RoutineFact",
    "SettingFact",
    "TableFact",
    "TriggerFact",
    "read_catalog",
]

T = TypeVar("T")


@dataclass(frozen=True)
class TableFact:
    """A relation with the name of one of our tables."""

    name: str
    kind: str
    """``r`` is a table, see pg_class.relkind."""
    persistence: str
    """``p`` survives a crash, see pg_class.relpersistence."""
    row_security: bool
    owner: str
    rules: list[str]


@dataclass(frozen=True)
class ColumnFact:
    """A column, as Postgres prints its parts."""

    table: str
    name: str
    type: str
    not_null: bool
    default: str | None
    special: str | None
    """Identity, generated, or a collation in which different texts are equal."""
    locked_sequence: str | None
    """A sequence of its default that the server may not use."""

    @property
    def definition(self) -> str:
        """The column as in CREATE TABLE."""
        parts = [
            self.type,
            "NOT NULL" if self.not_null else "",
            f"DEFAULT {self.default}" if self.default is not None else "",
            self.special or "",
        ]
        return " ".join(filter(None, parts))


@dataclass(frozen=True)
class ConstraintFact:
    """A CHECK (``c``), FOREIGN KEY (``f``) or EXCLUDE (``x``) constraint."""

    table: str
    name: str
    type: str
    definition: str
    expression: str | None
    validated: bool
    columns: list[str]
    enforced: bool


@dataclass(frozen=True)
class IndexFact:
    """An index; a unique key is one, with or without a constraint of that name."""

    table: str
    name: str
    method: str
    is_unique: bool
    is_primary: bool
    is_constraint: bool
    """It belongs to a constraint of its name."""
    valid: bool
    immediate: bool
    nulls_equal: bool
    predicate: str | None
    columns: list[str | None]
    """None stands for an expression."""
    descending: list[bool]
    default_order: bool


@dataclass(frozen=True)
class TriggerFact:
    """A trigger and its function."""

    table: str
    name: str
    enabled: str
    """``O`` and ``A`` fire for an application, see pg_trigger.tgenabled."""
    type: int
    """Bits, see pg_trigger.tgtype."""
    only_some_columns: bool
    conditional: bool
    function_schema: str
    function: str
    arguments: list[str]


@dataclass(frozen=True)
class PolicyFact:
    """A permissive policy, and the outsiders that it admits."""

    table: str
    name: str
    admitted: list[str]
    condition: str


@dataclass(frozen=True)
class PrivilegeFact:
    """What one role may do with one table, in one way."""

    table: str
    role: str
    way: str
    """``direct``, ``effective`` or ``columns``."""
    privileges: list[str]


@dataclass(frozen=True)
class RoleFact:
    """One of Supabase's roles."""

    name: str
    is_superuser: bool
    bypasses_row_security: bool
    """Superusers do, too."""
    logs_in: bool
    uses_schema: bool
    is_member_of: list[str]
    """Roles that own or serve our tables, and that it may become."""
    becomes: list[str]
    """Roles of the API that it may become."""


@dataclass(frozen=True)
class SettingFact:
    """What ALTER DATABASE … SET or ALTER ROLE … SET gives to new sessions of a role."""

    role: str | None
    """None stands for all roles."""
    database: str | None
    """The only database in which it holds, quoted as in SQL; None stands for all of them."""
    name: str
    value: str


@dataclass(frozen=True)
class FunctionFact:
    """A function of the schema."""

    name: str
    arguments: list[str]
    optional: int
    result: str
    security_definer: bool
    settings: list[str]
    source: str
    executable_by: list[str]
    effectively_executable_by: list[str]


@dataclass(frozen=True)
class ExposureFact:
    """A relation that shows or changes rows of our tables."""

    object: str
    """Its name with the schema, as Postgres prints it."""
    name: str
    kind: str
    by_owner: bool
    """It works with the rights of its owner, not of who uses it."""
    admitted: list[str]


@dataclass(frozen=True)
class RoutineFact:
    """A function or procedure of any schema."""

    object: str
    """Its name with schema and arguments, as Postgres prints it."""
    in_schema: bool
    """It is in the schema of our tables."""
    name: str
    security_definer: bool
    result: str
    source: str
    admitted: list[str]


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything about one schema that the comparison looks at."""

    tables: Mapping[str, TableFact]
    columns: tuple[ColumnFact, ...]
    constraints: tuple[ConstraintFact, ...]
    indexes: tuple[IndexFact, ...]
    triggers: tuple[TriggerFact, ...]
    policies: tuple[PolicyFact, ...]
    privileges: tuple[PrivilegeFact, ...]
    roles: Mapping[str, RoleFact]
    settings: tuple[SettingFact, ...]
    functions: tuple[FunctionFact, ...]
    exposures: tuple[ExposureFact, ...]
    routines: tuple[RoutineFact, ...]


def read_catalog(connection: psycopg.Connection, namespace: int | None) -> Catalog:
    """Read the schema with this oid; None reads like an empty one."""
    values = {
        "namespace": namespace,
        "tables": list(ENTITIES),
        "outsiders": list(OUTSIDERS),
        "roles": [*OUTSIDERS, SERVICE_ROLE],
        "serving": [SERVICE_ROLE, LOGIN_ROLE],
        "server": SERVICE_ROLE,
        "login": LOGIN_ROLE,
    }

    def facts(name: str, kind: type[T]) -> tuple[T, ...]:
        return _read(connection, name, kind, values)

    return Catalog(
        tables={table.name: table for table in facts("drift_tables", TableFact)},
        columns=facts("drift_columns", ColumnFact),
        constraints=facts("drift_constraints", ConstraintFact),
        indexes=facts("drift_indexes", IndexFact),
        triggers=facts("drift_triggers", TriggerFact),
        policies=facts("drift_policies", PolicyFact),
        privileges=facts("drift_privileges", PrivilegeFact),
        roles={role.name: role for role in facts("drift_roles", RoleFact)},
        settings=facts("drift_settings", SettingFact),
        functions=facts("drift_functions", FunctionFact),
        exposures=facts("drift_exposure", ExposureFact),
        routines=facts("drift_routines", RoutineFact),
    )


def _read(
    connection: psycopg.Connection, name: str, kind: type[T], values: Mapping[str, Any]
) -> tuple[T, ...]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return tuple(cursor.execute(query(name), values).fetchall())
