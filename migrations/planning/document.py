"""The plan as a document, ``parity-plan/1``, and as text for people."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from harness.models.description import camel
from harness.reports.status_line import duration
from migrations.planning.examination import TableResult
from migrations.planning.findings import Effect, Findings, Group
from migrations.sources.source import Inventory
from migrations.wording import all_of, counted

__all__ = ["SCHEMA", "Numbers", "Plan", "counts_as_loss", "document", "summary", "verdict"]

SCHEMA = "parity-plan/1"
_ROWS_PER_S = 80_000
"""What a copy writes in a second into the empty, indexed tables of a local server, to estimate with."""

Numbers = Literal["double", "exact"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a plan found out."""

    source: str
    target: str | None
    numbers: Numbers
    made_at: datetime
    seconds: float
    inventory: Inventory
    tables: Sequence[TableResult]
    findings: Findings
    rows_file: str | None
    """The file with each finding as a line of JSON, if it was asked for."""

    @property
    def expected_s(self) -> float:
        """How long a copy to a local server may take: as long as the reading, and then the writing."""
        return self.seconds + sum(table.inserted for table in self.tables) / _ROWS_PER_S


def counts_as_loss(effect: Effect, numbers: Numbers) -> bool:
    """Say whether rows with this effect are lost or changed, for clients with such numbers."""
    return effect in {"lost", "changed"} or (effect == "javascript" and numbers == "double")


def document(plan: Plan) -> dict[str, Any]:
    """Return the JSON object: what is there, what becomes of it, and why."""
    return {
        "schema": SCHEMA,
        "made_at": plan.made_at.isoformat(),
        "numbers": plan.numbers,
        "source": {
            "location": plan.source,
            "fingerprint": plan.inventory.fingerprint,
            "bytes": plan.inventory.size,
            "stated": plan.inventory.stated,
            "files": dict(plan.inventory.files),
        },
        "target": plan.target,
        "seconds": round(plan.seconds, 3),
        "expected_copy_seconds": round(plan.expected_s, 1),
        "tables": [_table(table) for table in plan.tables],
        "findings": [_group(group, plan.numbers) for group in plan.findings.groups],
        "rows_file": plan.rows_file,
    }


def _table(table: TableResult) -> dict[str, Any]:
    return {
        "table": table.table,
        "read": table.read,
        "inserted": table.inserted,
        "identical": table.identical,
        "refused": table.refused,
        "there": table.there,
        "bytes": table.size,
        "absent": table.absent,
        "seconds": round(table.seconds, 3),
    }


def _group(group: Group, numbers: Numbers) -> dict[str, Any]:
    return {
        "table": group.table,
        "column": group.column,
        "rule": group.rule,
        "sqlstate": group.sqlstate,
        "effect": group.effect,
        "counts": counts_as_loss(group.effect, numbers),
        "rows": group.rows,
        "examples": [asdict(example) for example in group.examples],
    }


def summary(plan: Plan) -> Iterator[str]:
    """Yield the lines for people: the tables, then what is not as it must be."""
    width = max(len(table.table) for table in plan.tables)
    for table in plan.tables:
        there = "" if table.there is None else f"  {table.there:>9,} there now"
        yield (
            f"{table.table:{width}}  {table.read:>9,} read  {table.inserted:>9,} to insert  "
            f"{table.identical:>9,} identical  {table.refused:>9,} refused{there}"
        )
    for table in plan.tables:
        if table.absent:
            columns = ", ".join(f"{camel(name)} ({count:,})" for name, count in table.absent.items())
            yield f"note: {table.table}: not in every row, and then NULL: {columns}."
    for group in plan.findings.groups:
        if not counts_as_loss(group.effect, plan.numbers):
            yield f"note: {counted(group.rows)} of {_place(group)}: {group.rule}. {group.examples[0].message}"
    if plan.target is None:
        yield (
            "note: no target was looked at: rows that are there already, and parents there, are not known. "
            "Give --target."
        )
    yield (
        f"{_size(plan.inventory.size)} to read; a copy to a server as near as this source would take about "
        f"{duration(max(plan.expected_s, 1))}. "
        "The server decides: harness migrate copy --dry-run measures it."
    )


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"


def _place(group: Group) -> str:
    return group.table if group.column is None else f"{group.table}.{group.column}"


def verdict(plan: Plan) -> str:
    """Say in one line what would become of the rows."""
    rows = sum(table.read for table in plan.tables)
    refused = sum(table.refused for table in plan.tables)
    changed = sum(group.rows for group in plan.findings.groups if group.effect == "javascript")
    if refused == 0 and (changed == 0 or plan.numbers == "exact"):
        inserted = sum(table.inserted for table in plan.tables)
        return (
            f"OK: {all_of(rows)} would arrive unchanged: {inserted:,} inserted, "
            f"{sum(table.identical for table in plan.tables):,} identical."
        )
    numbers = ""
    if changed and plan.numbers == "double":
        numbers = f"{counted(changed, 'value')} with numbers that JavaScript changes when it reads them"
    if refused == 0:
        return (
            f"FAILED: {all_of(rows)} would arrive, but {numbers}. "
            "If no client is JavaScript, say --numbers exact."
        )
    also = f"; {numbers}" if numbers else ""
    return f"FAILED: of {counted(rows)}, {refused:,} would be lost or changed{also}."
