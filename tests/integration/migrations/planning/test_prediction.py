"""The copy refuses exactly the rows that the plan said it would, for the same reasons."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from migrations.loading.copying import copy_rows
from migrations.loading.plan import LoadPlan
from migrations.loading.result import CopyResult
from migrations.loading.targets import target_at
from migrations.rehearsal.json_text import text_of
from migrations.rehearsal.writing import write_file
from migrations.sources.location import DatabaseAt, SnapshotAt
from migrations.sources.opening import opened
from tests.integration.migrations.planning.test_plan import LEGAL, Spoiled, plan

_QUARANTINE = "SELECT table_name, position, rule, sqlstate FROM parity_migration.quarantine WHERE run_id = %s"


def copy(path: Path, dsn: str) -> CopyResult:
    target = DatabaseAt(dsn)
    with opened(SnapshotAt(path)) as source, ThreadPoolExecutor(2) as executor:
        return copy_rows(
            source,
            source.inspect(),
            target_at(target, path.parent),
            target,
            LoadPlan(rows_per_segment=50),
            executor=executor,
            window=3,
            quarantine=lambda _: path.with_suffix(".quarantine.jsonl"),
        )


def check(path: Path, dsn: str) -> CopyResult:
    """Plan, copy, and compare what was said with what was done."""
    tables, _, found = plan(path, dsn, path.with_suffix(".findings.jsonl"))
    predicted = [
        (finding.table, finding.position, finding.rule, finding.sqlstate)
        for finding in found
        if finding.effect in {"lost", "changed"}
    ]
    result = copy(path, dsn)
    with psycopg.connect(dsn) as connection:
        refused = connection.execute(_QUARANTINE, [result.run_id]).fetchall()
    assert sorted(refused) == sorted(predicted)
    assert {name: (done.inserted, done.identical) for name, done in result.tables.items()} == {
        name: (table.inserted, table.identical) for name, table in tables.items()
    }
    return result


def test_the_copy_does_what_the_plan_said(dsn: str, tmp_path: Path) -> None:
    write_file(Spoiled(), tmp_path / "all.json")
    assert check(tmp_path / "all.json", dsn).inserted == sum(LEGAL.counts.values())
    again = check(tmp_path / "all.json", dsn)
    assert (again.inserted, again.identical) == (0, sum(LEGAL.counts.values()))


class Crowded:
    """Rows that fight for few ids, keys and parents."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)  # noqa: S311  # reproducible, not secret
        keys = [f"key {number}" for number in range(60)]
        ids = {table: [LEGAL.id(table, number) for number in range(60)] for table in LEGAL.counts}
        numbers = count()
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in LEGAL.counts}
        for table, rows in self.rows.items():
            for _ in range(90):
                row = LEGAL.row(table, next(numbers) % 100)
                row["id"] = random.choice(ids[table])
                for name in ("requestId", "bookingId"):
                    if row.get(name) is not None:
                        parent = "scheduling_requests" if name == "requestId" else "bookings"
                        row[name] = random.choice(ids[parent])
                if "publicTokenHash" in row:
                    row["publicTokenHash"] = random.choice(keys)
                if "eventId" in row:
                    row |= {"eventId": random.choice(keys), "provider": "icims"}
                rows.append(row)

    @property
    def counts(self) -> Mapping[str, int]:
        return {table: len(rows) for table, rows in self.rows.items()}

    def lines(self, table: str) -> Any:
        return (text_of(row) for row in self.rows[table])


@pytest.mark.parametrize("seed", [1])
def test_rows_that_fight_for_keys_are_decided_alike(dsn: str, tmp_path: Path, seed: int) -> None:
    write_file(Crowded(seed), tmp_path / "first.json")
    write_file(Crowded(seed + 100), tmp_path / "second.json")
    assert check(tmp_path / "first.json", dsn).quarantined > 50
    assert check(tmp_path / "second.json", dsn).quarantined > 50
    # Now with rows that are there already, equal, and come twice all the same.
    assert check(tmp_path / "first.json", dsn).identical > 50
