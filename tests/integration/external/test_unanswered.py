"""What no database has answered is told from what one has: it says nothing about an adapter."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import httpx
import pytest

from harness.errors import StackError
from harness.stack.external.door import Door
from harness.stack.external.guard import Guard
from harness.stack.external.journal import Ids, Journal
from harness.stack.external.rules import Scope

ID = "0000a1b2-0000-4000-8000-000000000001"
ROWS = "/rest/v1/audit_logs"


class Closed:
    """A door to a database that is away."""

    def present(self, _: Ids) -> dict[str, list[str]]:
        raise StackError("DATABASE_URL cannot be reached: it is away")


Put = Callable[..., Guard]


@pytest.fixture
def put(tmp_path: Path) -> Iterator[Put]:
    """A guard in front of a server that gives one answer, or of none."""
    with ExitStack() as at_end:

        def put(status: int | None, body: bytes = b"", **headers: str) -> Guard:
            url = (
                "http://127.0.0.1:1"
                if status is None
                else at_end.enter_context(server(status, body, headers))
            )
            journal = Journal.create(tmp_path, run="run", url=url)
            at_end.callback(journal.close)
            return at_end.enter_context(Guard(url, cast("Door", Closed()), journal, Scope.ALL).start())

        yield put


@contextmanager
def server(status: int, body: bytes, headers: dict[str, str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PATCH = do_GET  # noqa: N815  # their names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_address[1]}"
        finally:
            listening.shutdown()
            thread.join()


def said(code: str) -> bytes:
    return json.dumps({"code": code, "message": "no", "details": None, "hint": None}).encode()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>Bad gateway</html>"),
        (503, b""),
        (521, b"{}"),
        (429, said("over_request_rate_limit")),
        (503, said("PGRST001")),
        (504, said("PGRST003")),
        (503, said("53300")),
        (500, said("57P01")),
    ],
)
def test_an_answer_of_no_database_is_passed_on_and_remembered(put: Put, status: int, body: bytes) -> None:
    guard = put(status, body)
    answer = httpx.get(guard.url + ROWS)
    assert (answer.status_code, answer.content) == (status, body)
    assert f"answered {status} in place of its database" in str(guard.unanswered)
    guard.begin()
    assert guard.unanswered is None


@pytest.mark.parametrize(
    ("status", "code"), [(500, "57014"), (500, "40P01"), (409, "23505"), (401, "42501"), (404, "PT404")]
)
def test_what_postgres_says_counts(put: Put, status: int, code: str) -> None:
    guard = put(status, said(code), Content_Type="application/json")
    assert httpx.get(guard.url + ROWS).status_code == status
    assert guard.unanswered is None


def test_it_is_read_compressed_as_well(put: Put) -> None:
    guard = put(500, gzip.compress(said("57014")), Content_Encoding="gzip", Content_Type="application/json")
    assert httpx.get(guard.url + ROWS).json()["code"] == "57014"
    assert guard.unanswered is None


def test_nobody_answers(put: Put) -> None:
    guard = put(None)
    assert httpx.get(guard.url + ROWS).status_code == 503
    assert guard.unanswered == "http://127.0.0.1:1 cannot be reached: ConnectError."


def test_nothing_is_sent_while_nobody_can_say_whose_a_row_is(put: Put) -> None:
    guard = put(200, b"[]")
    answer = httpx.patch(f"{guard.url}{ROWS}?id=eq.{ID}", json={"action": "a"})
    assert answer.status_code == 503
    assert guard.unanswered == "DATABASE_URL cannot be reached: it is away"


def test_what_cannot_be_judged_is_not_sent_and_not_passed_over_in_silence(put: Put) -> None:
    guard = put(201, b"[]")
    deep = b"[" * 100_000 + b"]" * 100_000
    answer = httpx.post(guard.url + ROWS, content=b'{"id":"' + ID.encode() + b'","payload":' + deep + b"}")
    assert (answer.status_code, answer.json()["code"]) == (400, "PARITY")
    assert guard.refused == "POST /rest/v1/audit_logs was not sent: it could not be judged (RecursionError)."
