"""What the application does with requests that no client should send."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from harness.api.catalogue import ENDPOINTS
from harness.api.limits import MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_TARGET_BYTES
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


def test_a_body_that_does_not_end_is_not_waited_for() -> None:
    async def begun() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    answer = ask(app(body_patience_s=0.05), "POST", _CREATE, content=begun())
    assert answer.status_code == 408
    assert answer.json() == {
        "error": {"kind": "too_slow", "message": "the body did not end within 0.05 seconds"}
    }
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("place", ["path", "query"])
@pytest.mark.parametrize(("longer", "status"), [(0, 404), (1, 414)])
def test_a_url_has_a_largest_size(place: str, longer: int, status: int) -> None:
    begin = f"{_CREATE}/1?" if place == "query" else f"{_CREATE}/"
    # The question mark is no part of either.
    padding = "x" * (MAX_TARGET_BYTES + longer - len(begin.encode()) + (place == "query"))
    answer = ask(app(), "GET", begin + padding)
    assert answer.status_code == status
    assert padding[:200] not in answer.text


@pytest.mark.parametrize(("size", "status"), [(MAX_HEADER_BYTES - 1_000, 200), (MAX_HEADER_BYTES, 431)])
@pytest.mark.parametrize("number", [1, 100])
def test_headers_have_a_largest_size(number: int, size: int, status: int) -> None:
    headers = [(f"x-{index:03}", "v" * (size // number - 5)) for index in range(number)]
    assert ask(app(), "GET", "/api/ops/summary", headers=headers).status_code == status


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.0", "1e1", " 1", "+1", "٣", "", "9" * 5_000])
def test_a_page_has_a_largest_size(limit: str) -> None:
    answer = ask(app(), "GET", _CREATE, params={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "limit"


@pytest.mark.parametrize("limit", [0, 1001, -1, 1.0, "1", True, None, [1], 2**70])
def test_a_claim_has_a_largest_size(limit: object) -> None:
    answer = ask(app(), "POST", "/api/workers/sync-jobs/claim", json={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "limit"


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
