"""The gateway's answers, on real servers."""

import json

import psutil
import pytest

from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from tests.integration.stack.conftest import call, wait_for


def test_without_a_key_nothing_is_answered(database: Database) -> None:
    answer = call(database, "/rest/v1/notes")
    assert answer.status == 401
    assert answer.json["message"] == "No API key found in request"


def test_a_wrong_key_is_refused_even_with_a_valid_token(database: Database) -> None:
    token = {"Authorization": f"Bearer {database.coordinates.service_role_key}"}
    answer = call(database, "/rest/v1/notes", key="wrong", headers=token)
    assert answer.status == 401
    assert answer.json["message"] == "Invalid API key"


def test_the_key_alone_decides_the_role(database: Database) -> None:
    keys = database.coordinates
    assert call(database, "/rest/v1/rpc/show?name=role", key=keys.anon_key).json == "anon"
    assert call(database, "/rest/v1/rpc/show?name=role", key=keys.service_role_key).json == "service_role"


def test_a_token_beside_the_key_decides_the_role(database: Database) -> None:
    keys = database.coordinates
    token = {"Authorization": f"Bearer {keys.service_role_key}"}
    assert (
        call(database, "/rest/v1/rpc/show?name=role", key=keys.anon_key, headers=token).json == "service_role"
    )


def test_a_key_of_another_stack_is_refused(database: Database) -> None:
    head, claims, signature = database.coordinates.anon_key.split(".")
    forged = ".".join([head, claims, signature[::-1]])
    assert call(database, "/rest/v1/notes", key=forged).status == 401


@pytest.mark.parametrize("target", ["/", "/notes", "/rest/v1x/notes", "/auth/v1/user", "/_harness"])
def test_only_the_rest_prefix_is_served(database: Database, target: str) -> None:
    answer = call(database, target, key=database.coordinates.service_role_key)
    assert answer.status == 404
    assert answer.json["message"] == "no Route matched with those values"


def test_a_read_is_capped_at_1000_rows_without_a_word(database: Database) -> None:
    answer = call(database, "/rest/v1/notes?limit=5000", key=database.coordinates.service_role_key)
    assert answer.status == 200
    assert len(answer.json) == 1000
    assert answer.headers["Content-Range"] == "0-999/*"


def test_partial_content_passes_with_its_headers(database: Database) -> None:
    answer = call(
        database,
        "/rest/v1/notes?select=id&order=id&offset=2400&limit=50",
        key=database.coordinates.service_role_key,
        headers={"Prefer": "count=exact"},
    )
    assert answer.status == 206
    assert answer.headers["Content-Range"] == "2400-2449/2500"


def test_head_has_headers_and_no_body(database: Database) -> None:
    answer = call(
        database, "/rest/v1/notes?limit=1", method="HEAD", key=database.coordinates.service_role_key
    )
    assert (answer.status, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("body=eq.note%201", [1]),
        ("body=eq.note+1", [1]),
        ("%62ody=eq.note%202", [2]),
        ("body=in.(%22note%203%22)", [3]),
        ("id=in.(" + ",".join(str(n) for n in range(1, 3000)) + ")&limit=1&order=id", [1]),
    ],
)
def test_query_strings_arrive_as_they_were_sent(
    database: Database, filter_: str, expected: list[int]
) -> None:
    answer = call(database, f"/rest/v1/notes?select=id&{filter_}", key=database.coordinates.service_role_key)
    assert [row["id"] for row in answer.json] == expected


def test_large_bodies_pass_in_both_directions(stack: EmbeddedStack) -> None:
    with stack.clone() as database:
        long = "x" * 3_000_000
        answer = call(
            database,
            "/rest/v1/notes",
            method="POST",
            key=database.coordinates.service_role_key,
            headers={"Content-Type": "application/json", "Prefer": "return=representation"},
            body=json.dumps({"id": 9999, "body": long}).encode(),
        )
        assert answer.status == 201
        assert answer.json == [{"id": 9999, "body": long}]


def test_a_browser_may_ask_before_it_sends_its_key(database: Database) -> None:
    headers = {"Origin": "http://app.example", "Access-Control-Request-Method": "GET"}
    assert call(database, "/rest/v1/notes", method="OPTIONS", headers=headers).status == 200


def test_round_trips_are_counted_by_method_and_path(stack: EmbeddedStack) -> None:
    with stack.clone() as database:
        key = database.coordinates.service_role_key
        for _ in range(3):
            call(database, "/rest/v1/notes?limit=1", key=key)
        call(database, "/rest/v1/rpc/show?name=role", key=key)
        counted = call(database, "/_harness/round-trips").json
    assert counted == {"total": 4, "requests": {"GET /notes": 3, "GET /rpc/show": 1}}


def test_a_dead_postgrest_is_named_and_stays_dead(stack: EmbeddedStack) -> None:
    with stack.clone() as database:
        assert database.probe() is None
        supervisor = psutil.Process(database._supervisor.pid)
        for child in supervisor.children():
            child.kill()
        wait_for(
            lambda: call(database, "/rest/v1/notes", key=database.coordinates.anon_key).status == 503,
            what="the gateway notices",
        )
        said = database.probe()
    assert said is not None
    assert said.startswith("PostgREST behind")


@pytest.mark.parametrize(("method", "verb"), [("PATCH", "UPDATE"), ("DELETE", "DELETE")])
@pytest.mark.parametrize("query", ["", "?select=*", "?order=id"])
def test_a_write_to_every_row_is_refused_as_on_hosted(
    database: Database, method: str, verb: str, query: str
) -> None:
    key = database.coordinates.service_role_key
    before = call(database, "/rest/v1/notes?limit=1", key=key).json

    answer = call(database, f"/rest/v1/notes{query}", key=key, method=method, body=b"{}")

    assert (answer.status, answer.json["code"]) == (400, "21000")
    assert answer.json["message"] == f"{verb} requires a WHERE clause"
    assert call(database, "/rest/v1/notes?limit=1", key=key).json == before
