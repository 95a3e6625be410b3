"""What the stores chose takes the place of what was recorded, everywhere."""

import json
from typing import Any

import pytest

from contracts.replay import lines
from contracts.replay.lines import Call
from contracts.replay.times import Ticks, Times, iso, parsed
from contracts.replay.translation import SameId, Translation, ids_in

ONE = "11111111-aaaa-4aaa-8aaa-111111111111"
TWO = "22222222-bbbb-4bbb-8bbb-222222222222"
HOUR = 3_600_000_000


@pytest.fixture
def translation() -> Translation:
    return Translation(Times(Ticks(recorded=1, replayed=1)))


def call(operation: str, *args: Any) -> Call:
    entry = {"n": 1, "op": operation, "args": list(args), "startedNs": 0, "endedNs": 1, "result": None}
    return lines.call(json.loads(json.dumps(entry)), 2)


def test_ids_are_replaced_in_texts_keys_stay(translation: Translation) -> None:
    translation.pair(ONE, TWO)
    value = {"a": [ONE, f"request {ONE}, {ONE.upper()}"], ONE: None, "n": 1}
    assert translation.value(value) == {"a": [TWO, f"request {TWO}, {TWO.upper()}"], ONE: None, "n": 1}
    assert translation.text("no id") == "no id"


def test_no_two_rows_have_one_id(translation: Translation) -> None:
    translation.pair(ONE, TWO)
    translation.pair(ONE.upper(), TWO)
    with pytest.raises(SameId):
        translation.pair("33333333-cccc-4ccc-8ccc-333333333333", TWO)
    assert translation.recorded(TWO) == ONE


def test_times_against_the_clock_move_and_others_stay(translation: Translation) -> None:
    values = {
        "expiresAt": "2026-01-15T10:00:00Z",
        "windowStart": "2026-01-15T10:00:00Z",
        "windowEnd": "2026-01-16T10:00:00Z",
    }
    (sent,) = translation.arguments(call("createSchedulingRequest", values), HOUR)
    assert sent == {**values, "expiresAt": "2026-01-15T11:00:00+00:00"}


def test_time_that_was_moved_once_is_the_same_ever_after(translation: Translation) -> None:
    given = {"runAfter": "2026-01-15T12:00:00+02:00"}
    first = translation.arguments(call("updateSyncJob", ONE, given), HOUR)
    second = translation.arguments(
        call("updateSyncJob", ONE, {"runAfter": "2026-01-15T10:00:00.000Z"}), 2 * HOUR
    )
    assert first == second == [ONE, {"runAfter": "2026-01-15T11:00:00+00:00"}]


@pytest.mark.parametrize("value", ["now", "2026-01-15T10:00:00", 7, None, "9999-12-31T23:59:59Z"])
def test_what_is_no_time_or_would_have_no_year_stays(translation: Translation, value: Any) -> None:
    (_, sent) = translation.arguments(call("updateSyncJob", ONE, {"runAfter": value}), HOUR)
    assert sent == {"runAfter": value}


def test_conditions_and_cursors(translation: Translation) -> None:
    translation.pair(ONE, TWO)
    translation.pair_cursor("recorded", "replayed")
    asked = {
        "where": [
            ["createdAt", "gt", "2026-01-15T10:00:00Z"],
            ["runAfter", "in", ["2026-01-15T10:00:00Z", "x"]],
            ["entityId", "eq", ONE],
            [7, "eq", ONE],
        ],
        "cursor": "recorded",
        "limit": 1,
    }
    (sent,) = translation.arguments(call("listSyncJobs", asked), HOUR)
    later = "2026-01-15T11:00:00+00:00"
    assert sent == {
        "where": [
            ["createdAt", "gt", later],
            ["runAfter", "in", [later, "x"]],
            ["entityId", "eq", TWO],
            [7, "eq", TWO],
        ],
        "cursor": "replayed",
        "limit": 1,
    }
    assert not translation.knows_cursor("replayed")


def test_ids_are_found_at_any_depth() -> None:
    assert [*ids_in({"a": [f"x {ONE.upper()}"], "b": {"c": TWO}, "d": 1})] == [ONE, TWO]


def test_times_keep_their_microseconds() -> None:
    time = parsed("2026-01-15T10:00:00.000001Z")
    assert time is not None
    assert iso(time) == "2026-01-15T10:00:00.000001+00:00"
    assert parsed("2026-02-30T10:00:00Z") is None
