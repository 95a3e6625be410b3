"""The arguments of flows and queues: what is taken, in wire form, and what is refused by which name."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.builders import NOON, a_booking, a_webhook_event
from harness.adapters import flows
from harness.adapters.protocol import Actor
from harness.errors import InvalidValue
from harness.models import NewBooking, NewSyncJob, NewWebhookEvent

ID = "0b9ff3a1-5f0e-4f9c-8f6a-0a1b2c3d4e5f"
ADA = Actor("candidate", "ada")
SLOT: dict[str, Any] = {
    "scheduled_start": NOON,
    "scheduled_end": NOON + timedelta(hours=1),
    "booked_by": "ada",
}


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(InvalidValue) as caught:
        call(*arguments, **named)
    return caught.value.name


def test_book_takes_the_slot_and_whatever_the_client_knows() -> None:
    new = NewBooking(request_id=ID.upper(), calendar_event_id=None, **SLOT)
    assert flows.check_book(new, ADA) == (
        {
            "request_id": ID,
            "calendar_event_id": None,
            "scheduled_start": "2030-01-15T12:00:00.000000+00:00",
            "scheduled_end": "2030-01-15T13:00:00.000000+00:00",
            "booked_by": "ada",
        },
        "candidate",
        "ada",
    )


def test_book_leaves_what_is_missing_to_the_store() -> None:
    wire, *_ = flows.check_book(NewBooking(request_id=ID), ADA)
    assert wire == {"request_id": ID, "scheduled_start": None, "scheduled_end": None, "booked_by": None}


@pytest.mark.parametrize("name", ["status", "confirmed_at", "cancelled_at", "cancellation_reason"])
def test_book_refuses_what_the_flow_sets_even_as_none(name: str) -> None:
    assert refusal(flows.check_book, NewBooking(request_id=ID, **SLOT, **{name: None}), ADA) == name


@pytest.mark.parametrize("given", [{}, {"request_id": None}], ids=["absent", "None"])
def test_book_needs_a_request(given: dict[str, None]) -> None:
    assert refusal(flows.check_book, NewBooking(**SLOT, **given), ADA) == "request_id"


def test_book_takes_no_other_kind_of_row() -> None:
    assert refusal(flows.check_book, NewSyncJob(), ADA) == "new"


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        (None, "actor"),
        ("system", "actor"),
        ({"type": "system"}, "actor"),
        (Actor(7), "actor_type"),  # type: ignore[arg-type]  # that is the test
        (Actor("system", 7), "actor_id"),  # type: ignore[arg-type]  # that is the test
        (Actor("system", "a\x00"), "actor_id"),
    ],
    ids=str,
)
def test_an_actor_is_checked_by_every_flow(actor: Any, name: str) -> None:
    assert refusal(flows.check_book, a_booking(UUID(ID)), actor) == name
    assert refusal(flows.check_reschedule, NOON, NOON, actor) == name
    assert refusal(flows.check_cancel, None, actor) == name


def test_which_actors_exist_is_left_to_the_audit_log() -> None:
    assert flows.check_cancel("", Actor("robot")) == ("", "robot", None)  # type: ignore[arg-type]  # that is the test
    assert flows.check_cancel(None, Actor(None)) == (None, None, None)  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize("time", [None, "2030-01-15", datetime(2030, 1, 15)])  # noqa: DTZ001  # that is the test
def test_a_slot_has_two_times_with_a_zone(time: Any) -> None:
    assert refusal(flows.check_reschedule, time, NOON, ADA) == "scheduled_start"
    assert refusal(flows.check_reschedule, NOON, time, ADA) == "scheduled_end"


@pytest.mark.parametrize("reason", [7, ["ill"], "\x00", "\ud800"])
def test_a_reason_is_a_text(reason: Any) -> None:
    assert refusal(flows.check_cancel, reason, ADA) == "reason"


@pytest.mark.parametrize(("limit", "lease_s"), [(1, 0.001), (1000, 86_400), (10, 60)])
def test_a_claim_within_its_bounds_is_taken(limit: int, lease_s: float) -> None:
    assert flows.check_claim(limit, lease_s) == (limit, lease_s)


@pytest.mark.parametrize("limit", [0, -1, 1001, True, 1.0, "1", None])
def test_a_claim_takes_1_to_1000_rows(limit: Any) -> None:
    assert refusal(flows.check_claim, limit, 60) == "limit"


@pytest.mark.parametrize(
    "lease_s", [0, 0.0, -1, 86_400.001, float("nan"), float("inf"), 10**400, True, "60", None, timedelta(1)]
)
def test_a_lease_lasts_more_than_nothing_and_at_most_a_day(lease_s: Any) -> None:
    assert refusal(flows.check_claim, 1, lease_s) == "lease_s"


@pytest.mark.parametrize("attempts", [None, True, 1.0, "1", 2**31, -(2**31) - 1])
def test_a_fencing_token_is_an_integer(attempts: Any) -> None:
    assert refusal(flows.check_attempts, attempts) == "attempts"
    assert refusal(flows.check_fail, attempts, "e", 1) == "attempts"


@pytest.mark.parametrize("retry_in_s", [0, 0.5, 2_592_000])
def test_a_delay_of_up_to_thirty_days_is_taken(retry_in_s: float) -> None:
    assert flows.check_fail(1, "502", retry_in_s) == (1, "502", retry_in_s)


@pytest.mark.parametrize("retry_in_s", [-0.001, 2_592_000.1, float("nan"), float("inf"), False, "1", None])
def test_another_delay_is_refused(retry_in_s: Any) -> None:
    assert refusal(flows.check_fail, 1, "502", retry_in_s) == "retry_in_s"


@pytest.mark.parametrize("error", [None, 502, b"502", "\x00", "\ud800", ValueError("x")])
def test_an_error_is_a_text(error: Any) -> None:
    assert refusal(flows.check_fail, 1, error, 1) == "error"


def test_a_delivery_gets_its_defaults_before_it_is_sent() -> None:
    new = NewWebhookEvent(event_id="1", payload_hash="h", event_type="t", payload={"a": (1,)}, signature="s")
    assert flows.check_receive(new) == {
        "tenant_id": None,
        "provider": "icims",
        "event_id": "1",
        "payload_hash": "h",
        "event_type": "t",
        "payload": {"a": [1]},
        "signature": "s",
        "verified": False,
    }


def test_a_delivery_keeps_what_it_says_none_included() -> None:
    wire = flows.check_receive(a_webhook_event(id=ID, provider=None, verified=True))
    assert (wire["id"], wire["provider"], wire["verified"]) == (ID, None, True)


@pytest.mark.parametrize(
    "name", ["status", "attempts", "max_attempts", "last_error", "run_after", "processed_at"]
)
def test_a_delivery_carries_no_state(name: str) -> None:
    assert refusal(flows.check_receive, a_webhook_event(**{name: None})) == name
