"""Rows are stored by REST once each, whatever happens to the request and its answer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest

from contracts.faults import BEFORE, FAULTS, HANG_AFTER, HANG_BEFORE, Fault, FaultProxy
from harness.errors import ConfigurationError, OutcomeUnknown, StackError
from harness.models import ENTITIES
from migrations.rest.client import RestClient
from migrations.rest.encode import Row, encoded
from migrations.rest.journal import Header, Journal
from migrations.rest.journal_reading import read_journal, stored_rows
from migrations.rest.writer import Loaded, Writer
from migrations.sources.location import RestAt

EVENTS = ENTITIES["webhook_events"]
BUSY = next(fault for fault in FAULTS if fault.name == "status_503")
LOST = [*(fault for fault in FAULTS if fault.writing is OutcomeUnknown), HANG_BEFORE, HANG_AFTER]

Load = Callable[..., Loaded]


def _no_pause(seconds: float) -> None:
    """A test waits for nothing."""


def _texts(number: int, **changes: str | None) -> dict[str, str | None]:
    return {
        "id": str(UUID(int=number, version=4)),
        "tenant_id": None,
        "provider": "icims",
        "event_id": f"e{number}",
        "payload_hash": "h",
        "event_type": "t",
        "payload": '{"b":1.10,"a":9007199254740993}',
        "signature": 'sig, "\\" \t',
        "verified": "true",
        "status": "received",
        "attempts": "0",
        "max_attempts": "3",
        "last_error": "",
        "run_after": "2026-01-15T10:00:00.123456+02:00",
        "processed_at": None,
        "created_at": "2026-01-15 10:00:00+00",
        "updated_at": "2026-01-15 10:00:00.000001 Europe/Berlin",
        **changes,
    }


def _row(number: int, *, position: int | None = None, **changes: str | None) -> Row:
    return _encoded(number if position is None else position, _texts(number, **changes))


def _encoded(position: int, texts: dict[str, str | None]) -> Row:
    row = encoded(EVENTS, position, texts)
    assert isinstance(row, Row)
    return row


@contextmanager
def _done(sql: psycopg.Connection, change: LiteralString, back: LiteralString) -> Iterator[None]:
    """Change the shared project for a while."""
    sql.execute(change)
    try:
        yield
    finally:
        sql.execute(back)


def _trigger(name: LiteralString, body: LiteralString) -> tuple[LiteralString, LiteralString]:
    """A trigger on webhook events, and how to remove it."""
    create = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;"
        f"CREATE TRIGGER {name} BEFORE INSERT ON webhook_events FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
    return create, f"DROP FUNCTION {name} CASCADE"


@pytest.fixture
def journal(tmp_path: Path, at: RestAt) -> Iterator[Journal]:
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
    with Journal.begin(tmp_path / "journal.jsonl", header) as journal:
        yield journal


@pytest.fixture
def load(at: RestAt, journal: Journal) -> Load:
    """Store rows of webhook events, in one request if nothing stands against it."""

    def load(*rows: Row, was_empty: bool = True, through: RestAt = at, timeout_s: float = 30.0) -> Loaded:
        with RestClient(through, timeout_s=timeout_s, sleep=_no_pause) as client:
            return Writer(client, journal, EVENTS, was_empty=was_empty, sleep=_no_pause).load(rows)

    return load


def _stored(sql: psycopg.Connection) -> list[str]:
    rows = sql.execute("SELECT event_id FROM webhook_events ORDER BY length(event_id), event_id")
    return [name for (name,) in rows]


def _insert(sql: psycopg.Connection, *rows: Row) -> None:
    for row in rows:
        sql.execute(
            "INSERT INTO webhook_events SELECT * FROM jsonb_populate_record(NULL::webhook_events, %s)",
            [row.content.decode()],
        )


def _own(journal: Journal) -> set[str]:
    return {id for batch in stored_rows(journal.path, EVENTS.table) for id, _ in batch}


def test_what_is_stored_is_what_was_sent(load: Load, sql: psycopg.Connection) -> None:
    loaded = load(_row(1))
    assert (loaded.inserted, loaded.identical, loaded.refused) == (1, [], [])
    sql.execute("SET TimeZone = 'UTC'")
    row = sql.execute(
        "SELECT payload::text, signature, last_error, processed_at, run_after::text, updated_at::text "
        "FROM webhook_events"
    ).fetchone()
    assert row == (
        '{"a": 9007199254740993, "b": 1.10}',
        'sig, "\\" \t',
        "",
        None,
        "2026-01-15 08:00:00.123456+00",
        "2026-01-15 09:00:00.000001+00",
    )


def test_an_array_and_an_empty_text_arrive_as_they_are(
    at: RestAt, journal: Journal, sql: psycopg.Connection
) -> None:
    requests = ENTITIES["scheduling_requests"]
    items = ["", "NULL", "a,b", "{c}", '"d"', "\\e", "f g"]
    literal = '{"","NULL","a,b","{c}","\\"d\\"","\\\\e","f g"}'
    times = dict.fromkeys(
        ("window_start", "expires_at", "created_at", "updated_at"), "2026-01-15 10:00:00+00"
    )
    values: dict[str, str | None] = {
        **{column.name: None if column.nullable else "1" for column in requests.columns},
        **times,
        "window_end": "2026-01-15 11:00:00+00",
        "id": str(UUID(int=1, version=4)),
        "interview_type": "onsite",
        "status": "pending",
        "needs_attention": "f",
        "candidate_timezone": "UTC",
        "interviewer_emails": literal,
    }
    row = encoded(requests, 0, values)
    assert isinstance(row, Row)
    with RestClient(at) as client:
        assert Writer(client, journal, requests, was_empty=True).load([row]).inserted == 1
    assert sql.execute("SELECT interviewer_emails FROM scheduling_requests").fetchone() == (items,)


def test_rows_that_are_refused_stand_alone(load: Load, sql: psycopg.Connection, journal: Journal) -> None:
    bad = {3: "bad", 17: "bad", 18: "bad"}
    rows = [_row(number, status=bad.get(number, "received")) for number in range(40)]
    loaded = load(*rows)
    assert [(one.position, one.rule, one.sqlstate) for one in loaded.refused] == [
        (number, "webhook_events_status_check", "23514") for number in bad
    ]
    assert loaded.inserted == 37
    assert _stored(sql) == [f"e{number}" for number in range(40) if number not in bad]
    assert _own(journal) == {row.id for row in rows if row.position not in bad}
    assert '"status": "bad"' in loaded.refused[0].raw


@pytest.mark.parametrize(
    ("changes", "sqlstate", "rule", "column"),
    [
        ({"event_type": None}, "23502", "not_null", "event_type"),
        ({"attempts": "x"}, "22P02", "server", None),
        ({"attempts": "9999999999"}, "22003", "server", None),
        ({"run_after": "2026-13-01"}, "22008", "server", None),
        ({"event_id": "x" * 1025}, "23514", "webhook_events_event_id_size", None),
        ({"payload": '"\\u0000"'}, "22P05", "server", None),
        ({"payload": '"\\ud800"'}, "22P02", "server", None),
    ],
)
def test_each_refusal_has_its_reason(
    load: Load, changes: dict[str, str | None], sqlstate: str, rule: str, column: str | None
) -> None:
    (refused,) = load(_encoded(1, {**_texts(1), **changes}), _row(2)).refused
    assert (refused.position, refused.sqlstate, refused.rule) == (1, sqlstate, rule)
    if column is not None:
        assert refused.column == column


def test_of_two_rows_that_collide_the_first_stays(load: Load, sql: psycopg.Connection) -> None:
    rows = [
        _row(1),
        _row(2),
        _row(3, event_id="e1"),
        _row(1, position=9, event_id="other"),
        _row(1, position=10),
    ]
    loaded = load(*rows)
    assert [(one.position, one.rule, one.sqlstate) for one in loaded.refused] == [
        (3, "webhook_events_provider_event_id_key", "23505"),
        (9, "webhook_events_pkey", "23505"),
        (10, "webhook_events_pkey", "23505"),
    ]
    assert _stored(sql) == ["e1", "e2"]


@pytest.mark.parametrize("was_empty", [True, False])
def test_rows_that_are_there_are_identical_or_differ(
    load: Load, sql: psycopg.Connection, journal: Journal, *, was_empty: bool
) -> None:
    _insert(sql, _row(1), _row(2))
    sql.execute("UPDATE webhook_events SET last_error = NULL WHERE event_id = 'e2'")
    before = sql.execute("SELECT xmin, ctid FROM webhook_events ORDER BY id").fetchall()
    loaded = load(_row(1), _row(2), _row(3), was_empty=was_empty)
    assert (loaded.inserted, loaded.identical) == (1, [_row(1).id])
    (refused,) = loaded.refused
    assert (refused.position, refused.rule) == (2, "exists_and_differs")
    assert "last_error" in refused.reason
    assert sql.execute("SELECT xmin, ctid FROM webhook_events ORDER BY id").fetchall()[:2] == before
    assert _own(journal) == {_row(3).id}


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)
def test_an_answer_that_is_lost_stores_nothing_twice_and_loses_nothing(
    load: Load, at: RestAt, sql: psycopg.Connection, journal: Journal, fault: Fault
) -> None:
    rows = [_row(number, status="bad" if number == 3 else "received") for number in range(8)]
    proxy = FaultProxy(at.url)
    try:
        with proxy.plan(fault, methods=frozenset({"POST"}), times=2):
            loaded = load(*rows, through=RestAt(proxy.url, at.key), timeout_s=0.5)
    finally:
        proxy.close()
    assert (loaded.inserted, loaded.identical) == (7, [])
    assert [one.position for one in loaded.refused] == [3]
    assert _stored(sql) == [f"e{number}" for number in range(8) if number != 3]
    assert len(_own(journal)) == 7


def test_a_server_that_is_busy_is_asked_again_and_one_that_stays_so_is_left(
    load: Load, at: RestAt, sql: psycopg.Connection, journal: Journal
) -> None:
    proxy = FaultProxy(at.url)
    through = RestAt(proxy.url, at.key)
    try:
        with proxy.plan(BUSY, methods=frozenset({"POST"}), times=3):
            assert load(_row(1), through=through).inserted == 1
        with (
            proxy.plan(BUSY, methods=frozenset({"POST"}), times=None),
            pytest.raises(StackError, match="run the same command again, and it goes on"),
        ):
            load(_row(2), through=through)
    finally:
        proxy.close()
    assert _stored(sql) == ["e1"]
    assert read_journal(journal.path).own == {EVENTS.table: {_row(1).id}}


def test_a_request_that_is_still_being_committed_is_the_copys_own(
    at: RestAt, sql: psycopg.Connection, journal: Journal
) -> None:
    rows = [_row(1), _row(2)]

    class Late(RestClient):
        """The lost request is committed just after its rows were looked for."""

        late = True

        def rows(self, table: str, parameters: Sequence[tuple[str, str]]) -> list[dict[str, str | None]]:
            found = super().rows(table, parameters)
            if self.late:
                self.late = False
                _insert(sql, *rows)
            return found

    proxy = FaultProxy(at.url)
    try:
        with Late(RestAt(proxy.url, at.key)) as client, proxy.plan(BEFORE, methods=frozenset({"POST"})):
            loaded = Writer(client, journal, EVENTS, was_empty=True, sleep=_no_pause).load(rows)
    finally:
        proxy.close()
    assert (loaded.inserted, loaded.identical) == (2, [])
    assert _own(journal) == {row.id for row in rows}


def test_a_killed_copy_finds_its_own_rows_again(
    at: RestAt, journal: Journal, sql: psycopg.Connection, load: Load
) -> None:
    rows = [_row(number) for number in range(4)]
    load(*rows[:2])
    journal.announce(EVENTS.table, [row.id for row in rows[2:]])
    with RestClient(at) as client:
        # Stored, and the process died before it could write that down.
        client.write("POST", EVENTS.table, [("select", "id::text")], b"[" + rows[2].content + b"]")
        own = read_journal(journal.path).own[EVENTS.table]
        again = Writer(client, journal, EVENTS, was_empty=True, own=own).load(rows)
    assert (again.inserted, again.identical, again.refused) == (4, [], [])
    assert _own(journal) == {row.id for row in rows}
    assert _stored(sql) == ["e0", "e1", "e2", "e3"]


def test_a_trigger_that_changes_rows_stops_the_copy(load: Load, sql: psycopg.Connection) -> None:
    with (
        _done(sql, *_trigger("changes", "NEW.payload = '{}'; RETURN NEW;")),
        pytest.raises(ConfigurationError, match="stored with another value in payload: a trigger"),
    ):
        load(_row(1))


def test_a_trigger_that_leaves_rows_out_stops_the_copy(load: Load, sql: psycopg.Connection) -> None:
    body: LiteralString = "RETURN CASE WHEN NEW.event_id = 'e1' THEN NULL ELSE NEW END;"
    with (
        _done(sql, *_trigger("skips", body)),
        pytest.raises(ConfigurationError, match="2 rows were sent, and the server says that it stored 1"),
    ):
        load(_row(1), _row(2))


def test_a_missing_grant_stops_the_copy(load: Load, sql: psycopg.Connection) -> None:
    revoke: LiteralString = "REVOKE INSERT ON webhook_events FROM service_role"
    with (
        _done(sql, revoke, "GRANT INSERT ON webhook_events TO service_role"),
        pytest.raises(ConfigurationError, match="Grant INSERT and SELECT"),
    ):
        load(_row(1))


def test_a_statement_whose_time_is_up_is_cut(load: Load, sql: psycopg.Connection) -> None:
    slow: LiteralString = (
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF (SELECT count(*) FROM new_rows) > 2 THEN "
        "RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014'; END IF; "
        "RETURN NULL; END $$;"
        "CREATE TRIGGER slow AFTER INSERT ON webhook_events REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION slow()"
    )
    with _done(sql, slow, "DROP FUNCTION slow CASCADE"):
        assert load(*[_row(number) for number in range(8)]).inserted == 8


def test_a_reference_to_nothing_is_refused(at: RestAt, journal: Journal) -> None:
    bookings = ENTITIES["bookings"]
    time = "2026-01-15 10:00:00+00"
    values: dict[str, str | None] = {
        **dict.fromkeys(bookings.by_name),
        "id": str(UUID(int=1, version=4)),
        "request_id": str(UUID(int=2, version=4)),
        "scheduled_start": time,
        "scheduled_end": "2026-01-15 11:00:00+00",
        "status": "confirmed",
        "booked_by": "b",
        "booked_at": time,
        "updated_at": time,
    }
    row = encoded(bookings, 5, values)
    assert isinstance(row, Row)
    with RestClient(at) as client:
        (refused,) = Writer(client, journal, bookings, was_empty=True).load([row]).refused
    assert (refused.position, refused.sqlstate) == (5, "23503")
    assert (refused.rule, refused.column) == ("bookings_request_id_fkey", "request_id")
