"""A leak is found, and what is no leak is not."""

import hashlib
import json

import pytest

from tests.api_fuzzing.leaks import Watch, texts_of, without_names

_TOKEN = "Zk3uVw0XyEr5tYuIoPaSdFgHjKlZxCvBnM1234567-_"
_KEY = "the-key-of-internal-callers"


def watch() -> Watch:
    made = Watch(
        secrets={_KEY: "the API key"},
        contents={"canary@example.org": "an e-mail address of a row", "Zoë Canary": "a name of a row"},
        public='"phone_screen" "reconciliation-jobs"',
    )
    made.learn(json.dumps({"rows": [{"publicToken": _TOKEN}]}))
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"no {_KEY} here", "the API key"),
        (hashlib.sha256(_TOKEN.encode()).hexdigest(), "the hash of a public token"),
    ],
)
def test_secrets_may_stand_nowhere(text: str, found: str) -> None:
    assert found in watch().in_any_answer(text)
    assert found in watch().in_error(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("conflicts with canary@example.org", "an e-mail address of a row"),
        ("Zoë Canary exists", "a name of a row"),
        (f"no link {_TOKEN}", "a public token"),
        ("somebody.else+1@example.co.uk", "an e-mail address"),
        ("payload " + "0a" * 32, "a hash"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.x", "a JSON Web Token"),
        ("could not connect to postgresql://u:p@h/d", "a database URL"),
        ('Traceback (most recent call last):\n  File "app.py", line 3', "a traceback"),
        ("at store.py:17", "a traceback"),
        ("select id from bookings", "SQL"),
        ("INSERT INTO bookings", "SQL"),
        ('syntax error at or near "x"', "SQL"),
        ("Failing row contains (1, 2)", "the details of a constraint"),
        ("Key (event_id)=(e-1) already exists", "the details of a constraint"),
        ('new row violates check constraint "x"', "the details of a constraint"),
        ("PGRST116", "the words of a driver"),
        ("postgrest.exceptions.APIError", "the words of a driver"),
        ("your reason 'because of ill health' is too long", "what the request held"),
    ],
)
def test_an_error_holds_nothing_of_rows_requests_and_the_inside(text: str, found: str) -> None:
    assert found in watch().in_error(text, ["because of ill health"])


@pytest.mark.parametrize(
    "text",
    [
        "durationMinutes: is not an integer of 32 bits",
        "scheduling_requests_candidate_email_size: violates the constraint",
        "conflicts with request_not_bookable",
        "there is no such queue; there are sync-jobs, webhook-events, reconciliation-jobs",
        "the API key is missing or wrong: send `Authorization: Bearer` with SCHEDULER_API_KEY",
        "it may or may not have happened: read before you repeat it",
        "the selected row is gone from the list",
    ],
)
def test_what_the_api_says_is_no_leak(text: str) -> None:
    assert watch().in_error(text, ["x", "short", "reconciliation-jobs", "phone_screen"]) == []


def test_right_answers_hold_rows() -> None:
    assert watch().in_any_answer(f"canary@example.org {_TOKEN}") == []


def test_the_texts_of_a_request_are_its_values() -> None:
    value = {"name": ["a", {"other": "b"}, 1, None], "third": "c"}
    assert [*texts_of(value)] == ["a", "b", "c"]


def test_a_name_that_a_client_made_up_is_its_own() -> None:
    body = json.dumps(
        {
            "error": {
                "kind": "invalid_value",
                "message": "zoe@example.org: is not one of a, b",
                "field": "zoe@example.org",
            }
        }
    )
    assert watch().in_error(without_names(body)) == []
    assert watch().in_error(body) == ["an e-mail address"]


@pytest.mark.parametrize("body", ["zoe@example.org", '["zoe@example.org"]', '{"error": "zoe@example.org"}'])
def test_an_error_of_another_form_is_looked_at_whole(body: str) -> None:
    assert watch().in_error(without_names(body)) == ["an e-mail address"]
