"""What is not accepted, and what is said about it: in both modes in the same words."""

import json

from tests.integration.api.conversation import NEW, ROW, Step, refusal, signed

__all__ = ["STEPS"]

_NOWHERE = "00000000-0000-4000-8000-00000000dead"
_NO_REQUEST = refusal("not_found", "scheduling_requests: no row with this id")
_NO_BOOKING = refusal("not_found", "bookings: no row with this id")
_NOT_BOOKABLE = refusal("conflict", "conflicts with request_not_bookable", constraint="request_not_bookable")
_SLOT = {"scheduledStart": "2030-03-02T10:00:00Z", "scheduledEnd": "2030-03-02T10:45:00Z"}
_EVENT = json.dumps({"eventId": "e-2", "eventType": "x"}).encode()
_NAMES = (
    "id, applicationId, candidateName, candidateEmail, reqId, reqTitle, interviewType, durationMinutes, "
    "interviewerEmails, organizerEmail, calendarProvider, graphTenantId, windowStart, windowEnd, "
    "candidateTimezone, expiresAt, needsAttention, needsAttentionReason, createdBy"
)


def _step(method: str, path: str, body: object, status: int, answer: object, **more: object) -> Step:
    return Step(endpoint="", method=method, path=path, body=body, status=status, answer=answer, **more)  # type: ignore[arg-type]  # the rest of a step


def _create(body: object, status: int, answer: object) -> Step:
    return _step("POST", "/api/scheduling-requests", body, status, answer)


def _wrong(changes: dict[str, object], field: str, reason: str) -> Step:
    return _create({**NEW, **changes}, 422, refusal("invalid_value", f"{field}: {reason}", field=field))


def _violation(changes: dict[str, object], check: str) -> Step:
    said = refusal("invalid_value", f"{check}: violates the constraint", constraint=check)
    return _create({**NEW, **changes}, 422, said)


_MALFORMED = refusal("malformed", "the body is not JSON in UTF-8")
_NO_OBJECT = refusal("malformed", "the body is not a JSON object")
_STALE = refusal("conflict", "conflicts with stale_claim", constraint="stale_claim")

STEPS: tuple[Step, ...] = (
    _create(b"", 400, _MALFORMED),
    _create(b"{", 400, _MALFORMED),
    _create(b'{"candidateName": "\xff"}', 400, _MALFORMED),
    _create(b'{"durationMinutes": NaN}', 400, _MALFORMED),
    _create(b'{"durationMinutes": ' + b"9" * 5000 + b"}", 400, _MALFORMED),
    _create(b"[" * 100_000, 400, refusal("malformed", "the body is nested too deeply")),
    _create(b"[]", 400, _NO_OBJECT),
    _create(b'"text"', 400, _NO_OBJECT),
    _create({}, 422, refusal("invalid_value", "candidateName: is required", field="candidateName")),
    _wrong({"candidateName": None}, "candidateName", "is required"),
    _wrong({"candidateName": 5}, "candidateName", "is not a text"),
    _wrong({"candidateName": "a\x00b"}, "candidateName", "contains NUL, which Postgres cannot store"),
    _wrong({"candidateName": "a\ud800"}, "candidateName", "contains a lone surrogate at 1"),
    _wrong({"durationMinutes": "45"}, "durationMinutes", "is not an integer of 32 bits"),
    _wrong({"durationMinutes": True}, "durationMinutes", "is not an integer of 32 bits"),
    _wrong({"durationMinutes": 45.0}, "durationMinutes", "is not an integer of 32 bits"),
    _wrong({"durationMinutes": 2**31}, "durationMinutes", "is not an integer of 32 bits"),
    _wrong({"durationMinutes": 10**400}, "durationMinutes", "is not an integer of 32 bits"),
    _wrong({"needsAttention": "true"}, "needsAttention", "is not a boolean"),
    _wrong({"interviewerEmails": "ann"}, "interviewerEmails", "is not a list of texts"),
    _wrong({"interviewerEmails": [None]}, "interviewerEmails", "is not a text"),
    _wrong({"id": "1"}, "id", "is not a uuid"),
    _wrong({"windowStart": "2030-03-01"}, "windowStart", "is not a datetime with a time zone"),
    _wrong({"windowStart": "2030-03-01T10:00:00"}, "windowStart", "is not a datetime with a time zone"),
    _wrong({"windowStart": "now"}, "windowStart", "is not a datetime with a time zone"),
    _wrong({"windowStart": 1}, "windowStart", "is not a datetime with a time zone"),
    _wrong(
        {"windowStart": "0001-01-01T00:00:00+23:59"},
        "windowStart",
        "lies outside of the years 1 to 9999 in UTC",
    ),
    _wrong({"status": "booked"}, "status", f"is not one of {_NAMES}"),
    _wrong({"publicToken": "mine"}, "publicToken", f"is not one of {_NAMES}"),
    _wrong({"candidate_name": "x"}, "candidate_name", f"is not one of {_NAMES}"),
    _wrong({"createdAt": "2030-03-01T10:00:00Z"}, "createdAt", f"is not one of {_NAMES}"),
    _violation({"durationMinutes": 0}, "scheduling_requests_duration_positive"),
    _violation({"windowEnd": NEW["windowStart"]}, "scheduling_requests_window_order"),
    _violation({"interviewType": "Onsite"}, "scheduling_requests_interview_type_check"),
    _violation({"candidateEmail": "é" * 513}, "scheduling_requests_candidate_email_size"),
    _create(
        {**NEW, "x" * 300: 1},
        422,
        refusal("invalid_value", f"{'x' * 100}…: is not one of {_NAMES}", field=f"{'x' * 100}…"),
    ),
    _step(
        "POST",
        "/api/scheduling-requests",
        NEW,
        201,
        ROW,
        keep={"request": "id", "token": "publicToken"},
    ),
    _step(
        "POST",
        "/api/scheduling-requests",
        {**NEW, "id": "5eeded00-0000-4000-8000-000000000002", "expiresAt": "2020-01-01T00:00:00Z"},
        201,
        {**ROW, "id": "<old>", "publicToken": "<old token>", "expiresAt": "<time>"},
        keep={"old": "id", "old token": "publicToken"},
    ),
    _create(
        {**NEW, "id": "5EEDED00-0000-4000-8000-000000000002"},
        409,
        refusal("conflict", "conflicts with scheduling_requests_pkey", constraint="scheduling_requests_pkey"),
    ),
    _step("GET", f"/api/scheduling-requests/{_NOWHERE}", None, 404, _NO_REQUEST),
    _step("GET", "/api/scheduling-requests/not-an-id", None, 404, _NO_REQUEST),
    _step("GET", "/api/scheduling-requests/%00", None, 404, _NO_REQUEST),
    _step("GET", "/api/scheduling-requests/%ff", None, 404, _NO_REQUEST),
    _step("PATCH", f"/api/scheduling-requests/{_NOWHERE}", {"reqId": "x"}, 404, _NO_REQUEST),
    _step(
        "PATCH",
        "/api/scheduling-requests/{request}",
        {},
        422,
        refusal("invalid_value", "patch: is empty", field="patch"),
    ),
    _step(
        "PATCH",
        "/api/scheduling-requests/{request}",
        {"candidateName": None},
        422,
        refusal("invalid_value", "candidateName: is required", field="candidateName"),
    ),
    _step(
        "PATCH",
        "/api/scheduling-requests/{request}",
        {"status": "booked"},
        422,
        refusal("invalid_value", f"status: is not one of {_NAMES[4:]}", field="status"),
    ),
    _step("DELETE", f"/api/scheduling-requests/{_NOWHERE}", None, 404, _NO_REQUEST),
    *(
        _step(
            "GET",
            f"/api/scheduling-requests?{query}",
            None,
            422,
            refusal("invalid_value", f"{field}: {reason}", field=field),
        )
        for query, field, reason in (
            ("status=Pending", "status", "is not one of pending, booked, rescheduled, cancelled, expired"),
            ("status=%00", "status", "is not one of pending, booked, rescheduled, cancelled, expired"),
            ("needsAttention=1", "needsAttention", "is neither true nor false"),
            ("limit=0", "limit", "is not an integer from 1 to 200"),
            ("limit=201", "limit", "is not an integer from 1 to 200"),
            ("limit=-1", "limit", "is not an integer from 1 to 200"),
            ("limit=%D9%A1", "limit", "is not an integer from 1 to 200"),
            (f"limit={'9' * 5000}", "limit", "is not an integer from 1 to 200"),
            ("limit=1&limit=2", "limit", "is given twice"),
            ("page=2", "page", "is not one of status, needsAttention, limit, cursor"),
            ("cursor=abc", "cursor", "is not one that a list returned"),
        )
    ),
    _step("GET", "/api/public/nobody-knows-this", None, 404, refusal("not_found", "there is no such link")),
    _step(
        "POST",
        "/api/public/nobody-knows-this/book",
        _SLOT,
        404,
        refusal("not_found", "there is no such link"),
    ),
    _step("GET", "/api/public/{old token}", None, 410, refusal("gone", "the link has expired")),
    _step("POST", "/api/public/{old token}/book", _SLOT, 409, _NOT_BOOKABLE),
    _step(
        "POST",
        "/api/public/{token}/book",
        {"scheduledStart": _SLOT["scheduledStart"]},
        422,
        refusal("invalid_value", "scheduledEnd: is required", field="scheduledEnd"),
    ),
    _step(
        "POST",
        "/api/public/{token}/book",
        {"scheduledStart": _SLOT["scheduledEnd"], "scheduledEnd": _SLOT["scheduledStart"]},
        422,
        refusal(
            "invalid_value",
            "bookings_slot_order: violates the constraint",
            constraint="bookings_slot_order",
        ),
    ),
    _step(
        "POST",
        "/api/public/{token}/book",
        {**_SLOT, "status": "confirmed"},
        422,
        refusal("invalid_value", "status: is not one of id, scheduledStart, scheduledEnd", field="status"),
    ),
    _step("GET", f"/api/bookings/{_NOWHERE}", None, 404, _NO_BOOKING),
    _step("POST", f"/api/bookings/{_NOWHERE}/reschedule", _SLOT, 404, _NO_BOOKING),
    _step("POST", f"/api/bookings/{_NOWHERE}/cancel", {}, 404, _NO_BOOKING),
    _step(
        "POST",
        f"/api/bookings/{_NOWHERE}/cancel",
        {"reason": 1},
        422,
        refusal("invalid_value", "reason: is not a text", field="reason"),
    ),
    _step(
        "POST",
        "/api/workers/jobs/claim",
        {},
        404,
        refusal(
            "not_found", "there is no such queue; there are sync-jobs, webhook-events, reconciliation-jobs"
        ),
    ),
    _step(
        "POST",
        "/api/workers/sync-jobs/claim",
        {"limit": 1001},
        422,
        refusal("invalid_value", "limit: is not an integer from 1 to 1000", field="limit"),
    ),
    _step(
        "POST",
        "/api/workers/sync-jobs/claim",
        b'{"leaseS": 1e999}',
        422,
        refusal("invalid_value", "leaseS: is not a number of seconds above 0, up to 86400", field="leaseS"),
    ),
    _step(
        "POST",
        f"/api/workers/sync-jobs/{_NOWHERE}/complete",
        {},
        422,
        refusal("invalid_value", "attempts: is required", field="attempts"),
    ),
    _step(
        "POST",
        f"/api/workers/sync-jobs/{_NOWHERE}/complete",
        {"attempts": 1},
        404,
        refusal("not_found", "sync_jobs: no row with this id"),
    ),
    _step(
        "POST",
        "/api/webhooks/icims",
        _EVENT,
        401,
        refusal("unauthorized", "the signature is missing, or is not the one of this body"),
    ),
    _step(
        "POST",
        "/api/webhooks/icims",
        _EVENT,
        401,
        refusal("unauthorized", "the signature is missing, or is not the one of this body"),
        headers=signed(_EVENT, "another secret"),
    ),
    _step(
        "POST",
        "/api/webhooks/icims",
        _EVENT + b" ",
        401,
        refusal("unauthorized", "the signature is missing, or is not the one of this body"),
        headers=signed(_EVENT),
    ),
    _step("POST", "/api/webhooks/icims", b"{", 400, _MALFORMED, headers=signed(b"{")),
    _step(
        "POST",
        "/api/webhooks/icims",
        b"{}",
        422,
        refusal("invalid_value", "eventId: is not a text", field="eventId"),
        headers=signed(b"{}"),
    ),
    _step(
        "GET",
        "/api/nowhere",
        None,
        404,
        refusal("not_found", "there is nothing at this path; see /openapi.json"),
    ),
    _step("PUT", "/api/ops/summary", None, 405, refusal("method_not_allowed", "this path answers to GET")),
)
