"""The reference API's endpoints: one description each, of the request and of the shape of a right answer.

What the answer must *mean* depends on what was asked, and comes with each call (`harness` names the
placeholders and fields in `harness.settings.endpoints`, so that parity.toml can be checked by them).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.settings.endpoints import ENDPOINTS
from loadtests.scenarios.shapes import Kind, kinds_of

__all__ = ["DESCRIPTIONS", "QUEUES", "Endpoint"]

QUEUES: Mapping[str, str] = {
    "sync-jobs": "sync_jobs",
    "webhook-events": "webhook_events",
    "reconciliation-jobs": "reconciliation_jobs",
}
"""The queues as paths name them, and their tables."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """How an endpoint is called, and the shape of its answer."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    status: tuple[int, ...] = (200,)
    fields: Mapping[str, Kind] = field(default_factory=dict)
    items: Mapping[str, Kind] | None = None
    """Of each row in ``rows``; None unless the answer is a list."""
    exact: bool = True
    """True if the answer holds these fields and no other."""


def _same(*names: str) -> dict[str, str]:
    return {name: f"{{{name}}}" for name in names}


def _kinds(table: str) -> dict[str, Kind]:
    kinds = dict(kinds_of(table))
    kinds.pop("publicTokenHash", None)
    return kinds


def _chosen(name: str, kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    return {field: kind for field, kind in kinds.items() if field in ENDPOINTS[name].answers}


_REQUEST = _kinds("scheduling_requests")
_BOOKING = _kinds("bookings")
_JOB = _chosen("complete_job", _kinds("sync_jobs"))
_EVENT_BODY = {
    "eventId": "{eventId}",
    "eventType": "{eventType}",
    "tenantId": "{tenantId}",
    "payload": _same("applicationId", "candidateName", "occurredAt"),
}
_SIGNED = {"X-ICIMS-Signature": "sha256={signature}"}
_RECEIVED = {"id": Kind("id"), "isNew": Kind("flag")}
_WORK = "/api/workers/{queue}"

_ALL = (
    Endpoint(
        name="health",
        method="GET",
        path="/health",
        fields={
            "status": Kind("text"),
            "mode": Kind("text"),
            "instance": Kind("text"),
            "version": Kind("text"),
        },
    ),
    Endpoint(
        name="create_request",
        method="POST",
        path="/api/scheduling-requests",
        body=_same(
            *("applicationId", "candidateName", "candidateEmail", "reqId", "reqTitle", "interviewType"),
            *("durationMinutes", "interviewerEmails", "organizerEmail", "windowStart", "windowEnd"),
            *("candidateTimezone", "expiresAt", "createdBy"),
        ),
        status=(201,),
        fields=_REQUEST,
    ),
    Endpoint(name="get_request", method="GET", path="/api/scheduling-requests/{id}", fields=_REQUEST),
    Endpoint(
        name="list_requests",
        method="GET",
        path="/api/scheduling-requests"
        "?status={status}&needsAttention={needsAttention}&limit={limit}&cursor={cursor}",
        fields={"rows": Kind("rows"), "nextCursor": Kind("text", nullable=True)},
        items=_REQUEST,
    ),
    Endpoint(
        name="update_request",
        method="PATCH",
        path="/api/scheduling-requests/{id}",
        body=_same("needsAttention", "needsAttentionReason", "interviewerEmails"),
        fields=_REQUEST,
    ),
    Endpoint(name="delete_request", method="DELETE", path="/api/scheduling-requests/{id}", status=(204,)),
    Endpoint(
        name="open_link", method="GET", path="/api/public/{token}", fields=_chosen("open_link", _REQUEST)
    ),
    Endpoint(
        name="book",
        method="POST",
        path="/api/public/{token}/book",
        body=_same("scheduledStart", "scheduledEnd"),
        status=(201,),
        fields=_BOOKING,
    ),
    Endpoint(
        name="reschedule",
        method="POST",
        path="/api/bookings/{id}/reschedule",
        body=_same("scheduledStart", "scheduledEnd"),
        fields=_BOOKING,
    ),
    Endpoint(
        name="cancel",
        method="POST",
        path="/api/bookings/{id}/cancel",
        body=_same("reason"),
        fields=_BOOKING,
    ),
    Endpoint(name="get_booking", method="GET", path="/api/bookings/{id}", fields=_BOOKING),
    Endpoint(
        name="receive_webhook",
        method="POST",
        path="/api/webhooks/icims",
        headers=_SIGNED,
        body=_EVENT_BODY,
        fields=_RECEIVED,
    ),
    Endpoint(
        name="redeliver_webhook",
        method="POST",
        path="/api/webhooks/icims",
        headers=_SIGNED,
        body=_EVENT_BODY,
        fields=_RECEIVED,
    ),
    Endpoint(
        name="claim_jobs",
        method="POST",
        path=_WORK + "/claim",
        body=_same("limit", "leaseS"),
        fields={"rows": Kind("rows")},
        items=_JOB,
        exact=False,
    ),
    Endpoint(
        name="complete_job",
        method="POST",
        path=_WORK + "/{id}/complete",
        body=_same("attempts"),
        fields=_JOB,
        exact=False,
    ),
    Endpoint(
        name="fail_job",
        method="POST",
        path=_WORK + "/{id}/fail",
        body=_same("attempts", "error", "retryInS"),
        fields=_JOB,
        exact=False,
    ),
    Endpoint(
        name="ops_summary",
        method="GET",
        path="/api/ops/summary",
        fields={"counts": Kind("object"), "needsAttention": Kind("integer"), "due": Kind("object")},
    ),
    Endpoint(name="ops_dashboard", method="GET", path="/ops", headers={"Accept": "text/html"}),
)

DESCRIPTIONS: Mapping[str, Endpoint] = {
    name: next(one for one in _ALL if one.name == name) for name in ENDPOINTS
}
"""By name, in the order of reports."""
