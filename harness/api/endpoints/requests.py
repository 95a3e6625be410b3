"""What a coordinator does with scheduling requests."""

import hashlib
from collections.abc import Mapping
from typing import Any

from harness.adapters.queries import Condition, Order, where
from harness.api.exchange import Inquiry, Reply, json_of, row_of
from harness.api.refusals import Refusal, invalid
from harness.api.schemas import columns, listing, named, obj, row_name
from harness.api.service import Endpoint, Schema, Service
from harness.models import NewSchedulingRequest, SchedulingRequest, SchedulingRequestPatch, entity_of

__all__ = ["ENDPOINTS", "MAX_LIMIT", "hash_of"]

_PATH = "/api/scheduling-requests"
_REQUEST = entity_of(SchedulingRequest)
_TOKEN = ("public_token", "public_token_hash")
_NEW = columns(_REQUEST, without=("status", *_TOKEN))
_CHANGES = columns(_REQUEST, without=("id", "status", *_TOKEN))
"""The status changes with the flows alone, so that a request and its bookings always agree."""
_REQUIRED = [
    alias
    for alias, name in _NEW.items()
    if not _REQUEST.by_name[name].nullable and _REQUEST.by_name[name].default is None
]
_STATUSES = _REQUEST.by_name["status"].choices or ()
_FLAGS: Mapping[str, bool] = {"true": True, "false": False}

MAX_LIMIT = 200
"""Rows of one page: far below the row cap of a hosted project, so that a page is always one round trip."""
_DEFAULT_LIMIT = 20
_QUERY: Mapping[str, Schema] = {
    "status": {"type": "string", "enum": [*_STATUSES]},
    "needsAttention": {"type": "boolean"},
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": _DEFAULT_LIMIT},
    "cursor": {"type": "string", "description": "The nextCursor of a page with the same conditions."},
}


def hash_of(token: str) -> str:
    """Return what is looked up for a public token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def create(service: Service, inquiry: Inquiry) -> Reply:
    """Store a request with a public link that nobody can guess."""
    values = inquiry.values(_REQUEST, _NEW)
    token = service.new_token()
    new = NewSchedulingRequest(**values, public_token=token, public_token_hash=hash_of(token))
    return json_of(row_of(service.store.scheduling_requests.create(new)), 201)


def get(service: Service, inquiry: Inquiry) -> Reply:
    """Return one request."""
    row = service.store.scheduling_requests.get(inquiry.path["id"])
    if row is None:
        raise Refusal("not_found", "scheduling_requests: no row with this id")
    return json_of(row_of(row))


def list_page(service: Service, inquiry: Inquiry) -> Reply:
    """Return a page of requests, newest first."""
    asked = inquiry.asked(_QUERY)
    page = service.store.scheduling_requests.list(
        where=_conditions(asked),
        order=Order("created_at", "desc"),
        limit=_limit(asked.get("limit")),
        cursor=asked.get("cursor"),
    )
    return json_of({"rows": [row_of(row) for row in page.rows], "nextCursor": page.next_cursor})


def update(service: Service, inquiry: Inquiry) -> Reply:
    """Change what the body names."""
    patch = SchedulingRequestPatch(**inquiry.values(_REQUEST, _CHANGES))
    return json_of(row_of(service.store.scheduling_requests.update(inquiry.path["id"], patch)))


def delete(service: Service, inquiry: Inquiry) -> Reply:
    """Remove a request and its bookings."""
    if not service.store.scheduling_requests.delete(inquiry.path["id"]):
        raise Refusal("not_found", "scheduling_requests: no row with this id")
    return Reply(status=204)


def _conditions(asked: Mapping[str, str]) -> list[Condition]:
    conditions = []
    if (status := asked.get("status")) is not None:
        if status not in _STATUSES:
            raise invalid("status", f"is not one of {', '.join(_STATUSES)}")
        conditions.append(where("status", "eq", status))
    if (flag := asked.get("needsAttention")) is not None:
        if flag not in _FLAGS:
            raise invalid("needsAttention", "is neither true nor false")
        conditions.append(where("needs_attention", "eq", _FLAGS[flag]))
    return conditions


def _limit(given: str | None) -> int:
    if given is None:
        return _DEFAULT_LIMIT
    if not (given.isascii() and given.isdigit() and len(given) <= 9 and 1 <= int(given) <= MAX_LIMIT):
        raise invalid("limit", f"is not an integer from 1 to {MAX_LIMIT}")
    return int(given)


_THIS = {"id": "$response.body#/id"}
_ITS_TOKEN = {"token": "$response.body#/publicToken"}
_PAGE: Schema = obj({"rows": listing(SchedulingRequest), "nextCursor": {"type": ["string", "null"]}})


def _endpoint(name: str, method: str, path: str, handle: Any, summary: str, **others: Any) -> Endpoint:
    return Endpoint(
        name=name,
        method=method,
        path=_PATH + path,
        summary=summary,
        handle=handle,
        round_trips=1,
        **{"answers": row_name(SchedulingRequest), **others},
    )


ENDPOINTS = (
    _endpoint(
        "create_request",
        "POST",
        "",
        create,
        "Store a scheduling request and make its public link.",
        status=201,
        body=obj(named(_REQUEST, _NEW), _REQUIRED),
        refusals=("conflict", "invalid_value"),
        links={
            **dict.fromkeys(("get_request", "update_request", "delete_request"), _THIS),
            **dict.fromkeys(("open_link", "book"), _ITS_TOKEN),
        },
    ),
    _endpoint(
        "list_requests",
        "GET",
        "",
        list_page,
        "List scheduling requests, newest first.",
        query=_QUERY,
        answers=_PAGE,
        refusals=("invalid_value",),
        links={"get_request": {"id": "$response.body#/rows/0/id"}},
    ),
    _endpoint("get_request", "GET", "/{id}", get, "Return a scheduling request.", refusals=("not_found",)),
    _endpoint(
        "update_request",
        "PATCH",
        "/{id}",
        update,
        "Change a scheduling request: what is named changes, null clears, what is absent stays.",
        body={**obj(named(_REQUEST, _CHANGES), ()), "minProperties": 1},
        refusals=("not_found", "invalid_value"),
    ),
    _endpoint(
        "delete_request",
        "DELETE",
        "/{id}",
        delete,
        "Remove a scheduling request and its bookings; the audit entries stay.",
        status=204,
        answers=None,
        refusals=("not_found",),
    ),
)
