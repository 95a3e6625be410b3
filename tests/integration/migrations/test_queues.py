"""claim, complete and fail of the three queues, and the reception of webhooks."""

# ruff: noqa: S608  # names of tables and columns, from the models and this file

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from harness.models import ENTITIES

Connect = Callable[[], psycopg.Connection]


@dataclass(frozen=True)
class Case:
    """One queue, and what a new row of it needs."""

    table: str
    singular: str
    waiting: str
    done: str
    columns: str
    values: str


QUEUES = [
    Case(
        table=entity.table,
        singular=entity.singular,
        waiting=entity.queue.waiting,
        done=entity.queue.done,
        columns=columns,
        values=values,
    )
    for entity, columns, values in (
        (ENTITIES["sync_jobs"], "type, entity_type, entity_id", "'icims_note', 'booking', 'x'"),
        (
            ENTITIES["webhook_events"],
            "event_id, payload_hash, event_type, payload, signature",
            "gen_random_uuid()::text, 'h', 'e', '{}', 's'",
        ),
        (
            ENTITIES["reconciliation_jobs"],
            "job_type, entity_type, entity_id, detection_reason",
            "'state_mismatch', 'booking', 'x', 'r'",
        ),
    )
    if entity.queue is not None
]


@pytest.fixture(params=QUEUES, ids=lambda case: case.table)
def queue(request: pytest.FixtureRequest) -> Case:
    case = request.param
    assert isinstance(case, Case)
    return case


def test_claims_take_due_rows_in_order(db: psycopg.Connection, queue: Case) -> None:
    third = add(db, queue, "now() - interval '1 min'")
    first = add(db, queue, "now() - interval '3 min'")
    second = add(db, queue, "now() - interval '2 min'")
    add(db, queue, "now() + interval '1 min'")
    claimed = claim(db, queue, limit=2)
    assert [row["id"] for row in claimed] == [first, second]
    assert all((row["status"], row["attempts"]) == ("processing", 1) for row in claimed)
    assert [row["id"] for row in claim(db, queue)] == [third]
    assert claim(db, queue) == []


def test_a_row_just_created_is_due(db: psycopg.Connection, queue: Case) -> None:
    job = add(db, queue)
    assert [row["id"] for row in claim(db, queue)] == [job]


def test_an_expired_lease_is_claimed_again_and_the_first_owner_is_refused(
    db: psycopg.Connection, queue: Case
) -> None:
    job = add(db, queue)
    claim(db, queue)
    expire(db, queue)
    (again,) = claim(db, queue)
    assert (again["id"], again["attempts"]) == (job, 2)
    refused(db, "PT409", "stale_claim", f"SELECT public.complete_{queue.singular}(%s, 1)", job)
    refused(db, "PT409", "stale_claim", f"SELECT public.fail_{queue.singular}(%s, 1, 'e', 0)", job)
    (done,) = query(db, f"SELECT * FROM public.complete_{queue.singular}(%s, 2)", job)
    assert done["status"] == queue.done
    assert done.get("processed_at", "no column") is not None


def test_an_expired_lease_that_nobody_claimed_may_complete(db: psycopg.Connection, queue: Case) -> None:
    job = add(db, queue)
    claim(db, queue)
    expire(db, queue)
    (done,) = query(db, f"SELECT * FROM public.complete_{queue.singular}(%s, 1)", job)
    assert done["status"] == queue.done


def test_exhausted_rows_fail_in_passing_and_do_not_count(db: psycopg.Connection, queue: Case) -> None:
    lost = add(db, queue, "now() - interval '9 min'", attempts=2, max_attempts=2)
    due = add(db, queue)
    assert [row["id"] for row in claim(db, queue, limit=1)] == [due]
    (row,) = query(db, f"SELECT status, last_error FROM public.{queue.table} WHERE id = %s", lost)
    assert row == {"status": "failed", "last_error": "attempts exhausted"}


def test_a_failed_attempt_waits_and_the_last_one_is_final(db: psycopg.Connection, queue: Case) -> None:
    job = add(db, queue, max_attempts=2)
    claim(db, queue)
    (waits,) = query(db, f"SELECT * FROM public.fail_{queue.singular}(%s, 1, 'once', 0)", job)
    assert (waits["status"], waits["last_error"], waits["attempts"]) == (queue.waiting, "once", 1)
    claim(db, queue)
    (failed,) = query(db, f"SELECT * FROM public.fail_{queue.singular}(%s, 2, 'twice', 0)", job)
    assert (failed["status"], failed["last_error"]) == ("failed", "twice")


def test_the_retry_lies_in_the_future(db: psycopg.Connection, queue: Case) -> None:
    job = add(db, queue)
    claim(db, queue)
    query(db, f"SELECT public.fail_{queue.singular}(%s, 1, 'e', 60)", job)
    assert claim(db, queue) == []
    (row,) = query(db, f"SELECT run_after > now() + interval '50 s' AS later FROM public.{queue.table}")
    assert row["later"]


@pytest.mark.parametrize("limit", [0, -1, 1001, None])
def test_a_limit_beyond_the_row_cap_is_refused(
    db: psycopg.Connection, queue: Case, limit: int | None
) -> None:
    refused(db, "22023", "limit", f"SELECT public.claim_{queue.table}(%s, 60)", limit)


@pytest.mark.parametrize("lease", [0.0, -1.0, 86400.1, float("nan"), float("inf"), None])
def test_an_impossible_lease_is_refused(db: psycopg.Connection, queue: Case, lease: float | None) -> None:
    refused(db, "22023", "lease_s", f"SELECT public.claim_{queue.table}(1, %s::float8)", lease)


@pytest.mark.parametrize("retry", [-0.1, 2592000.1, float("nan"), None])
def test_an_impossible_retry_is_refused(db: psycopg.Connection, queue: Case, retry: float | None) -> None:
    call = f"SELECT public.fail_{queue.singular}(gen_random_uuid(), 1, 'e', %s::float8)"
    refused(db, "22023", "retry_in_s", call, retry)


def test_a_missing_row_is_named(db: psycopg.Connection, queue: Case) -> None:
    refused(db, "PT404", queue.table, f"SELECT public.complete_{queue.singular}(%s, 1)", uuid4())
    refused(db, "PT404", queue.table, f"SELECT public.fail_{queue.singular}(%s, 1, 'e', 0)", uuid4())


def test_a_locked_row_is_skipped(connect: Connect, queue: Case) -> None:
    holder, worker = connect(), connect()
    locked = add(holder, queue, "now() - interval '2 min'")
    exhausted = add(holder, queue, "now() - interval '3 min'", attempts=1, max_attempts=1)
    free = add(holder, queue)
    with holder.transaction():
        query(holder, f"SELECT FROM public.{queue.table} WHERE id = ANY (%s) FOR UPDATE", [locked, exhausted])
        assert [row["id"] for row in claim(worker, queue)] == [free]


def test_eight_workers_claim_200_jobs_once_each(connect: Connect, queue: Case) -> None:
    workers = [connect() for _ in range(8)]
    for _ in range(200):
        add(workers[0], queue)

    def work(worker: psycopg.Connection) -> list[UUID]:
        mine: list[UUID] = []
        while rows := claim(worker, queue, limit=7):
            mine += [row["id"] for row in rows]
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [job for jobs in pool.map(work, workers) for job in jobs]
    assert len(claimed) == len(set(claimed)) == 200
    assert query(workers[0], f"SELECT DISTINCT attempts FROM public.{queue.table}") == [{"attempts": 1}]


def test_a_claim_uses_the_index_of_due_rows(db: psycopg.Connection, queue: Case) -> None:
    query(
        db,
        f"INSERT INTO public.{queue.table} (status, {queue.columns})"
        f" SELECT '{queue.done}', {queue.values} FROM generate_series(1, 5000)",
    )
    add(db, queue)
    plan = query(
        db,
        f"EXPLAIN SELECT id FROM public.{queue.table} WHERE status IN ('{queue.waiting}', 'processing')"
        " AND run_after <= now() AND attempts < max_attempts ORDER BY run_after, id LIMIT 1",
    )
    assert any(f"idx_{queue.table}_due" in str(line["QUERY PLAN"]) for line in plan)


def test_the_summary_counts_every_status_and_what_is_due(db: psycopg.Connection, queue: Case) -> None:
    add(db, queue)
    add(db, queue, "now() + interval '1 h'")
    add(db, queue, attempts=1, max_attempts=1)
    (row,) = query(db, "SELECT public.ops_summary() AS summary")
    summary = row["summary"]
    expected = {
        table: dict.fromkeys(choices, 0)
        for table, entity in ENTITIES.items()
        if "status" in entity.by_name and (choices := entity.by_name["status"].choices)
    }
    expected[queue.table][queue.waiting] = 3
    assert summary["counts"] == expected
    assert summary["due"] == {case.table: int(case.table == queue.table) for case in QUEUES}
    assert summary["needs_attention"] == 0


def query(db: psycopg.Connection, statement: str, value: Any = ...) -> list[dict[str, Any]]:
    with db.cursor(row_factory=dict_row) as cursor:
        cursor.execute(statement.encode(), None if value is ... else [value])
        return cursor.fetchall() if cursor.description is not None else []


def refused(db: psycopg.Connection, state: str, message: str, statement: str, value: Any) -> None:
    with pytest.raises(psycopg.Error) as caught:
        query(db, statement, value)
    assert (caught.value.sqlstate, caught.value.diag.message_primary) == (state, message)


def add(
    db: psycopg.Connection, queue: Case, run_after: str = "now()", *, attempts: int = 0, max_attempts: int = 3
) -> UUID:
    (row,) = query(
        db,
        f"INSERT INTO public.{queue.table} (run_after, attempts, max_attempts, {queue.columns})"
        f" VALUES ({run_after}, {attempts}, {max_attempts}, {queue.values}) RETURNING id",
    )
    return UUID(str(row["id"]))


def claim(db: psycopg.Connection, queue: Case, *, limit: int = 100) -> list[dict[str, Any]]:
    with db.cursor(row_factory=dict_row) as cursor:
        function = sql.Identifier("public", f"claim_{queue.table}")
        return cursor.execute(sql.SQL("SELECT * FROM {}(%s, 60)").format(function), [limit]).fetchall()


def expire(db: psycopg.Connection, queue: Case) -> None:
    query(db, f"UPDATE public.{queue.table} SET run_after = now() - interval '1 s'")
