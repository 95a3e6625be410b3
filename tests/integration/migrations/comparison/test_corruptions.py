"""Each way in which a copy can go wrong is found, with table, key and column, on both ways of comparing."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier, Literal

from migrations.comparison.compare import compare
from tests.integration.migrations.comparison.places import (
    AUDITS,
    BOOKINGS,
    EVENTS,
    REPAIRS,
    REQUESTS,
    SYNCS,
    Places,
    found,
)

CHANGED, MISSING, EXTRA = "changed", "missing", "extra"
Expected = tuple[str, str, str | None, str | None]


@dataclass(frozen=True)
class Corruption:
    """What happens to the target, and what must be found."""

    sql: str | Composed
    expected: tuple[Expected, ...]


def one(table: str, key: str, column: str, change: str) -> Corruption:
    """Change one column of one row."""
    change_one = SQL("UPDATE {} SET {} = {} WHERE id = {}").format(
        Identifier(table), Identifier(column), SQL(change), Literal(key)
    )
    return Corruption(change_one, ((table, CHANGED, key, column),))


def request(column: str, change: str, number: int = 1) -> Corruption:
    return one("scheduling_requests", REQUESTS[number - 1], column, change)


def booking(column: str, change: str, number: int = 1) -> Corruption:
    return one("bookings", BOOKINGS[number - 1], column, change)


def audit(column: str, change: str, number: int = 1) -> Corruption:
    return one("audit_logs", AUDITS[number - 1], column, change)


def sync(column: str, change: str, number: int = 1) -> Corruption:
    return one("sync_jobs", SYNCS[number - 1], column, change)


def event(column: str, change: str, number: int = 1) -> Corruption:
    return one("webhook_events", EVENTS[number - 1], column, change)


def repair(column: str, change: str, number: int = 1) -> Corruption:
    return one("reconciliation_jobs", REPAIRS[number - 1], column, change)


def payload(path: str, value: str) -> Corruption:
    """Set one member of the first event's document."""
    return event("payload", f"jsonb_set(payload, '{{{path}}}', '{value}')")


CORRUPTIONS = {
    # Rows
    "a row is dropped": Corruption(
        "DELETE FROM webhook_events WHERE id = 'e0000000-0000-4000-8000-000000000003'",
        (("webhook_events", MISSING, EVENTS[2], None),),
    ),
    "a row is added": Corruption(
        "INSERT INTO sync_jobs (id, type, entity_id, entity_type) "
        "VALUES ('d9999999-0000-4000-8000-000000000000', 'icims_note', 'e', 'booking')",
        (("sync_jobs", EXTRA, "d9999999-0000-4000-8000-000000000000", None),),
    ),
    "one dropped and another one added, the count the same": Corruption(
        "DELETE FROM audit_logs WHERE id = 'c0000000-0000-4000-8000-000000000001'; INSERT INTO "
        "audit_logs (id, action, actor_type) "
        "VALUES ('c9999999-0000-4000-8000-000000000000', 'booked', 'system')",
        (
            ("audit_logs", MISSING, AUDITS[0], None),
            ("audit_logs", EXTRA, "c9999999-0000-4000-8000-000000000000", None),
        ),
    ),
    "a key is changed": Corruption(
        "UPDATE webhook_events SET id = 'e0000000-0000-4000-9000-000000000001' WHERE id = "
        "'e0000000-0000-4000-8000-000000000001'",
        (
            ("webhook_events", MISSING, EVENTS[0], None),
            ("webhook_events", EXTRA, "e0000000-0000-4000-9000-000000000001", None),
        ),
    ),
    "a table is empty": Corruption(
        "DELETE FROM reconciliation_jobs",
        tuple(("reconciliation_jobs", MISSING, key, None) for key in REPAIRS),
    ),
    # Between rows
    "two rows exchange one column's values": Corruption(
        "UPDATE sync_jobs SET attempts = 3 - attempts WHERE attempts IN (1, 2)",
        (
            ("sync_jobs", CHANGED, SYNCS[0], "attempts"),
            ("sync_jobs", CHANGED, SYNCS[1], "attempts"),
        ),
    ),
    "two rows exchange a text": Corruption(
        "UPDATE sync_jobs SET entity_id = CASE entity_id WHEN 'entity-1' THEN 'entity-2' ELSE 'entity-1' END "
        "WHERE entity_id IN ('entity-1', 'entity-2')",
        (
            ("sync_jobs", CHANGED, SYNCS[0], "entity_id"),
            ("sync_jobs", CHANGED, SYNCS[1], "entity_id"),
        ),
    ),
    "two rows exchange all but their ids": Corruption(
        "UPDATE sync_jobs AS a SET entity_id = b.entity_id, attempts = b.attempts, payload = b.payload, "
        "last_error = b.last_error, run_after = b.run_after FROM sync_jobs AS b "
        "WHERE a.attempts IN (3, 4) AND b.attempts = 7 - a.attempts",
        tuple(
            ("sync_jobs", CHANGED, key, column)
            for key in (SYNCS[2], SYNCS[3])
            for column in ("entity_id", "attempts", "last_error", "payload", "run_after")
        ),
    ),
    "a link is moved to another parent": audit("request_id", "'a0000000-0000-4000-8000-000000000002'"),
    "two links are exchanged": Corruption(
        "UPDATE bookings SET status = 'cancelled'; UPDATE bookings SET request_id = CASE request_id "
        "WHEN 'a0000000-0000-4000-8000-000000000001' THEN 'a0000000-0000-4000-8000-000000000002'::uuid "
        "ELSE 'a0000000-0000-4000-8000-000000000001' END; "
        "UPDATE bookings SET status = 'confirmed'",
        tuple(("bookings", CHANGED, key, "request_id") for key in BOOKINGS),
    ),
    "a link is lost": audit("booking_id", "NULL"),
    # Times
    "microseconds are cut to milliseconds": event("run_after", "date_trunc('milliseconds', run_after)"),
    "one microsecond is lost": request("expires_at", "expires_at - interval '1 microsecond'"),
    "a zone is shifted by an hour": booking("scheduled_end", "scheduled_end + interval '1 hour'"),
    "a local time is taken for UTC": event(
        "created_at", "created_at AT TIME ZONE 'Asia/Kolkata' AT TIME ZONE 'UTC'"
    ),
    "a time is shifted by 2**32 microseconds and one": event(
        "updated_at", "updated_at + interval '4294.967297 s'"
    ),
    "infinity becomes a far year": repair("run_after", "'294276-12-31T23:59:59Z'"),
    "infinity becomes minus infinity": repair("run_after", "'-infinity'"),
    "infinity becomes NULL's stand-in": repair("run_after", "'1970-01-01T00:00:00Z'"),
    "a year before Christ becomes one after": repair("run_after", "'0044-03-15T00:00:00Z'", 2),
    "a far year loses its first digits": repair("updated_at", "'9270-01-01T00:00:00Z'"),
    "updated_at is touched": Corruption(
        "UPDATE sync_jobs SET updated_at = now()",
        tuple(("sync_jobs", CHANGED, key, "updated_at") for key in SYNCS),
    ),
    "a time appears where there was NULL": event("processed_at", "created_at"),
    # Texts
    "an empty text becomes NULL": request("graph_tenant_id", "NULL"),
    "NULL becomes an empty text": event("tenant_id", "''"),
    "NULL becomes the word": event("tenant_id", "'null'"),
    "a composed letter is taken apart": request("created_by", "normalize(created_by, NFD)"),
    "a space is added at the end": sync("entity_id", "entity_id || ' '"),
    "a letter's case is changed": event("event_id", "'EVT-1'"),
    "a letter is replaced by one that looks alike": request(
        "candidate_name", "replace(candidate_name, 'a', U&'\\0430')"
    ),
    "a character without width is added": event("signature", "'sig' || U&'\\200B'"),
    "a line end becomes CRLF": sync("last_error", "replace(last_error, E'\\n', E'\\r\\n')"),
    "a line end becomes a space": sync("last_error", "replace(last_error, E'\\n', ' ')"),
    "backslashes are doubled": booking("cancellation_reason", "replace(cancellation_reason, '\\', '\\\\')"),
    "a backslash and a letter become a control character": booking(
        "cancellation_reason", "replace(cancellation_reason, '\\t', E'\\t')"
    ),
    "quotation marks are curled": booking("cancellation_reason", "translate(cancellation_reason, '\"', '”')"),
    "an escape of a URL is undone": booking(
        "conference_join_url", "replace(conference_join_url, '%20', ' ')"
    ),
    "digits in a text are rounded as a double would": booking("icims_activity_id", "'9007199254740992'"),
    "a text is cut": request("public_token", "left(public_token, 6)"),
    "a text is in another encoding": request("created_by", "'ZoÃ«'"),
    # Numbers, booleans, states
    "a number is off by one": request("duration_minutes", "duration_minutes + 1"),
    "a number is negated": sync("max_attempts", "2147483647"),
    "a boolean is flipped": event("verified", "NOT verified"),
    "a status is another one": event("status", "'processed'"),
    # Arrays
    "an array has another order": request("interviewer_emails", "ARRAY['b@example.com', 'a@example.com']"),
    "an array has lost an element": request("interviewer_emails", "interviewer_emails[1:1]"),
    "an array's elements are joined": request("interviewer_emails", "ARRAY['a@example.com,b@example.com']"),
    "an empty array has an empty text": request("interviewer_emails", "ARRAY['']", 3),
    "the text NULL in an array becomes NULL": request(
        "interviewer_emails", "array_replace(interviewer_emails, 'NULL', NULL)", 2
    ),
    "an array is nested": request("interviewer_emails", "ARRAY[interviewer_emails]"),
    "an array begins at zero": request("interviewer_emails", "'[0:1]={a@example.com,b@example.com}'"),
    # Documents
    "a number in a document is rounded as a double would": payload("big", "9007199254740992"),
    "decimal digits in a document are cut": payload("price", "1234567890.1234567"),
    "the last decimal digit of a document is lost": payload("price", "1234567890.1234567890123456780"),
    "a number in a document becomes a text": payload("number", '"1"'),
    "a number in a document becomes true": payload("number", "true"),
    "true in a document becomes a text": payload("flag", '"true"'),
    "a number in a document loses its sign": payload("minus", "5"),
    "a number in a document is beyond any double": payload("number", "1e400"),
    "null in a document disappears": event("payload", "payload - 'none'"),
    "an empty text in a document becomes null": payload("empty", "null"),
    "a key in a document is renamed": audit(
        "payload", 'payload #- \'{nested,key}\' || \'{"nested": {"Key": "value", "list": [[1, 2], 3]}}\''
    ),
    "a nested key is lost": audit("payload", "payload #- '{nested,list}'"),
    "a list in a document has another order": audit("payload", "jsonb_set(payload, '{order}', '[1, 3, 2]')"),
    "a list in a document ends elsewhere": audit(
        "payload", "jsonb_set(payload, '{nested,list}', '[[1], 2, 3]')"
    ),
    "a line separator in a document becomes a space": payload("separator", '"x y"'),
    "a backslash in a document is doubled": payload("path", '"a\\\\\\\\b"'),
    "a space in a document becomes one that does not break": payload("text", '"a\u00a0b"'),
    "an object in a document becomes a list": audit("payload", "'[]'", 3),
    "a document becomes a JSON text of itsel": audit("payload", "to_jsonb(payload::text)"),
    "a document becomes null": audit("payload", "'null'", 2),
}


@pytest.fixture(scope="module")
def thread() -> Iterator[Executor]:
    """One thread, which has one connection for each side."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_there_are_at_least_forty() -> None:
    assert len(CORRUPTIONS) >= 40


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruption_is_found_by_fingerprints_and_by_rows(
    name: str, places: Places, target: psycopg.Connection, thread: Executor
) -> None:
    corruption = CORRUPTIONS[name]
    change = corruption.sql
    target.execute(change.encode() if isinstance(change, str) else change)
    tables = sorted({table for table, *_ in corruption.expected})

    by_fingerprints = compare(places.source, places.target, tables=tables, reread_s=(), executor=thread)
    by_rows = compare(places.snapshot, places.target, tables=tables, reread_s=(), executor=thread)

    assert sorted(found(by_fingerprints), key=str) == sorted(corruption.expected, key=str)
    assert sorted(found(by_rows), key=str) == sorted(corruption.expected, key=str)


def test_nothing_is_found_in_an_exact_copy(places: Places) -> None:
    by_fingerprints = compare(places.source, places.target, reread_s=())
    by_rows = compare(places.snapshot, places.target, reread_s=())

    assert found(by_fingerprints) == found(by_rows) == []
    assert by_fingerprints.rows == by_rows.rows == 20
