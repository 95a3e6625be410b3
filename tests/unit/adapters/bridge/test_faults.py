"""Errors over the bridge and back."""

import pytest

from harness.adapters.bridge.faults import decode_error, encode_error
from harness.errors import (
    Conflict,
    InvalidValue,
    MissingReference,
    NotFound,
    OutcomeUnknown,
    StoreError,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)

ERRORS: tuple[StoreError, ...] = (
    NotFound("bookings"),
    Conflict("bookings_pkey"),
    Conflict("stale_claim"),
    InvalidValue("run_after", "is no time"),
    InvalidValue("lease_s"),
    InvalidValue("limit"),
    InvalidValue("sync_jobs_status_check"),
    MissingReference("bookings_request_id_fkey"),
    Unauthorized("no"),
    Unavailable("later"),
    OutcomeUnknown("who knows"),
    UnexpectedResponse("what?"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{error.kind}-{error.subject}")
def test_every_error_comes_back(error: StoreError) -> None:
    back = decode_error(encode_error(error))
    assert (type(back), back.subject, str(back)) == (type(error), error.subject, str(error))


def test_fields_are_in_camel_case_and_checks_are_constraints() -> None:
    assert encode_error(InvalidValue("run_after"))["field"] == "runAfter"
    assert encode_error(InvalidValue("sync_jobs_status_check"))["constraint"] == "sync_jobs_status_check"


def test_what_nobody_mapped_is_unexpected() -> None:
    assert encode_error(KeyError("status")) == {"kind": "unexpected", "message": "KeyError: 'status'"}


def test_words_of_the_adapter_are_kept() -> None:
    error = decode_error({"kind": "conflict", "constraint": "x", "message": "ada@example.org exists"})
    assert (str(error), error.subject) == ("ada@example.org exists", "x")


def test_half_of_a_surrogate_pair_becomes_its_escape() -> None:
    error = decode_error({"kind": "conflict", "constraint": "\ud83d", "message": "Ada \ud83d"})
    assert (str(error), error.subject) == (r"Ada \ud83d", r"\ud83d")


def test_error_without_details() -> None:
    assert decode_error({"kind": "conflict"}).subject == "(unnamed)"


@pytest.mark.parametrize(
    "error",
    [{}, {"kind": "oops"}, {"kind": None}, {"kind": ["conflict"]}, {"kind": "conflict", "constraint": 5}],
)
def test_what_is_no_error(error: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"kind|texts"):
        decode_error(error)
