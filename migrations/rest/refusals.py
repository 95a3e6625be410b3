"""Why a row is not stored, in the words that a copy by DATABASE_URL uses, too."""

import json
import re
from collections.abc import Sequence
from typing import Any

from harness.models import Entity
from migrations.rest.client import Answer
from migrations.rest.encode import Row, RowProblem
from migrations.sources.segment import Refused

__all__ = ["differs", "refused_by", "repeated", "unsendable"]

_CONSTRAINT = re.compile(r'constraint "([^"]+)"')
_COLUMN = re.compile(r'column "([^"]+)"')


def refused_by(entity: Entity[Any], row: Row, answer: Answer) -> Refused:
    """The only row of a request that the server refused."""
    constraint = _CONSTRAINT.search(answer.message)
    column = _COLUMN.search(answer.message)
    rule = "not_null" if answer.code == "23502" else constraint.group(1) if constraint else "server"
    return _refused(
        entity,
        row,
        column=column.group(1) if column else _column_of(entity, rule),
        rule=rule,
        reason=f"Postgres refuses it: {answer.message or answer.failure}",
        sqlstate=answer.code,
    )


def differs(entity: Entity[Any], row: Row, columns: Sequence[str]) -> Refused:
    """A row whose id is taken by other values."""
    return _refused(
        entity,
        row,
        column=columns[0] if len(columns) == 1 else None,
        rule="exists_and_differs",
        reason=f"the target has a row with this id that differs in {', '.join(columns)}",
        sqlstate="23505",
    )


def repeated(entity: Entity[Any], row: Row) -> Refused:
    """A row whose id an earlier row of the source has."""
    return _refused(
        entity,
        row,
        column="id",
        rule=entity.all_uniques[0].name,
        reason="an earlier row of the source has the same id, and stays",
        sqlstate="23505",
    )


def unsendable(
    entity: Entity[Any], position: int, texts: dict[str, str | None], problem: RowProblem
) -> Refused:
    """A row that REST cannot carry unchanged."""
    row = Row(position, texts, b"", "")
    return _refused(
        entity,
        row,
        column=problem.column,
        rule=problem.rule,
        reason=problem.reason,
        sqlstate=problem.sqlstate,
    )


def _refused(
    entity: Entity[Any], row: Row, *, column: str | None, rule: str, reason: str, sqlstate: str | None
) -> Refused:
    raw = {name.name: row.texts[name.name] for name in entity.columns}
    return Refused(
        table=entity.table,
        position=row.position,
        key=row.texts["id"],
        column=column,
        rule=rule,
        reason=reason,
        sqlstate=sqlstate,
        raw=json.dumps(raw, ensure_ascii=False),
    )


def _column_of(entity: Entity[Any], constraint: str) -> str | None:
    """The column that a foreign key or a unique key of one column is about."""
    for column in entity.columns:
        if column.references is not None and entity.reference_name(column) == constraint:
            return column.name
    return next(
        (u.columns[0] for u in entity.all_uniques if u.name == constraint and len(u.columns) == 1), None
    )
