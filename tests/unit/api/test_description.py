"""The description is well-formed, complete, and true of whatever is sent."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from harness.api.catalogue import ENDPOINTS
from harness.api.endpoints.webhooks import signature_of
from harness.api.service import Access, Endpoint
from tests.documented import Description
from tests.unit.api.asking import SECRET, app, ask
from tests.unit.api.test_access import path_of

_APPLICATION = app()
DOCUMENT: dict[str, Any] = ask(_APPLICATION, "GET", "/openapi.json").json()
DESCRIPTION = Description(DOCUMENT)

_NEW = {
    "candidateName": "Zoë",
    "candidateEmail": "zoe@example.org",
    "reqTitle": "Engineer",
    "interviewType": "onsite",
    "durationMinutes": 45,
    "interviewerEmails": [],
    "organizerEmail": "o@example.com",
    "windowStart": "2030-03-01T09:00:00Z",
    "windowEnd": "2030-03-08T18:00:00Z",
    "candidateTimezone": "Europe/Berlin",
    "expiresAt": "2030-03-08T18:00:00Z",
    "scheduledStart": "2030-03-02T10:00:00Z",
    "scheduledEnd": "2030-03-02T10:45:00Z",
    "reason": "ill",
    "limit": 1,
    "leaseS": 1.5,
    "attempts": 1,
    "error": "down",
    "retryInS": 0,
    "eventId": "e",
    "eventType": "t",
}
"""A right value for every member that some endpoint takes."""


def schemas(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value["schema"]] if isinstance(value.get("schema"), dict) else []
        return own + [schema for item in value.values() for schema in schemas(item)]
    return [schema for item in value for schema in schemas(item)] if isinstance(value, list) else []


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(item) for item in value.values()))
    return set().union(*(references(item) for item in value)) if isinstance(value, list) else set()


def test_every_endpoint_is_described_with_its_errors() -> None:
    described = {
        (path, method.upper()): operation
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
    }
    assert set(described) == {(endpoint.path, endpoint.method) for endpoint in ENDPOINTS}
    for endpoint in ENDPOINTS:
        operation = described[endpoint.path, endpoint.method]
        assert operation["operationId"] == endpoint.name
        assert {str(endpoint.status), "502", "503"} <= set(operation["responses"])
        assert ("401" in operation["responses"]) is (endpoint.access is not Access.EVERYBODY)
        assert {"414", "431"} <= set(operation["responses"])
        assert ({"408", "413"} <= set(operation["responses"])) is ("requestBody" in operation)


def test_its_schemas_are_schemas_and_its_references_lead_somewhere() -> None:
    found = schemas(DOCUMENT["paths"])
    assert len(found) > 50
    for schema in [*found, *DOCUMENT["components"]["schemas"].values()]:
        Draft202012Validator.check_schema(schema)
    prefix = "#/components/schemas/"
    assert {name.removeprefix(prefix) for name in references(DOCUMENT)} <= set(
        DOCUMENT["components"]["schemas"]
    )


def test_its_links_lead_to_endpoints_and_name_all_of_their_paths_parameters() -> None:
    by_name = {endpoint.name: endpoint for endpoint in ENDPOINTS}
    followed = set()
    for endpoint in ENDPOINTS:
        answers = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]["responses"]
        links = answers[str(endpoint.status)].get("links", {})
        assert set(links) == set(endpoint.links)
        for link in links.values():
            target = by_name[link["operationId"]]
            assert set(link["parameters"]) == set(re.findall(r"\{(\w+)\}", target.path))
            followed.add(target.name)
    assert followed >= {endpoint.name for endpoint in ENDPOINTS if "{id}" in endpoint.path}


def test_it_says_whom_the_server_asks_for_its_key() -> None:
    asking = ask(app(api_key="the-key-of-internal-callers"), "GET", "/openapi.json").json()
    for endpoint in ENDPOINTS:
        requirements: dict[Access, list[dict[str, list[str]]]] = {
            Access.INTERNAL: [{"bearer": []}],
            Access.BROWSER: [{"bearer": []}, {"basic": []}],
        }
        asked = asking["paths"][endpoint.path][endpoint.method.lower()]["security"]
        assert asked == requirements.get(endpoint.access, [])
        assert DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]["security"] == []


@pytest.mark.parametrize(
    ("time", "is_one"),
    [
        ("2030-03-01T09:00:00Z", True),
        ("2030-03-01T23:59:59.123456+23:59", True),
        ("2030-03-01T09:00:00.1234567Z", False),
        ("2030-03-01T24:00:00Z", False),
        ("2030-03-01T09:00:60Z", False),
        ("2030-13-01T09:00:00Z", False),
        ("2030-03-32T09:00:00Z", False),
        ("2030-03-01T09:00:00+24:00", False),
        ("2030-03-01T09:00:00", False),
        ("٢٠٣٠-03-01T09:00:00Z", False),
    ],
)
def test_it_says_which_times_are_taken(time: str, *, is_one: bool) -> None:
    body = DOCUMENT["paths"]["/api/bookings/{id}/reschedule"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]["properties"]["scheduledStart"]
    assert Draft202012Validator(schema).is_valid(time) is is_one
    slot = {"scheduledStart": time, "scheduledEnd": "2040-03-02T10:45:00Z"}
    status = ask(_APPLICATION, "POST", "/api/bookings/1/reschedule", json=slot).status_code
    assert status == (404 if is_one else 422)


def test_it_says_what_a_check_demands_of_one_column() -> None:
    schema = DOCUMENT["paths"]["/api/scheduling-requests"]["post"]["requestBody"]["content"]
    duration = schema["application/json"]["schema"]["properties"]["durationMinutes"]
    assert (duration["minimum"], duration["maximum"]) == (1, 2**31 - 1)
    jobs = DOCUMENT["components"]["schemas"]["SyncJob"]["properties"]
    assert (jobs["maxAttempts"]["minimum"], jobs["attempts"]["minimum"]) == (1, -(2**31))


def test_what_no_answer_shows_is_not_described() -> None:
    assert "publicTokenHash" not in json.dumps(DOCUMENT)


_TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "\x00", "\ud800", "null", "*", "%", "2030-01-01T00:00:00Z", "infinity", "a" * 3000]),
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**31, -(2**31) - 1, 2**63, 2**64, 10**30, 10**400])
    | st.floats()
    | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_SEGMENTS = st.sampled_from(
    [
        "1",
        "%00",
        "%ff",
        "%ED%A0%80",
        "..%2F..",
        "00000000-0000-4000-8000-00000000dead",
        "sync-jobs",
        "webhook-events",
    ]
) | st.text(alphabet="aZ0-_~é", min_size=1, max_size=40)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Draw an endpoint, and a request to it that is right but for some members."""
    endpoint = draw(st.sampled_from(ENDPOINTS))
    path = endpoint.path.format(id=draw(_SEGMENTS), token=draw(_SEGMENTS), queue=draw(_SEGMENTS))
    if endpoint.query:
        query = draw(
            st.dictionaries(st.sampled_from([*endpoint.query, "other"]), st.text(max_size=12), max_size=2)
        )
        path = f"{path}?{urlencode(query, errors='replace')}"
    if endpoint.body is None:
        return endpoint.method, path, b""
    members = endpoint.body["properties"]
    absent = draw(st.sets(st.sampled_from([*members]), max_size=1))
    right = {name: _NEW[name] for name in members if name in _NEW and name not in absent}
    wrong = draw(st.dictionaries(st.sampled_from([*members, "other"]), _VALUES, max_size=2))
    body = json.dumps({**right, **wrong}).encode()
    return endpoint.method, path, draw(st.just(body) | st.binary(max_size=40))


@given(requests())
def test_no_request_gets_an_answer_that_is_not_described(request: tuple[str, str, bytes]) -> None:
    method, path, body = request
    headers = {"X-ICIMS-Signature": signature_of(SECRET, body)}
    answer = ask(_APPLICATION, method, path, content=body, headers=headers)
    assert answer.status_code < 500
    assert DESCRIPTION.complaint(method, path, answer) is None


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"1e999", b'{"other": {}}', b'{"id": null}'])
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_neither_does_a_body_that_says_little(endpoint: Endpoint, body: bytes) -> None:
    path = path_of(endpoint)
    headers = {"X-ICIMS-Signature": signature_of(SECRET, body)}
    answer = ask(_APPLICATION, endpoint.method, path, content=body, headers=headers)
    assert answer.status_code < 500
    assert DESCRIPTION.complaint(endpoint.method, path, answer) is None
