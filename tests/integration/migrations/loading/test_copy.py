"""A copy moves every row, or says which not and why; twice is as good as once."""

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from harness.models import ENTITIES
from migrations.check import check
from migrations.loading.result import CopyResult
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.writing import write_file
from migrations.sources.location import SnapshotAt
from migrations.sources.opening import opened
from tests.integration.migrations.loading.rows import HandMade, row_of, rows_of, uuid_of

Copy = Callable[..., CopyResult]
Contents = Callable[[], dict[str, list[tuple[Any, ...]]]]
COUNT = 35

ALL = HandMade({table: rows_of(table, COUNT) for table in ENTITIES})


def test_rows_arrive_as_they_are(copy: Copy, dsn: str) -> None:
    result = copy(ALL)
    assert (result.read, result.inserted, result.quarantined) == (COUNT * 6, COUNT * 6, 0)
    with psycopg.connect(dsn) as connection:
        request = connection.execute(
            "SELECT candidate_name, interviewer_emails, application_id, updated_at::text "
            "FROM public.scheduling_requests WHERE id = %s",
            [uuid_of("scheduling_requests", 7)],
        ).fetchone()
        entry = connection.execute(
            "SELECT payload::text FROM public.audit_logs WHERE id = %s", [uuid_of("audit_logs", 7)]
        ).fetchone()
    assert request == (
        "Zoë\t7\nline \\N",
        ["a@x.example", 'b "c"@x.example', "", "NULL\\"],
        "",
        "2026-01-15 10:00:00.123456+00",
    )
    assert entry == ('{"n": 9007199254740993, "s": "tab\\t é"}',)


def test_a_second_copy_finds_all_rows_identical_and_touches_none(copy: Copy, contents: Contents) -> None:
    copy(ALL)
    before = contents()
    result = copy(ALL)
    assert (result.read, result.inserted, result.identical) == (COUNT * 6, 0, COUNT * 6)
    assert contents() == before


def test_other_rows_go_beside_those_that_are_there(copy: Copy) -> None:
    copy(ALL)
    more = HandMade({table: rows_of(table, COUNT, first=COUNT - 5) for table in ENTITIES}, name="more")
    result = copy(more)
    assert (result.inserted, result.identical, result.quarantined) == ((COUNT - 5) * 6, 5 * 6, 0)


def test_the_number_in_a_checkpoint_is_that_of_the_rows(copy: Copy, dsn: str) -> None:
    copy(ALL)
    statement = sql.SQL("""
        SELECT s.number, s.inserted, s.fingerprint, count(t.id),
          sum(hashint8extended(hash_record_extended(t.*, 0), 1))
        FROM parity_migration.segments AS s JOIN {table} AS t ON t.xmin = s.xid::xid
        WHERE s.table_name = {name} GROUP BY s.number, s.inserted, s.fingerprint
    """)
    with psycopg.connect(dsn) as connection:
        for table in ENTITIES:
            rows = connection.execute(
                statement.format(table=sql.Identifier("public", table), name=sql.Literal(table))
            ).fetchall()
            assert len(rows) == 4
            assert all(row[1] == row[3] and row[2] == row[4] for row in rows)


BAD = {
    "scheduling_requests": [
        *rows_of("scheduling_requests", 24),
        row_of("scheduling_requests", 24, public_token_hash="hash 3"),  # another segment's key
        row_of("scheduling_requests", 25, duration_minutes="0"),
        row_of("scheduling_requests", 3),  # an earlier row once more
        row_of("scheduling_requests", 26, candidate_name=None),
    ],
    "bookings": [
        *rows_of("bookings", 12),
        row_of("bookings", 12, request_id=uuid_of("scheduling_requests", 25)),  # its parent is refused
        row_of("bookings", 13, request_id=uuid_of("scheduling_requests", 2)),  # a second active one
        row_of("bookings", 14, request_id=uuid_of("scheduling_requests", 2), status="cancelled"),
    ],
    "audit_logs": [row_of("audit_logs", 3, payload='{"a":'), row_of("audit_logs", 4)],
}
REASONS = {
    ("scheduling_requests", 24): ("scheduling_requests_public_token_hash_key", "23505"),
    ("scheduling_requests", 25): ("scheduling_requests_duration_positive", "23514"),
    ("scheduling_requests", 26): ("scheduling_requests_pkey", "23505"),
    ("scheduling_requests", 27): ("not_null", "23502"),
    ("bookings", 12): ("bookings_request_id_fkey", "23503"),
    ("bookings", 13): ("bookings_one_active_per_request", "23505"),
    ("audit_logs", 0): ("invalid_json", "22P02"),
}


def refusals(result: CopyResult) -> dict[tuple[str, int], tuple[str, str | None]]:
    assert result.quarantine is not None
    lines = map(json.loads, result.quarantine.read_text(encoding="utf-8").splitlines())
    return {(one["table"], one["position"]): (one["rule"], one["sqlstate"]) for one in lines}


@pytest.mark.parametrize("rows_per_segment", [1, 4, 10, 1000])
@pytest.mark.parametrize("dry_run", [False, True], ids=["for good", "rehearsed"])
def test_what_cannot_arrive_is_in_quarantine_whatever_the_segments(
    copy: Copy, rows_per_segment: int, *, dry_run: bool
) -> None:
    result = copy(HandMade(BAD), rows_per_segment=rows_per_segment, dry_run=dry_run)
    assert refusals(result) == REASONS
    assert result.inserted == sum(map(len, BAD.values())) - len(REASONS)
    assert {rule.rule for rule in result.rules} == {rule for rule, _ in REASONS.values()}


def test_a_row_that_was_refused_is_not_refused_for_good(copy: Copy) -> None:
    """Its parent was refused, too; when that one is there, it is a row like any other."""
    copy(HandMade(BAD))
    parent = row_of("scheduling_requests", 25)
    corrected = HandMade(
        {"scheduling_requests": [parent], "bookings": [BAD["bookings"][12]]}, name="corrected"
    )
    assert copy(corrected).inserted == 2


@pytest.mark.parametrize("dry_run", [False, True], ids=["for good", "rehearsed"])
def test_a_constraint_that_is_deferred_refuses_rows_all_the_same(
    copy: Copy, dsn: str, *, dry_run: bool
) -> None:
    statement = (
        b"ALTER TABLE public.bookings ALTER CONSTRAINT bookings_request_id_fkey DEFERRABLE INITIALLY DEFERRED"
    )
    with psycopg.connect(dsn) as connection:
        connection.execute(statement)
    assert refusals(copy(HandMade(BAD), dry_run=dry_run)) == REASONS


def test_a_refused_row_is_kept_whole_in_the_file_and_in_the_ledger(copy: Copy, dsn: str) -> None:
    result = copy(HandMade(BAD))
    assert result.quarantine is not None
    assert result.quarantine.stat().st_mode & 0o777 == 0o600
    first = json.loads(result.quarantine.read_text(encoding="utf-8").splitlines()[0])
    assert json.loads(first["raw"]) == BAD["scheduling_requests"][24]
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT raw FROM parity_migration.quarantine WHERE table_name = 'scheduling_requests' "
            "AND position = 24"
        ).fetchone()
    assert row == (first["raw"],)


@pytest.mark.parametrize("rows_per_segment", [1, 4, 1000])
def test_the_same_rows_are_refused_when_the_rest_is_there(
    copy: Copy, contents: Contents, rows_per_segment: int
) -> None:
    first = copy(HandMade(BAD))
    before = contents()
    second = copy(HandMade(BAD), rows_per_segment=rows_per_segment)
    assert refusals(second) == refusals(first)
    assert second.identical == first.inserted
    assert contents() == before


@pytest.mark.parametrize("rows_per_segment", [1, 1000])
def test_a_row_that_differs_does_not_make_its_equal_the_second_one(copy: Copy, rows_per_segment: int) -> None:
    copy(HandMade({"sync_jobs": [row_of("sync_jobs", 1)]}))
    rows = [row_of("sync_jobs", 1, last_error="x"), row_of("sync_jobs", 1), row_of("sync_jobs", 1)]
    result = copy(HandMade({"sync_jobs": rows}, name="thrice"), rows_per_segment=rows_per_segment)
    assert refusals(result) == {
        ("sync_jobs", 0): ("exists_and_differs", "23505"),
        ("sync_jobs", 2): ("sync_jobs_pkey", "23505"),
    }
    assert result.identical == 1


def test_a_row_that_is_there_with_other_values_is_refused_and_left_alone(
    copy: Copy, contents: Contents
) -> None:
    copy(ALL)
    before = contents()
    changed = [
        row_of("sync_jobs", 3, payload='{"a": 1}', last_error=""),
        *rows_of("sync_jobs", 2, first=COUNT),
    ]
    result = copy(HandMade({"sync_jobs": changed}, name="changed"))
    assert refusals(result) == {("sync_jobs", 0): ("exists_and_differs", "23505")}
    assert result.quarantine is not None
    assert "differs in last_error, payload" in result.quarantine.read_text(encoding="utf-8")
    assert result.inserted == 2
    assert set(before["sync_jobs"]) < set(contents()["sync_jobs"])


def test_json_that_postgres_calls_equal_is_identical(copy: Copy) -> None:
    copy(HandMade({"sync_jobs": [row_of("sync_jobs", 1, payload='{"a": 1.0, "b": [null]}')]}))
    again = HandMade({"sync_jobs": [row_of("sync_jobs", 1, payload='{"b":[null],"a":1.00}')]}, name="again")
    assert copy(again).identical == 1


def test_a_dry_run_leaves_nothing_behind(copy: Copy, dsn: str) -> None:
    result = copy(ALL, dry_run=True)
    assert result.inserted == COUNT * 6
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT to_regnamespace('parity_migration')").fetchone() == (None,)
        assert connection.execute("SELECT count(*) FROM public.bookings").fetchone() == (0,)


def test_segments_may_run_in_other_processes(copy: Copy, tmp_path: Path) -> None:
    write_file(Generated(seed=1, counts=spread(240)), tmp_path / "rows.json")
    processes = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    with opened(SnapshotAt(tmp_path / "rows.json")) as source, processes:
        assert copy(source, executor=processes).inserted == 240


def test_the_schema_is_still_what_the_models_say(copy: Copy, dsn: str) -> None:
    copy(ALL)
    assert check(dsn) == ()


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_nobody_else_reads_the_ledger(copy: Copy, dsn: str, role: str) -> None:
    copy(HandMade(BAD))
    with psycopg.connect(dsn) as connection:
        connection.execute(f"SET ROLE {role}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT raw FROM parity_migration.quarantine")


def test_a_lone_surrogate_and_a_nul_reach_the_quarantine(copy: Copy) -> None:
    rows = [
        row_of("webhook_events", 1, payload='{"a": "\\ud800"}'),
        row_of("webhook_events", 2, payload='"\\u0000"'),
    ]
    result = copy(HandMade({"webhook_events": rows}))
    assert result.quarantined == 2
    assert {sqlstate for _, sqlstate in refusals(result).values()} == {"22P02", "22P05"}
