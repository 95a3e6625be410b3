"""The way back ends in the application's own memory adapter: a snapshot goes in, and comes out the same."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness.adapters.bridge.bridge import Bridge
from harness.models import ENTITIES, ColumnType
from harness.models.operations import table_alias
from migrations.comparison.compare import compare
from migrations.rehearsal.generate import FEWEST, Generated
from migrations.rehearsal.json_text import text_of
from migrations.rehearsal.writing import write_file
from migrations.sources.location import SnapshotAt
from tests.integration.example_app.conftest import Project

LEGAL = Generated(seed=9, counts=dict.fromkeys(ENTITIES, FEWEST))


class Rows:
    """Rows by table, as JSON values."""

    def __init__(self, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        self.rows = rows
        self.counts = {table: len(found) for table, found in rows.items()}

    def lines(self, table: str) -> Iterator[str]:
        return (text_of(row) for row in self.rows[table])


def is_double(value: Any) -> bool:
    """True if JavaScript keeps all numbers of a JSON value."""
    if isinstance(value, dict):
        return all(map(is_double, value.values()))
    if isinstance(value, list):
        return all(map(is_double, value))
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return not is_number or Decimal(repr(float(value))) == value


def exported(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a database exports it, in UTC, and with milliseconds only, as the application has them."""
    values: dict[str, Any] = {}
    for column in ENTITIES[table].columns:
        value = row.get(column.alias)
        if value is not None and column.type is ColumnType.TIMESTAMPTZ:
            value = datetime.fromisoformat(value).astimezone(UTC).isoformat(timespec="milliseconds")
        if value is not None and column.type is ColumnType.UUID:
            value = value.lower()
        values[column.alias] = value
    for start, end in (("windowStart", "windowEnd"), ("scheduledStart", "scheduledEnd")):
        if start in values and not values[start] < values[end]:
            values[start], values[end] = "2024-02-29T23:59:59.999+00:00", "2024-03-01T00:00:00.000+00:00"
    return values


def test_a_snapshot_goes_into_the_memory_adapter_and_comes_out_the_same(
    project: Project, tmp_path: Path
) -> None:
    # Numbers that JavaScript rounds can be no rows of its application.
    rows = {
        table: [exported(table, row) for row in LEGAL.rows(table) if is_double(row.get("payload"))]
        for table in ENTITIES
    }
    write_file(Rows(rows), tmp_path / "in.json")
    bridge = Bridge(
        "node --import tsx parity-bridge.mjs ./src/parity.ts",
        environ={**os.environ, "PATH": project.path, "DB_MODE": "memory"},
        cwd=project.directory / "corrected",
    )
    try:
        for table, entity in ENTITIES.items():
            texts = [json.loads(text_of(row)) for row in rows[table]]
            bridge.call("__import", [table_alias(entity), texts])
        back = {table: bridge.call("__export", [table_alias(entity)]) for table, entity in ENTITIES.items()}
    finally:
        bridge.close()
    exact = json.loads(json.dumps(back), parse_float=Decimal)
    write_file(Rows(exact), tmp_path / "out.json")
    found = compare(
        SnapshotAt(tmp_path / "in.json"), SnapshotAt(tmp_path / "out.json"), report=tmp_path / "r"
    )
    assert (tmp_path / "r" / "differences.jsonl").read_text() == ""
    assert found.rows == sum(map(len, rows.values())) > 5 * FEWEST
