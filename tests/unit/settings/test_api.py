"""[api] of parity.toml says how another API is called, or where it cannot be used."""

from datetime import date
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings.api import Api, EndpointTable, Subjects, reference_api, resolved
from harness.settings.parity_toml import parse

STAGING = """
[api]
name = "staging"
start = "npm run start"
health = "/api/health"
mode_field = "db.mode"
instance_field = "pid"
ready_timeout_s = 20
webhook_secret = "${SECRET}"

[api.headers]
Authorization = "Bearer ${KEY}"

[api.subjects]
requests = ["r1"]
bookings = ["b1", "b2"]
tokens = ["${TOKEN}"]

[api.endpoints.create_request]
method = "PUT"
path = "/api/requests"
headers = { X-Tenant = "acme" }
body = { candidate = { name = "{candidateName}", mail = "{candidateEmail}" }, minutes = "{durationMinutes}" }
status = [200, 201]
result = { id = "request.id", publicToken = "link.token" }

[api.endpoints.list_requests]
path = "/api/requests?state={status}&size={limit}"
result = { rows = "data.items" }
item = { id = "requestId" }
order = "createdAt asc"

[api.endpoints.receive_webhook]
headers = { X-Signature = "{signatureBase64}" }

[api.endpoints.ops_dashboard]
contains = ["Operations"]

[api.endpoints.cancel]
body = false
status = 200

[api.endpoints.fail_job]
lacks = "workers report failures to the queue service"
"""


def read(text: str) -> Api | None:
    return parse(text, name="parity.toml", directory=Path("/app"), today=date(2026, 7, 1)).api


def read_one(text: str) -> Api:
    api = read('[api]\nname = "staging"\n' + text)
    assert api is not None
    return api


def test_without_the_section_the_reference_api_is_meant() -> None:
    assert read("") is None
    assert read("[api]") is None


def test_everything_is_read() -> None:
    assert read(STAGING) == Api(
        name="staging",
        start="npm run start",
        health="/api/health",
        mode_field="db.mode",
        instance_field="pid",
        ready_timeout_s=20.0,
        headers={"Authorization": "Bearer ${KEY}"},
        webhook_secret="${SECRET}",
        subjects=Subjects(requests=("r1",), bookings=("b1", "b2"), tokens=("${TOKEN}",)),
        endpoints={
            "create_request": EndpointTable(
                method="PUT",
                path="/api/requests",
                headers={"X-Tenant": "acme"},
                body={
                    "candidate": {"name": "{candidateName}", "mail": "{candidateEmail}"},
                    "minutes": "{durationMinutes}",
                },
                status=(200, 201),
                result={"id": "request.id", "publicToken": "link.token"},
            ),
            "list_requests": EndpointTable(
                path="/api/requests?state={status}&size={limit}",
                result={"rows": "data.items"},
                item={"id": "requestId"},
                order="createdAt asc",
            ),
            "receive_webhook": EndpointTable(headers={"X-Signature": "{signatureBase64}"}),
            "ops_dashboard": EndpointTable(contains=("Operations",)),
            "cancel": EndpointTable(body=False, status=(200,)),
            "fail_job": EndpointTable(lacks="workers report failures to the queue service"),
        },
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[api]\nstart = 'x'", "api needs the key 'name'"),
        ("[api]\nname = 'reference'", "line 2, column 1: api.name 'reference' is the API that comes with"),
        (
            "[api]\nname = 'x'\nhelth = '/h'",
            "line 3, column 1: api.helth is not a key that this version knows",
        ),
        ("[api]\nname = 'x'\nhealth = 'h'", "api.health must be a path on the server"),
        ("[api]\nname = 'x'\nhealth = '//evil'", "api.health must be a path on the server"),
        ("[api]\nname = 'x'\nmode_field = 'a..b'", "api.mode_field must be a dotted path"),
        ("[api]\nname = 'x'\nready_timeout_s = 0", "api.ready_timeout_s must be a number of seconds"),
        ("[api]\nname = 'x'\nheaders = { 'a b' = 'x' }", "api.headers.a b is no name of a header"),
        ("[api]\nname = 'x'\nheaders = { a = '{id}' }", "api.headers.a has the unknown placeholder {id}"),
        ("[api]\nname = 'x'\nheaders = { a = 1 }", "api.headers.a must be a string"),
        (
            "[api]\nname = 'x'\n[api.endpoints.bok]\npath = '/x'",
            "line 3, column 16: api.endpoints.bok is not a key",
        ),
        ("[api]\nname = 'x'\n[api.endpoints.bok]\npath = '/x'", "did you mean 'book'?"),
        (
            "[api]\nname = 'x'\n[api.endpoints.health]\npath = '/x'",
            "is mapped by the keys health and mode_field",
        ),
        ("[api]\nname = 'x'\n[api.subjects]\ntokens = [1]", "api.subjects.tokens must be a list of strings"),
        ("[api]\nname = 'x'\n[api.subjects]\nlinks = []", "api.subjects.links is not a key"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(text: str, error: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(text)
    assert error in str(raised.value)


@pytest.mark.parametrize(
    ("endpoint", "text", "error"),
    [
        ("book", "pth = '/x'", "line 4, column 1: api.endpoints.book.pth is not a key"),
        ("book", "method = 'post'", "method must be one of GET, POST"),
        ("book", "path = '/x/{tokn}'", "has the unknown placeholder {tokn}; did you mean 'token'?"),
        ("book", "path = '/x/{token'", "has a brace that belongs to no {placeholder}"),
        ("book", "body = 'x'", "body must be a table or a list, or false"),
        ("book", "body = true", "body must be a table or a list, or false"),
        ("book", "body = { a = [{ b = '{email}' }] }", "has the unknown placeholder {email}"),
        ("book", "body = { '{a}' = 1 }", "has the unknown placeholder {a}"),
        ("book", "body = { at = 2026-01-01 }", "holds a TOML time"),
        ("book", "body = { at = inf }", "holds a number that JSON lacks"),
        ("book", "headers = { a = '{signature}' }", "has the unknown placeholder {signature}"),
        ("book", "status = []", "status must be a status of success"),
        ("book", "status = [500]", "status must be a status of success"),
        ("book", "status = true", "status must be a status of success"),
        ("book", "result = {}", "result names no field"),
        ("book", "result = { idd = 'x' }", "result.idd is not a key"),
        ("book", "result = { id = '' }", "result.id must be a string that is not empty"),
        ("book", "result = { id = 'a b' }", "result.id must be a dotted path"),
        ("book", "item = { id = 'x' }", "no field of this endpoint's answer is read"),
        ("book", "contains = ['x']", "is about a page"),
        ("book", "order = 'createdAt asc'", "is about a list of requests"),
        ("list_requests", "order = 'id asc'", "must be a time of the rows and asc or desc"),
        ("list_requests", "order = 'createdAt'", "must be a time of the rows and asc or desc"),
        ("ops_dashboard", "contains = 'x'", "contains must be a list of strings"),
        ("ops_dashboard", "result = { id = 'x' }", "no field of this endpoint's answer is read"),
        ("book", "lacks = ''", "lacks must be a string that is not empty"),
        ("book", "lacks = 'no'\npath = '/x'", "says that there is no such endpoint, and stands alone"),
    ],
)
def test_an_endpoint_that_cannot_be_called_is_named_with_its_place(
    endpoint: str, text: str, error: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_one(f"[api.endpoints.{endpoint}]\n{text}")
    assert f"api.endpoints.{endpoint}" in str(raised.value)
    assert error in str(raised.value)


BUDGET = "[budgets.endpoints.{}.memory]\np50_ms = 1"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("bok", "line 3, column 20: budgets.endpoints.bok is a budget of an endpoint that is never measured"),
        ("bok", "did you mean 'book'?"),
        ("delete_request", "is never measured"),
        ("fail_job", "that [api] says is not there (workers report failures to the queue service)"),
    ],
)
def test_a_budget_of_what_is_never_measured_is_refused(name: str, error: str) -> None:
    text = STAGING if name == "fail_job" else "\n\n"
    with pytest.raises(ConfigurationError) as raised:
        read(text + BUDGET.format(name))
    assert error in str(raised.value)
    read(STAGING + BUDGET.format("book"))
    read(STAGING + BUDGET.format("all"))


def test_variables_are_looked_up_when_the_api_is_to_be_called() -> None:
    api = read(STAGING)
    assert api is not None
    found = resolved(api, {"KEY": "k{1}", "SECRET": "s{2}", "TOKEN": "t"})
    assert found.headers == {"Authorization": "Bearer k{{1}}"}  # it stands in a template
    assert found.webhook_secret == "s{2}"
    assert found.subjects.tokens == ("t",)


def test_variables_are_looked_up_in_endpoints() -> None:
    api = read_one(
        "[api.endpoints.book]\npath = '/${T}/{token}'\nheaders = { a = '${T}' }\nbody = { b = ['${T}', 1] }"
    )
    (endpoint,) = resolved(api, {"T": "acme"}).endpoints.values()
    assert endpoint == EndpointTable(path="/acme/{token}", headers={"a": "acme"}, body={"b": ["acme", 1]})


@pytest.mark.parametrize("environ", [{}, {"KEY": ""}])
def test_a_variable_that_is_not_set_is_an_error(environ: dict[str, str]) -> None:
    api = read_one("headers = { Authorization = 'Bearer ${KEY}' }")
    with pytest.raises(
        ConfigurationError, match=r"api.headers.Authorization .* needs the environment variable KEY"
    ):
        resolved(api, environ)


def test_the_reference_api_is_called_with_its_keys() -> None:
    api = reference_api({"SCHEDULER_API_KEY": "k{1}", "ICIMS_WEBHOOK_SECRET": "s"})
    assert api.is_reference
    assert (api.headers, api.webhook_secret) == ({"Authorization": "Bearer k{{1}}"}, "s")
    assert reference_api({}).headers == {}
    assert reference_api({"ICIMS_WEBHOOK_SECRET": ""}).webhook_secret is None


def test_secrets_do_not_show() -> None:
    api = reference_api({"SCHEDULER_API_KEY": "open sesame", "ICIMS_WEBHOOK_SECRET": "abracadabra"})
    assert "sesame" not in repr(api)
    assert "abracadabra" not in repr(api)
