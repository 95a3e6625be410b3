"""The arguments of flows and queues, checked once for every adapter, before anything is sent.

Each function takes what the caller gave and returns it in wire form, or
raises InvalidValue with the name of the argument or column. What only the
store can know (states, constraints, missing rows) is not checked here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from harness.adapters import codec
from harness.adapters.protocol import Actor
from harness.errors import InvalidValue
from harness.models import Booking, NewBooking, NewWebhookEvent, WebhookEvent, entity_of

__all__ = [
    "BOOKED",
    "CANCELLED",
    "EXHAUSTED",
    "MAX_CLAIM",
    "MAX_LEASE_S",
    "MAX_RETRY_S",
    "RECEIVED_COLUMNS",
    "REQUEST_NOT_BOOKABLE",
    "RESCHEDULED",
    "SET_BY_BOOK",
    "STALE_CLAIM",
    "check_actor",
    "check_attempts",
    "check_book",
    "check_cancel",
    "check_claim",
    "check_fail",
    "check_receive",
    "check_reschedule",
]

BOOKED = "booked"
RESCHEDULED = "rescheduled"
CANCELLED = "cancelled"
"""The actions of the flows, in audit entries and in the payload of sync jobs."""

REQUEST_NOT_BOOKABLE = "request_not_bookable"
STALE_CLAIM = "stale_claim"
"""The rules that a flow's Conflict names."""

EXHAUSTED = "attempts exhausted"
"""last_error of a row that a claim found due with no attempt left, unless it has one already."""

MAX_CLAIM = 1000
"""Rows per claim: the row cap of a hosted project, past which claimed rows would be lost on the way."""
MAX_LEASE_S = 86_400
MAX_RETRY_S = 2_592_000

SET_BY_BOOK = frozenset({"status", "confirmed_at", "cancelled_at", "cancellation_reason"})
"""The columns of a booking that only the flows set."""

RECEIVED_COLUMNS = (
    "id",
    "tenant_id",
    "provider",
    "event_id",
    "payload_hash",
    "event_type",
    "payload",
    "signature",
    "verified",
)
"""The columns that a delivery carries, in the order of the table."""

_BOOKING = entity_of(Booking)
_EVENT = entity_of(WebhookEvent)
_REQUIRED_BY_BOOK = {
    column.name: None for column in _BOOKING.columns if not column.nullable and column.default is None
}


def check_book(new: NewBooking, actor: Actor) -> tuple[dict[str, Any], str | None, str | None]:
    """Return the booking's columns, actor type and actor id.

    What is absent stays so, the id included, except for required columns: those are None, for the store to
    refuse in its own order.
    """
    wire = codec.encode_new(_BOOKING, new)
    for column in _BOOKING.columns:
        if column.name in wire and column.name in SET_BY_BOOK:
            raise InvalidValue(column.name, "is set by the flow")
    if wire.get("request_id") is None:
        # A NULL would find no request: say what is wrong instead.
        raise InvalidValue("request_id", "a booking belongs to a request")
    return {**_REQUIRED_BY_BOOK, **wire}, *check_actor(actor)


def check_reschedule(
    scheduled_start: datetime, scheduled_end: datetime, actor: Actor
) -> tuple[str, str, str | None, str | None]:
    """Return start, end, actor type and actor id."""
    start = codec.encode_time("scheduled_start", scheduled_start)
    end = codec.encode_time("scheduled_end", scheduled_end)
    return start, end, *check_actor(actor)


def check_cancel(reason: str | None, actor: Actor) -> tuple[str | None, str | None, str | None]:
    """Return reason, actor type and actor id."""
    return _text_or_none("reason", reason), *check_actor(actor)


def check_actor(actor: Actor) -> tuple[str | None, str | None]:
    """Return type and id. Which types exist is the audit log's matter, as is a type of None."""
    if not isinstance(actor, Actor):
        raise InvalidValue("actor", "is not an Actor")
    return _text_or_none("actor_type", actor.type), _text_or_none("actor_id", actor.id)


def check_claim(limit: int, lease_s: float) -> tuple[int, float]:
    """Return limit (1 to 1,000) and lease in seconds (more than 0, at most a day)."""
    if type(limit) is not int or not 1 <= limit <= MAX_CLAIM:
        raise InvalidValue("limit", f"is not an integer from 1 to {MAX_CLAIM}")
    if type(lease_s) not in {int, float} or not 0 < lease_s <= MAX_LEASE_S:
        raise InvalidValue("lease_s", f"is not a number of seconds above 0, up to {MAX_LEASE_S}")
    return limit, float(lease_s)


def check_attempts(attempts: int) -> int:
    """Return the fencing token of a claim."""
    if type(attempts) is not int or not -(2**31) <= attempts < 2**31:
        raise InvalidValue("attempts", "is not an integer of 32 bits")
    return attempts


def check_fail(attempts: int, error: str, retry_in_s: float) -> tuple[int, str, float]:
    """Return fencing token, error and delay in seconds (0 to 30 days)."""
    token = check_attempts(attempts)
    text = codec.encode_text("error", error)
    if type(retry_in_s) not in {int, float} or not 0 <= retry_in_s <= MAX_RETRY_S:
        raise InvalidValue("retry_in_s", f"is not a number of seconds from 0 to {MAX_RETRY_S}")
    return token, text, float(retry_in_s)


def check_receive(new: NewWebhookEvent) -> dict[str, Any]:
    """Return the columns of a delivery, all but an absent id: absent ones get their default, or None."""
    wire = codec.encode_new(_EVENT, new)
    for name in wire:
        if name not in RECEIVED_COLUMNS:
            raise InvalidValue(name, "is not part of a delivery")
    return {
        name: wire[name] if name in wire else _default(_EVENT.by_name, name)
        for name in RECEIVED_COLUMNS
        if name in wire or name != "id"
    }


def _default(columns: Mapping[str, Any], name: str) -> Any:
    default = columns[name].default
    return None if default is None else default.value


def _text_or_none(name: str, value: Any) -> str | None:
    return None if value is None else codec.encode_text(name, value)
