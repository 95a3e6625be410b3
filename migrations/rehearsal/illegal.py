"""Rows that cannot arrive unchanged, each with the rule that must refuse it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from migrations.rehearsal.generate import Generated
from migrations.rehearsal.json_text import object_text, text_of

__all__ = ["Illegal", "illegal_rows"]

_NOBODY = "1bad1bad-1bad-4bad-8bad-1bad1bad1bad"
"""An id that no row has."""
_BEYOND = 10**9
"""Illegal rows are numbered from here on, so that they share no id and no key with legal ones."""


@dataclass(frozen=True, kw_only=True)
class Illegal:
    """One row that must be refused."""

    name: str
    table: str
    rule: str
    """The word of the refusal: that of the planner, or the name of the constraint."""
    sqlstate: str | None
    """What Postgres raises for it; None for what it would take and change, or is never sent."""
    column: str | None
    key: str | None
    """Its id; None where it has none that can be read."""
    text: str
    """The row, as one line of JSON."""


class _Writer:
    """Makes a row like a legal one, but for what is said."""

    def __init__(self, legal: Generated) -> None:
        self.legal = legal
        self._made = 0

    def __call__(
        self,
        name: str,
        table: str,
        rule: str,
        sqlstate: str | None,
        column: str | None = None,
        *,
        add: Mapping[str, str] | None = None,
        without: str | None = None,
        **values: Any,
    ) -> Illegal:
        """Make one; `values` are JSON values by camelCase name, `add` JSON texts, which may repeat a name."""
        row = self._ordinary(table)
        row.update(values)
        if without is not None:
            del row[without]
        members = [(key, text_of(value)) for key, value in row.items()]
        given = add or {}
        members = [(key, given.get(key, text)) for key, text in members]
        members += [(key, text) for key, text in given.items() if key not in row]
        return Illegal(
            name=name,
            table=table,
            rule=rule,
            sqlstate=sqlstate,
            column=column,
            key=row.get("id"),
            text=object_text(members),
        )

    def _ordinary(self, table: str) -> dict[str, Any]:
        self._made += 1
        row = self.legal.row(table, _BEYOND + 11 * self._made)
        if table == "bookings":
            # A cancelled booking of a request that exists takes no place from any other.
            row["requestId"] = self.legal.id("scheduling_requests", 0)
            row["status"] = "cancelled"
        if table == "audit_logs":
            row["requestId"] = row["bookingId"] = None
        return row


def illegal_rows(legal: Generated) -> tuple[Illegal, ...]:
    """Return the rows, by table in the order of the model; they refer to the first rows of `legal`."""
    return tuple(_all(_Writer(legal)))


def _all(make: _Writer) -> Iterator[Illegal]:
    parents = tuple(_requests(make))
    yield from parents
    yield from _bookings(make, parents[0])
    yield from _audit_logs(make)
    yield from _sync_jobs(make)
    yield from _webhook_events(make)
    yield from _reconciliation_jobs(make)


def _requests(make: _Writer) -> Iterator[Illegal]:
    table = "scheduling_requests"
    first = make.legal.row(table, 0)
    yield make(
        "a required text that is null", table, "not_null", "23502", "candidate_name", candidateName=None
    )
    yield make(
        "no required text", table, "missing_column", "23502", "candidate_email", without="candidateEmail"
    )
    yield make(
        "no status, though it has a default", table, "missing_column", None, "status", without="status"
    )
    yield make("a column that nobody knows", table, "unknown_column", "42703", None, nickname="x")
    yield make(
        "one column in both spellings", table, "colliding_keys", None, "candidate_name", candidate_name="x"
    )
    yield make(
        "a choice that is none",
        table,
        "scheduling_requests_interview_type_check",
        "23514",
        "interview_type",
        interviewType="lunch",
    )
    yield make(
        "a meeting of no minutes",
        table,
        "scheduling_requests_duration_positive",
        "23514",
        None,
        durationMinutes=0,
    )
    yield make("too many minutes", table, "integer_range", "22003", "duration_minutes", durationMinutes=2**31)
    yield make(
        "half a minute", table, "invalid_integer", "22P02", "duration_minutes", add={"durationMinutes": "0.5"}
    )
    yield make(
        "a window that ends as it starts",
        table,
        "scheduling_requests_window_order",
        "23514",
        None,
        windowStart="2026-01-15T09:30:00Z",
        windowEnd="2026-01-15T10:30:00+01:00",
    )
    yield make(
        "a key of one byte too many",
        table,
        "scheduling_requests_public_token_hash_size",
        "23514",
        None,
        publicTokenHash="\u00e9" * 512 + "x",
    )
    yield make(
        "the token of another request",
        table,
        "scheduling_requests_public_token_hash_key",
        "23505",
        "public_token_hash",
        publicTokenHash=first["publicTokenHash"],
    )
    yield make("the id of another request", table, "scheduling_requests_pkey", "23505", "id", id=first["id"])
    yield make("NUL in a text", table, "nul", "22021", "req_title", add={"reqTitle": '"a\\u0000b"'})
    yield make(
        "half a character", table, "lone_surrogate", "22021", "req_title", add={"reqTitle": '"\\ud83d"'}
    )
    yield make(
        "ragged arrays", table, "wrong_type", "22P02", "interviewer_emails", interviewerEmails=[["a"], []]
    )
    yield make("a time of no zone", table, "naive_time", None, "expires_at", expiresAt="2026-01-15T09:30:00")
    yield make(
        "a time of seven digits",
        table,
        "fraction_digits",
        None,
        "expires_at",
        expiresAt="2026-01-15T09:30:00.1234567Z",
    )


def _bookings(make: _Writer, refused: Illegal) -> Iterator[Illegal]:
    table = "bookings"
    orphan, twice = "bookings_request_id_fkey", "bookings_one_active_per_request"
    booked = next(row for row in make.legal.rows(table) if row["status"] != "cancelled")
    yield make("a request that nobody knows", table, orphan, "23503", "request_id", requestId=_NOBODY)
    yield make(
        "a request that is refused itself", table, orphan, "23503", "request_id", requestId=refused.key
    )
    yield make(
        "a second active booking",
        table,
        twice,
        "23505",
        "request_id",
        requestId=booked["requestId"],
        status="confirmed",
    )
    yield make(
        "a slot that ends before it starts",
        table,
        "bookings_slot_order",
        "23514",
        None,
        scheduledStart="2026-01-15T09:30:00.000001Z",
        scheduledEnd="2026-01-15T09:30:00Z",
    )
    yield make(
        "a day that never was",
        table,
        "invalid_time",
        "22008",
        "confirmed_at",
        confirmedAt="2026-02-29T00:00:00Z",
    )


def _audit_logs(make: _Writer) -> Iterator[Illegal]:
    table = "audit_logs"
    orphan = "audit_logs_booking_id_fkey"
    yield make("a booking that nobody knows", table, orphan, "23503", "booking_id", bookingId=_NOBODY)
    yield make("an id that is none", table, "invalid_uuid", "22P02", "request_id", requestId="request-1")
    yield make("no payload", table, "not_null", "23502", "payload", payload=None)
    yield make(
        "one key twice", table, "colliding_keys", None, "payload", add={"payload": '{"a":{"k":1,"k":2}}'}
    )
    yield make("NUL in JSON", table, "nul", "22P05", "payload", add={"payload": '{"a":"\\u0000"}'})


def _sync_jobs(make: _Writer) -> Iterator[Illegal]:
    table = "sync_jobs"
    bounds, positive = "sync_jobs_attempts_bounds", "sync_jobs_max_attempts_positive"
    yield make("more attempts than allowed", table, bounds, "23514", None, attempts=2, maxAttempts=1)
    yield make("less than none", table, bounds, "23514", None, attempts=-1, maxAttempts=1)
    yield make("no attempt allowed", table, positive, "23514", None, attempts=0, maxAttempts=0)
    yield make("no time", table, "unclear_time", None, "run_after", runAfter="tomorrow")


def _webhook_events(make: _Writer) -> Iterator[Illegal]:
    table = "webhook_events"
    first = make.legal.row(table, 0)
    key = "webhook_events_provider_event_id_key"
    yield make(
        "an event that came before",
        table,
        key,
        "23505",
        None,
        provider=first["provider"],
        eventId=first["eventId"],
    )
    yield make(
        "a number beyond numeric",
        table,
        "number_range",
        "22003",
        "payload",
        add={"payload": '{"n":1e200000}'},
    )
    yield make(
        "half a character in JSON",
        table,
        "lone_surrogate",
        "22P02",
        "payload",
        add={"payload": '["\\udc00"]'},
    )
    yield make(
        "a status of another queue", table, "webhook_events_status_check", "23514", "status", status="pending"
    )


def _reconciliation_jobs(make: _Writer) -> Iterator[Illegal]:
    table = "reconciliation_jobs"
    job_type = "reconciliation_jobs_job_type_check"
    yield make("a trailing blank", table, job_type, "23514", "job_type", jobType="state_mismatch ")
    yield make("no id", table, "missing_column", None, "id", without="id")
