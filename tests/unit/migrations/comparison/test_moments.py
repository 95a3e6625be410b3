"""Times become integers of microseconds exactly, or nothing."""

from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations.comparison.values.moments import INFINITY, MINUS_INFINITY, moment, moment_text, moments

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
AWARE = st.datetimes(
    (EPOCH - timedelta(days=730_000)).replace(tzinfo=None),
    (EPOCH + timedelta(days=2_921_900)).replace(tzinfo=None),
    timezones=st.integers(-15 * 60, 15 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(AWARE, st.sampled_from([" ", "T"]))
def test_every_aware_datetime_is_read_exactly_one_by_one_and_in_columns(time: datetime, between: str) -> None:
    text = time.isoformat(between)
    expected = (time - EPOCH) // timedelta(microseconds=1)
    assert moment(text) == expected
    assert moments(pl.Series([text])).to_list() == [expected]


@given(st.integers(-211_813_488_000_000_000, 9_223_371_331_199_999_999))
def test_every_moment_of_postgres_is_written_and_read_back(value: int) -> None:
    assert moment(moment_text(value)) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("infinity", INFINITY),
        ("-infinity", MINUS_INFINITY),
        ("2000-01-01 00:00:00+00", 0),
        ("2000-01-01T00:00:00.5Z", 500_000),
        ("2000-01-01T00:00:00.1234560000Z", 123_456),
        ("1999-12-31T24:00:00Z", 0),
        ("2000-01-01 05:30:00+05:30", 0),
        ("2000-01-01 05:30+0530", 0),
        ("0001-12-31 00:00:00+00 BC", -730_120 * 86_400_000_000),
    ],
)
def test_other_ways_to_write_a_moment(text: str, expected: int) -> None:
    assert moment(text) == expected
    assert moments(pl.Series([text, None])).to_list() == [expected, None]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T10:00:00",
        "2026-01-15T10:00:00.1234567Z",
        "2026-01-15T10:00:60Z",
        "2026-01-15T24:00:00.000001Z",
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-01-15T10:00:00+16:00",
        "999999-01-01T00:00:00Z",
        "2026-1-5T10:00:00Z",
        "01/02/2026",
        "now",
        "today",
        "1768471200123",
        "",
    ],
)
def test_what_is_no_exact_moment_is_none(text: str) -> None:
    assert moment(text) is None
    assert moments(pl.Series([text])).to_list() == [None]
