"""Judges one row, exactly and in the order in which Postgres finds things out."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from harness.models import Entity
from migrations.inputs.reading import Objection, Reading
from migrations.inputs.values import read_value

__all__ = ["Fault", "Remark", "RowJudged", "judge_row"]


@dataclass(frozen=True)
class Fault:
    """Why a row is refused."""

    column: str | None
    rule: str
    reason: str
    sqlstate: str | None


@dataclass(frozen=True)
class Remark:
    """What to know about a row that is moved."""

    column: str
    rule: str
    reason: str


@dataclass(frozen=True)
class RowJudged:
    """A row that Postgres takes unchanged: what is sent, and what to know about it."""

    texts: Mapping[str, str | None]
    remarks: tuple[Remark, ...]


def judge_row(entity: Entity[Any], texts: Mapping[str, str | None]) -> RowJudged | Fault:
    """Judge a row: what Postgres raises comes first, then what it would take and change."""
    for name, text in texts.items():
        if text is not None and "\x00" in text:
            # Found before any value is read: the row as a whole is no text.
            return Fault(name, "nul", f"{name} contains NUL, which Postgres cannot store.", "22021")
    readings: dict[str, Reading | None] = {}
    unknown: set[str] = set()
    changed: Fault | None = None
    for column in entity.columns:
        text = texts[column.name]
        try:
            readings[column.name] = None if text is None else read_value(column.type, text)
        except Objection as why:
            fault = Fault(column.name, why.rule, f"{column.name}: {why.reason}", why.sqlstate)
            if why.sqlstate is not None:
                return fault
            changed = changed or fault
            readings[column.name] = Reading(text or "", why.value)
            if why.value is None:
                unknown.add(column.name)
    fault_of_row = _constraints(entity, readings, unknown) or changed
    if fault_of_row is not None:
        return fault_of_row
    return RowJudged(
        {name: None if reading is None else reading.text for name, reading in readings.items()},
        tuple(
            Remark(name, rule, reason)
            for name, reading in readings.items()
            if reading is not None
            for rule, reason in reading.notes
        ),
    )


def _constraints(
    entity: Entity[Any], readings: Mapping[str, Reading | None], unknown: AbstractSet[str]
) -> Fault | None:
    for column in entity.columns:
        if not column.nullable and readings[column.name] is None:
            return Fault(
                column.name, "not_null", f"{column.name} is NULL, which {entity.table} never holds.", "23502"
            )
    values = {name: None if reading is None else reading.value for name, reading in readings.items()}
    for check in entity.all_checks:
        if any(re.search(rf"\b{name}\b", check.sql) for name in unknown):
            continue  # what Postgres would compare depends on the day and on the server
        if check.holds(values) is False:
            column_name = next(
                (name for name in values if check.name == f"{entity.table}_{name}_check"), None
            )
            return Fault(column_name, check.name, f"The row violates {check.name}: {check.sql}.", "23514")
    return None
