"""What the application does with requests that no client should send."""

from collections.abc import AsyncIterator

import pytest

from harness.api.app import MAX_BODY_BYTES
from harness.api.catalogue import ENDPOINTS
from harness.api.service import Endpoint
from tests.unit.api.asking import app, ask
from tests.unit.api.test_access import path_of

_BODIED = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
_CREATE = "/api/scheduling-requests"


@pytest.mark.parametrize("endpoint", _BODIED, ids=lambda endpoint: endpoint.name)
def test_a_body_that_is_too_large_is_refused(endpoint: Endpoint) -> None:
    answer = ask(app(), endpoint.method, path_of(endpoint), content=b" " * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.json() == {
        "error": {"kind": "too_large", "message": f"the body has more than {MAX_BODY_BYTES} bytes"}
    }
    assert answer.headers["connection"] == "close"


def test_one_of_the_largest_size_is_read() -> None:
    body = b"{" + b" " * (MAX_BODY_BYTES - 2) + b"}"
    answer = ask(app(), "POST", _CREATE, content=body)
    assert answer.json()["error"]["field"] == "candidateName"


def test_a_body_that_does_not_say_its_size_is_cut_off() -> None:
    sent = []

    async def endless() -> AsyncIterator[bytes]:
        for number in range(1000):
            sent.append(number)
            yield b" " * 65536

    answer = ask(app(), "POST", _CREATE, content=endless())
    assert answer.status_code == 413
    assert len(sent) < 1000


def test_a_size_that_is_a_lie_is_not_believed() -> None:
    answer = ask(app(), "POST", _CREATE, content=b"{}", headers={"Content-Length": "9" * 30})
    assert answer.status_code == 413


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "TRACE", "POST"])
def test_another_method_is_told_which_there_are(method: str) -> None:
    answer = ask(app(), method, "/api/ops/summary")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


def test_a_path_names_all_its_methods() -> None:
    answer = ask(app(), "PUT", f"{_CREATE}/1")
    assert answer.headers["allow"] == "GET, PATCH, DELETE"


@pytest.mark.parametrize(
    "path", ["/", "/api", f"{_CREATE}/", f"{_CREATE}/1/2", "/api/public/", "//ops", "/ops/"]
)
def test_another_path_leads_nowhere(path: str) -> None:
    answer = ask(app(), "GET", path)
    assert answer.status_code == 404
    assert answer.json()["error"]["kind"] == "not_found"


@pytest.mark.parametrize("path", ["/health", "/ops", "/nowhere", "/openapi.json"])
def test_no_answer_is_kept_or_guessed(path: str) -> None:
    headers = ask(app(), "GET", path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
