"""Every kind of wrong answer is noticed: right answers of the reference API are spoiled part by part."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.settings.api import reference_api
from loadtests.scenarios.call import Answer, Call, Send, one_by_one
from loadtests.scenarios.endpoints import DESCRIPTIONS
from loadtests.scenarios.shapes import Kind, kinds_of
from loadtests.scenarios.workload import ScenarioWorkload
from tests.unit.loadtests.scenarios.conftest import KEYS, Open, opening, reference

ENDPOINTS = [name for name in DESCRIPTIONS if name not in {"delete_request", "ops_dashboard"}]
ASKED = {
    "create_request": {"status", "candidateName", "candidateEmail", "windowStart", "interviewerEmails"},
    "get_request": {"id", "status", "candidateName", "candidateEmail", "needsAttention", "expiresAt"},
    "update_request": {"id", "status", "needsAttention", "needsAttentionReason", "interviewerEmails"},
    "open_link": {"status", "candidateName", "windowStart", "windowEnd", "durationMinutes"},
    "book": {"requestId", "status", "scheduledStart", "scheduledEnd"},
    "reschedule": {"id", "requestId", "status", "scheduledStart", "scheduledEnd"},
    "cancel": {"id", "requestId", "status", "cancellationReason", "scheduledStart"},
    "get_booking": {"id", "requestId", "status", "scheduledStart", "scheduledEnd"},
    "receive_webhook": {"isNew"},
    "redeliver_webhook": {"id", "isNew"},
    "complete_job": {"id", "status", "attempts"},
    "fail_job": {"id", "status", "attempts", "lastError"},
    "health": {"status"},
}
"""The fields whose value was asked for, or is known."""
OTHER_TIME = "2031-05-05T05:05:05.000000Z"


@pytest.fixture(scope="module")
def prepared() -> Iterator[tuple[ScenarioWorkload, Send]]:
    with reference() as send:
        workload = opening(reference_api(KEYS))()
        workload.prepare(dict.fromkeys(workload.endpoints, 12), one_by_one(send))
        yield workload, send


@pytest.fixture
def answered(prepared: tuple[ScenarioWorkload, Send], endpoint: str) -> tuple[Call, Answer]:
    workload, send = prepared
    call = workload.next(endpoint)
    return call, send(call)


def changed(answer: Answer, document: Any) -> Answer:
    return replace(answer, body=json.dumps(document).encode())


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, "one@more.invalid"]
    if isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T":
        return OTHER_TIME
    return "other"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_missing_field_is_noticed(answered: tuple[Call, Answer], endpoint: str) -> None:
    call, answer = answered
    whole = json.loads(answer.body)
    for name in whole:
        document = {key: value for key, value in whole.items() if key != name}
        assert call.check(changed(answer, document)) == f"{name} is missing"
    assert call.check(answer) is None, endpoint


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_field_that_does_not_belong_there_is_noticed(answered: tuple[Call, Answer], endpoint: str) -> None:
    call, answer = answered
    document = {**json.loads(answer.body), "surprise": 1}
    assert call.check(changed(answer, document)) == "surprise does not belong there", endpoint


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_field_of_another_kind_is_noticed(answered: tuple[Call, Answer], endpoint: str) -> None:
    call, answer = answered
    whole = json.loads(answer.body)
    for name, kind in _kinds(endpoint).items():
        wrong: list[Any] = [] if kind.name == "any" else [1.5, [1]]
        wrong += [] if kind.name in {"any", "object"} else [{"an": "object"}]
        wrong += [] if kind.nullable or kind.name == "any" else [None]
        for value in wrong:
            assert call.check(changed(answer, {**whole, name: value})) is not None, (name, value)


def _kinds(endpoint: str) -> Mapping[str, Kind]:
    return kinds_of("webhook_events") if endpoint.endswith("_job") else DESCRIPTIONS[endpoint].fields


@pytest.mark.parametrize("endpoint", ASKED)
def test_a_field_with_another_value_is_noticed(send: Send, opened: Open, endpoint: str) -> None:
    workload = opened()  # of its own: an unexpected id is believed, and stays in its ledger
    workload.prepare({endpoint: 1}, one_by_one(send))
    call = workload.next(endpoint)
    answer = send(call)
    whole = json.loads(answer.body)
    noticed = {
        name
        for name, value in whole.items()
        if call.check(changed(answer, {**whole, name: other(value)})) is not None
    }
    assert ASKED[endpoint] <= noticed


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "ops_dashboard"])
def test_another_answer_is_noticed(answered: tuple[Call, Answer], endpoint: str) -> None:
    call, answer = answered
    assert call.check(replace(answer, status=500)) == "status 500"
    assert call.check(replace(answer, status=404)) == "status 404"
    problems = {
        b"": "is empty",
        b"<h1>502 Bad Gateway</h1>": "is no JSON",
        b"[]": "is no JSON object",
        b'{"publicTokenHash": "abc"}': "publicTokenHash must not be told",
        b'{"a": [{"public_token_hash": "abc"}]}': "public_token_hash must not be told",
    }
    if endpoint == "ops_dashboard":
        problems = dict.fromkeys(problems, "the page is not whole")
    for body, problem in problems.items():
        assert call.check(replace(answer, body=body)) == problem


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "ops_dashboard"])
def test_half_an_answer_is_noticed(answered: tuple[Call, Answer], endpoint: str) -> None:
    call, answer = answered
    assert call.check(replace(answer, body=answer.body[: len(answer.body) // 2])) is not None, endpoint


@pytest.mark.parametrize("endpoint", ["ops_dashboard"])
def test_a_page_that_is_none_is_noticed(answered: tuple[Call, Answer]) -> None:
    call, answer = answered
    assert call.check(replace(answer, headers={"content-type": "text/plain"})) == "is no HTML page"
    assert call.check(replace(answer, body=b"<html>")) == "the page is not whole"
    assert call.check(answer) is None


def spoiled_lists(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    def with_first(**changes: Any) -> list[dict[str, Any]]:
        return [{**rows[0], **changes}, *rows[1:]]

    yield "has fewer rows than there are", rows[1:]
    yield "has fewer rows than there are", []
    yield "has more rows than asked for", [{**rows[0], "id": f"x{n}"} for n in range(51)]
    yield "has a row twice", [*rows[:-1], copy.deepcopy(rows[0])]
    yield "has a row with another status", with_first(status="booked")
    yield "is not in order", rows[::-1]
    yield "a row's id is null", with_first(id=None)
    yield "a row's createdAt is not a time with an offset", with_first(createdAt="2026-01-01T00:00:00")
    yield "a row's candidateName is missing", [{k: v for k, v in rows[0].items() if k != "candidateName"}]
    yield "a row's extra does not belong there", with_first(extra=1)
    yield "rows is not a list of objects", ["x", *rows]  # type: ignore[list-item]  # a wrong answer


def test_a_wrong_list_is_noticed(send: Send, opened: Open) -> None:
    workload = opened()
    workload.prepare({"list_requests": 1}, one_by_one(send))
    call = workload.next("list_requests")
    answer = send(call)
    whole = json.loads(answer.body)
    for problem, rows in spoiled_lists(whole["rows"]):
        assert call.check(changed(answer, {**whole, "rows": rows})) == problem
    assert (
        call.check(changed(answer, {**whole, "nextCursor": "more"})) == "names a next page after the last row"
    )
    assert call.check(answer) is None


@pytest.mark.parametrize("endpoint", ["claim_jobs"])
def test_a_wrong_claim_is_noticed(answered: tuple[Call, Answer], endpoint: str) -> None:
    call, answer = answered
    rows = json.loads(answer.body)["rows"]
    wrong = {
        "has fewer jobs than are due": [],
        "has more jobs than asked for": [*rows, {**rows[0], "id": "x"}],
        "has a job twice": [rows[0], rows[0]],
        "has a job that nobody tried": [{**rows[0], "attempts": 0}, rows[1]],
        "has a job that is not processing": [{**rows[0], "status": "received"}, rows[1]],
        "a row's attempts is null": [{**rows[0], "attempts": None}, rows[1]],
    }
    for problem, spoiled in wrong.items():
        assert call.check(changed(answer, {"rows": spoiled})) == problem
    assert call.check(answer) is None
    # The right answer once more: now its jobs are somebody's already.
    assert call.check(answer) == "has a job that was claimed already", endpoint


@pytest.mark.parametrize("endpoint", ["create_request", "receive_webhook", "book"])
def test_an_id_that_was_given_before_is_noticed(answered: tuple[Call, Answer], endpoint: str) -> None:
    call, answer = answered
    assert call.check(answer) is None
    assert call.check(answer) == "the id was given before", endpoint


@pytest.mark.parametrize(
    ("endpoint", "name", "problem"),
    [
        ("create_request", "updatedAt", "createdAt and updatedAt differ"),
        ("update_request", "createdAt", "updatedAt is before createdAt"),
        ("cancel", "bookedAt", "cancelledAt is before bookedAt"),
    ],
)
def test_times_that_contradict_each_other_are_noticed(
    answered: tuple[Call, Answer], endpoint: str, name: str, problem: str
) -> None:
    call, answer = answered
    document = {**json.loads(answer.body), name: "2099-05-05T05:05:05.000000Z"}
    found = call.check(changed(answer, document))
    # What is known of a request includes when it was made.
    assert found in {problem, f"{name} is not what it must be"}, endpoint


@pytest.mark.parametrize("endpoint", ["ops_summary"])
def test_wrong_numbers_are_noticed(answered: tuple[Call, Answer]) -> None:
    call, answer = answered
    whole = json.loads(answer.body)
    none = dict.fromkeys(whole["counts"]["schedulingRequests"], 0)
    fewer = {**whole["counts"], "schedulingRequests": {**none, "pending": 1}}
    assert (
        call.check(changed(answer, {**whole, "counts": fewer}))
        == "counts of schedulingRequests are less than what is there"
    )
    without = {table: counts for table, counts in whole["counts"].items() if table != "bookings"}
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"counts": without}, "counts are not those of every table and status"),
        ({"due": {}}, "due is not told of every queue"),
        ({"due": {**whole["due"], "syncJobs": -1}}, "what is due, or needs attention, is no count"),
        ({"needsAttention": -1}, "what is due, or needs attention, is no count"),
        ({"counts": {"bookings": 3}}, "counts of bookings are no counts"),
    )
    for changes, problem in wrong:
        assert call.check(changed(answer, {**whole, **changes})) == problem
    assert call.check(answer) is None


@pytest.mark.parametrize("endpoint", ["create_request"])
def test_numbers_that_no_json_may_hold_are_noticed(answered: tuple[Call, Answer]) -> None:
    call, answer = answered
    assert call.check(replace(answer, body=b'{"id": NaN}')) == "holds a number that no JSON may hold"
