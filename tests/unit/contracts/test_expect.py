"""A table of values fails once, with the names of all that failed."""

# ruff: noqa: PT012  # the whole block is what raises

import pytest

from contracts.expect import Divergence, every, refused
from harness.errors import Conflict, InvalidValue, NotFound, UnexpectedResponse


def test_nothing_found_is_no_failure() -> None:
    with every() as about:
        for number in range(3):
            with about(number):
                assert number < 3


def test_all_that_failed_is_named() -> None:
    with pytest.raises(Divergence) as caught, every() as about:
        with about("emoji"), refused(InvalidValue, "name"):
            pass
        with about("nul"):
            pass
        with about("nfd"), refused(InvalidValue):
            raise Conflict("bookings_pkey")
    assert caught.value.expected == "emoji: invalid_value(name); nfd: invalid_value"
    assert caught.value.actual == "emoji: success; nfd: conflict(bookings_pkey)"


def test_unexpected_store_error_is_collected() -> None:
    with pytest.raises(Divergence) as caught, every() as about:
        for name in ("one", "two"):
            with about(name):
                raise NotFound("bookings")
    assert caught.value.expected == "one: no error; two: no error"
    assert caught.value.actual == "one: not_found(bookings); two: not_found(bookings)"


def test_an_answer_that_nobody_understands_is_told_in_words() -> None:
    with pytest.raises(Divergence) as caught, refused(InvalidValue):
        raise UnexpectedResponse("getBooking: bookings: id is no uuid")
    assert caught.value.actual == "unexpected: getBooking: bookings: id is no uuid"


def test_driver_error_ends_the_case_and_knows_what_it_was_about() -> None:
    with pytest.raises(OSError, match="reset") as caught, every() as about, about("emoji"):
        raise OSError("reset")
    assert caught.value.__notes__ == ["while it was about emoji"]


def test_findings_outlive_a_later_error() -> None:
    with pytest.raises(Divergence) as caught, every() as about:
        with about("emoji"):
            raise Divergence("1", "2")
        raise OSError("reset")
    assert caught.value.actual == "emoji: 2; then: OSError: reset"


def test_what_fails_behind_the_table_is_left_as_it_is() -> None:
    error = Divergence("1", "2")
    with pytest.raises(Divergence) as caught, every():
        raise error
    assert caught.value is error


def test_details_are_kept_under_their_names() -> None:
    with pytest.raises(Divergence) as caught, every() as about:
        for name, detail in {"one": "a\n b", "two": ""}.items():
            with about(name):
                raise Divergence("1", "2", detail=detail)
    assert caught.value.detail == "one:\na\n b"


def test_long_tables_are_cut() -> None:
    with pytest.raises(Divergence) as caught, every() as about:
        for number in range(20):
            with about(number):
                raise Divergence("1", "2")
    assert caught.value.actual.endswith("11: 2; and 8 more")
