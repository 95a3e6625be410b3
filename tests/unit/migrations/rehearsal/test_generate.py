"""The generated snapshot: legal, repeatable, and awkward everywhere."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness.adapters.memory.database import MemoryDatabase
from harness.errors import ConfigurationError
from harness.models import ENTITIES, ColumnType
from harness.models.operations import table_alias
from migrations.rehearsal.awkward import ARRAYS, JSON, LONG_TEXT, SHORT_TEXTS, TEXTS, TIMES
from migrations.rehearsal.generate import FEWEST, Generated, spread
from migrations.rehearsal.writing import write_directory, write_file

SMALL = Generated(seed=3, counts=dict.fromkeys(ENTITIES, FEWEST))


def values(table: str, column: str) -> list[Any]:
    return [row.get(ENTITIES[table].by_name[column].alias) for row in SMALL.rows(table)]


def test_a_seed_is_a_snapshot_and_another_seed_another_one() -> None:
    again = Generated(seed=3, counts=SMALL.counts)
    other = Generated(seed=4, counts=SMALL.counts)
    for table in ENTITIES:
        assert list(SMALL.lines(table)) == list(again.lines(table))
        assert list(SMALL.lines(table)) != list(other.lines(table))


def test_a_row_does_not_depend_on_how_many_follow() -> None:
    more = Generated(seed=3, counts=dict.fromkeys(ENTITIES, 5 * FEWEST))
    for table in ("scheduling_requests", "sync_jobs", "webhook_events", "reconciliation_jobs"):
        assert list(more.lines(table))[:FEWEST] == list(SMALL.lines(table))


@pytest.mark.parametrize("table", ENTITIES)
def test_every_choice_and_both_of_null_and_not_null_occur_in_each_column(table: str) -> None:
    for column in ENTITIES[table].columns:
        found = values(table, column.name)
        if column.choices is not None:
            assert set(found) - {None} == set(column.choices)
        assert (None in found) == column.nullable
        assert any(value is not None for value in found)


def test_nulls_are_written_and_left_out() -> None:
    rows = list(SMALL.rows("webhook_events"))
    assert any("tenantId" in row and row["tenantId"] is None for row in rows)
    assert any("tenantId" not in row for row in rows)


def test_every_awkward_value_occurs() -> None:
    assert set(TEXTS) | {LONG_TEXT} <= {
        value
        for table, entity in ENTITIES.items()
        for column in entity.columns
        if column.type is ColumnType.TEXT
        for value in values(table, column.name)
    }
    assert set(SHORT_TEXTS) <= set(values("scheduling_requests", "candidate_email"))
    assert set(ARRAYS) == set(map(tuple, values("scheduling_requests", "interviewer_emails")))
    assert set(TIMES) <= set(values("sync_jobs", "run_after"))
    payloads = values("webhook_events", "payload")
    assert all(wanted in payloads for wanted in JSON)
    assert any(isinstance(payload, dict) and len(payload.get("huge", "")) > 900_000 for payload in payloads)
    assert {1, 2**31 - 1} <= set(values("scheduling_requests", "duration_minutes"))


def test_references_are_set_and_null_and_met() -> None:
    requests, bookings = set(values("scheduling_requests", "id")), set(values("bookings", "id"))
    links = {
        (request is None, booking is None)
        for request, booking in zip(
            values("audit_logs", "request_id"), values("audit_logs", "booking_id"), strict=True
        )
    }
    assert len(links) == 4
    assert {value.lower() for value in values("audit_logs", "request_id") if value} <= requests
    assert {value.lower() for value in values("audit_logs", "booking_id") if value} <= bookings


def test_requests_have_none_or_one_active_booking_beside_cancelled_ones() -> None:
    by_request: dict[str, list[str]] = {}
    for request, status in zip(values("bookings", "request_id"), values("bookings", "status"), strict=True):
        by_request.setdefault(request, []).append(status)
    active = {sum(status != "cancelled" for status in found) for found in by_request.values()}
    assert active == {0, 1}
    assert all(len(found) > 1 for found in by_request.values())


def test_the_file_and_the_directory_have_the_same_rows(tmp_path: Path) -> None:
    write_file(SMALL, tmp_path / "a.json")
    write_directory(SMALL, tmp_path / "b")
    whole = json.loads((tmp_path / "a.json").read_text(), parse_float=Decimal)
    header = json.loads((tmp_path / "b" / "snapshot.json").read_text())
    assert whole["counts"] == header["counts"] == dict.fromkeys(whole["rows"], FEWEST)
    for table, entity in ENTITIES.items():
        lines = (tmp_path / "b" / f"{table_alias(entity)}.jsonl").read_bytes().split(b"\n")
        rows = [json.loads(line, parse_float=Decimal) for line in lines[:-1]]
        assert rows == whole["rows"][table_alias(entity)] == list(SMALL.rows(table))


def test_an_existing_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"a\.json"):
        write_file(SMALL, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text() == "mine"


def test_memory_takes_every_row() -> None:
    database = MemoryDatabase()
    counts = spread(2_000)
    for table, entity in ENTITIES.items():
        for row in Generated(seed=1, counts=counts).lines(table):
            wire = json.loads(row)
            database.load(
                table,
                {column.name: wire.get(column.alias) for column in entity.columns},
            )
    assert {table: sum(1 for _ in database.rows(table)) for table in ENTITIES} == counts


def test_bookings_without_requests_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="scheduling_requests"):
        Generated(seed=1, counts={**spread(600), "scheduling_requests": 0})
