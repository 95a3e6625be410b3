"""Values on their way to the wire and back: named values with the form that Postgres would keep."""

import json
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from harness.adapters import codec
from harness.errors import InvalidValue, UnexpectedResponse
from harness.models import (
    ENTITIES,
    AuditLog,
    Booking,
    BookingPatch,
    Column,
    NewAuditLog,
    NewBooking,
    entity_of,
)

ID = "0b9ff3a1-5f0e-4f9c-8f6a-0a1b2c3d4e5f"
REQUESTS = ENTITIES["scheduling_requests"].by_name
TEXT = REQUESTS["candidate_name"]
TEXTS = REQUESTS["interviewer_emails"]
TIME = REQUESTS["window_start"]
INTEGER = REQUESTS["duration_minutes"]
BOOLEAN = REQUESTS["needs_attention"]
IDENTITY = REQUESTS["id"]
JSON = ENTITIES["audit_logs"].by_name["payload"]


class Colour(str, Enum):  # noqa: UP042  # its str() is its name, a StrEnum's is its text
    RED = "red"


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("column", "value", "wire"),
    [
        pytest.param(TEXT, "", "", id="empty text"),
        pytest.param(TEXT, "null", "null", id="text that says null"),
        pytest.param(TEXT, "🦊 e\u0301 é", "🦊 e\u0301 é", id="NFC and NFD stay apart"),
        pytest.param(TEXT, Colour.RED, "red", id="an enum with texts is its text"),
        pytest.param(TEXTS, [], [], id="no texts"),
        pytest.param(
            TEXTS, ("", "NULL", '"a,b"', "{}", "\\"), ["", "NULL", '"a,b"', "{}", "\\"], id="odd texts"
        ),
        pytest.param(INTEGER, -(2**31), -(2**31), id="least integer"),
        pytest.param(INTEGER, 2**31 - 1, 2**31 - 1, id="greatest integer"),
        pytest.param(BOOLEAN, False, False, id="false"),
        pytest.param(IDENTITY, UUID(ID), ID, id="UUID"),
        pytest.param(IDENTITY, ID.upper(), ID, id="upper-case id"),
        pytest.param(
            TIME,
            datetime(2026, 1, 15, 10, 0, 0, 100_000, tzinfo=UTC),
            "2026-01-15T10:00:00.100000+00:00",
            id="UTC",
        ),
        pytest.param(
            TIME,
            datetime(2026, 1, 15, 10, tzinfo=timezone(timedelta(hours=5, minutes=30))),
            "2026-01-15T04:30:00.000000+00:00",
            id="offset",
        ),
        pytest.param(
            TIME,
            datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=0),
            "2026-10-25T00:30:00.000000+00:00",
            id="first 02:30 of the night the clocks go back",
        ),
        pytest.param(
            TIME,
            datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
            "2026-10-25T01:30:00.000000+00:00",
            id="second 02:30 of that night",
        ),
        pytest.param(TIME, datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000+00:00", id="year 1"),
        pytest.param(JSON, "text", "text", id="JSON text"),
        pytest.param(JSON, False, False, id="JSON false"),
        pytest.param(JSON, [None, {"a": None}], [None, {"a": None}], id="null inside"),
        pytest.param(JSON, (1, (2,)), [1, [2]], id="tuples are lists"),
        pytest.param(JSON, 2**53 + 1, 9007199254740993, id="an integer that doubles lack"),
        pytest.param(JSON, 10**999, 10**999, id="a thousand digits"),
        pytest.param(JSON, Colour.RED, "red", id="JSON enum with texts"),
    ],
)
def test_a_value_is_encoded(column: Column, value: Any, wire: Any) -> None:
    encoded = codec.encode_value(column, value)
    assert encoded == wire
    assert type(encoded) is type(wire)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (0.1, "0.1"),
        (-0.0, "0.0"),
        (1e22, "10000000000000000000000"),
        (1e16, "10000000000000000"),
        (1.5e300, "15" + "0" * 299),
        (123456789012345680.0, "123456789012345680"),
        (1e-7, "1e-07"),
    ],
)
def test_a_json_number_comes_in_the_form_that_jsonb_gives_back(value: float, text: str) -> None:
    assert json.dumps(codec.encode_value(JSON, value)) == text


def test_json_keys_stand_in_the_order_of_jsonb() -> None:
    value = {"scheduled": 1, "b": 2, "é": 3, "aa": 4, "": {"to": 5, "at": 6}}
    expected = '{"": {"at": 6, "to": 5}, "b": 2, "aa": 4, "é": 3, "scheduled": 1}'
    assert json.dumps(codec.encode_value(JSON, value), ensure_ascii=False) == expected


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param(TEXT, 1, id="integer as text"),
        pytest.param(TEXT, b"a", id="bytes as text"),
        pytest.param(TEXT, "a\x00b", id="NUL"),
        pytest.param(TEXT, "a\ud800", id="lone surrogate"),
        pytest.param(TEXTS, "abc", id="text as texts"),
        pytest.param(TEXTS, {"a"}, id="set as texts"),
        pytest.param(TEXTS, ["a", None], id="None among texts"),
        pytest.param(TEXTS, [["a"], ["b"]], id="lists among texts"),
        pytest.param(TEXTS, ["a\x00"], id="NUL among texts"),
        pytest.param(INTEGER, True, id="boolean as integer"),
        pytest.param(INTEGER, 1.0, id="float as integer"),
        pytest.param(INTEGER, "1", id="text as integer"),
        pytest.param(INTEGER, 2**31, id="integer above 32 bits"),
        pytest.param(INTEGER, -(2**31) - 1, id="integer below 32 bits"),
        pytest.param(BOOLEAN, 1, id="integer as boolean"),
        pytest.param(BOOLEAN, "true", id="text as boolean"),
        pytest.param(IDENTITY, "", id="empty id"),
        pytest.param(IDENTITY, ID.replace("-", ""), id="id without hyphens"),
        pytest.param(IDENTITY, f"{{{ID}}}", id="id in braces"),
        pytest.param(IDENTITY, f" {ID}", id="id after a blank"),
        pytest.param(IDENTITY, f"{ID}\n", id="id before a line end"),
        pytest.param(IDENTITY, ID.replace("0", "\N{ARABIC-INDIC DIGIT ZERO}"), id="id of other digits"),
        pytest.param(IDENTITY, UUID(ID).int, id="id as integer"),
        pytest.param(TIME, datetime(2026, 1, 15), id="naive time"),  # noqa: DTZ001  # that is the test
        pytest.param(TIME, "2026-01-15T10:00:00+00:00", id="text as time"),
        pytest.param(TIME, "now", id="now"),
        pytest.param(TIME, 0, id="integer as time"),
        pytest.param(
            TIME, datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))), id="year 10000 in UTC"
        ),
        pytest.param(TIME, datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), id="year 0 in UTC"),
        pytest.param(JSON, float("nan"), id="NaN"),
        pytest.param(JSON, [float("-inf")], id="infinity inside"),
        pytest.param(JSON, {1: "a"}, id="integer as key"),
        pytest.param(JSON, {None: "a"}, id="None as key"),
        pytest.param(JSON, {"a\x00": 1}, id="NUL in a key"),
        pytest.param(JSON, {"a": ["\udfff"]}, id="lone surrogate inside"),
        pytest.param(JSON, {"a": b""}, id="bytes inside"),
        pytest.param(JSON, {"a": {1}}, id="set inside"),
        pytest.param(JSON, datetime(2026, 1, 15, tzinfo=UTC), id="time in JSON"),
        pytest.param(JSON, 10**1000, id="more than a thousand digits"),
        pytest.param(JSON, nested(101), id="nested too deep"),
    ],
)
def test_a_value_is_refused_with_its_columns_name_and_without_its_contents(
    column: Column, value: Any
) -> None:
    with pytest.raises(InvalidValue) as caught:
        codec.encode_value(column, value)
    assert caught.value.name == column.name
    assert caught.value.__cause__ is None or "surrogate" not in str(caught.value.__cause__)


def test_the_deepest_nesting_that_is_allowed_survives_json() -> None:
    assert codec.encode_value(JSON, nested(100)) == json.loads(json.dumps(nested(100)))


def test_an_encoded_json_value_shares_nothing_with_its_source() -> None:
    source = {"a": [1]}
    encoded = codec.encode_value(JSON, source)
    source["a"].append(2)
    assert encoded == {"a": [1]}


def test_an_absent_column_stays_absent_and_none_stays_none() -> None:
    assert codec.encode_new(entity_of(Booking), NewBooking(booked_by="ada", status=None)) == {
        "booked_by": "ada",
        "status": None,
    }


@pytest.mark.parametrize("value", [None, {}, {"booked_by": "ada"}, NewAuditLog(), BookingPatch(), NewBooking])
def test_values_of_another_kind_are_no_new_row(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        codec.encode_new(entity_of(Booking), value)
    assert caught.value.name == "new"


@pytest.mark.parametrize("value", [None, {}, BookingPatch(), NewBooking(booked_by="ada")])
def test_an_empty_patch_is_refused_as_are_other_things(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        codec.encode_patch(entity_of(Booking), value)
    assert caught.value.name == "patch"


AUDIT_ENTRY = {
    "id": ID,
    "request_id": None,
    "booking_id": None,
    "action": "booked",
    "actor_type": "system",
    "actor_id": None,
    "payload": {"a": [1]},
    "created_at": "2026-01-15T10:00:00.1+00:00",
}


def test_a_row_is_decoded() -> None:
    assert codec.decode(entity_of(AuditLog), AUDIT_ENTRY) == AuditLog(
        id=UUID(ID),
        request_id=None,
        booking_id=None,
        action="booked",
        actor_type="system",
        actor_id=None,
        payload={"a": [1]},
        created_at=datetime(2026, 1, 15, 10, 0, 0, 100_000, tzinfo=UTC),
    )


def test_a_decoded_row_shares_nothing_with_the_wire() -> None:
    wire = {**AUDIT_ENTRY, "payload": {"a": [1]}}
    row = codec.decode(entity_of(AuditLog), wire)
    row.payload["a"].append(2)
    assert wire["payload"] == {"a": [1]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "not an id"),
        ("id", 7),
        ("action", 7),
        ("action", ["booked"]),
        ("created_at", "infinity"),
        ("created_at", "10000-01-01T00:00:00+00:00"),
        ("created_at", "2026-01-15T10:00:00"),
        ("created_at", "9999-12-31T23:59:59-01:00"),
        ("created_at", 0),
    ],
)
def test_a_row_that_cannot_be_decoded_names_the_column(name: str, value: Any) -> None:
    with pytest.raises(UnexpectedResponse, match=f"audit_logs: {name} is no"):
        codec.decode(entity_of(AuditLog), {**AUDIT_ENTRY, name: value})


@pytest.mark.parametrize("row", [AUDIT_ENTRY, dict.fromkeys(AUDIT_ENTRY)], ids=["one", "all"])
def test_a_row_with_null_in_a_required_column_is_no_row(row: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedResponse, match="audit_logs: id is NULL"):
        codec.decode(entity_of(AuditLog), {**row, "id": None})


def test_a_row_without_a_column_is_no_row() -> None:
    wire = {name: value for name, value in AUDIT_ENTRY.items() if name != "actor_id"}
    with pytest.raises(UnexpectedResponse, match="the column actor_id is missing"):
        codec.decode(entity_of(AuditLog), wire)


@pytest.mark.parametrize("column", [TEXTS, BOOLEAN, INTEGER], ids=lambda column: column.name)
@pytest.mark.parametrize("value", ["abc", 1.5, {"a": 1}])
def test_a_value_of_another_type_is_not_decoded(column: Column, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        codec.decode_value(column, value)
