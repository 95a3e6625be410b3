"""The plan of a whole migration: what is lost, what is there already, and why."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.planning.examination import Examination, TableResult, looked_at
from migrations.planning.findings import Findings, PlanFinding, collected
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.illegal import illegal_rows
from migrations.rehearsal.writing import write_file
from migrations.sources.location import DatabaseAt, SnapshotAt
from migrations.sources.opening import opened

LEGAL = Generated(counts=spread(600), seed=7)
ILLEGAL = illegal_rows(LEGAL)


class Spoiled:
    """Legal rows, and the illegal ones behind them."""

    legal = LEGAL.counts
    counts: Mapping[str, int] = {
        table: count + sum(row.table == table for row in ILLEGAL) for table, count in LEGAL.counts.items()
    }

    def lines(self, table: str) -> Any:
        yield from LEGAL.lines(table)
        yield from (row.text for row in ILLEGAL if row.table == table)


def plan(
    source: Path | str, target: str | None, report: Path, rows: int = 64
) -> tuple[dict[str, TableResult], Findings, list[PlanFinding]]:
    with (
        looked_at(None if target is None else DatabaseAt(target)) as existing,
        opened(SnapshotAt(source) if isinstance(source, Path) else DatabaseAt(source)) as opened_source,
        collected(report) as findings,
    ):
        examination = Examination(
            source=opened_source,
            inventory=opened_source.inspect(),
            existing=existing,
            findings=findings,
            rows=rows,
            progress=lambda *_: None,
        )
        tables = {result.table: result for result in examination.run()}
    lines = [PlanFinding(**json.loads(line)) for line in report.read_text().splitlines()]
    return tables, findings, lines


@pytest.mark.parametrize("rows", [7, 20_000])
def test_every_illegal_row_is_found_with_its_sqlstate_and_no_legal_one(tmp_path: Path, rows: int) -> None:
    write_file(Spoiled(), tmp_path / "all.json")
    tables, _, found = plan(tmp_path / "all.json", None, tmp_path / "findings.jsonl", rows)
    refused = [finding for finding in found if finding.effect in {"lost", "changed"}]
    assert [(row.table, row.rule, row.sqlstate, row.key) for row in ILLEGAL] == [
        (row.table, row.rule, row.sqlstate, row.key)
        for row in sorted(refused, key=lambda row: (list(ENTITIES).index(row.table), row.position))
    ]
    assert {table: result.inserted for table, result in tables.items()} == dict(LEGAL.counts)
    assert {table: result.refused for table, result in tables.items()} == {
        table: sum(row.table == table for row in ILLEGAL) for table in ENTITIES
    }


def test_what_the_target_has_already_is_compared_and_not_written(dsn: str, tmp_path: Path) -> None:
    write_file(LEGAL, tmp_path / "all.json")
    with psycopg.connect(dsn, autocommit=True) as connection:
        load(connection, tmp_path / "all.json")
        first, second, third = (LEGAL.row("webhook_events", number) for number in (1, 2, 3))
        change = "UPDATE webhook_events SET signature = 'forged' WHERE id = %s"
        connection.execute(change, [first["id"]])
        # Another row took the key of this one, and that one is gone.
        connection.execute("UPDATE webhook_events SET id = gen_random_uuid() WHERE id = %s", [second["id"]])
        connection.execute("DELETE FROM webhook_events WHERE id = %s", [third["id"]])
    tables, _, found = plan(tmp_path / "all.json", dsn, tmp_path / "findings.jsonl")
    refused = {finding.key: finding for finding in found if finding.effect == "lost"}
    assert refused.keys() == {first["id"], second["id"]}
    assert refused[first["id"]].rule == "exists_and_differs"
    assert refused[first["id"]].column == "signature"
    assert refused[second["id"]].rule == "webhook_events_provider_event_id_key"
    events = tables["webhook_events"]
    assert (events.read, events.refused, events.inserted, events.identical) == (100, 2, 1, 97)
    others = [result for table, result in tables.items() if table != "webhook_events"]
    assert all(result.identical == result.read == 100 for result in others)


def test_a_database_is_identical_with_itself(dsn: str, tmp_path: Path) -> None:
    write_file(LEGAL, tmp_path / "all.json")
    with psycopg.connect(dsn, autocommit=True) as connection:
        load(connection, tmp_path / "all.json")
    tables, _, found = plan(dsn, dsn, tmp_path / "findings.jsonl")
    assert {table: result.identical for table, result in tables.items()} == dict(LEGAL.counts)
    assert {finding.effect for finding in found} <= {"javascript"}


def load(connection: psycopg.Connection, path: Path) -> None:
    """Insert the rows of a snapshot as the server reads them from JSON."""
    with opened(SnapshotAt(path)) as source:
        for entity in ENTITIES.values():
            names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, entity.by_name))
            for segment in source.segments(entity):
                for row in source.read(segment).rows.drop("_position").iter_rows():
                    values = psycopg.sql.SQL(", ").join(psycopg.sql.Placeholder() * len(row))
                    connection.execute(
                        psycopg.sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                            psycopg.sql.Identifier(entity.table), names, values
                        ),
                        row,
                    )


def test_a_parent_may_be_in_the_target_only(dsn: str, tmp_path: Path) -> None:
    write_file(LEGAL, tmp_path / "all.json")
    snapshot = json.loads((tmp_path / "all.json").read_text())
    wanted = LEGAL.id("scheduling_requests", 5)
    with psycopg.connect(dsn, autocommit=True) as connection:
        load(connection, tmp_path / "all.json")
        for table in ("webhook_events", "sync_jobs", "reconciliation_jobs", "audit_logs", "bookings"):
            connection.execute(psycopg.sql.SQL("DELETE FROM {}").format(psycopg.sql.Identifier(table)))
        connection.execute("DELETE FROM scheduling_requests WHERE id <> %s", [wanted])
    requests = snapshot["rows"]["schedulingRequests"]
    snapshot["rows"]["schedulingRequests"] = [
        row for row in requests if row["id"] not in {wanted, requests[6]["id"]}
    ]
    snapshot["counts"]["schedulingRequests"] -= 2
    (tmp_path / "less.json").write_text(json.dumps(snapshot))
    _, _, found = plan(tmp_path / "less.json", dsn, tmp_path / "findings.jsonl")
    lost = {finding.rule for finding in found if finding.effect == "lost"}
    bookings = [row for row in snapshot["rows"]["bookings"] if row["requestId"].lower() == requests[6]["id"]]
    keys = {finding.key for finding in found if finding.rule == "bookings_request_id_fkey"}
    assert keys == {row["id"] for row in bookings} != set()
    assert lost <= {"bookings_request_id_fkey", "audit_logs_request_id_fkey", "audit_logs_booking_id_fkey"}


def test_a_snapshot_is_no_target(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="neither a database nor a project"),
        looked_at(SnapshotAt(tmp_path)),
    ):
        pass
