"""The endpoints of the scheduler by name: what each is told and what it answers, whoever implements it.

parity.toml names them in ``[api.endpoints.NAME]`` and ``[budgets.endpoints.NAME]``; the scenarios of the
load tests know how to call them. Fields are named as the reference API names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.models import (
    Booking,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

__all__ = ["ENDPOINTS", "SECRET_FIELDS", "SIGNATURE", "EndpointShape"]

SECRET_FIELDS = frozenset({"publicTokenHash", "public_token_hash"})
"""What no answer may hold, in both ways in which it is written."""
SIGNATURE = frozenset({"signature", "signatureBase64"})
"""HMAC-SHA256 of the body as sent, with the webhook's secret: placeholders of headers only."""


@dataclass(frozen=True, kw_only=True)
class EndpointShape:
    """What an endpoint is about, without saying how it is called."""

    sends: frozenset[str] = frozenset()
    """Placeholders for path, headers and body."""
    signed: bool = False
    """True if its headers may hold the placeholders of `SIGNATURE`."""
    answers: frozenset[str] = frozenset()
    """Fields of the answer."""
    items: frozenset[str] = frozenset()
    """Fields of each row, if the answer is a list of rows."""
    required: frozenset[str] = frozenset()
    """Fields, of the answer or of each row, without which nothing could be said about it."""
    html: bool = False
    """True for a page."""
    measured: bool = True
    """False if it is no part of the mix."""


def _fields(row: type[Row]) -> frozenset[str]:
    return frozenset(entity_of(row).by_alias) - SECRET_FIELDS


_REQUEST = _fields(SchedulingRequest)
_BOOKING = _fields(Booking)
_JOB = _fields(SyncJob) & _fields(WebhookEvent) & _fields(ReconciliationJob)
"""What the rows of all queues have."""
_SEEN_BY_THE_CANDIDATE = frozenset(
    {
        *("candidateName", "reqTitle", "interviewType", "durationMinutes", "windowStart", "windowEnd"),
        *("candidateTimezone", "expiresAt", "status"),
    }
)
"""Nothing about interviewers, and nothing that only the company knows."""
_NEW_REQUEST = _REQUEST - {"id", "publicToken", "status", "createdAt", "updatedAt"}
_EVENT = frozenset({"eventId", "eventType", "tenantId", "applicationId", "candidateName", "occurredAt"})
_SLOT = frozenset({"scheduledStart", "scheduledEnd"})
_ID = frozenset({"id"})

ENDPOINTS: Mapping[str, EndpointShape] = {
    "health": EndpointShape(
        answers=frozenset({"status", "mode", "instance", "version"}),
        required=frozenset({"mode"}),
    ),
    "create_request": EndpointShape(sends=_NEW_REQUEST, answers=_REQUEST, required=_ID | {"publicToken"}),
    "get_request": EndpointShape(sends=_ID, answers=_REQUEST, required=_ID),
    "list_requests": EndpointShape(
        sends=frozenset({"status", "needsAttention", "limit", "cursor"}),
        answers=frozenset({"rows", "nextCursor"}),
        items=_REQUEST,
        required=_ID | {"rows"},
    ),
    "update_request": EndpointShape(
        sends=_ID | {"needsAttention", "needsAttentionReason", "interviewerEmails"},
        answers=_REQUEST,
        required=_ID,
    ),
    "delete_request": EndpointShape(sends=_ID, measured=False),
    "open_link": EndpointShape(sends=frozenset({"token"}), answers=_SEEN_BY_THE_CANDIDATE),
    "book": EndpointShape(sends=_SLOT | {"token"}, answers=_BOOKING, required=_ID | _SLOT),
    "reschedule": EndpointShape(sends=_SLOT | _ID, answers=_BOOKING, required=_SLOT),
    "cancel": EndpointShape(sends=_ID | {"reason"}, answers=_BOOKING),
    "get_booking": EndpointShape(sends=_ID, answers=_BOOKING, required=_ID),
    "receive_webhook": EndpointShape(
        sends=_EVENT, signed=True, answers=_ID | {"isNew"}, required=_ID | {"isNew"}
    ),
    "redeliver_webhook": EndpointShape(
        sends=_EVENT, signed=True, answers=_ID | {"isNew"}, required=_ID | {"isNew"}
    ),
    "claim_jobs": EndpointShape(
        sends=frozenset({"queue", "limit", "leaseS"}),
        answers=frozenset({"rows"}),
        items=_JOB,
        required=_ID | {"rows", "attempts"},
    ),
    "complete_job": EndpointShape(sends=_ID | {"queue", "attempts"}, answers=_JOB),
    "fail_job": EndpointShape(sends=_ID | {"queue", "attempts", "error", "retryInS"}, answers=_JOB),
    "ops_summary": EndpointShape(answers=frozenset({"counts", "needsAttention", "due"})),
    "ops_dashboard": EndpointShape(html=True),
}
