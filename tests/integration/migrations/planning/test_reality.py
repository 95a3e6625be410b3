"""What the plan says of a row is what Postgres does with it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from harness.models import ENTITIES, ColumnType
from harness.stack.template import TEMPLATE
from migrations.planning.judgement import Judged, judge
from migrations.sources.columns import batch_of_rows
from migrations.sources.segment import POSITION, Segment
from tests.integration.migrations.conftest import copy
from tests.integration.migrations.planning.nasty import rows

TIME = "2026-01-15T10:00:00.123456+00:00"
LATER = "2026-01-15T11:00:00+00:00"
GOOD: dict[str, dict[str, str | None]] = {
    "scheduling_requests": {
        "id": "6f9619ff-8b86-4011-b42d-00c04fc964ff",
        "application_id": None,
        "candidate_name": "Zoë",
        "candidate_email": "z@example.org",
        "req_id": "",
        "req_title": "title",
        "interview_type": "onsite",
        "duration_minutes": "45",
        "interviewer_emails": '{"a@example.org"}',
        "organizer_email": "o@example.org",
        "calendar_provider": "microsoft_graph",
        "graph_tenant_id": None,
        "window_start": TIME,
        "window_end": LATER,
        "candidate_timezone": "Europe/Berlin",
        "public_token": "token",
        "public_token_hash": "hash",
        "expires_at": LATER,
        "status": "pending",
        "needs_attention": "false",
        "needs_attention_reason": None,
        "created_by": None,
        "created_at": TIME,
        "updated_at": TIME,
    },
    "webhook_events": {
        "id": "6f9619ff-8b86-4011-b42d-00c04fc964ff",
        "tenant_id": None,
        "provider": "icims",
        "event_id": "event",
        "payload_hash": "hash",
        "event_type": "type",
        "payload": '{"a":1}',
        "signature": "signature",
        "verified": "true",
        "status": "received",
        "attempts": "0",
        "max_attempts": "3",
        "last_error": None,
        "run_after": TIME,
        "processed_at": None,
        "created_at": TIME,
        "updated_at": TIME,
    },
}


@pytest.fixture(scope="module")
def database(cluster: str) -> Iterator[psycopg.Connection]:
    """A database with all migrations, in a transaction that is never committed."""
    with psycopg.connect(copy(cluster, TEMPLATE)) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        yield connection
        connection.rollback()


def copied(text: str | None) -> bytes:
    """Write a field of COPY's text format."""
    if text is None:
        return b"\\N"
    for character, escape in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(character, escape)
    return text.encode()


def insert(connection: psycopg.Connection, table: str, row: dict[str, str | None]) -> str | None:
    """Insert one row; returns the SQLSTATE of what Postgres raises, None if it takes the row."""
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier("public", table), names)
    try:
        with (
            connection.transaction(),
            connection.cursor() as cursor,
            cursor.copy(statement) as copy,
        ):
            copy.write(b"\t".join(map(copied, row.values())) + b"\n")
    except psycopg.Error as error:
        return error.sqlstate
    return None


def stored(connection: psycopg.Connection, table: str) -> dict[str, Any]:
    """Read the only row: times as microseconds, JSON as text, everything else as psycopg has it."""
    wanted = {
        ColumnType.TIMESTAMPTZ: "(extract(epoch FROM {}) * 1000000)::bigint",
        ColumnType.JSONB: "{}::text",
        ColumnType.UUID: "{}::text",
    }
    columns = [
        sql.SQL(wanted.get(column.type, "{}")).format(sql.Identifier(column.name))
        for column in ENTITIES[table].columns
    ]
    row = connection.execute(
        sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(columns), sql.Identifier("public", table))
    ).fetchone()
    assert row is not None
    return dict(zip(ENTITIES[table].by_name, row, strict=True))


def meant(kind: ColumnType, text: str | None) -> Any:
    """Read a text as its source means it, by other means than the planner's."""
    if text is None:
        return None
    match kind:
        case ColumnType.INTEGER:
            return int(text, 0) if not text.strip().lstrip("+-").startswith("0") else int(text)
        case ColumnType.BOOLEAN:
            return text == "true"
        case ColumnType.TIMESTAMPTZ:
            iso = re.sub(r" ?Z$", "+00:00", text.strip().upper())
            iso = re.sub(r"^0+(?=\d{4}-)", "", iso)
            iso = re.sub(
                r"(:\d\d)(?:\.(\d*))?(?= ?[+-])", lambda m: f"{m[1]}.{(m[2] or '')[:6]:0<6}", iso, count=0
            )
            moment = datetime.fromisoformat(iso) - datetime(1970, 1, 1, tzinfo=UTC)
            return (moment.days * 86_400 + moment.seconds) * 1_000_000 + moment.microseconds
        case ColumnType.JSONB:
            return json.loads(text, parse_int=Decimal, parse_float=Decimal)
        case _:
            return text


def judged(table: str, row: dict[str, str | None]) -> Judged:
    segment = Segment(table=table, number=0, first=0, rows=1)
    return judge(batch_of_rows(segment, [(0, row)], ()))


def check(connection: psycopg.Connection, table: str, row: dict[str, str | None]) -> None:
    """Compare what the plan says of a row with what Postgres does with it."""
    result = judged(table, row)
    state = insert(connection, table, row)
    try:
        if result.refused:
            (refused,) = result.refused
            if is_unclear(table, row):
                return  # what Postgres finds in it, only Postgres knows
            if refused.rule == "naive_time" and state == "23514":
                return  # the time depends on the server, and so does what it is compared with
            assert refused.sqlstate == state, refused
            return
        assert state is None
        found = stored(connection, table)
        (sent,) = result.good.drop(POSITION).to_dicts()
        again = insert_again(connection, table, sent)
        assert again == found, "what is sent is another row than what the source has"
        for column in ENTITIES[table].columns:
            if column.type is ColumnType.JSONB:
                assert json.loads(found[column.name], parse_int=Decimal, parse_float=Decimal) == meant(
                    column.type, row[column.name]
                )
            elif column.type in {ColumnType.TEXT, ColumnType.INTEGER, ColumnType.TIMESTAMPTZ}:
                assert found[column.name] == meant(column.type, sent[column.name])
    finally:
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("public", table)))


def is_unclear(table: str, row: dict[str, str | None]) -> bool:
    """Say whether the plan refuses a time of the row because it cannot know what Postgres makes of it."""
    alone = (
        judged(table, GOOD[table] | {column.name: row[column.name]})
        for column in ENTITIES[table].columns
        if column.type is ColumnType.TIMESTAMPTZ
    )
    return any(refused.rule == "unclear_time" for result in alone for refused in result.refused)


def insert_again(connection: psycopg.Connection, table: str, row: dict[str, str | None]) -> dict[str, Any]:
    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("public", table)))
    assert insert(connection, table, row) is None
    return stored(connection, table)


@pytest.mark.parametrize("table", list(GOOD))
@given(data=st.data())
@settings(
    deadline=None,
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_plan_refuses_what_postgres_refuses_and_nothing_that_it_keeps(
    database: psycopg.Connection, table: str, data: st.DataObject
) -> None:
    check(database, table, data.draw(rows(table, GOOD[table])))
