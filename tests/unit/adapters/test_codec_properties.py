"""What holds for every value that a column accepts."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.adapters import codec
from harness.models import ENTITIES, Column, ColumnType

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
VALUES: dict[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.UUID: st.uuids(),
    ColumnType.TEXT: TEXTS,
    ColumnType.INTEGER: st.integers(-(2**31), 2**31 - 1),
    ColumnType.BOOLEAN: st.booleans(),
    ColumnType.TIMESTAMPTZ: st.datetimes(timezones=st.just(UTC)),
    ColumnType.TEXT_ARRAY: st.lists(TEXTS).map(tuple),
}
COLUMNS = {column.type: column for entity in ENTITIES.values() for column in entity.columns}
PAYLOAD = ENTITIES["audit_logs"].by_name["payload"]


@st.composite
def column_and_value(draw: st.DrawFn) -> tuple[Column, Any]:
    kind = draw(st.sampled_from(sorted(VALUES, key=lambda kind: kind.value)))
    return COLUMNS[kind], draw(VALUES[kind])


@given(column_and_value())
def test_what_is_encoded_and_sent_as_json_is_decoded_to_the_same_value(pair: tuple[Column, Any]) -> None:
    column, value = pair
    wire = json.loads(json.dumps(codec.encode_value(column, value)))
    decoded = codec.decode_value(column, wire)
    assert decoded == value
    assert type(decoded) is type(value)


@given(JSON_VALUES)
def test_the_canonical_form_of_json_is_its_own_canonical_form(value: Any) -> None:
    once = codec.encode_value(PAYLOAD, value)
    assert json.dumps(codec.encode_value(PAYLOAD, once)) == json.dumps(once)


def decimals(value: Any) -> Any:
    """Read the JSON text of a value as jsonb does: numbers are decimal, to the last digit."""
    return json.loads(json.dumps(value), parse_int=Decimal, parse_float=Decimal)


@given(JSON_VALUES)
def test_the_canonical_form_of_json_is_the_same_to_the_last_decimal_digit(value: Any) -> None:
    assert decimals(codec.encode_value(PAYLOAD, value)) == decimals(value)


@given(JSON_VALUES)
def test_the_canonical_form_of_json_survives_json(value: Any) -> None:
    canonical = codec.encode_value(PAYLOAD, value)
    assert json.dumps(codec.encode_value(PAYLOAD, json.loads(json.dumps(canonical)))) == json.dumps(canonical)


ANY_ZONE = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.timezones())  # noqa: DTZ001  # bounds


@given(ANY_ZONE, ANY_ZONE)
def test_wire_times_sort_as_the_times_they_stand_for(one: datetime, other: datetime) -> None:
    first, second = codec.encode_time("t", one), codec.encode_time("t", other)
    assert (first < second) == (one.astimezone(UTC) < other.astimezone(UTC))


@given(ANY_ZONE)
def test_a_time_is_decoded_to_the_same_instant(time: datetime) -> None:
    assert codec.decode_time(codec.encode_time("t", time)) == time.astimezone(UTC)
