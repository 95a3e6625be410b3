"""What the harness sends: what the caller gave, or nothing at all."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from harness.adapters.bridge import wire
from harness.adapters.bridge.errors import NoJsonForm
from harness.adapters.protocol import Actor
from harness.adapters.queries import Condition, Order, where
from harness.models import Booking, BookingPatch, NewSyncJob, SyncJob, entity_of

JOBS = entity_of(SyncJob)
BOOKINGS = entity_of(Booking)
DUE = JOBS.by_name["run_after"]


def test_absent_stays_absent_and_none_is_null() -> None:
    patch = BookingPatch(cancellation_reason=None)
    assert wire.values(BOOKINGS, patch) == {"cancellationReason": None}


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (datetime(2026, 1, 15, 10, tzinfo=UTC), "2026-01-15T10:00:00+00:00"),
        (
            datetime(2026, 1, 15, 10, 0, 0, 120, timezone(timedelta(hours=-5))),
            "2026-01-15T10:00:00.000120-05:00",
        ),
        (
            datetime(2026, 1, 15, 10, tzinfo=timezone(timedelta(hours=1, seconds=30))),
            "2026-01-15T08:59:30+00:00",
        ),
        (datetime(2026, 1, 15, 10), "2026-01-15T10:00:00"),  # noqa: DTZ001  # for the adapter to refuse
    ],
)
def test_times(time: datetime, text: str) -> None:
    assert wire.column_value(DUE, time) == text


@pytest.mark.parametrize(
    "text", ["now", "infinity", "2026-01-15", "2026-01-15T24:00:00Z", "2026-01-15T10:00:00", ""]
)
def test_what_is_no_time_is_left_to_the_adapter(text: str) -> None:
    assert wire.column_value(DUE, text) == text
    assert wire.from_column(DUE, text) == text


@pytest.mark.parametrize("text", ["2026-01-15T10:00:00Z", "2026-01-15T10:00:00.123456+05:30"])
def test_text_that_would_become_a_time_does_not_travel(text: str) -> None:
    with pytest.raises(NoJsonForm, match="run_after"):
        wire.column_value(DUE, text)
    assert wire.from_column(DUE, text) == datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("-inf"),
        {1: "a"},
        {"a": b"x"},
        {"a": {1, 2}},
        object(),
        datetime.now(UTC),
        10**5000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_say_does_not_travel(value: Any) -> None:
    with pytest.raises(NoJsonForm):
        wire.plain(value)


def test_endless_value_does_not_travel() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(NoJsonForm):
        wire.plain(endless)


def test_values_of_json_travel_as_they_are() -> None:
    value = {"a": [1, 2**70, -0.0, 1.5, True, None, "\ud800\x00"], "": {}}
    assert wire.plain(value) == value
    assert wire.plain((1, ("a",))) == [1, ["a"]]


def test_condition() -> None:
    time = datetime(2026, 1, 15, tzinfo=UTC)
    id_ = UUID(int=7)
    assert wire.condition(JOBS, where("run_after", "lte", time)) == [
        "runAfter",
        "lte",
        "2026-01-15T00:00:00+00:00",
    ]
    assert wire.condition(JOBS, where("id", "in", [id_, "x"])) == ["id", "in", [str(id_), "x"]]
    assert wire.condition(JOBS, where("last_error", "is_null", value=True)) == ["lastError", "is_null", True]
    assert wire.condition(JOBS, Condition("no_such", "eq", 1)) == ["no_such", "eq", 1]


def test_column_of_another_language_does_not_travel() -> None:
    with pytest.raises(NoJsonForm, match="runAfter"):
        wire.condition(JOBS, where("runAfter", "is_null", value=True))


def test_order_and_actor() -> None:
    assert wire.order(JOBS, Order("run_after", "desc")) == [["runAfter", "desc"]]
    assert wire.actor(Actor("system", None)) == {"type": "system", "id": None}


def test_values_of_another_entity_do_not_travel() -> None:
    with pytest.raises(NoJsonForm, match="bookings"):
        wire.values(BOOKINGS, NewSyncJob())
    with pytest.raises(NoJsonForm):
        wire.values(BOOKINGS, {"status": "confirmed"})
