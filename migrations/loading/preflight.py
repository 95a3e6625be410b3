"""What must hold before the first row is written: a problem that is found here costs nothing."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import class_row

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Entity
from migrations.loading.sql import query

__all__ = ["Facts", "ServerFacts", "TableFacts", "problems", "read_facts", "require"]


@dataclass(frozen=True, kw_only=True)
class ServerFacts:
    """What the server says about itself and about this session."""

    standby: bool
    read_only: bool
    replica: bool
    """True if sessions write as a replica does, which fires no trigger and checks no foreign key."""
    temporary: bool
    may_create: bool
    has_ledger: bool
    has_schema: bool
    role: str
    database: str
    version: str
    encoding: str
    may_identify: bool


@dataclass(frozen=True, kw_only=True)
class TableFacts:
    """One table of the target."""

    table: str
    kind: str
    may_select: bool
    may_insert: bool
    rows_hidden: bool
    """True if a policy of row level security decides which rows this role sees."""
    columns: Sequence[str]
    """Name and type of each, in their order."""
    generated: Sequence[str]
    keys: Sequence[str]
    """The columns of each valid unique index, with WHERE behind them if it is partial."""
    links: Sequence[str]
    """Column and table of each foreign key that is enforced."""
    triggers: Sequence[str]
    """Those that an insert fires."""
    rules: Sequence[str]
    rules_of_rows: Sequence[str]
    """Constraints, unique indexes, NOT NULL and triggers, as Postgres prints them."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that the preflight looks at."""

    server: ServerFacts
    tables: tuple[TableFacts, ...]

    @property
    def schema_fingerprint(self) -> str:
        """SHA-256 of what decides whether a row is accepted, in hexadecimal."""
        parts = [
            asdict(table) | {"may_select": None, "may_insert": None, "rows_hidden": None}
            for table in sorted(self.tables, key=lambda one: one.table)
        ]
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_facts(connection: psycopg.Connection) -> Facts:
    """Ask the target."""
    server = (
        connection.cursor(row_factory=class_row(ServerFacts)).execute(query("preflight_server")).fetchone()
    )
    tables = connection.cursor(row_factory=class_row(TableFacts))
    if server is None:
        raise LookupError("the server said nothing about itself")
    return Facts(
        server=server,
        tables=tuple(tables.execute(query("preflight_tables"), {"tables": list(ENTITIES)})),
    )


def require(facts: Facts, *, allow_triggers: bool) -> None:
    """Raise ConfigurationError, with every problem and its remedy, if there is one."""
    found = list(problems(facts, allow_triggers=allow_triggers))
    if found:
        listed = "".join(f"\n  - {problem}" for problem in found)
        raise ConfigurationError(f"Nothing was written, because the target is not ready:{listed}")


def problems(facts: Facts, *, allow_triggers: bool) -> Iterator[str]:
    """Yield each reason why a copy would fail or lose rows, with what to do about it."""
    yield from _of_server(facts.server)
    known = {table.table: table for table in facts.tables}
    missing = [table for table in ENTITIES if table not in known]
    if missing:
        yield f"Schema public has no {', '.join(missing)}: apply the migrations with `harness schema apply`."
    for table, entity in ENTITIES.items():
        if table in known:
            yield from _of_table(known[table], entity, facts.server.role, allow_triggers=allow_triggers)


def _of_server(server: ServerFacts) -> Iterator[str]:
    if server.standby:
        yield "The server is a standby and takes no writes: name the primary."
    elif server.read_only:
        yield (
            f"Sessions of {server.role} are read-only: ALTER ROLE {server.role} RESET "
            "default_transaction_read_only, or free disk space where the provider has set it."
        )
    if server.replica:
        yield (
            f"Sessions of {server.role} have session_replication_role = replica, so that no foreign key is "
            f"checked: ALTER ROLE {server.role} RESET session_replication_role, or the same for DATABASE "
            f"{server.database}."
        )
    if server.encoding != "UTF8":
        yield f"Database {server.database} is encoded in {server.encoding}, not UTF8: texts cannot arrive."
    if not server.temporary:
        yield (
            f"{server.role} may not create temporary tables, in which rows are compared: "
            f"GRANT TEMPORARY ON DATABASE {server.database} TO {server.role}"
        )
    if not server.has_schema and not server.may_create:
        yield (
            f"{server.role} may not create the schema parity_migration, which keeps the checkpoints: connect "
            f"as the owner, or GRANT CREATE ON DATABASE {server.database} TO {server.role}"
        )
    if server.has_schema and not server.has_ledger:
        yield "Schema parity_migration is there, but not its tables: it is not this tool's. Rename it."


def _of_table(table: TableFacts, entity: Entity[Any], role: str, *, allow_triggers: bool) -> Iterator[str]:
    name = f"public.{table.table}"
    if table.kind != "r":
        yield f"{name} is no ordinary table, and cannot be written to by COPY with checkpoints."
        return
    expected = {f"{column.name} {column.type.value}" for column in entity.columns}
    if expected != set(table.columns):
        extra = ", ".join(sorted(set(table.columns) - expected))
        lacking = ", ".join(sorted(expected - set(table.columns)))
        yield (
            f"{name} is not as the models say (has: {extra or 'nothing else'}; lacks: "
            f"{lacking or 'nothing'}): `harness schema check` says more."
        )
    yield from _of_constraints(table, entity)
    rights = [
        right for right, held in (("SELECT", table.may_select), ("INSERT", table.may_insert)) if not held
    ]
    if rights:
        yield (
            f"{role} lacks {' and '.join(rights)} on {name}: connect as the owner, or "
            f"GRANT {', '.join(rights)} ON {name} TO {role}"
        )
    if table.rows_hidden:
        yield (
            f"Row level security hides rows of {name} from {role}, which would take them for missing: "
            "connect as the owner of the tables, or as a role with BYPASSRLS."
        )
    if table.generated:
        yield f"{name} computes {', '.join(table.generated)} itself: the source's values cannot be kept."
    if table.rules:
        yield f"A rule on {name} rewrites inserts ({', '.join(table.rules)}): drop it while the copy runs."
    if table.triggers and not allow_triggers:
        yield (
            f"An insert into {name} fires {', '.join(table.triggers)}, which may change or add rows: ALTER "
            f"TABLE {name} DISABLE TRIGGER {table.triggers[0]} while the copy runs, or give --allow-triggers."
        )


def _of_constraints(table: TableFacts, entity: Entity[Any]) -> Iterator[str]:
    """Yield what the server would have to check and does not: it would take rows that the model forbids."""
    name = f"public.{table.table}"
    for unique in entity.all_uniques:
        columns = ", ".join(unique.columns)
        enough = {columns, f"{columns} WHERE"} if unique.where is not None else {columns}
        if enough.isdisjoint(table.keys):
            yield (
                f"{name} has no valid unique index on {columns} ({unique.name}), so that what the source has "
                "twice would be stored twice: `harness schema check` says more."
            )
    for column in entity.columns:
        if column.references is None or f"{column.name} {column.references.table}" in table.links:
            continue
        yield (
            f"{name}.{column.name} has no foreign key to {column.references.table} that is enforced, so that "
            f"rows without a parent would be stored: add it, or ALTER TABLE {name} ENABLE TRIGGER ALL where "
            "its triggers are disabled."
        )
