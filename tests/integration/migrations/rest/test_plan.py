"""A plan by REST says of rows that are there already what a plan by the database says."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import psycopg
import pytest

from harness.models import ENTITIES
from harness.stack.databases import Database
from migrations.planning.examination import Examination, TableResult, looked_at
from migrations.planning.findings import Findings
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.writing import write_directory
from migrations.sources.location import DatabaseAt, Location, RestAt, SnapshotAt
from migrations.sources.opening import opened
from tests.integration.migrations.rest.test_target import _copy

ROWS = 120


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> SnapshotAt:
    path = tmp_path_factory.mktemp("plan") / "rows"
    write_directory(Generated(seed=3, counts=spread(ROWS)), path)
    return SnapshotAt(path)


def _examined(source: SnapshotAt, target: Location) -> tuple[tuple[TableResult, ...], set[str]]:
    written = StringIO()
    with opened(source) as rows, looked_at(target) as existing:
        tables = Examination(
            source=rows,
            inventory=rows.inspect(),
            existing=existing,
            findings=Findings(written),
            rows=100,
            progress=lambda table, read, counted: None,  # noqa: ARG005  # nobody watches
        ).run()
    return tables, set(written.getvalue().splitlines())


def test_what_is_there_is_seen_by_rest_as_by_the_database(
    at: RestAt, sql: psycopg.Connection, shared: Database, snapshot: SnapshotAt, tmp_path: Path
) -> None:
    database = DatabaseAt(shared.coordinates.database_url)
    _copy(snapshot.path, database, tmp_path)
    # Rows that are equal stay; others differ, are gone, or have the keys of the source under other ids.
    sql.execute("DELETE FROM sync_jobs WHERE id IN (SELECT id FROM sync_jobs ORDER BY id LIMIT 9)")
    sql.execute("UPDATE sync_jobs SET last_error = 'x' WHERE id IN (SELECT id FROM sync_jobs LIMIT 5)")
    sql.execute("UPDATE webhook_events SET id = gen_random_uuid()")
    sql.execute("DELETE FROM bookings WHERE id IN (SELECT id FROM bookings ORDER BY id LIMIT 12)")
    sql.execute("DELETE FROM audit_logs WHERE booking_id IS NOT NULL")
    sql.execute("UPDATE audit_logs SET payload = '{}', action = 'other'")
    sql.execute("UPDATE bookings SET id = gen_random_uuid() WHERE status <> 'cancelled'")
    by_database, named = _examined(snapshot, database)
    by_rest, named_by_rest = _examined(snapshot, at)
    rules = Counter(json.loads(line)["rule"] for line in named)
    assert rules["exists_and_differs"] > 5
    assert rules["webhook_events_provider_event_id_key"] == ROWS // len(ENTITIES)
    assert rules["bookings_one_active_per_request"] > 0
    assert named_by_rest == named
    counted = [(one.table, one.read, one.refused, one.identical, one.there) for one in by_rest]
    assert counted == [(one.table, one.read, one.refused, one.identical, one.there) for one in by_database]
    assert sum(one.identical for one in by_rest) > ROWS // 3
