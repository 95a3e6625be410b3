"""A day of the scheduler: every endpoint and its right answers, in an order that gives each what it needs."""

import json

from tests.integration.api.conversation import BOOKING, NEW, ROW, Step, signed

__all__ = ["STEPS"]

_SLOT = {"scheduledStart": "2030-03-02T10:00:00Z", "scheduledEnd": "2030-03-02T11:45:00+01:00"}
_LATER = {"scheduledStart": "2030-03-03T10:00:00Z", "scheduledEnd": "2030-03-03T10:45:00Z"}
_MOVED = {
    **BOOKING,
    "status": "rescheduled",
    "scheduledStart": "2030-03-03T10:00:00.000000Z",
    "scheduledEnd": "2030-03-03T10:45:00.000000Z",
}
_CANCELLED = {**_MOVED, "status": "cancelled", "cancelledAt": "<time>", "cancellationReason": "ill"}
_EVENT = json.dumps(
    {
        "eventId": "e-1",
        "eventType": "candidate.moved",
        "tenantId": "t",
        "n": 2**70,
        "deep": {"b": 1.5, "a": []},
    }
).encode()
_OTHER = json.dumps({"eventId": "e-1", "eventType": "candidate.moved", "tenantId": "t", "n": 1}).encode()
_STORED_EVENT = {
    "id": "<event>",
    "tenantId": "t",
    "provider": "icims",
    "eventId": "e-1",
    "payloadHash": "<hash>",
    "eventType": "candidate.moved",
    "payload": json.loads(_EVENT),
    "signature": "<hash>",
    "verified": True,
    "status": "processing",
    "attempts": 1,
    "maxAttempts": 3,
    "lastError": None,
    "runAfter": "<time>",
    "processedAt": None,
    "createdAt": "<time>",
    "updatedAt": "<time>",
}
_JOB = {
    "id": "<job>",
    "type": "icims_note",
    "entityId": "<booking>",
    "entityType": "booking",
    "attempts": 1,
    "maxAttempts": 5,
    "status": "processing",
    "lastError": None,
    "payload": {"action": "booked", "request_id": "<request>"},
    "runAfter": "<time>",
    "createdAt": "<time>",
    "updatedAt": "<time>",
}
_VISIBLE = (
    "candidateName",
    "reqTitle",
    "interviewType",
    "durationMinutes",
    "windowStart",
    "windowEnd",
    "candidateTimezone",
    "expiresAt",
    "status",
)
_LINK = {name: ROW[name] for name in _VISIBLE}
_ATTENTION = {**ROW, "needsAttention": True, "needsAttentionReason": "asked twice", "reqId": "R-1"}
_CALM = {**_ATTENTION, "needsAttention": False, "needsAttentionReason": None}
_SUMMARY = {
    "counts": {
        "schedulingRequests": {"pending": 1, "booked": 0, "rescheduled": 0, "cancelled": 1, "expired": 0},
        "bookings": {"confirmed": 0, "rescheduled": 0, "cancelled": 1},
        "syncJobs": {"pending": 2, "processing": 0, "completed": 1, "failed": 0},
        "webhookEvents": {"received": 0, "processing": 1, "processed": 0, "failed": 0},
        "reconciliationJobs": {
            "pending": 0,
            "processing": 0,
            "completed": 0,
            "failed": 0,
            "requires_attention": 0,
        },
    },
    "needsAttention": 0,
    "due": {"syncJobs": 1, "webhookEvents": 0, "reconciliationJobs": 0},
}


def _post(endpoint: str, path: str, body: object, answer: object, status: int = 200, **more: object) -> Step:
    return Step(endpoint=endpoint, method="POST", path=path, body=body, answer=answer, status=status, **more)  # type: ignore[arg-type]  # the rest of a step


def _get(endpoint: str, path: str, answer: object, **more: object) -> Step:
    return Step(endpoint=endpoint, method="GET", path=path, status=200, answer=answer, **more)  # type: ignore[arg-type]  # the rest of a step


STEPS: tuple[Step, ...] = (
    _post(
        "create_request",
        "/api/scheduling-requests",
        NEW,
        ROW,
        201,
        keep={"request": "id", "token": "publicToken"},
    ),
    _get("get_request", "/api/scheduling-requests/{request}", ROW),
    _get("list_requests", "/api/scheduling-requests", {"rows": [ROW], "nextCursor": None}),
    Step(
        endpoint="update_request",
        method="PATCH",
        path="/api/scheduling-requests/{request}",
        body={"needsAttention": True, "needsAttentionReason": "asked twice", "reqId": "R-1"},
        status=200,
        answer=_ATTENTION,
    ),
    _get(
        "list_requests",
        "/api/scheduling-requests?status=pending&needsAttention=true&limit=1",
        {"rows": [_ATTENTION], "nextCursor": None},
    ),
    _get(
        "list_requests",
        "/api/scheduling-requests?status=booked&needsAttention=false",
        {"rows": [], "nextCursor": None},
    ),
    Step(
        endpoint="update_request",
        method="PATCH",
        path="/api/scheduling-requests/{request}",
        body={"needsAttention": False, "needsAttentionReason": None},
        status=200,
        answer=_CALM,
    ),
    _post(
        "create_request",
        "/api/scheduling-requests",
        {**NEW, "id": "5EEDED00-0000-4000-8000-000000000001", "createdBy": "ann"},
        {**ROW, "id": "<second>", "publicToken": "<second token>", "createdBy": "ann"},
        201,
        keep={"second": "id", "second token": "publicToken"},
    ),
    _get(
        "list_requests",
        "/api/scheduling-requests?limit=1",
        {
            "rows": [{**ROW, "id": "<second>", "publicToken": "<second token>", "createdBy": "ann"}],
            "nextCursor": "<cursor>",
        },
        keep={"cursor": "nextCursor"},
    ),
    _get(
        "list_requests",
        "/api/scheduling-requests?limit=1&cursor={cursor}",
        {"rows": [_CALM], "nextCursor": None},
    ),
    _get("open_link", "/api/public/{token}", _LINK),
    _post("book", "/api/public/{token}/book", _SLOT, BOOKING, 201, keep={"booking": "id"}),
    _get("open_link", "/api/public/{token}", {**_LINK, "status": "booked"}),
    _get("get_booking", "/api/bookings/{booking}", BOOKING),
    _post("reschedule", "/api/bookings/{booking}/reschedule", _LATER, _MOVED),
    _post("cancel", "/api/bookings/{booking}/cancel", {"reason": "ill"}, _CANCELLED),
    _get("get_booking", "/api/bookings/{booking}", _CANCELLED),
    _post(
        "receive_webhook",
        "/api/webhooks/icims",
        _EVENT,
        {"id": "<event>", "isNew": True},
        headers=signed(_EVENT),
        keep={"event": "id"},
    ),
    _post(
        "redeliver_webhook",
        "/api/webhooks/icims",
        _EVENT,
        {"id": "<event>", "isNew": False},
        headers=signed(_EVENT),
    ),
    _post(
        "conflicting webhook",
        "/api/webhooks/icims",
        _OTHER,
        {"id": "<event>", "isNew": False},
        headers=signed(_OTHER),
    ),
    _post(
        "conflicting webhook",
        "/api/webhooks/icims",
        _OTHER,
        {"id": "<event>", "isNew": False},
        headers=signed(_OTHER),
    ),
    _post("claim_jobs", "/api/workers/webhook-events/claim", {}, {"rows": [_STORED_EVENT]}),
    _post(
        "claim_jobs",
        "/api/workers/sync-jobs/claim",
        {"limit": 1, "leaseS": 600},
        {"rows": [_JOB]},
        keep={"job": "rows.0.id"},
    ),
    _post(
        "complete_job",
        "/api/workers/sync-jobs/{job}/complete",
        {"attempts": 1},
        {**_JOB, "status": "completed"},
    ),
    _post(
        "claim_jobs",
        "/api/workers/sync-jobs/claim",
        {"limit": 1},
        {
            "rows": [
                {**_JOB, "id": "<moved>", "payload": {"action": "rescheduled", "request_id": "<request>"}}
            ]
        },
        keep={"moved": "rows.0.id"},
    ),
    _post(
        "fail_job",
        "/api/workers/sync-jobs/{moved}/fail",
        {"attempts": 1, "error": "iCIMS is down", "retryInS": 3600},
        {
            **_JOB,
            "id": "<moved>",
            "status": "pending",
            "lastError": "iCIMS is down",
            "payload": {"action": "rescheduled", "request_id": "<request>"},
        },
    ),
    _post("claim_jobs", "/api/workers/reconciliation-jobs/claim", {"limit": 1000}, {"rows": []}),
    _get("ops_summary", "/api/ops/summary", _SUMMARY),
    Step(
        endpoint="delete_request",
        method="DELETE",
        path="/api/scheduling-requests/{request}",
        status=204,
        answer=None,
    ),
)
