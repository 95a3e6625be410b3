"""What operations looks at: health, numbers, and the dashboard."""

from typing import Any
from uuid import UUID

from harness.adapters.protocol import OpsSummary
from harness.adapters.queries import Order, where
from harness.api.dashboard import CONTENT_SECURITY_POLICY, Board, in_order, page
from harness.api.exchange import Inquiry, Reply, json_of
from harness.api.refusals import invalid
from harness.api.schemas import obj
from harness.api.service import Access, Endpoint, Service
from harness.models import ENTITIES
from harness.models.description import camel

__all__ = ["ENDPOINTS"]

_NOBODY = UUID(int=0)
_DEEP = ("0", "1")
_FLAGS = {"deep": {"type": "string", "enum": [*_DEEP]}}
_NEWEST = 10
_COUNTS = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}


def health(service: Service, inquiry: Inquiry) -> Reply:
    """Say that this process answers; with ``?deep=1``, that its store does, too."""
    if inquiry.asked(_FLAGS).get("deep", "0") not in _DEEP:
        raise invalid("deep", "is neither 0 nor 1")
    if _is_deep(inquiry):
        service.store.scheduling_requests.get(_NOBODY)  # raises if it does not answer
    return json_of(
        {
            "status": "ok",
            "mode": service.mode,
            "instance": service.instance,
            "version": service.version,
        }
    )


def _is_deep(inquiry: Inquiry) -> bool:
    return inquiry.query.get("deep") == "1"


def summary(service: Service, _inquiry: Inquiry) -> Reply:
    """Return the numbers of the dashboard."""
    return json_of(_numbers(service.store.ops_summary()))


def _numbers(numbers: OpsSummary) -> dict[str, Any]:
    return {
        "counts": {camel(table): counts for table, counts in in_order(numbers.counts).items()},
        "needsAttention": numbers.needs_attention,
        "due": {camel(table): numbers.due[table] for table in ENTITIES if table in numbers.due},
    }


def dashboard(service: Service, _inquiry: Inquiry) -> Reply:
    """Show the numbers, and the rows that somebody should look at."""
    store = service.store
    board = Board(
        mode=service.mode,
        instance=service.instance,
        version=service.version,
        at=service.now(),
        summary=store.ops_summary(),
        attention=store.scheduling_requests.list(
            where=[where("needs_attention", "eq", value=True)],
            order=Order("created_at", "desc"),
            limit=_NEWEST,
        ).rows,
        failed=store.sync_jobs.list(
            where=[where("status", "eq", "failed")], order=Order("created_at", "desc"), limit=_NEWEST
        ).rows,
        history=store.audit_logs.list(order=Order("created_at", "desc"), limit=_NEWEST).rows,
    )
    return Reply(
        body=page(board).encode(),
        media_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    )


_HEALTH = {
    "status": {"enum": ["ok"]},
    "mode": {"enum": ["memory", "supabase"]},
    "instance": {"type": "string"},
    "version": {"type": "string"},
}

ENDPOINTS = (
    Endpoint(
        name="health",
        method="GET",
        path="/health",
        summary="Say that the server answers, in which mode; with deep=1, that its database does, too.",
        handle=health,
        round_trips=0,
        query=_FLAGS,
        answers=obj(_HEALTH),
        refusals=("invalid_value",),
        access=Access.EVERYBODY,
        asks_store=_is_deep,
    ),
    Endpoint(
        name="ops_summary",
        method="GET",
        path="/api/ops/summary",
        summary="Count the rows per table and status, and the due work.",
        handle=summary,
        round_trips=1,
        answers=obj(
            {
                "counts": {"type": "object", "additionalProperties": _COUNTS},
                "needsAttention": {"type": "integer", "minimum": 0},
                "due": _COUNTS,
            }
        ),
    ),
    Endpoint(
        name="ops_dashboard",
        method="GET",
        path="/ops",
        summary="Show the operations dashboard.",
        handle=dashboard,
        round_trips=4,
        answers={"type": "string"},
        access=Access.BROWSER,
        media_type="text/html",
    ),
)
