"""What `New` and `Patch` refuse before any store sees it."""

import pytest

from harness.errors import InvalidValue
from harness.models import (
    BookingPatch,
    NewAuditLog,
    NewBooking,
    NewSchedulingRequest,
    SchedulingRequestPatch,
)


def test_values_are_kept_as_they_were_given() -> None:
    assert dict(NewBooking(booked_by="ada", status=None).values) == {"booked_by": "ada", "status": None}


def test_an_unknown_column_is_refused_by_name() -> None:
    with pytest.raises(InvalidValue) as caught:
        NewBooking(bookedBy="ada")
    assert caught.value.name == "bookedBy"


@pytest.mark.parametrize("name", ["booked_at", "updated_at"])
def test_times_of_the_store_cannot_be_set(name: str) -> None:
    for kind in (NewBooking, BookingPatch):
        with pytest.raises(InvalidValue) as caught:
            kind(**{name: None})
        assert caught.value.name == name


def test_an_audit_entry_has_no_updated_at_to_set() -> None:
    with pytest.raises(InvalidValue, match="is no column of audit_logs"):
        NewAuditLog(updated_at=None)


def test_an_id_is_chosen_once() -> None:
    assert "id" in NewBooking(id="x").values
    with pytest.raises(InvalidValue) as caught:
        BookingPatch(id="x")
    assert caught.value.name == "id"


def test_camel_case_names_are_read_from_json() -> None:
    new = NewSchedulingRequest.from_json({"candidateName": "Ada", "interviewerEmails": ["b@example.org"]})
    assert dict(new.values) == {"candidate_name": "Ada", "interviewer_emails": ["b@example.org"]}


def test_an_unknown_json_name_is_refused_as_it_was_written() -> None:
    with pytest.raises(InvalidValue) as caught:
        SchedulingRequestPatch.from_json({"candidateNames": "Ada"})
    assert caught.value.name == "candidateNames"


def test_the_values_cannot_be_changed_afterwards() -> None:
    with pytest.raises(TypeError):
        NewBooking(booked_by="ada").values["booked_by"] = "bob"  # type: ignore[index]  # that is the test


def test_equal_values_of_another_kind_are_not_equal() -> None:
    assert NewBooking(booked_by="ada") == NewBooking(booked_by="ada")
    assert NewBooking(booked_by="ada") != NewBooking(booked_by="bob")
    assert NewBooking(booked_by="ada") != BookingPatch(booked_by="ada")


def test_repr_shows_names_and_no_values() -> None:
    new = NewSchedulingRequest(public_token="s3cret-token", candidate_email="ada@example.org")  # made up
    assert repr(new) == "NewSchedulingRequest(public_token, candidate_email)"
