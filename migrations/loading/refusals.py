"""Turns what the server says about a row into a refused row."""

import json
from collections.abc import Mapping
from typing import Any

import psycopg

from harness.models import Entity
from migrations.sources.segment import Refused

__all__ = ["DIFFERS", "concerns_a_row", "differing", "raw_of", "refused_by", "repeated"]

DIFFERS = "exists_and_differs"
"""The rule of a row whose id is in the target with other values."""

# Data exception, integrity constraint, program limit (an index entry that is too long, nesting that is too
# deep), an exception of a trigger, WITH CHECK OPTION. Everything else says something about the server.
_OF_ROWS = ("22", "23", "54", "P0", "44")
_DUPLICATE = "23505"
_LEDGER = "parity_migration"


def concerns_a_row(error: psycopg.Error) -> bool:
    """True if another row would not have raised it."""
    of_a_row = error.sqlstate is not None and error.sqlstate[:2] in _OF_ROWS
    return of_a_row and error.diag.schema_name != _LEDGER


def refused_by(error: psycopg.Error, entity: Entity[Any], position: int, row: Mapping[str, Any]) -> Refused:
    """Describe the only row that a statement failed for. `row` has its texts by column."""
    said = error.diag.message_primary or type(error).__name__
    return Refused(
        table=entity.table,
        position=position,
        key=row.get("id"),
        column=error.diag.column_name or _column(error, entity),
        rule=_rule(error),
        reason=f"Postgres refuses it: {said}",
        sqlstate=error.sqlstate,
        raw=raw_of(entity, row),
    )


def differing(entity: Entity[Any], position: int, row: Mapping[str, Any], columns: list[str]) -> Refused:
    """Describe a row whose id is taken by other values."""
    return Refused(
        table=entity.table,
        position=position,
        key=row.get("id"),
        column=columns[0] if len(columns) == 1 else None,
        rule=DIFFERS,
        reason=f"the target has a row with this id that differs in {', '.join(columns)}",
        sqlstate=_DUPLICATE,
        raw=raw_of(entity, row),
    )


def repeated(entity: Entity[Any], position: int, row: Mapping[str, Any]) -> Refused:
    """Describe a row whose id an earlier row of the source has."""
    return Refused(
        table=entity.table,
        position=position,
        key=row.get("id"),
        column="id",
        rule=f"{entity.table}_pkey",
        reason="an earlier row of the source has the same id, and stays",
        sqlstate=_DUPLICATE,
        raw=raw_of(entity, row),
    )


def raw_of(entity: Entity[Any], row: Mapping[str, Any]) -> str:
    """The row as it was sent: JSON with the text of each column, null where it is NULL."""
    return json.dumps({column.name: row[column.name] for column in entity.columns}, ensure_ascii=False)


def _rule(error: psycopg.Error) -> str:
    if error.sqlstate == "23502":
        return "not_null"
    return error.diag.constraint_name or "server"


def _column(error: psycopg.Error, entity: Entity[Any]) -> str | None:
    constraint = error.diag.constraint_name
    if constraint is None:
        return None
    columns = {
        entity.reference_name(column): column.name
        for column in entity.columns
        if column.references is not None
    } | {unique.name: unique.columns[0] for unique in entity.all_uniques if len(unique.columns) == 1}
    return columns.get(constraint)
