"""Rows with a story each, and how a snapshot and a table get them without the code that is examined."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

from harness.models import ENTITIES
from harness.models.description import camel
from migrations.comparison.comparison import Comparison
from migrations.sources.location import DatabaseAt, SnapshotAt

Rows = dict[str, list[dict[str, Any]]]

REQUESTS = tuple(f"a0000000-0000-4000-8000-00000000000{n}" for n in range(1, 4))
BOOKINGS = tuple(f"b0000000-0000-4000-8000-00000000000{n}" for n in range(1, 3))
AUDITS = tuple(f"c0000000-0000-4000-8000-00000000000{n}" for n in range(1, 4))
SYNCS = tuple(f"d0000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
EVENTS = tuple(f"e0000000-0000-4000-8000-00000000000{n}" for n in range(1, 7))
REPAIRS = tuple(f"f0000000-0000-4000-8000-00000000000{n}" for n in range(1, 3))
_AT = "2026-01-15T10:00:00.123456+00:00"


def request(number: int, **other: Any) -> dict[str, Any]:
    """Make a scheduling request."""
    return {
        "id": REQUESTS[number - 1],
        "application_id": f"app-{number}",
        "candidate_name": f"Candidate {number}",
        "candidate_email": f"c{number}@example.com",
        "req_id": None,
        "req_title": "Engineer",
        "interview_type": "onsite",
        "duration_minutes": 30 + number,
        "interviewer_emails": ["a@example.com", "b@example.com"],
        "organizer_email": "o@example.com",
        "calendar_provider": "microsoft_graph",
        "graph_tenant_id": "",
        "window_start": "2026-01-20T09:00:00+00:00",
        "window_end": "2026-01-21T17:00:00+00:00",
        "candidate_timezone": "Europe/Berlin",
        "public_token": f"token-{number}",
        "public_token_hash": f"hash-{number}",
        "expires_at": "2026-02-01T00:00:00.000001+00:00",
        "status": "pending",
        "needs_attention": False,
        "needs_attention_reason": None,
        "created_by": "Zo\u00eb",
        "created_at": _AT,
        "updated_at": _AT,
        **other,
    }


def booking(number: int, **other: Any) -> dict[str, Any]:
    """Make a booking."""
    return {
        "id": BOOKINGS[number - 1],
        "request_id": REQUESTS[number - 1],
        "scheduled_start": "2026-01-20T10:00:00+00:00",
        "scheduled_end": "2026-01-20T11:00:00+00:00",
        "calendar_event_id": "event 1",
        "calendar_ical_uid": None,
        "conference_join_url": "https://example.com/?a=1&b=%20",
        "icims_activity_id": "9007199254740993",
        "status": "confirmed",
        "confirmed_at": None,
        "cancelled_at": None,
        "cancellation_reason": 'C:\\temp\\new "quoted"',
        "booked_by": "candidate",
        "booked_at": _AT,
        "updated_at": _AT,
        **other,
    }


def audit(number: int, **other: Any) -> dict[str, Any]:
    """Make an audit entry."""
    return {
        "id": AUDITS[number - 1],
        "request_id": REQUESTS[0],
        "booking_id": BOOKINGS[0],
        "action": "booked",
        "actor_type": "system",
        "actor_id": None,
        "payload": {"order": [1, 2, 3], "nested": {"key": "value", "list": [[1, 2], 3]}},
        "created_at": _AT,
        **other,
    }


def sync(number: int, **other: Any) -> dict[str, Any]:
    """Make a sync job."""
    return {
        "id": SYNCS[number - 1],
        "type": "icims_note",
        "entity_id": f"entity-{number}",
        "entity_type": "booking",
        "attempts": number,
        "max_attempts": 5,
        "status": "pending",
        "last_error": f"line 1\nline 2 of {number}",
        "payload": {"n": number},
        "run_after": f"2026-01-1{number}T10:00:00.5+00:00",
        "created_at": _AT,
        "updated_at": _AT,
        **other,
    }


def event(number: int, **other: Any) -> dict[str, Any]:
    """Make a webhook event."""
    return {
        "id": EVENTS[number - 1],
        "tenant_id": None,
        "provider": "icims",
        "event_id": f"evt-{number}",
        "payload_hash": f"sha-{number}",
        "event_type": "candidate.updated",
        "payload": {
            "big": 9007199254740993,
            "price": Raw("1234567890.12345678901234567891"),
            "flag": True,
            "none": None,
            "number": 1,
            "minus": -5,
            "text": "a b",
            "separator": "x\u2028y",
            "path": "a\\b",
            "empty": "",
        },
        "signature": "sig",
        "verified": True,
        "status": "received",
        "attempts": 0,
        "max_attempts": 3,
        "last_error": None,
        "run_after": _AT,
        "processed_at": None,
        "created_at": _AT,
        "updated_at": _AT,
        **other,
    }


def repair(number: int, **other: Any) -> dict[str, Any]:
    """Make a reconciliation job."""
    return {
        "id": REPAIRS[number - 1],
        "tenant_id": "t",
        "job_type": "state_mismatch",
        "entity_type": "booking",
        "entity_id": "e",
        "status": "pending",
        "attempts": 0,
        "max_attempts": 3,
        "last_error": None,
        "detection_reason": "reason",
        "run_after": "infinity",
        "created_at": _AT,
        "updated_at": "294270-01-01T00:00:00+00:00",
        **other,
    }


class Raw(float):
    """A JSON number in these very digits."""

    def __new__(cls, digits: str) -> Self:
        return super().__new__(cls, digits)

    def __init__(self, digits: str) -> None:
        self.digits = digits

    def __repr__(self) -> str:
        return self.digits

    def __deepcopy__(self, memo: object) -> "Raw":
        return self


ROWS: Rows = {
    "scheduling_requests": [
        request(1),
        request(2, interviewer_emails=["", "NULL", 'q"u{o}t,e\\d', " "]),
        request(3, interviewer_emails=[]),
    ],
    "bookings": [booking(1), booking(2)],
    "audit_logs": [audit(1), audit(2, payload=[True, "x", None]), audit(3, payload={})],
    "sync_jobs": [sync(number) for number in range(1, 5)],
    "webhook_events": [event(number) for number in range(1, 7)],
    "reconciliation_jobs": [repair(1), repair(2, run_after="0044-03-15T00:00:00+00:00 BC")],
}


def text(value: Any) -> str:
    """Write JSON with the digits of `Raw`, which the standard library would take for a float."""
    if isinstance(value, Raw):
        return value.digits
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{text(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text, value)) + "]"
    return json.dumps(value)


def write_snapshot(path: Path, rows: Rows, counts: Mapping[str, int] | None = None) -> SnapshotAt:
    """Write rows by snake_case name as the kit writes them, by camelCase name."""
    whole = {
        "snapshot": "parity-snapshot/1",
        "counts": {camel(table): len(some) for table, some in rows.items()} if counts is None else counts,
        "rows": {
            camel(table): [{camel(name): value for name, value in row.items()} for row in some]
            for table, some in rows.items()
        },
    }
    path.write_text(text(whole), encoding="utf-8")
    return SnapshotAt(path)


@dataclass(frozen=True, kw_only=True)
class Places:
    """Three places with the same rows."""

    source: DatabaseAt
    target: DatabaseAt
    snapshot: SnapshotAt
    connection: psycopg.Connection
    """To the target, where no trigger of the schema fires."""

    def rows(self) -> Rows:
        """Return the rows, to be changed and written elsewhere."""
        return deepcopy(ROWS)

    def restore(self) -> None:
        """Give the target its rows back."""
        with self.connection.transaction():
            for table in reversed(list(ENTITIES)):
                self.connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table in ENTITIES:
                name = sql.Identifier(table)
                self.connection.execute(sql.SQL("INSERT INTO {0} SELECT * FROM kept.{0}").format(name))


def found(comparison: Comparison) -> Sequence[tuple[str, str, str | None, str | None]]:
    """Name what a comparison found: table, kind, key and column."""
    return [(each.table, each.kind, each.key, each.column) for each in comparison.first]


def fill(connection: psycopg.Connection) -> None:
    """Insert the rows, as the server itself reads JSON."""
    for table, rows in ROWS.items():
        connection.execute(
            sql.SQL("INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, %s::json)").format(
                sql.Identifier(table)
            ),
            [text(rows)],
        )
