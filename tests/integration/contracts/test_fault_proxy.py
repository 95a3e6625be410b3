"""Each fault, as a client that knows nothing of it sees it."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest

from contracts.expect import Divergence
from contracts.faults import FAULTS, HANG_AFTER, HANG_BEFORE, SLOW, WRITES, Ending, Fault, FaultProxy
from contracts.workers import started, within

ROWS = [{"id": number, "text": "é" * 20} for number in range(10)]


class Server(ThreadingHTTPServer):
    """Notes what it was asked, and answers rows."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.asked.append((self.command, self.path, body))
        content = json.dumps(ROWS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Range", "0-9/10")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def proxy(server: Server) -> Iterator[FaultProxy]:
    with FaultProxy(server.url) as running:
        yield running


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.url, trust_env=False, timeout=20) as opened:
        yield opened


def raw(proxy: FaultProxy, request: bytes) -> bytes:
    """Send bytes, and return all that comes until the connection ends."""
    url = urlsplit(proxy.url)
    with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


POST = b"POST /rest/v1/rpc/book HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"


def test_without_a_fault_everything_passes(proxy: FaultProxy, client: httpx.Client, server: Server) -> None:
    answer = client.post("/rest/v1/rpc/book?x=%C3%A9", json={"a": 1})
    assert (answer.status_code, answer.json()) == (200, ROWS)
    assert answer.headers["content-range"] == "0-9/10"
    assert client.head("/rest/v1/bookings").headers["content-length"] == str(len(json.dumps(ROWS)))
    assert server.asked == [
        ("POST", "/rest/v1/rpc/book?x=%C3%A9", b'{"a":1}'),
        ("HEAD", "/rest/v1/bookings", b""),
    ]
    assert proxy.passed == 2


def test_a_chunked_request_arrives_whole(client: httpx.Client, server: Server) -> None:
    client.post("/rest/v1/bookings", content=iter([b"one ", b"two"]))
    assert server.asked == [("POST", "/rest/v1/bookings", b"one two")]


EXPECTED: dict[Ending, type[httpx.TransportError]] = {
    Ending.RESET: httpx.ReadError,
    Ending.CLOSE: httpx.RemoteProtocolError,
    Ending.TRUNCATED: httpx.RemoteProtocolError,
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_what_it_says(
    proxy: FaultProxy, client: httpx.Client, server: Server, fault: Fault
) -> None:
    client.get("/rest/v1/bookings")  # a connection that is kept open
    server.asked.clear()
    with proxy.plan(fault) as planned:
        if fault.ending in EXPECTED:
            with pytest.raises(EXPECTED[fault.ending]):
                client.post("/rest/v1/rpc/book", json={})
        else:
            answer = client.post("/rest/v1/rpc/book", json={})
            assert answer.status_code == (fault.status or 200)
            with pytest.raises(ValueError, match=r"Expecting value|Unterminated|delimiter"):
                answer.json()
    assert planned.met == 1
    assert len(server.asked) == fault.reaches
    assert client.post("/rest/v1/rpc/book", json={}).json() == ROWS


def test_a_reset_is_a_reset_and_not_an_end(proxy: FaultProxy) -> None:
    reset, close = (
        next(fault for fault in FAULTS if fault.name == name) for name in ("reset_after", "close_after")
    )
    with proxy.plan(reset), pytest.raises(ConnectionResetError):
        raw(proxy, POST)
    with proxy.plan(close):
        assert raw(proxy, POST) == b""


def test_a_truncated_answer_announces_more_than_it_has(proxy: FaultProxy) -> None:
    truncated, cut = (next(fault for fault in FAULTS if fault.name == name) for name in ("truncated", "cut"))
    whole = json.dumps(ROWS).encode()
    with proxy.plan(truncated):
        head, _, body = raw(proxy, POST).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(whole)}".encode() in head
    assert body == whole[: len(whole) // 2]
    with proxy.plan(cut):
        head, _, body = raw(proxy, POST).partition(b"\r\n\r\n")
    assert b"Content-Length" not in head
    assert body == whole[: len(whole) // 2]


@pytest.mark.parametrize("name", ["truncated", "cut"])
def test_an_answer_without_a_body_is_cut_in_its_head(
    proxy: FaultProxy, client: httpx.Client, name: str
) -> None:
    (fault,) = (fault for fault in FAULTS if fault.name == name)
    with proxy.plan(fault), pytest.raises(httpx.RemoteProtocolError):
        client.head("/rest/v1/bookings")


@pytest.mark.parametrize("fault", [HANG_BEFORE, HANG_AFTER], ids=lambda fault: fault.name)
def test_a_hanging_request_ends_with_its_fault(proxy: FaultProxy, server: Server, fault: Fault) -> None:
    with proxy.plan(fault) as planned:
        call = started(lambda: raw(proxy, POST))
        planned.wait()
        assert len(server.asked) == fault.reaches
        assert not call.done()
    assert within(call) == b""


def test_a_slow_answer_is_whole(proxy: FaultProxy, client: httpx.Client) -> None:
    with proxy.plan(SLOW):
        assert client.get("/rest/v1/bookings").json() == ROWS


def test_nobody_listens_while_it_refuses(proxy: FaultProxy, client: httpx.Client) -> None:
    client.get("/rest/v1/bookings")
    for _ in range(3):
        with proxy.refusing():
            with pytest.raises(httpx.ConnectError):
                client.get("/rest/v1/bookings")
            with pytest.raises(ConnectionRefusedError):
                raw(proxy, POST)
        assert client.get("/rest/v1/bookings").json() == ROWS


def test_only_what_was_named_is_broken(proxy: FaultProxy, client: httpx.Client) -> None:
    (fault,) = (fault for fault in FAULTS if fault.name == "status_503")
    with proxy.plan(fault, methods=WRITES, path="/rest/v1/rpc/", times=2) as planned:
        assert client.get("/rest/v1/rpc/book").status_code == 200
        assert client.post("/rest/v1/bookings", json={}).status_code == 200
        statuses = [client.post("/rest/v1/rpc/book", json={}).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert planned.met == 2


def test_a_fault_that_nothing_met_is_a_divergence(proxy: FaultProxy, client: httpx.Client) -> None:
    with (
        pytest.raises(
            Divergence, match="a DELETE/PATCH/POST/PUT that meets the fault reset_before, got none"
        ),
        proxy.plan(FAULTS[0], methods=WRITES),
    ):
        client.get("/rest/v1/bookings")


def test_what_failed_is_told_that_its_fault_was_not_met(proxy: FaultProxy) -> None:
    with pytest.raises(KeyError) as caught, proxy.plan(FAULTS[0]):
        raise KeyError("x")
    assert caught.value.__notes__ == ["No request met the fault reset_before."]


def test_a_server_that_went_away_cuts_its_client_off(client: httpx.Client, server: Server) -> None:
    server.server_close()
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/rest/v1/bookings")
