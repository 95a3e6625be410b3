"""book, reschedule and cancel: every effect or none, and one winner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

Connect = Callable[[], psycopg.Connection]
Row = dict[str, Any]

SLOT = ("2026-03-01T10:00:00+01:00", "2026-03-01T10:30:00.5+01:00")
LATER = ("2026-03-02T10:00:00+00:00", "2026-03-02T11:00:00+00:00")


def test_book_has_all_four_effects(db: psycopg.Connection) -> None:
    request, booking = a_request(db), uuid4()
    row = book(db, request, booking, actor_id="me")
    assert (row["id"], row["request_id"], row["status"]) == (booking, request, "confirmed")
    assert row["confirmed_at"] == row["booked_at"]
    assert status_of(db, request) == "booked"
    assert audit(db) == [
        {
            "request_id": request,
            "booking_id": booking,
            "action": "booked",
            "actor_type": "candidate",
            "actor_id": "me",
            "payload": {
                "scheduled_start": "2026-03-01T09:00:00.000000+00:00",
                "scheduled_end": "2026-03-01T09:30:00.500000+00:00",
            },
        }
    ]
    assert jobs(db) == [
        ("icims_note", "booking", str(booking), {"action": "booked", "request_id": str(request)}, "pending")
    ]


def test_reschedule_moves_the_same_booking(db: psycopg.Connection) -> None:
    request, booking = a_booking(db)
    query(db, "UPDATE public.scheduling_requests SET expires_at = now() - interval '1 day'")
    (row,) = query(
        db, "SELECT * FROM public.reschedule(%s, %s, %s, 'coordinator', 'someone')", [booking, *LATER]
    )
    assert (row["id"], row["status"]) == (booking, "rescheduled")
    assert status_of(db, request) == "rescheduled"
    assert audit(db)[-1]["payload"] == {
        "from": {
            "scheduled_start": "2026-03-01T09:00:00.000000+00:00",
            "scheduled_end": "2026-03-01T09:30:00.500000+00:00",
        },
        "to": {
            "scheduled_start": "2026-03-02T10:00:00.000000+00:00",
            "scheduled_end": "2026-03-02T11:00:00.000000+00:00",
        },
    }
    assert jobs(db)[-1][3] == {"action": "rescheduled", "request_id": str(request)}


def test_cancel_ends_booking_and_request(db: psycopg.Connection) -> None:
    request, booking = a_booking(db)
    (row,) = query(db, "SELECT * FROM public.cancel(%s, 'ill', 'coordinator')", [booking])
    assert (row["status"], row["cancellation_reason"]) == ("cancelled", "ill")
    assert row["cancelled_at"] is not None
    assert status_of(db, request) == "cancelled"
    assert audit(db)[-1]["payload"] == {"reason": "ill"}
    assert jobs(db)[-1][3] == {"action": "cancelled", "request_id": str(request)}


@pytest.mark.parametrize(
    "change",
    [
        "status = 'cancelled'",
        "status = 'booked'",
        "status = 'expired'",
        "expires_at = now() - interval '1 s'",
    ],
)
def test_only_an_open_request_can_be_booked(db: psycopg.Connection, change: str) -> None:
    request = a_request(db)
    query(db, f"UPDATE public.scheduling_requests SET {change}")  # noqa: S608  # stands above
    refused(db, "PT409", "request_not_bookable", book, request, uuid4())


def test_what_is_missing_is_named(db: psycopg.Connection) -> None:
    refused(db, "PT404", "scheduling_requests", book, uuid4(), uuid4())
    for call in (
        "SELECT public.reschedule(%s, now(), now() + interval '1 h', 'system')",
        "SELECT public.cancel(%s, NULL, 'system')",
    ):
        refused(db, "PT404", "bookings", query, call, [uuid4()])


def test_a_cancelled_booking_stays_cancelled(db: psycopg.Connection) -> None:
    _, booking = a_booking(db)
    query(db, "SELECT public.cancel(%s, NULL, 'system')", [booking])
    for call in (
        "SELECT public.reschedule(%s, now(), now() + interval '1 h', 'system')",
        "SELECT public.cancel(%s, NULL, 'system')",
    ):
        refused(db, "PT409", "request_not_bookable", query, call, [booking])


def test_a_repeated_call_is_told_that_the_first_one_worked(db: psycopg.Connection) -> None:
    request, booking = a_booking(db)
    with pytest.raises(psycopg.errors.UniqueViolation) as raised:
        book(db, request, booking)
    with pytest.raises(psycopg.errors.UniqueViolation) as genuine:
        query(
            db,
            "INSERT INTO public.bookings (id, request_id, scheduled_start, scheduled_end, booked_by, status)"
            " VALUES (%s, %s, now(), now() + interval '1 h', 'x', 'cancelled')",
            [booking, request],
        )
    for part in ("message_primary", "sqlstate", "constraint_name", "table_name", "schema_name"):
        assert getattr(raised.value.diag, part) == getattr(genuine.value.diag, part)


@pytest.mark.parametrize(
    ("slot", "actor", "error"),
    [
        ((SLOT[1], SLOT[0]), "candidate", "23514"),
        ((SLOT[0], None), "candidate", "23502"),
        ((SLOT[0], "infinity"), "candidate", "22023"),
        (SLOT, "stranger", "23514"),
        (SLOT, None, "23502"),
    ],
)
def test_a_failed_booking_leaves_no_trace(
    db: psycopg.Connection, slot: tuple[str, str | None], actor: str | None, error: str
) -> None:
    request = a_request(db)
    with pytest.raises(psycopg.Error) as caught:
        book(db, request, uuid4(), slot=slot, actor_type=actor)
    assert caught.value.sqlstate == error
    assert status_of(db, request) == "pending"
    assert query(db, "SELECT FROM public.bookings") == []
    assert audit(db) == []
    assert jobs(db) == []


def test_two_bookings_for_one_request_have_one_winner(connect: Connect) -> None:
    first, second = connect(), connect()
    request = a_request(first)

    def attempt(connection: psycopg.Connection) -> str:
        try:
            book(connection, request, uuid4())
        except psycopg.Error as error:
            return error.sqlstate or ""
        return "won"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, [first, second])) == ["PT409", "won"]
    assert len(query(first, "SELECT FROM public.bookings")) == 1


def test_flows_on_one_request_never_deadlock(connect: Connect) -> None:
    workers = [connect() for _ in range(4)]
    _, booking = a_booking(workers[0])

    def move(connection: psycopg.Connection) -> int:
        for _ in range(25):
            query(
                connection,
                "SELECT public.reschedule(%s, now(), now() + interval '1 h', 'system')",
                [booking],
            )
        return 25

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(move, workers)) == 100
    assert len(audit(workers[0])) == 101


def test_a_deleted_request_takes_its_bookings_and_leaves_its_history(db: psycopg.Connection) -> None:
    request, _ = a_booking(db)
    query(db, "DELETE FROM public.scheduling_requests WHERE id = %s", [request])
    assert query(db, "SELECT FROM public.bookings") == []
    assert [(entry["request_id"], entry["booking_id"]) for entry in audit(db)] == [(None, None)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE public.audit_logs SET action = 'x'",
        "DELETE FROM public.audit_logs",
        "TRUNCATE public.audit_logs",
    ],
)
def test_the_history_cannot_be_changed(db: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(db, statement)


def query(db: psycopg.Connection, statement: str, values: list[Any] | None = None) -> list[Row]:
    with db.cursor(row_factory=dict_row) as cursor:
        cursor.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description is not None else []


def refused(db: psycopg.Connection, state: str, message: str, call: Callable[..., Any], *values: Any) -> None:
    with pytest.raises(psycopg.Error) as caught:
        call(db, *values)
    assert (caught.value.sqlstate, caught.value.diag.message_primary) == (state, message)
    assert caught.value.diag.message_detail is None


def a_request(db: psycopg.Connection) -> UUID:
    (row,) = query(
        db,
        """
        INSERT INTO public.scheduling_requests (
          candidate_name, candidate_email, req_title, interview_type, duration_minutes, interviewer_emails,
          organizer_email, window_start, window_end, candidate_timezone, public_token, public_token_hash,
          expires_at
        ) VALUES (
          'A', 'a@x', 'T', 'onsite', 30, '{}',
          'o@x', now(), now() + interval '1 day', 'UTC', 't', gen_random_uuid()::text,
          now() + interval '1 day'
        ) RETURNING id
        """,
    )
    return UUID(str(row["id"]))


def book(
    db: psycopg.Connection,
    request: UUID,
    booking: UUID,
    *,
    slot: tuple[str, str | None] = SLOT,
    actor_type: str | None = "candidate",
    actor_id: str | None = None,
) -> Row:
    (row,) = query(
        db,
        "SELECT * FROM public.book(%s, %s, %s, %s, 'candidate', %s, %s)",
        [booking, request, *slot, actor_type, actor_id],
    )
    return row


def a_booking(db: psycopg.Connection) -> tuple[UUID, UUID]:
    request, booking = a_request(db), uuid4()
    book(db, request, booking)
    return request, booking


def status_of(db: psycopg.Connection, request: UUID) -> Any:
    return query(db, "SELECT status FROM public.scheduling_requests WHERE id = %s", [request])[0]["status"]


def audit(db: psycopg.Connection) -> list[Row]:
    return query(
        db,
        "SELECT request_id, booking_id, action, actor_type, actor_id, payload"
        " FROM public.audit_logs ORDER BY created_at",
    )


def jobs(db: psycopg.Connection) -> list[tuple[Any, ...]]:
    rows = query(
        db, "SELECT type, entity_type, entity_id, payload, status FROM public.sync_jobs ORDER BY created_at"
    )
    return [tuple(row.values()) for row in rows]
