"""The functional check finds what is wrong with an API, and nothing at one that is right."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.settings.api import Subjects
from loadtests.scenarios.call import Answer, Call, Send
from loadtests.scenarios.endpoints import DESCRIPTIONS
from loadtests.scenarios.functional import FunctionalResult, differences, examine
from tests.unit.loadtests.scenarios.conftest import Open, opening, reference

Spoil = Callable[[Call, Answer], Answer]


def spoiled(send: Send, spoil: Spoil) -> Send:
    return lambda call: spoil(call, send(call))


def document(answer: Answer, change: Callable[[Any], Any]) -> Answer:
    return replace(answer, body=json.dumps(change(json.loads(answer.body))).encode())


def found(result: FunctionalResult) -> Mapping[str, str]:
    return dict(result.problems)


def test_the_reference_api_is_right(send: Send, opened: Open) -> None:
    result = examine(send, opened())
    assert result.problems == ()
    assert result.endpoints.keys() == DESCRIPTIONS.keys()
    assert result.left_out == {}
    assert all(one.calls >= 2 for one in result.endpoints.values())


def test_two_servers_are_compared_by_the_shapes_of_their_answers(opened: Open) -> None:
    def otherwise(call: Call, answer: Answer) -> Answer:
        if call.endpoint == "get_booking" and answer.status == 200:
            return replace(answer, body=re.sub(rb"\.\d{6}Z", b".000Z", answer.body))
        if call.endpoint == "open_link" and answer.status == 404:
            return replace(answer, body=b'{"error": "gone"}')
        return answer

    results = []
    for spoil in (_unchanged, _unchanged, otherwise):
        with reference() as send:
            results.append(examine(spoiled(send, spoil), opened()))
    assert differences(results[0], results[1]) == ()
    assert results[2].problems == ()
    differing = dict(differences(results[0], results[2]))
    assert differing.keys() == {"get_booking", "open_link"}
    assert "bookedAt: time.000000Z" in differing["get_booking"]


def _unchanged(_: Call, answer: Answer) -> Answer:
    return answer


WRONG: tuple[Mapping[str, tuple[Spoil, str]], ...] = (
    {
        "get_booking": (lambda _, a: replace(a, status=500), "life of a request: status 500"),
        "redeliver_webhook": (
            lambda _, a: document(a, lambda d: {**d, "isNew": True}),
            "life of an event: isNew is not what it must be",
        ),
        "claim_jobs": (lambda _, a: document(a, lambda _d: {"rows": []}), "has fewer jobs than are due"),
        "ops_summary": (
            lambda _, a: document(a, lambda d: {**d, "needsAttention": 7}),
            "numbers of operations: needsAttention grew by 0, not by 1",
        ),
        "ops_dashboard": (lambda _, a: replace(a, body=b"ok"), "the page is not whole"),
        "health": (
            lambda _, a: document(a, lambda d: {**d, "status": "degraded"}),
            "status is not what it must be",
        ),
    },
    {
        "cancel": (lambda _, a: replace(a, status=200), "life of a request: status 200"),
        "receive_webhook": (lambda _, a: replace(a, status=200), "life of an event: status 200"),
    },
    {"delete_request": (lambda _, a: replace(a, status=204, body=b""), "life of a request: status 204")},
    {"open_link": (lambda _, a: replace(a, body=b"{}"), "life of a request: candidateName is missing")},
)


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_endpoints_are_named(send: Send, opened: Open, wrong: Mapping[str, tuple[Spoil, str]]) -> None:
    def spoil(call: Call, answer: Answer) -> Answer:
        return wrong[call.endpoint][0](call, answer) if call.endpoint in wrong else answer

    result = examine(spoiled(send, spoil), opened())
    for endpoint, (_, problem) in wrong.items():
        assert problem in " / ".join(result.endpoints[endpoint].problems)


def test_what_was_not_refused_is_named(send: Send, opened: Open) -> None:
    """A server that accepts every signature, and books a slot twice."""
    accepted = {}

    def lenient(call: Call) -> Answer:
        answer = send(call)
        key = call.endpoint
        if answer.status < 400:
            accepted[key] = answer
        return answer if answer.status < 400 or key not in accepted else accepted[key]

    problems = found(examine(lenient, opened()))
    assert "status 201" in problems["book"]
    assert "status 200" in problems["receive_webhook"]


def test_a_dead_server_is_a_problem_of_every_endpoint_that_was_called(opened: Open) -> None:
    def dead(_: Call) -> Answer:
        raise ConnectionRefusedError("connection refused")

    result = examine(dead, opened())
    assert found(result).keys() == result.endpoints.keys()
    assert "no answer (connection refused)" in " ".join(found(result).values())


def counting(send: Send, trips: Callable[[Call, Answer], int]) -> tuple[Send, Callable[[], int]]:
    counted = [0]

    def send_and_count(call: Call) -> Answer:
        answer = send(call)
        counted[0] += trips(call, answer)
        return answer

    return send_and_count, lambda: counted[0]


def test_round_trips_are_counted_for_every_call(send: Send, opened: Open) -> None:
    send_and_count, counter = counting(send, lambda call, _: 2 if call.endpoint == "book" else 1)
    result = examine(send_and_count, opened(), counter)
    assert result.problems == ()
    assert set(result.round_trips["book"]) == {2}
    assert set(result.round_trips["get_booking"]) == {1}
    assert len(result.round_trips["get_booking"]) >= 2


def test_round_trips_that_grow_with_the_rows_are_a_problem(send: Send, opened: Open) -> None:
    def one_per_row(call: Call, answer: Answer) -> int:
        return 1 + len(json.loads(answer.body)["rows"]) if call.endpoint == "list_requests" else 1

    send_and_count, counter = counting(send, one_per_row)
    problems = found(examine(send_and_count, opened(), counter))
    assert list(problems) == ["list_requests"]
    assert "requests to the database for the same call" in problems["list_requests"]


def test_a_page_that_asks_once_per_row_is_a_problem(send: Send, opened: Open) -> None:
    rows = [0]

    def grows(call: Call, answer: Answer) -> int:
        rows[0] += call.endpoint == "create_request" and answer.status == 201
        return rows[0] if call.endpoint == "ops_dashboard" else 1

    send_and_count, counter = counting(send, grows)
    assert list(found(examine(send_and_count, opened(), counter))) == ["ops_dashboard"]


def test_reading_alone_changes_nothing(send: Send, opened: Open) -> None:
    examine(send, opened(run="before", rows=5))
    methods = set()

    def watched(call: Call) -> Answer:
        methods.add(call.method)
        return send(call)

    result = examine(watched, opened(profile="read-only", owns_data=False))
    assert result.problems == ()
    assert methods == {"GET"}
    assert "get_booking" in result.left_out
    assert "create_request" in result.left_out


def test_what_is_named_is_read(opened: Open, send: Send) -> None:
    maker = opened(run="before")
    maker.prepare({"get_booking": 1}, lambda calls: [send(call) for call in calls])
    booking = maker.next("get_booking").path.rpartition("/")[2]
    api = replace(maker.implementation.api, subjects=Subjects(bookings=(booking,)))
    result = examine(send, opening(api)(profile="read-only", owns_data=False))
    assert result.problems == ()
    assert result.endpoints["get_booking"].calls == 2
