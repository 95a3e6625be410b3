"""The rows that refer to a row, whoever they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from migrations.catalog import query

__all__ = ["Reference", "is_named", "naming", "references_to"]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key to one of our tables."""

    schema: str
    table: str
    name: str
    columns: Sequence[str]
    referenced: Sequence[str]

    @property
    def place(self) -> sql.Identifier:
        """The table that has it."""
        return sql.Identifier(self.schema, self.table)

    def __str__(self) -> str:
        table = self.table if self.schema == "public" else f"{self.schema}.{self.table}"
        return f"{table}.{', '.join(self.columns)}"


def references_to(connection: psycopg.Connection, table: str) -> tuple[Reference, ...]:
    """Read the foreign keys to a table of schema public."""
    with connection.cursor(row_factory=class_row(Reference)) as cursor:
        return tuple(cursor.execute(query("rollback_references"), {"table": f"public.{table}"}).fetchall())


def is_named(reference: Reference) -> sql.Composable:
    """The condition that some row refers to the row ``t``."""
    columns = sql.SQL(" AND ").join(
        sql.SQL("other.{} = t.{}").format(sql.Identifier(own), sql.Identifier(theirs))
        for own, theirs in zip(reference.columns, reference.referenced, strict=True)
    )
    return sql.SQL("EXISTS (SELECT FROM {} AS other WHERE {})").format(reference.place, columns)


def naming(references: Sequence[Reference]) -> sql.Composable:
    """The array of what refers to the row ``t``, as texts."""
    cases = [
        sql.SQL("CASE WHEN {} THEN {} END").format(is_named(reference), sql.Literal(str(reference)))
        for reference in references
    ]
    return sql.SQL("array_remove(ARRAY[{}]::text[], NULL)").format(sql.SQL(", ").join(cases))
