"""Queries: a condition that stores could read differently is refused."""

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.builders import (
    FAR_FUTURE,
    NOON,
    a_booking,
    a_request,
    a_webhook_event,
)
from contracts.case import strict
from contracts.expect import refused
from harness.adapters.protocol import Store
from harness.adapters.queries import Condition, Order, where
from harness.errors import InvalidValue


@pytest.mark.parametrize("name", ["status", "created_by", "duration_minutes", "expires_at", "id"])
def test_none_is_refused_as_a_value(store: Store, name: str) -> None:
    """None as the value of a filter is refused: a server would take it for the text null."""
    with refused(InvalidValue):
        store.scheduling_requests.list(where=[where(name, "eq", None)])
    with refused(InvalidValue):
        store.scheduling_requests.count(where=[where(name, "in", [None])])


@strict
@pytest.mark.parametrize(
    ("condition", "name"),
    [
        (where("favourite_colour", "eq", "mauve"), "favourite_colour"),
        (where("candidateName", "eq", "Ada"), "candidateName"),
        (where("payload->>a", "eq", "1"), "payload->>a"),
        (Condition("status", "like", "p%"), "status"),  # type: ignore[arg-type]  # the case is about it
        (Condition("status", "neq", "x"), "status"),  # type: ignore[arg-type]  # the case is about it
        (where("candidate_name", "lt", "M"), "candidate_name"),
        (where("id", "gt", uuid4()), "id"),
        (where("needs_attention", "gte", value=True), "needs_attention"),
        (where("interviewer_emails", "eq", ["a"]), "interviewer_emails"),
        (where("interviewer_emails", "in", [["a"]]), "interviewer_emails"),
        (where("status", "in", "pending"), "status"),
        (where("status", "in", 5), "status"),
        (where("status", "is_null", "true"), "status"),
        (where("status", "is_null", 1), "status"),
        (where("status", "eq", 5), "status"),
        (where("duration_minutes", "gt", "5"), "duration_minutes"),
        (where("expires_at", "lt", "2026-01-15"), "expires_at"),
    ],
    ids=[
        "unknown_field",
        "camel_case",
        "path",
        "unknown_operator",
        "not_equal",
        "text_range",
        "id_range",
        "boolean_range",
        "array_equal",
        "array_in",
        "in_a_text",
        "in_a_number",
        "is_null_text",
        "is_null_number",
        "text_is_number",
        "number_is_text",
        "time_is_text",
    ],
)
def test_wrong_condition_is_refused(store: Store, condition: Condition, name: str) -> None:
    """A condition that stores could read differently is refused, by list, count and iterate."""
    with refused(InvalidValue, name):
        store.scheduling_requests.list(where=[condition])
    with refused(InvalidValue, name):
        store.scheduling_requests.count(where=[condition])
    with refused(InvalidValue, name):
        store.scheduling_requests.iterate(where=[condition])


@strict
@pytest.mark.parametrize("operator", ["eq", "in", "lt"])
def test_json_is_only_compared_with_null(store: Store, operator: Any) -> None:
    """A JSON column is compared with NULL only."""
    with refused(InvalidValue, "payload"):
        store.sync_jobs.list(where=[where("payload", operator, {"a": 1})])


@strict
def test_negative_limit_is_refused(store: Store) -> None:
    """A negative limit is a mistake of the caller."""
    with refused(InvalidValue, "limit"):
        store.audit_logs.list(limit=-1)


@strict
@pytest.mark.parametrize(
    "order",
    [
        Order("status"),
        Order("event_id"),
        Order("attempts"),
        Order("payload"),
        Order("verified"),
        Order("favourite_colour"),
        Order("run_after", "up"),  # type: ignore[arg-type]  # the case is about it
        Order("run_after.desc"),
    ],
    ids=["choice", "text", "integer", "json", "boolean", "unknown", "direction", "syntax"],
)
def test_other_orders_are_refused(store: Store, order: Order) -> None:
    """Rows are ordered by a time or by id: texts are ordered differently by every collation."""
    with refused(InvalidValue, "order"):
        store.webhook_events.list(order=order)
    with refused(InvalidValue, "order"):
        store.webhook_events.iterate(order=order)


@strict
@pytest.mark.parametrize("damage", ["empty", "word", "cut", "flipped", "json", "emoji", "nul"])
def test_damaged_cursor_is_refused(store: Store, damage: str) -> None:
    """What no list returned is no cursor, and finds nothing by chance."""
    for n in range(3):
        store.webhook_events.create(a_webhook_event(run_after=NOON + timedelta(minutes=n)))
    cursor = store.webhook_events.list(order=Order("run_after"), limit=1).next_cursor
    assert cursor is not None
    damaged = {
        "empty": "",
        "word": "next",
        "cut": cursor[: len(cursor) // 2],
        "flipped": ("B" if cursor[0] != "B" else "C") + cursor[1:],
        "json": base64.urlsafe_b64encode(b'["2026-01-15",1]').decode(),
        "emoji": "\N{ROCKET}",
        "nul": cursor + "\x00",
    }[damage]
    with refused(InvalidValue, "cursor"):
        store.webhook_events.list(order=Order("run_after"), limit=1, cursor=damaged)


@strict
def test_cursor_of_another_list_is_refused(store: Store) -> None:
    """A cursor belongs to its table, order, direction and conditions."""
    request = store.scheduling_requests.create(a_request())
    for _ in range(3):
        store.webhook_events.create(a_webhook_event(run_after=NOON))
        store.bookings.create(a_booking(request, status="cancelled"))
    condition = where("run_after", "lt", FAR_FUTURE)
    cursor = store.webhook_events.list(order=Order("run_after"), limit=1, where=[condition]).next_cursor
    with refused(InvalidValue, "cursor"):
        store.webhook_events.list(order=Order("run_after", "desc"), where=[condition], cursor=cursor)
    with refused(InvalidValue, "cursor"):
        store.webhook_events.list(order=Order("created_at"), where=[condition], cursor=cursor)
    with refused(InvalidValue, "cursor"):
        store.webhook_events.list(order=Order("run_after"), cursor=cursor)
    other = where("run_after", "lt", NOON + timedelta(minutes=1))
    with refused(InvalidValue, "cursor"):
        store.webhook_events.list(order=Order("run_after"), where=[other], cursor=cursor)
    with refused(InvalidValue, "cursor"):
        store.bookings.list(cursor=cursor)
