"""The arguments of a list: what is refused, and cursors that cannot be bent."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.adapters import codec
from harness.adapters.queries import Condition, Cursor, Order, Query, check_limit, where
from harness.errors import InvalidValue
from harness.models import AuditLog, Booking, SchedulingRequest, entity_of

BOOKINGS = entity_of(Booking)
REQUESTS = entity_of(SchedulingRequest)
AUDIT_LOGS = entity_of(AuditLog)
ID = "0b9ff3a1-5f0e-4f9c-8f6a-0a1b2c3d4e5f"
TIME = datetime(2026, 1, 15, 10, tzinfo=UTC)
WIRE_TIME = "2026-01-15T10:00:00.000000+00:00"
ROW = {"id": ID, "booked_at": WIRE_TIME, "confirmed_at": None}


@pytest.mark.parametrize(
    ("condition", "checked"),
    [
        (where("status", "eq", "confirmed"), Condition("status", "eq", "confirmed")),
        (where("id", "eq", ID.upper()), Condition("id", "eq", ID)),
        (where("id", "eq", UUID(ID)), Condition("id", "eq", ID)),
        (where("id", "eq", "no id at all"), Condition("id", "eq", None)),
        (where("id", "in", ["no id at all", ID, UUID(ID)]), Condition("id", "in", (ID,))),
        (where("status", "in", []), Condition("status", "in", ())),
        # Named here: how a set is printed differs between two processes, and both must know the test.
        pytest.param(where("status", "in", {"b", "a"}), Condition("status", "in", ("a", "b")), id="set"),
        (where("booked_at", "gte", TIME), Condition("booked_at", "gte", WIRE_TIME)),
        (where("confirmed_at", "is_null", value=True), Condition("confirmed_at", "is_null", value=True)),
    ],
    ids=str,
)
def test_a_condition_is_brought_into_wire_form(condition: Condition, checked: Condition) -> None:
    assert Query.checked(BOOKINGS, [condition]).conditions == (checked,)


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        (where("bookedBy", "eq", "a"), "bookedBy"),
        (where("status", "like", "a%"), "status"),  # type: ignore[arg-type]  # that is the test
        (where("status", "eq", None), "status"),
        (where("status", "eq", 1), "status"),
        (where("status", "eq", "a\x00b"), "status"),
        (where("status", "eq", "\ud800"), "status"),
        (where("status", "lt", "a"), "status"),
        (where("id", "lt", ID), "id"),
        (where("status", "in", "ab"), "status"),
        (where("status", "in", [None]), "status"),
        (where("status", "in", ["a", "\x00"]), "status"),
        (where("booked_at", "gt", "2026-01-15"), "booked_at"),
        (where("booked_at", "eq", datetime(2026, 1, 15)), "booked_at"),  # noqa: DTZ001  # that is the test
        (where("confirmed_at", "is_null", value=1), "confirmed_at"),
        (where(["status"], "eq", "a"), "['status']"),  # type: ignore[arg-type]  # that is the test
    ],
    ids=str,
)
def test_a_condition_is_refused_with_the_name_of_its_field(condition: Condition, name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Query.checked(BOOKINGS, [condition])
    assert caught.value.name == name


@pytest.mark.parametrize("field", ["payload", "interviewer_emails"])
def test_json_and_lists_are_only_compared_with_null(field: str) -> None:
    entity = AUDIT_LOGS if field == "payload" else REQUESTS
    assert Query.checked(entity, [where(field, "is_null", value=False)]).conditions
    with pytest.raises(InvalidValue):
        Query.checked(entity, [where(field, "eq", [])])


@pytest.mark.parametrize("conditions", [None, "status", [("status", "eq", "a")], where("status", "eq", "a")])
def test_what_is_no_list_of_conditions_is_refused(conditions: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        Query.checked(BOOKINGS, conditions)
    assert caught.value.name == "where"


def test_the_default_order_is_that_of_creation() -> None:
    assert Query.checked(BOOKINGS, []).order == Order("booked_at", "asc")
    assert Query.checked(AUDIT_LOGS, []).order == Order("created_at", "asc")


@pytest.mark.parametrize("field", ["id", "booked_at", "updated_at", "confirmed_at", "scheduled_start"])
def test_rows_are_ordered_by_times_and_ids(field: str) -> None:
    assert Query.checked(BOOKINGS, [], Order(field, "desc")).order == Order(field, "desc")


NOT_ORDERS: list[Any] = ["booked_at", ("booked_at", "asc")]


@pytest.mark.parametrize(
    ("field", "direction"),
    [
        ("status", "asc"),
        ("request_id", "asc"),
        ("bookedAt", "asc"),
        ("booked_at", "up"),
        (None, "asc"),
        ([], "asc"),
    ],
)
def test_rows_are_ordered_by_nothing_else(field: Any, direction: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        Query.checked(BOOKINGS, [], Order(field, direction))
    assert caught.value.name == "order"


@pytest.mark.parametrize("order", NOT_ORDERS, ids=str)
def test_another_order_is_refused(order: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        Query.checked(BOOKINGS, [], order)
    assert caught.value.name == "order"


@pytest.mark.parametrize("limit", [0, 1, 5000])
def test_a_limit_of_0_or_more_is_taken(limit: int) -> None:
    assert check_limit(limit) == limit


@pytest.mark.parametrize("limit", [-1, True, 1.0, "1", None])
def test_another_limit_is_refused(limit: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        check_limit(limit)
    assert caught.value.name == "limit"


@pytest.mark.parametrize(
    ("field", "value"),
    [("booked_at", WIRE_TIME), ("confirmed_at", None), ("id", ID)],
    ids=["time", "null", "id"],
)
def test_a_cursor_comes_back_as_the_position_after_its_row(field: str, value: str | None) -> None:
    query = Query.checked(BOOKINGS, [], Order(field))
    assert Query.checked(BOOKINGS, [], Order(field), query.cursor(ROW)).after == Cursor(value, ID)


def test_values_of_in_make_the_same_list_in_any_order() -> None:
    cursor = Query.checked(BOOKINGS, [where("status", "in", ["a", "b"])]).cursor(ROW)
    assert Query.checked(BOOKINGS, [where("status", "in", ["b", "a", "b"])], None, cursor).after is not None


@pytest.mark.parametrize(
    "other",
    [
        Query.checked(BOOKINGS, [where("status", "eq", "cancelled")]),
        Query.checked(BOOKINGS, [], Order("booked_at", "desc")),
        Query.checked(BOOKINGS, [], Order("updated_at")),
        Query.checked(REQUESTS, []),
    ],
    ids=["conditions", "direction", "field", "table"],
)
def test_the_cursor_of_another_list_is_refused(other: Query) -> None:
    row = {**ROW, "updated_at": WIRE_TIME, "created_at": WIRE_TIME}
    with pytest.raises(InvalidValue) as caught:
        Query.checked(BOOKINGS, [], None, other.cursor(row))
    assert caught.value.name == "cursor"


def encoded(position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "abc",
        "ä",
        "\ud800",
        7,
        b"abc",
        encoded([]),
        encoded({"a": 1, "b": 2, "c": 3}),
        encoded("abc"),
        encoded(["0" * 16, WIRE_TIME, None]),
        encoded(["0" * 16, WIRE_TIME, ID]),
        encoded(["0" * 16, [], ID]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"\xff").decode(),
    ],
    ids=lambda cursor: str(cursor)[:20].encode("ascii", "backslashreplace").decode(),
)
def test_what_is_no_cursor_is_refused(cursor: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        Query.checked(BOOKINGS, [], None, cursor)
    assert caught.value.name == "cursor"


@pytest.mark.parametrize(
    ("value", "id_"),
    [
        (None, ID),
        ("2026-01-15", ID),
        ("2026-01-15T10:00:00.0+00:00", ID),
        (WIRE_TIME, ID.upper()),
        (WIRE_TIME, None),
    ],
)
def test_a_well_sealed_position_that_no_row_can_have_is_refused(value: Any, id_: Any) -> None:
    forged = Query.checked(BOOKINGS, []).cursor({"booked_at": value, "id": id_})
    with pytest.raises(InvalidValue) as caught:
        Query.checked(BOOKINGS, [], None, forged)
    assert caught.value.name == "cursor"


@given(time=st.datetimes(timezones=st.just(UTC)), id_=st.uuids())
def test_every_position_survives_its_cursor(time: datetime, id_: UUID) -> None:
    row = {"booked_at": codec.encode_time("booked_at", time), "id": str(id_)}
    cursor = Query.checked(BOOKINGS, []).cursor(row)
    assert Query.checked(BOOKINGS, [], None, cursor).after == Cursor(row["booked_at"], row["id"])


CURSOR = Query.checked(BOOKINGS, []).cursor(ROW)


@given(place=st.integers(0, len(CURSOR) - 1), letter=st.characters(codec="ascii"))
def test_a_cursor_with_one_letter_changed_is_refused(place: int, letter: str) -> None:
    changed = CURSOR[:place] + letter + CURSOR[place + 1 :]
    if changed == CURSOR:
        return
    with pytest.raises(InvalidValue) as caught:
        Query.checked(BOOKINGS, [], None, changed)
    assert caught.value.name == "cursor"
