"""The copy refuses exactly the rows that the plan said it would, for the same reasons."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from migrations.loading.copying import copy_rows
from migrations.loading.plan import LoadPlan
from migrations.loading.targets import target_at
from migrations.rehearsal.writing import write_file
from migrations.sources.location import DatabaseAt, SnapshotAt
from migrations.sources.opening import opened
from tests.integration.migrations.planning.test_plan import Spoiled, plan

_QUARANTINE = "SELECT table_name, position, rule, sqlstate FROM parity_migration.quarantine"


def test_the_copy_does_what_the_plan_said(dsn: str, tmp_path: Path) -> None:
    path, target = tmp_path / "all.json", DatabaseAt(dsn)
    write_file(Spoiled(), path)
    tables, _, found = plan(path, dsn, tmp_path / "findings.jsonl")
    predicted = [
        (finding.table, finding.position, finding.rule, finding.sqlstate)
        for finding in found
        if finding.effect in {"lost", "changed"}
    ]
    with opened(SnapshotAt(path)) as source, ThreadPoolExecutor(2) as executor:
        result = copy_rows(
            source,
            source.inspect(),
            target_at(target, tmp_path),
            target,
            LoadPlan(rows_per_segment=50),
            executor=executor,
            window=3,
            quarantine=lambda _: tmp_path / "quarantine.jsonl",
        )
    with psycopg.connect(dsn) as connection:
        refused = connection.execute(_QUARANTINE).fetchall()
    assert sorted(refused) == sorted(predicted)
    assert {name: (done.inserted, done.identical) for name, done in result.tables.items()} == {
        name: (table.inserted, table.identical) for name, table in tables.items()
    }
    after, _, found = plan(path, dsn, tmp_path / "findings.jsonl")
    assert sum(table.inserted for table in after.values()) == 0
    assert {name: table.identical for name, table in after.items()} == dict(Spoiled.legal)
