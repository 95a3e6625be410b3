"""One event, one row, one caller that is told it is new."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

Connect = Callable[[], psycopg.Connection]


def test_the_first_delivery_is_new_and_the_second_is_known(db: psycopg.Connection) -> None:
    first, second = receive(db), receive(db)
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["event"] == second["event"]


def test_a_stored_event_is_never_changed(db: psycopg.Connection) -> None:
    receive(db)
    db.execute("UPDATE public.webhook_events SET status = 'processed', attempts = 1")
    stored = db.execute("SELECT webhook_events FROM public.webhook_events").fetchone()
    assert receive(db)["is_new"] is False
    assert db.execute("SELECT webhook_events FROM public.webhook_events").fetchone() == stored


@pytest.mark.parametrize("change", [{"payload_hash": "other"}, {"tenant_id": "B"}, {"tenant_id": None}])
def test_another_payload_or_tenant_is_refused_like_the_key_itself(
    db: psycopg.Connection, change: dict[str, Any]
) -> None:
    receive(db)
    with pytest.raises(psycopg.errors.UniqueViolation) as raised:
        receive(db, **change)
    with pytest.raises(psycopg.errors.UniqueViolation) as genuine:
        db.execute(
            "INSERT INTO public.webhook_events (event_id, payload_hash, event_type, payload, signature)"
            " VALUES ('e', 'h', 't', '{}', 's')"
        )
    for part in ("message_primary", "sqlstate", "constraint_name", "table_name", "schema_name"):
        assert getattr(raised.value.diag, part) == getattr(genuine.value.diag, part)
    assert raised.value.diag.message_detail is None


def test_the_same_event_of_another_provider_is_new(db: psycopg.Connection) -> None:
    assert receive(db)["is_new"]
    assert receive(db, provider="other")["is_new"]


def test_sixteen_deliveries_at_once_store_one_row(connect: Connect) -> None:
    workers = [connect() for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(receive, workers))
    assert sum(answer["is_new"] for answer in answers) == 1
    assert len({answer["event"] for answer in answers}) == 1
    assert workers[0].execute("SELECT count(*) FROM public.webhook_events").fetchone() == (1,)


def test_if_the_first_writer_gives_up_the_second_stores(connect: Connect) -> None:
    first, second = connect(), connect()
    with ThreadPoolExecutor(1) as pool:
        with first.transaction(force_rollback=True):
            assert receive(first)["is_new"]
            waiting = pool.submit(receive, second)
            wait_until_blocked(first, second)
        assert waiting.result()["is_new"]


def receive(db: psycopg.Connection, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": uuid4(),
        "tenant_id": "A",
        "provider": "icims",
        "event_id": "e",
        "payload_hash": "h",
        **changes,
    }
    with db.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "SELECT * FROM public.receive_webhook_event(%(id)s, %(tenant_id)s, %(provider)s, %(event_id)s,"
            " %(payload_hash)s, 'type', '{}', 's', true)",
            values,
        )
        (answer,) = cursor.fetchall()
    assert isinstance(values["id"], UUID)
    return answer


def wait_until_blocked(observer: psycopg.Connection, worker: psycopg.Connection) -> None:
    for _ in range(20_000):
        row = observer.execute("SELECT pg_blocking_pids(%s) <> '{}'", [worker.info.backend_pid]).fetchone()
        if row == (True,):
            return
    raise AssertionError("the second writer does not wait for the first")
