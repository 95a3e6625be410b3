"""What a candidate does with the public link: look, and book."""

from harness.adapters.protocol import Actor
from harness.api.endpoints.requests import hash_of
from harness.api.exchange import Inquiry, Reply, json_of, row_of
from harness.api.refusals import Refusal, gone
from harness.api.schemas import UUID, named, obj, row_name, shown
from harness.api.service import Access, Endpoint, Service
from harness.models import Booking, NewBooking, SchedulingRequest, entity_of

__all__ = ["ENDPOINTS"]

_REQUEST = entity_of(SchedulingRequest)
_BOOKING = entity_of(Booking)
_VISIBLE = tuple(
    _REQUEST.by_name[name].alias
    for name in (
        "candidate_name",
        "req_title",
        "interview_type",
        "duration_minutes",
        "window_start",
        "window_end",
        "candidate_timezone",
        "expires_at",
        "status",
    )
)
"""Of the request: nothing about interviewers, and nothing that only the company knows."""
_SLOT = {"scheduledStart": "scheduled_start", "scheduledEnd": "scheduled_end"}
_NEW = {"id": "id", **_SLOT}
_BOOKED_BY = "candidate"


def open_link(service: Service, inquiry: Inquiry) -> Reply:
    """Return what the candidate may see."""
    request = _request(service, inquiry)
    if request.status == "expired" or request.expires_at <= service.now():
        raise gone("the link has expired")
    row = row_of(request)
    return json_of({alias: row[alias] for alias in _VISIBLE})


def book(service: Service, inquiry: Inquiry) -> Reply:
    """Book a slot. Whether the request can still be booked is for the store to say, in one transaction."""
    values = inquiry.values(_BOOKING, _NEW)
    request = _request(service, inquiry)
    new = NewBooking(
        **{"scheduled_start": None, "scheduled_end": None, **values},
        request_id=request.id,
        booked_by=_BOOKED_BY,
    )
    return json_of(row_of(service.store.book(new, actor=Actor("candidate"))), 201)


def _request(service: Service, inquiry: Inquiry) -> SchedulingRequest:
    request = service.store.scheduling_requests.get_by_token_hash(hash_of(inquiry.path["token"]))
    if request is None:
        raise Refusal("not_found", "there is no such link")
    return request


_THIS = {"id": "$response.body#/id"}

ENDPOINTS = (
    Endpoint(
        name="open_link",
        method="GET",
        path="/api/public/{token}",
        summary="Show a candidate what is to be booked.",
        handle=open_link,
        round_trips=1,
        answers=obj(shown(_REQUEST, {alias: _REQUEST.by_alias[alias].name for alias in _VISIBLE})),
        refusals=("not_found", "gone"),
        access=Access.EVERYBODY,
    ),
    Endpoint(
        name="book",
        method="POST",
        path="/api/public/{token}/book",
        summary="Book a slot. With an id of the client's, a repetition never books twice.",
        handle=book,
        round_trips=2,
        status=201,
        body=obj({"id": UUID, **named(_BOOKING, _SLOT)}, _SLOT),
        answers=row_name(Booking),
        refusals=("not_found", "conflict", "invalid_value"),
        links={
            **dict.fromkeys(("get_booking", "reschedule", "cancel"), _THIS),
            "get_request": {"id": "$response.body#/requestId"},
        },
        access=Access.EVERYBODY,
    ),
)
