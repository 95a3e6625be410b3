"""A broken adapter never meets what the one before it left behind."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from contracts.builders import a_request
from contracts.selfcheck.sandbox import Sandbox, fingerprint
from contracts.subject import Subject
from contracts.workers import eventually, started
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack

Connection = psycopg.Connection[dict[str, Any]]
Lend = Callable[..., Subject]

CHANGES = {
    "body": "CREATE OR REPLACE FUNCTION ops_summary() RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
    "option": "ALTER FUNCTION book SECURITY DEFINER",
    "new_function": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "right_on_a_function": "GRANT EXECUTE ON FUNCTION ops_summary() TO anon",
    "right_on_a_table": "GRANT SELECT ON bookings TO anon",
    "right_on_a_column": "GRANT SELECT (id) ON bookings TO anon",
    "right_on_the_schema": "GRANT CREATE ON SCHEMA public TO service_role",
    "right_on_what_comes": "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon",
    "type": "ALTER TABLE bookings ALTER COLUMN booked_by TYPE varchar(255)",
    "collation": 'ALTER TABLE bookings ALTER COLUMN booked_by TYPE text COLLATE "C"',
    "required": "ALTER TABLE bookings ALTER COLUMN booked_by DROP NOT NULL",
    "default": "ALTER TABLE bookings ALTER COLUMN status SET DEFAULT 'rescheduled'",
    "column": "ALTER TABLE bookings ADD COLUMN note text",
    "check": "ALTER TABLE bookings DROP CONSTRAINT bookings_slot_order",
    "name": "ALTER TABLE bookings RENAME CONSTRAINT bookings_slot_order TO other",
    "action": (
        "ALTER TABLE bookings DROP CONSTRAINT bookings_request_id_fkey,"
        " ADD CONSTRAINT bookings_request_id_fkey FOREIGN KEY (request_id)"
        " REFERENCES scheduling_requests (id)"
    ),
    "index": "DROP INDEX bookings_one_active_per_request",
    "trigger": "DROP TRIGGER update_bookings_updated_at ON bookings",
    "disabled_trigger": "ALTER TABLE bookings DISABLE TRIGGER update_bookings_updated_at",
    "row_level_security": "ALTER TABLE bookings DISABLE ROW LEVEL SECURITY",
    "policy": "CREATE POLICY open ON bookings USING (true)",
    "table": "CREATE TABLE left_behind (id int)",
    "view": "CREATE VIEW left_behind AS SELECT 1 AS one",
    "domain": "CREATE DOMAIN left_behind AS text",
    "setting": (
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = 9', current_database()); END $$"
    ),
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Path]:
    with EmbeddedStack.start(Settings.from_environ()) as running:
        yield running.record


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def lend(stack: Path, sandbox: Sandbox) -> Lend:
    def lend(make: str = "SELECT 1", undo: str = "SELECT 1") -> Subject:
        return sandbox.lend(stack, runs(make), runs(undo))

    return lend


def runs(statement: str) -> Callable[[Connection], None]:
    def run(connection: Connection) -> None:
        connection.execute(statement.encode())

    return run


def database(subject: Subject) -> str:
    with subject.connect() as session:
        return session.info.dbname


def test_database_is_lent_again(lend: Lend) -> None:
    first = lend()
    name = database(first)
    first.store.scheduling_requests.create(a_request())
    first.close()
    second = lend()
    assert database(second) == name
    assert second.store.scheduling_requests.count() == 0
    second.close()


def test_change_that_is_taken_back_leaves_nothing(lend: Lend) -> None:
    first = lend(
        "ALTER TABLE bookings DROP CONSTRAINT bookings_slot_order",
        "ALTER TABLE bookings ADD CONSTRAINT bookings_slot_order CHECK (scheduled_end > scheduled_start)",
    )
    name = database(first)
    first.close()
    second = lend()
    assert database(second) == name
    second.close()


def test_change_that_is_not_taken_back_costs_the_database(lend: Lend) -> None:
    first = lend("ALTER TABLE bookings DROP CONSTRAINT bookings_slot_order")
    name = database(first)
    first.close()
    second = lend()
    assert database(second) != name
    second.close()


def test_change_that_cannot_be_taken_back_costs_the_database(lend: Lend) -> None:
    first = lend(undo="SELECT no_such_thing")
    name = database(first)
    first.close()
    second = lend()
    assert database(second) != name
    second.close()


def test_session_that_still_works_costs_the_database(lend: Lend) -> None:
    first = lend()
    name = database(first)
    session = first.connect()
    session.execute("SELECT 1")
    first.close()
    session.close()
    second = lend()
    assert database(second) != name
    second.close()


def test_thread_that_still_works_costs_the_database(lend: Lend) -> None:
    first = lend()
    name = database(first)
    working = [True]
    thread = started(lambda: eventually(lambda: not working[0], "an end"))
    first.close()
    working.clear()
    working.append(False)
    thread.result()
    second = lend()
    assert database(second) != name
    second.close()


def test_change_that_does_not_fit_is_reported(lend: Lend) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        lend("DROP TABLE no_such_table")
    lend().close()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_fingerprint_sees(lend: Lend, change: str) -> None:
    subject = lend()
    with subject.connect() as session:
        before = fingerprint(session)
        session.execute(change.encode())
        assert fingerprint(session) != before
        session.rollback()
        assert fingerprint(session) == before
        session.commit()
    subject.close()
