"""Values: integers, booleans and lists of texts are what they are; nothing is coerced."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from contracts.builders import a_booking, a_request
from contracts.case import needs, strict
from contracts.expect import every, refused
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import InvalidValue
from harness.models import SchedulingRequest, SchedulingRequestPatch

NO_INTEGERS: dict[str, Any] = {
    "text": "5",
    "float": 5.0,
    "fraction": 5.5,
    "boolean": True,
    "too_large": 2**31,
    "far_too_large": 2**64,
    "too_small": -(2**31) - 1,
    "list": [5],
}
NO_BOOLEANS: dict[str, Any] = {"one": 1, "zero": 0, "text": "true", "empty": "", "float": 1.0}
LISTS = {
    "empty": [],
    "one": ["ada@example.org"],
    "empty_text": [""],
    "two_empty_texts": ["", ""],
    "null_text": ["NULL", "null", "NIL"],
    "comma": ["a,b", "c"],
    "quotes": ['"', "'", '""'],
    "braces": ["{}", "{a", "}", "{{1},{2}}"],
    "backslashes": ["\\", '\\"', "\\N", "a\\"],
    "blanks": [" ", " a", "a ", "\t\n"],
    "duplicates": ["a", "a", "b", "a"],
    "unsorted": ["b", "a", "C"],
    "emoji": ["\N{ROCKET}", "Zo\u00eb", "Zoe\u0308"],
    "like_json": ['["a"]', "[]"],
    "long": [f"interviewer-{n}@example.org" for n in range(500)],
}
NO_LISTS: dict[str, Any] = {
    "none_element": ["a", None],
    "nested": [["a"], ["b"]],
    "text": "a@example.org",
    "number_element": [1],
    "object": {"a": 1},
    "nul_element": ["a\x00"],
    "surrogate_element": ["\ud800"],
}


def test_integer_is_kept(store: Store) -> None:
    """An integer up to 2**31 - 1 is kept."""
    with every() as about:
        for value in (1, 2**31 - 1, 2**15, 60):
            with about(value):
                request = store.scheduling_requests.create(a_request(duration_minutes=value))
                assert request.duration_minutes == value
                found = store.scheduling_requests.list(where=[where("duration_minutes", "eq", value)])
                assert found.rows == (request,)


@strict
def test_least_integer_reaches_the_constraint(store: Store) -> None:
    """-2**31 is an integer of the column's type: the CHECK refuses it, not the type."""
    with refused(InvalidValue, "scheduling_requests_duration_positive"):
        store.scheduling_requests.create(a_request(duration_minutes=-(2**31)))


@strict
def test_what_is_no_integer_is_refused(store: Store) -> None:
    """An integer column takes integers of 32 bits: no text, no float, no boolean; in filters, too."""
    with every() as about:
        for name, value in NO_INTEGERS.items():
            with about(name), refused(InvalidValue, "duration_minutes"):
                store.scheduling_requests.create(a_request(duration_minutes=value))
            with about(f"{name} in a filter"), refused(InvalidValue, "duration_minutes"):
                store.scheduling_requests.list(where=[where("duration_minutes", "eq", value)])
    assert store.scheduling_requests.count() == 0


@needs(Capability.PYTHON_VALUES)
@strict
def test_decimal_is_no_integer(store: Store) -> None:
    """A Decimal is no integer."""
    with refused(InvalidValue, "duration_minutes"):
        store.scheduling_requests.create(a_request(duration_minutes=Decimal(5)))


def test_boolean_is_kept(store: Store) -> None:
    """A boolean is kept, and is a boolean when it is read."""
    for value in (True, False):
        request = store.scheduling_requests.create(a_request(needs_attention=value))
        assert request.needs_attention is value
        again = store.scheduling_requests.get(request.id)
        assert again is not None
        assert again.needs_attention is value


@strict
def test_what_is_no_boolean_is_refused(store: Store) -> None:
    """A boolean column takes booleans: neither 1 nor 'true'; in filters, too."""
    with every() as about:
        for name, value in NO_BOOLEANS.items():
            with about(name), refused(InvalidValue, "needs_attention"):
                store.scheduling_requests.create(a_request(needs_attention=value))
            with about(f"{name} in a filter"), refused(InvalidValue, "needs_attention"):
                store.scheduling_requests.list(where=[where("needs_attention", "eq", value)])
    assert store.scheduling_requests.count() == 0


def test_list_of_texts_is_kept(subject: Subject, store: Store) -> None:
    """A list of texts keeps its elements, their order and their number."""
    made = {}
    with every() as about:
        for name, texts in LISTS.items():
            with about(name):
                made[name] = store.scheduling_requests.create(a_request(interviewer_emails=texts))
                assert made[name].interviewer_emails == tuple(texts)
        read = {row.id: row for row in store.scheduling_requests.list().rows}
        stored = {wire["id"]: wire["interviewer_emails"] for wire in subject.stored_rows(SchedulingRequest)}
        for name, request in made.items():
            with about(name):
                assert read.get(request.id) == request
                assert stored.get(str(request.id)) == LISTS[name]


def test_list_of_texts_is_replaced_whole(store: Store) -> None:
    """An update replaces a list of texts, also by the empty list."""
    request = store.scheduling_requests.create(a_request(interviewer_emails=["a", "b"]))
    after = store.scheduling_requests.update(request.id, SchedulingRequestPatch(interviewer_emails=["c"]))
    assert after.interviewer_emails == ("c",)
    after = store.scheduling_requests.update(request.id, SchedulingRequestPatch(interviewer_emails=[]))
    assert after.interviewer_emails == ()
    assert store.scheduling_requests.get(request.id) == after


@needs(Capability.PYTHON_VALUES)
@strict
def test_tuple_is_a_list_of_texts(store: Store) -> None:
    """A tuple of texts is accepted where a list is: rows hold tuples, and go back in as they came out."""
    request = store.scheduling_requests.create(a_request(interviewer_emails=("a", "b")))
    assert request.interviewer_emails == ("a", "b")


@strict
def test_what_is_no_list_of_texts_is_refused(store: Store) -> None:
    """A list of texts has texts as elements: no None, no list, no number; a single text is no list."""
    request = store.scheduling_requests.create(a_request())
    with every() as about:
        for name, value in NO_LISTS.items():
            with about(f"{name} on create"), refused(InvalidValue, "interviewer_emails"):
                store.scheduling_requests.create(a_request(interviewer_emails=value))
            with about(f"{name} on update"), refused(InvalidValue, "interviewer_emails"):
                store.scheduling_requests.update(request.id, SchedulingRequestPatch(interviewer_emails=value))
    assert store.scheduling_requests.list().rows == (request,)


def test_list_with_an_unstorable_element_is_refused(store: Store) -> None:
    """NUL, lone surrogates and None are refused as elements, and nothing is stored."""
    with every() as about:
        for name, value in {"nul": "a\x00", "surrogate": "\ud800", "none": None}.items():
            with about(name), refused(InvalidValue):
                store.scheduling_requests.create(a_request(interviewer_emails=["fine", value]))
    assert store.scheduling_requests.count() == 0


@strict
def test_what_is_no_id_is_refused_in_a_column(store: Store) -> None:
    """A reference takes an id in its 8-4-4-4-12 form."""
    booking = a_booking(uuid4())
    values: tuple[Any, ...] = ("42", "", "{00000000-0000-4000-8000-000000000000}", 42)
    with every() as about:
        for value in values:
            with about(repr(value)), refused(InvalidValue, "request_id"):
                store.bookings.create(type(booking)(**{**booking.values, "request_id": value}))


def test_reference_in_capitals_is_the_same_id(store: Store) -> None:
    """A reference given in capitals comes back as the id of its row."""
    request = store.scheduling_requests.create(a_request())
    new = a_booking(request)
    booking = store.bookings.create(type(new)(**{**new.values, "request_id": str(request.id).upper()}))
    assert booking.request_id == request.id
