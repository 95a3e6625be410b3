"""Judges rows before they are sent: which Postgres takes unchanged, which not, and why.

The plan and the copy ask the same function, so that the plan predicts what the
copy does. Nearly all rows are judged at once, by expressions over columns; a
row that these cannot call good is judged alone and exactly.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from harness.models import ENTITIES
from migrations.planning.patterns import surely_good
from migrations.planning.row import Fault, Remark, judge_row
from migrations.sources.columns import schema_of
from migrations.sources.segment import POSITION, Batch, Refused

__all__ = ["Judged", "Note", "judge"]


@dataclass(frozen=True, kw_only=True)
class Note:
    """What to know about a row that is moved all the same."""

    table: str
    position: int
    key: str | None
    column: str
    rule: str
    """``javascript_number``: a double changes it; ``normalised``: it is sent in its usual spelling."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The rows of a batch, sorted out. Every row is either good or refused."""

    good: pl.DataFrame
    """The rows that Postgres takes unchanged, in the form of `Batch.rows`, in the order of the source.
    A uuid, a number or a boolean in an unusual spelling has its usual one."""
    refused: tuple[Refused, ...]
    """The rows that are refused, those of the batch included, in the order of the source."""
    notes: tuple[Note, ...]
    """What to know about good rows."""


def judge(batch: Batch) -> Judged:
    """Judge the rows of a batch, each by itself; what only several rows show is judged elsewhere."""
    table = batch.segment.table
    rows = batch.rows
    good = surely_good(table, rows)
    if good.all():
        return Judged(good=rows, refused=batch.refused, notes=())
    refused = list(batch.refused)
    notes: list[Note] = []
    kept: list[Mapping[str, object]] = []
    for row in rows.filter(~good).iter_rows(named=True):
        position = row[POSITION]
        texts = {name: text for name, text in row.items() if name != POSITION}
        result = judge_row(ENTITIES[table], texts)
        if isinstance(result, Fault):
            refused.append(_refused(table, position, texts, result))
            continue
        kept.append({**result.texts, POSITION: position})
        notes += [_note(table, position, result.texts["id"], remark) for remark in result.remarks]
    frame = rows.filter(good)
    if kept:
        frame = pl.concat([frame, pl.DataFrame(kept, schema=schema_of(table))]).sort(POSITION)
    return Judged(
        good=frame, refused=tuple(sorted(refused, key=lambda row: row.position)), notes=tuple(notes)
    )


def _refused(table: str, position: int, texts: Mapping[str, str | None], fault: Fault) -> Refused:
    return Refused(
        table=table,
        position=position,
        key=texts["id"],
        column=fault.column,
        rule=fault.rule,
        reason=fault.reason,
        sqlstate=fault.sqlstate,
        raw=json.dumps(texts, ensure_ascii=False),
    )


def _note(table: str, position: int, key: str | None, remark: Remark) -> Note:
    return Note(
        table=table, position=position, key=key, column=remark.column, rule=remark.rule, reason=remark.reason
    )
