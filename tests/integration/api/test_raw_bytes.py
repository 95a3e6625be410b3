"""Bytes that no client sends: each gets an answer, and the server goes on."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Server, serving

_CREATE = b"POST /api/public/x/book HTTP/1.1\r\nHost: a\r\n"
_HOOK = b"POST /api/webhooks/icims HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
_DEADLINE_S = 30

CASES = {
    "no_http": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "no_version": (b"GET /health\r\n\r\n", 400),
    "two_hosts": (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "another_server": (b"GET http://elsewhere/health HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    "bytes_in_the_path": (b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "broken_escapes": (b"GET /%zz%00 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    "negative_length": (_CREATE + b"Content-Length: -1\r\n\r\n", 400),
    "endless_length": (_CREATE + b"Content-Length: 99999999999999999999999\r\n\r\n", 400),
    "large_body_announced": (_CREATE + b"Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n", 413),
    "length_and_chunks": (_CREATE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "unknown_encoding": (_CREATE + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    "bytes_in_the_signature": (_HOOK + b"X-ICIMS-Signature: sha256=\xff\xe9\r\n\r\n{}", 401),
    "two_signatures": (_HOOK + b"X-ICIMS-Signature: a\r\nX-ICIMS-Signature: b\r\n\r\n{}", 401),
    "bytes_in_the_key": (b"GET /ops HTTP/1.1\r\nHost: a\r\nAuthorization: Basic \xff\r\n\r\n", 401),
    "upgrade": (
        b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        404,
    ),
    "small_letters": (b"get /health HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "half_a_character": (b"GET /health?deep=%ff HTTP/1.1\r\nHost: a\r\n\r\n", 422),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for a key."""
    directory: Path = tmp_path_factory.mktemp("raw")
    with serving("memory", directory, {"SCHEDULER_API_KEY": "the-key-of-internal-callers"}) as running:
        yield running


@pytest.mark.parametrize("name", CASES)
def test_they_are_answered(server: Server, name: str) -> None:
    sent, status = CASES[name]
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=_DEADLINE_S) as connection:
        connection.sendall(sent)
        answer = connection.makefile("rb").readline()
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert server.client.get("/health").status_code == 200
    assert "Traceback" not in server.log.read_text()
