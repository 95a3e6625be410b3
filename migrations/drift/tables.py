"""Tables and columns."""

from collections.abc import Iterator
from typing import Any

from harness.models import Entity
from harness.models.outcome import Finding
from migrations.drift.facts import Catalog, ColumnFact
from migrations.drift.findings import difference, quoted
from migrations.requirements import OUTSIDERS, SERVICE_ROLE

__all__ = ["judge_columns", "judge_table", "present", "retyped"]

_KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}


def present(live: Catalog, table: str) -> bool:
    """True if there is a table whose parts can be compared."""
    return table in live.tables and live.tables[table].kind in {"r", "p"}


def retyped(live: Catalog, expected: Catalog, table: str) -> frozenset[str]:
    """Return the columns that are missing or have another type: what is built on them follows from that."""
    types = {column.name: column.type for column in live.columns if column.table == table}
    return frozenset(
        column.name
        for column in expected.columns
        if column.table == table and types.get(column.name) != column.type
    )


def judge_table(live: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    """Yield what is wrong with the table itself; missing, it is one finding with all that it takes along."""
    where = f"table public.{entity.table}"
    table = live.tables.get(entity.table)
    if table is None:
        yield difference("table", entity.table, where=where, expected="a table", todo="apply the migrations")
        return
    kind = _KINDS.get(table.kind, table.kind)
    if not present(live, entity.table):
        yield difference(
            "table",
            entity.table,
            where=where,
            expected="a table",
            actual=f"a {kind}",
            todo="rename what took its name, and apply the migrations",
        )
        return
    if table.persistence != "p":
        yield difference(
            "table",
            entity.table,
            "persistence",
            where=where,
            expected="logged",
            actual="unlogged: emptied after a crash of the server",
            todo=f"ALTER TABLE public.{entity.table} SET LOGGED",
        )
    if table.owner in OUTSIDERS:
        yield difference(
            "table",
            entity.table,
            "owner",
            where=where,
            expected="the owner of the schema, postgres on hosted projects",
            actual=f"owned by {table.owner}, whom neither privileges nor row level security stop",
            todo=f"ALTER TABLE public.{entity.table} OWNER TO postgres",
        )
    for rule in table.rules:
        yield difference(
            "rule",
            entity.table,
            rule,
            where=f"rule {rule} on public.{entity.table}",
            expected="no rule",
            actual="a rule that rewrites statements",
            todo="drop it, a rewritten INSERT or UPDATE is not what the store sent",
        )


def judge_columns(live: Catalog, expected: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    """Yield one finding for each column that differs, and for each extra one that would make inserts fail."""
    wanted = {column.name: column for column in expected.columns if column.table == entity.table}
    found = {column.name: column for column in live.columns if column.table == entity.table}
    for name, column in wanted.items():
        where = f"column public.{entity.table}.{name}"
        actual = found.get(name)
        if actual is None:
            yield difference(
                "column",
                entity.table,
                name,
                where=where,
                expected=column.definition,
                todo="add it with exactly this definition",
            )
        elif actual != column:
            yield difference(
                "column",
                entity.table,
                name,
                where=where,
                expected=column.definition,
                actual=actual.definition,
                todo="alter it to exactly this definition",
            )
    for name, column in found.items():
        if name not in wanted and column.locked_sequence is not None:
            yield difference(
                "column",
                entity.table,
                name,
                where=f"column public.{entity.table}.{name}",
                expected=f"no such column, or USAGE on its sequence for {SERVICE_ROLE}",
                actual=f"{column.definition}, of a sequence that {SERVICE_ROLE} may not use",
                todo=(
                    f"GRANT USAGE ON SEQUENCE {column.locked_sequence} TO {SERVICE_ROLE}, "
                    "or every insert of the store fails"
                ),
            )
        elif name not in wanted and _stops_inserts(column):
            yield difference(
                "column",
                entity.table,
                name,
                where=f"column public.{entity.table}.{name}",
                expected="no such column, or one that may be left out",
                actual=column.definition,
                todo=(
                    f"ALTER TABLE public.{entity.table} ALTER COLUMN {quoted(name)} DROP NOT NULL, or give "
                    "it a default: every insert of the store fails"
                ),
            )


def _stops_inserts(column: ColumnFact) -> bool:
    return column.not_null and column.default is None and column.special not in {"identity", "generated"}
