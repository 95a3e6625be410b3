"""Another implementation of the API is called and checked as parity.toml maps it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.settings.api import Api, resolved
from harness.settings.parity_toml import load
from loadtests.scenarios.call import Send, one_by_one
from loadtests.scenarios.functional import examine
from tests.other_api.app import make
from tests.unit.loadtests.scenarios.conftest import opening, sender

FILE = Path(__file__).parents[3] / "other_api" / "parity.toml"
KEYS = {"STAGING_KEY": "k", "STAGING_SECRET": "s"}


@pytest.fixture
def staging() -> Api:
    api = load(FILE).api
    assert api is not None
    return resolved(api, KEYS)


@pytest.fixture
def send_there() -> Iterator[Send]:
    with sender(make("memory", "k", "s")) as send:
        yield send


def test_it_is_right_and_what_it_lacks_is_named(staging: Api, send_there: Send) -> None:
    result = examine(send_there, opening(staging)())
    assert result.problems == ()
    assert result.left_out == {
        "claim_jobs": "a cloud queue hands out the work",
        "complete_job": "it needs claim_jobs, which is left out",
        "fail_job": "it needs claim_jobs, which is left out",
        "ops_summary": "nobody has asked for it",
    }
    assert all(one.calls >= 2 for one in result.endpoints.values())


def test_every_call_under_load_is_right(staging: Api, send_there: Send) -> None:
    workload = opening(staging)(owns_data=False)
    workload.prepare(dict.fromkeys(workload.endpoints, 3), one_by_one(send_there))
    for endpoint in workload.endpoints:
        for _ in range(3):
            call = workload.next(endpoint)
            assert call.check(send_there(call)) is None
    left = workload.clean(one_by_one(send_there))
    assert workload.ledger.created.requests == set()
    assert "webhook event" in left[0]


def test_it_is_called_as_mapped(staging: Api, send_there: Send) -> None:
    workload = opening(staging)()
    workload.prepare({"cancel": 1, "book": 1, "list_requests": 1}, one_by_one(send_there))
    cancel = workload.next("cancel")
    assert (cancel.method, cancel.body, cancel.path.startswith("/api/bookings/")) == ("DELETE", None, True)
    assert workload.next("book").path.startswith("/book/")
    listed = workload.next("list_requests")
    assert listed.path == "/api/requests?state=pending&size=50"
    assert listed.headers["X-Api-Key"] == "k"


@pytest.mark.parametrize(
    ("endpoint", "spoil", "problem"),
    [
        ("get_request", (b'"pending"', b'"open"'), "status is not what it must be"),
        ("book", (b'"confirmed"', b'"rescheduled"'), "status is not what it must be"),
        ("book", (b'"slot":["', b'"slot":["x'), "scheduledStart is not a time with an offset"),
        ("create_request", (b'"link"', b'"lnik"'), "publicToken is missing"),
        ("list_requests", (b'"items"', b'"item"'), "rows is missing"),
        ("list_requests", (b'"requestId"', b'"id"'), "a row's id is missing"),
        ("receive_webhook", (b'"fresh":true', b'"fresh":1'), "isNew is not true or false"),
        ("open_link", (b'"name":"', b'"name":"Dr '), "candidateName is not what it must be"),
        ("ops_dashboard", (b"Operations", b"Settings"), "the page lacks what it must hold"),
        ("health", (b"memory", b""), "mode is not what it must be"),
    ],
)
def test_a_wrong_answer_is_noticed_where_it_is_mapped(
    staging: Api, send_there: Send, endpoint: str, spoil: tuple[bytes, bytes], problem: str
) -> None:
    workload = opening(staging)()
    workload.prepare({endpoint: 1}, one_by_one(send_there))
    call = workload.next(endpoint)
    answer = send_there(call)
    assert spoil[0] in answer.body
    assert call.check(replace(answer, body=answer.body.replace(*spoil))) == problem
    assert call.check(answer) is None


def test_rows_in_another_order_than_the_stated_one_are_noticed(staging: Api, send_there: Send) -> None:
    workload = opening(staging)(rows=30)
    workload.prepare({"list_requests": 1}, one_by_one(send_there))
    call = workload.next("list_requests")
    answer = send_there(call)
    document = json.loads(answer.body)
    document["data"]["items"].reverse()
    assert call.check(replace(answer, body=json.dumps(document).encode())) == "is not in order"
