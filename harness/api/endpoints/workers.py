"""What the workers of the three queues do: claim work, report that it is done, or that it failed."""

from collections.abc import Mapping
from typing import Any

from harness.adapters.flows import MAX_CLAIM, MAX_LEASE_S, MAX_RETRY_S
from harness.adapters.protocol import QueueRepository
from harness.api.exchange import Inquiry, Reply, json_of, row_of
from harness.api.refusals import Refusal, invalid
from harness.api.schemas import TEXT, obj, row_name
from harness.api.service import Endpoint, Service
from harness.models import ReconciliationJob, SyncJob, WebhookEvent

__all__ = ["ENDPOINTS", "QUEUES"]

QUEUES: Mapping[str, str] = {
    "sync-jobs": "sync_jobs",
    "webhook-events": "webhook_events",
    "reconciliation-jobs": "reconciliation_jobs",
}
"""The repositories by their name in paths."""
_ROW = {"anyOf": [row_name(row) for row in (SyncJob, WebhookEvent, ReconciliationJob)]}
_CLAIM = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_CLAIM},
    "leaseS": {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_LEASE_S},
}
_ATTEMPTS = {"attempts": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}}
_FAIL = {
    **_ATTEMPTS,
    "error": TEXT,
    "retryInS": {"type": "number", "minimum": 0, "maximum": MAX_RETRY_S},
}


def claim(service: Service, inquiry: Inquiry) -> Reply:
    """Take due rows for the caller alone."""
    given = _arguments(inquiry, {"limit": "limit", "leaseS": "lease_s"}, needed=())
    rows = _queue(service, inquiry).claim(**given)
    return json_of({"rows": [row_of(row) for row in rows]})


def complete(service: Service, inquiry: Inquiry) -> Reply:
    """Mark a claimed row as done."""
    given = _arguments(inquiry, {"attempts": "attempts"}, needed=("attempts",))
    return json_of(row_of(_queue(service, inquiry).complete(inquiry.path["id"], **given)))


def fail(service: Service, inquiry: Inquiry) -> Reply:
    """Give a claimed row back, with what went wrong."""
    names = {"attempts": "attempts", "error": "error", "retryInS": "retry_in_s"}
    given = _arguments(inquiry, names, needed=("attempts", "error"))
    return json_of(row_of(_queue(service, inquiry).fail(inquiry.path["id"], **given)))


def _arguments(inquiry: Inquiry, names: Mapping[str, str], *, needed: tuple[str, ...]) -> dict[str, Any]:
    given = inquiry.fields(names)
    for name in needed:
        if name not in given:
            raise invalid(name, "is required")
    return {names[alias]: value for alias, value in given.items()}


def _queue(service: Service, inquiry: Inquiry) -> QueueRepository[Any]:
    name = QUEUES.get(inquiry.path["queue"])
    if name is None:
        raise Refusal("not_found", f"there is no such queue; there are {', '.join(QUEUES)}")
    queue: QueueRepository[Any] = getattr(service.store, name)
    return queue


_PATH = "/api/workers/{queue}"
_FIRST = {"queue": "$request.path.queue", "id": "$response.body#/rows/0/id"}

ENDPOINTS = (
    Endpoint(
        name="claim_jobs",
        method="POST",
        path=f"{_PATH}/claim",
        summary="Take due work; no row goes to two workers.",
        handle=claim,
        round_trips=1,
        body=obj(_CLAIM, ()),
        answers=obj({"rows": {"type": "array", "items": _ROW}}),
        refusals=("not_found", "invalid_value"),
        links=dict.fromkeys(("complete_job", "fail_job"), _FIRST),
    ),
    Endpoint(
        name="complete_job",
        method="POST",
        path=f"{_PATH}/{{id}}/complete",
        summary="Mark claimed work as done; attempts is the number that the claim returned.",
        handle=complete,
        round_trips=1,
        body=obj(_ATTEMPTS),
        answers=_ROW,
        refusals=("not_found", "conflict", "invalid_value"),
    ),
    Endpoint(
        name="fail_job",
        method="POST",
        path=f"{_PATH}/{{id}}/fail",
        summary="Give claimed work back with the error; it is due again in retryInS seconds.",
        handle=fail,
        round_trips=1,
        body=obj(_FAIL, ("attempts", "error")),
        answers=_ROW,
        refusals=("not_found", "conflict", "invalid_value"),
    ),
)
