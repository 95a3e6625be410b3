"""A copy by REST is taken back by id, and only where nobody changed or needs the row."""

from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Column, ColumnType
from migrations.rest.client import RestClient
from migrations.rest.encode import Row, encoded
from migrations.rest.journal import Header, Journal
from migrations.rest.undo import undo
from migrations.rest.writer import Writer
from migrations.sources.location import RestAt

_VALUES = {
    ColumnType.TEXT: "x",
    ColumnType.INTEGER: "3",
    ColumnType.BOOLEAN: "false",
    ColumnType.JSONB: "{}",
    ColumnType.TEXT_ARRAY: "{a}",
    ColumnType.TIMESTAMPTZ: "2026-01-15 10:00:00.123456+00",
}


def _id(number: int) -> str:
    return str(UUID(int=number, version=4))


def _value(column: Column) -> str | None:
    if column.nullable:
        return None
    return column.choices[0] if column.choices else _VALUES.get(column.type)


def _row(table: str, number: int, **changes: str | None) -> Row:
    entity = ENTITIES[table]
    row = encoded(
        entity,
        number,
        {**{column.name: _value(column) for column in entity.columns}, "id": _id(number), **changes},
    )
    assert isinstance(row, Row)
    return row


def _request(number: int) -> Row:
    return _row(
        "scheduling_requests", number, public_token_hash=str(number), window_end="2026-01-15 11:00:00+00"
    )


def _booking(number: int, request: int) -> Row:
    return _row("bookings", number, request_id=_id(request), scheduled_end="2026-01-15 11:00:00+00")


@pytest.fixture
def copied(at: RestAt, tmp_path: Path) -> Path:
    """The journal of a copy: 200 events, two requests with a booking each, and one with an audit entry."""
    path = tmp_path / "journal.jsonl"
    header = Header(
        run_id="r",
        started_at="",
        target=str(at),
        source="",
        source_fingerprint="",
        plan_fingerprint="",
        schema_fingerprint="",
        rows_per_segment=1,
        empty_tables=(),
    )
    rows = {
        "scheduling_requests": [_request(1), _request(2), _request(3)],
        "bookings": [_booking(1, 1), _booking(2, 2)],
        "audit_logs": [_row("audit_logs", 1, request_id=_id(3))],
        "webhook_events": [_row("webhook_events", n, event_id=f"e{n}") for n in range(200)],
    }
    with RestClient(at) as client, Journal.begin(path, header) as journal:
        for table, those in rows.items():
            loaded = Writer(client, journal, ENTITIES[table], was_empty=True).load(those)
            assert loaded.inserted == len(those), loaded.refused
        journal.end()
    return path


def _left(sql: psycopg.Connection, table: str) -> list[int]:
    rows = sql.execute(psycopg.sql.SQL("SELECT id FROM {}").format(psycopg.sql.Identifier(table)))
    return sorted(id.int & 0xFFFF for (id,) in rows)


def test_what_the_copy_stored_is_removed_and_everything_else_stays(
    at: RestAt, copied: Path, sql: psycopg.Connection
) -> None:
    # Since then: a row of somebody else, a change, a removal, and a booking of somebody else for a request.
    sql.execute(
        "INSERT INTO webhook_events (id, event_id, payload_hash, event_type, payload, signature) "
        "VALUES (%s, 'other', 'h', 't', '{}', 's')",
        [_id(500)],
    )
    sql.execute("UPDATE webhook_events SET last_error = 'x' WHERE event_id = 'e7'")
    sql.execute("DELETE FROM webhook_events WHERE event_id = 'e8'")
    sql.execute(
        "INSERT INTO bookings (id, request_id, scheduled_start, scheduled_end, booked_by, status) "
        "VALUES (%s, %s, now(), now() + interval '1 h', 'b', 'cancelled')",
        [_id(9), _id(2)],
    )
    done = {one.table: one for one in undo(at, copied)}
    events = done["webhook_events"]
    assert (events.stored, events.removed, events.gone) == (200, 198, 1)
    assert [(kept.id, kept.why) for kept in events.named] == [(_id(7), "it was changed after the copy")]
    assert events.kept == {"it was changed after the copy": 1}
    assert _left(sql, "webhook_events") == [7, 500]
    assert _left(sql, "bookings") == [9]
    requests = done["scheduling_requests"]
    assert requests.removed == 1
    assert {(kept.id, kept.why) for kept in requests.named} == {
        (_id(2), "a row of bookings refers to it"),
        (_id(3), "a row of audit_logs refers to it"),
    }
    assert _left(sql, "scheduling_requests") == [2, 3]


def test_the_history_that_no_client_may_remove_is_kept_and_reported(
    at: RestAt, copied: Path, sql: psycopg.Connection
) -> None:
    done = {one.table: one for one in undo(at, copied)}
    assert done["audit_logs"].kept == {"the service role may not delete here; use DATABASE_URL": 1}
    assert sql.execute("SELECT request_id FROM audit_logs").fetchall() == [(UUID(_id(3)),)]


def test_a_second_time_removes_nothing_more(at: RestAt, copied: Path, sql: psycopg.Connection) -> None:
    undo(at, copied)
    left = {table: _left(sql, table) for table in ENTITIES}
    assert sum(one.removed for one in undo(at, copied)) == 0
    assert {table: _left(sql, table) for table in ENTITIES} == left


def test_another_project_is_never_touched(at: RestAt, copied: Path) -> None:
    elsewhere = RestAt("http://127.0.0.1:1", at.key)
    with pytest.raises(ConfigurationError, match=r"tells of a copy to http.*, and the target is"):
        undo(elsewhere, copied)


def test_a_request_that_nobody_knows_of_is_settled_first(
    at: RestAt, copied: Path, sql: psycopg.Connection
) -> None:
    with Journal.resume(copied) as journal:
        journal.announce("webhook_events", [_id(300)])
    with pytest.raises(ConfigurationError, match="Of 1 row of this copy nobody knows"):
        undo(at, copied)
    assert len(_left(sql, "webhook_events")) == 200
