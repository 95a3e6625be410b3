"""What is too large, or not of the size that was announced, sent to the server as a process."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping

import pytest

from harness.api.limits import MAX_BODY_BYTES
from tests.api_fuzzing.facts import API_KEY
from tests.integration.api.conversation import NEW
from tests.serving import Server, serving

_CREATE = "/api/scheduling-requests"
_KEY = {"Authorization": f"Bearer {API_KEY}"}
_DEADLINE_S = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for a key. Nothing that is sent leaves anything behind but answers."""
    with serving("memory", tmp_path_factory.mktemp("sizes"), {"SCHEDULER_API_KEY": API_KEY}) as running:
        yield running
        assert running.client.get("/health").status_code == 200
        assert running.log.read_text().splitlines() == [
            "The data is in this process's memory, and ends with it."
        ]


def port_of(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def ask(
    server: Server, method: str, path: str, *, body: bytes | Iterator[bytes] | None = None, **headers: str
) -> tuple[int, str]:
    """Send with a client that writes all it has before it reads; return status and kind of error."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=_DEADLINE_S)
    named: Mapping[str, str] = {**_KEY, **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        connection.request(method, path, body, {**named}, encode_chunked=isinstance(body, Iterator))
        answer = connection.getresponse()
        assert answer.headers["content-type"] == "application/json"
        return answer.status, json.loads(answer.read()).get("error", {}).get("kind", "")
    finally:
        connection.close()


def request_of(size: int) -> bytes:
    """A right request with a long name, of a size in bytes."""
    bare = json.dumps({**NEW, "candidateName": ""}).encode()
    return json.dumps({**NEW, "candidateName": "x" * (size - len(bare))}).encode()


@pytest.mark.parametrize(
    ("size", "answer"),
    [
        (MAX_BODY_BYTES, (201, "")),
        (MAX_BODY_BYTES + 1, (413, "too_large")),
        (20 * MAX_BODY_BYTES, (413, "too_large")),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_has_a_largest_size(
    server: Server, size: int, answer: tuple[int, str], *, chunked: bool
) -> None:
    body = request_of(size)
    if chunked:
        parts = iter([body[at : at + 65_536] for at in range(0, len(body), 65_536)])
        assert ask(server, "POST", _CREATE, body=parts, transfer_encoding="chunked") == answer
    else:
        assert ask(server, "POST", _CREATE, body=body) == answer


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (f"{_CREATE}?status={'x' * 9_000}", (414, "uri_too_long")),
        (f"/api/public/{'x' * 9_000}", (414, "uri_too_long")),
        (f"{_CREATE}?status={'x' * 140_000}", (431, "headers_too_large")),
        (f"{_CREATE}?limit=201", (422, "invalid_value")),
        (f"{_CREATE}?limit={'9' * 5_000}", (422, "invalid_value")),
        (f"{_CREATE}?limit=1&limit=2", (422, "invalid_value")),
        (f"{_CREATE}?{'&'.join(f'a{number}=' for number in range(1_000))}", (422, "invalid_value")),
    ],
    ids=["query", "path", "head", "limit", "long limit", "two limits", "many names"],
)
def test_a_url_has_a_largest_size(server: Server, path: str, answer: tuple[int, str]) -> None:
    assert ask(server, "GET", path) == answer


@pytest.mark.parametrize(
    ("size", "answer"),
    [(30_000, (200, "")), (40_000, (431, "headers_too_large")), (70_000, (431, "headers_too_large"))],
)
def test_headers_have_a_largest_size(server: Server, size: int, answer: tuple[int, str]) -> None:
    assert ask(server, "GET", _CREATE, x_filler="x" * size) == answer


@pytest.mark.parametrize(
    ("announced", "sent", "status"),
    [
        (b"Content-Length: 5", b"{}", b""),  # nobody is left to be answered
        (b"Content-Length: 2", b"{}GET", b"422"),
        (b"Content-Length: 0", b"{}", b"400"),
        (b"Content-Length: 2\r\nContent-Length: 3", b"{}", b"400"),
        (b"Content-Length: 0x2", b"{}", b"400"),
        (b"Content-Length: +2", b"{}", b"400"),
        (b"Transfer-Encoding: chunked", b"2\r\n{}\r\n", b""),
        (b"Transfer-Encoding: chunked", b"2\r\n{}\r\n0\r\n\r\n", b"422"),
        (b"Transfer-Encoding: chunked", b"-2\r\n{}\r\n0\r\n\r\n", b"400"),
        (b"Transfer-Encoding: chunked", b"fffffffffffffffffffffff\r\n{}", b"400"),
    ],
    ids=[
        *("too long", "too short", "none", "two", "hexadecimal", "a sign"),
        *("no last chunk", "chunks", "negative chunk", "endless chunk"),
    ],
)
def test_a_length_is_taken_at_its_word(server: Server, announced: bytes, sent: bytes, status: bytes) -> None:
    head = b"POST " + _CREATE.encode() + b" HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + API_KEY.encode()
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=_DEADLINE_S) as connection:
        connection.sendall(head + b"\r\n" + announced + b"\r\n\r\n" + sent)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert answer[9:12] == status
    assert answer.count(b"HTTP/1.1") <= 2  # what is left over is no request that is done
