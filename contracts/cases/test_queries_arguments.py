"""Queries: a condition that stores could read differently is refused."""

import base64
import json
from datetime import timedelta
from uuid import uuid4

from contracts.builders import (
    FAR_FUTURE,
    NOON,
    a_booking,
    a_request,
    a_webhook_event,
)
from contracts.case import needs, strict
from contracts.expect import every, refused
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import Condition, Operator, Order, where
from harness.errors import InvalidValue


def test_none_is_refused_as_a_value(store: Store) -> None:
    """None as the value of a filter is refused: a server would take it for the text null."""
    with every() as about:
        for name in ("status", "created_by", "duration_minutes", "expires_at", "id"):
            with about(f"eq {name}"), refused(InvalidValue):
                store.scheduling_requests.list(where=[where(name, "eq", None)])
            with about(f"in {name}"), refused(InvalidValue):
                store.scheduling_requests.count(where=[where(name, "in", [None])])


WRONG: dict[str, Condition] = {
    "unknown_field": where("favourite_colour", "eq", "mauve"),
    "path": where("payload->>a", "eq", "1"),
    "unknown_operator": Condition("status", "like", "p%"),  # type: ignore[arg-type]  # the case is about it
    "not_equal": Condition("status", "neq", "x"),  # type: ignore[arg-type]  # the case is about it
    "text_range": where("candidate_name", "lt", "M"),
    "id_range": where("id", "gt", uuid4()),
    "boolean_range": where("needs_attention", "gte", value=True),
    "array_equal": where("interviewer_emails", "eq", ["a"]),
    "array_in": where("interviewer_emails", "in", [["a"]]),
    "in_a_text": where("status", "in", "pending"),
    "in_a_number": where("status", "in", 5),
    "is_null_text": where("status", "is_null", "true"),
    "is_null_number": where("status", "is_null", 1),
    "text_is_number": where("status", "eq", 5),
    "number_is_text": where("duration_minutes", "gt", "5"),
    "time_is_text": where("expires_at", "lt", "2026-01-15"),
}


@strict
@needs(Capability.PYTHON_VALUES)
def test_camel_case_field_is_refused(store: Store) -> None:
    """The names of another language are no columns here."""
    with refused(InvalidValue, "candidateName"):
        store.scheduling_requests.list(where=[where("candidateName", "eq", "Ada")])
    with refused(InvalidValue, "candidateName"):
        store.scheduling_requests.count(where=[where("candidateName", "eq", "Ada")])


@strict
def test_wrong_condition_is_refused(store: Store) -> None:
    """A condition that stores could read differently is refused, by list, count and iterate."""
    with every() as about:
        for name, condition in WRONG.items():
            with about(f"list {name}"), refused(InvalidValue, condition.field):
                store.scheduling_requests.list(where=[condition])
            with about(f"count {name}"), refused(InvalidValue, condition.field):
                store.scheduling_requests.count(where=[condition])
            with about(f"iterate {name}"), refused(InvalidValue, condition.field):
                store.scheduling_requests.iterate(where=[condition])


@strict
def test_json_is_only_compared_with_null(store: Store) -> None:
    """A JSON column is compared with NULL only."""
    operators: tuple[Operator, ...] = ("eq", "in", "lt")
    with every() as about:
        for operator in operators:
            with about(operator), refused(InvalidValue, "payload"):
                store.sync_jobs.list(where=[where("payload", operator, {"a": 1})])


@strict
def test_negative_limit_is_refused(store: Store) -> None:
    """A negative limit is a mistake of the caller."""
    with refused(InvalidValue, "limit"):
        store.audit_logs.list(limit=-1)


@strict
def test_other_orders_are_refused(store: Store) -> None:
    """Rows are ordered by a time or by id: texts are ordered differently by every collation."""
    orders = {
        "choice": Order("status"),
        "text": Order("event_id"),
        "integer": Order("attempts"),
        "json": Order("payload"),
        "boolean": Order("verified"),
        "unknown": Order("favourite_colour"),
        "direction": Order("run_after", "up"),  # type: ignore[arg-type]  # the case is about it
        "syntax": Order("run_after.desc"),
    }
    with every() as about:
        for name, order in orders.items():
            with about(f"list by {name}"), refused(InvalidValue, "order"):
                store.webhook_events.list(order=order)
            with about(f"iterate by {name}"), refused(InvalidValue, "order"):
                store.webhook_events.iterate(order=order)


def forged(*position: str | None) -> str:
    """Make what looks like a cursor to a position."""
    return base64.urlsafe_b64encode(json.dumps(["0123456789abcdef", *position]).encode()).decode()


@strict
def test_damaged_cursor_is_refused(store: Store) -> None:
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
        "no_time": forged("soon", str(uuid4())),
        "no_id": forged(NOON.isoformat(timespec="microseconds"), "42"),
        "null": forged(None, str(uuid4())),
        "no_seal": forged(NOON.isoformat(timespec="microseconds"), str(uuid4())),
        "emoji": "\N{ROCKET}",
        "nul": cursor + "\x00",
    }
    with every() as about:
        for name, text in damaged.items():
            with about(name), refused(InvalidValue, "cursor"):
                store.webhook_events.list(order=Order("run_after"), limit=1, cursor=text)


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
