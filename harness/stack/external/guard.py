"""The guard: a server on loopback that stands for a given project, and lets through what may be sent.

An adapter is given its URL in place of the project's, so what holds here holds
for every adapter, in any language: `harness.stack.external.rules` says what
may be sent, and each row that a request makes is noted before it leaves; rows
that it leaves without an id get one, as the database would give them. What
the project answers passes unchanged; if it was not its database that spoke, or
nobody, this is remembered, as it says nothing about the adapter.

Functions that add audit entries and jobs choose those ids themselves. They
are found by what they hang on, and noted before it is removed: so removing
waits for such calls, and they for it. All others run beside each other.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Self

import httpx

from harness.errors import StackError
from harness.stack.external.answers import Answer, forwarded, is_of_no_database
from harness.stack.external.door import Door
from harness.stack.external.journal import Ids, Journal
from harness.stack.external.naming import with_ids
from harness.stack.external.rules import Refused, Scope, Sent, decide
from harness.stack.external.turns import Turns

__all__ = ["Guard"]

_CONNECT_S = 10.0
_ANSWER_S = 120.0
"""Longer than any client here is patient."""


class Guard:
    """Lets through what may be sent, from `start` to `close`."""

    def __init__(self, url: str, door: Door, journal: Journal, scope: Scope) -> None:
        self._project = httpx.URL(url)
        self._upstream = httpx.Client(
            http2=False,
            timeout=httpx.Timeout(_ANSWER_S, connect=_CONNECT_S),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=10.0),
            trust_env=False,
        )
        self._door = door
        self._journal = journal
        self._scope = scope
        self._turns = Turns()
        self._admission = threading.Lock()
        self._server = _Server(self)
        self._refused: str | None = None
        self._unanswered: str | None = None
        self._under_way = 0
        self._ended = threading.Condition()

    @property
    def url(self) -> str:
        """What to give to an adapter as the project's URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def refused(self) -> str | None:
        """The first request since `begin` that was not sent, as a sentence."""
        return self._refused

    @property
    def unanswered(self) -> str | None:
        """The first request since `begin` that the project's database did not answer, as a sentence."""
        return self._unanswered

    def begin(self) -> None:
        """Forget what was not sent, and not answered, so far."""
        self._refused = self._unanswered = None

    def settle(self) -> None:
        """Wait until no request is under way: a client may have given up on one. Raises StackError."""
        with self._ended:
            if not self._ended.wait_for(lambda: self._under_way == 0, _ANSWER_S):
                raise StackError(f"The project has not answered a request within {_ANSWER_S:.0f} s.")

    def start(self) -> Self:
        """Listen."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def close(self) -> None:
        """Listen no longer. What is under way is not waited for."""
        self._server.shutdown()
        self._server.server_close()
        self._upstream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def answer(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Pass one request on, or refuse it."""
        with self._counted():
            try:
                return self._answer(method, target, headers, body)
            except Exception as error:  # noqa: BLE001  # silence would look like an answer that was lost
                return self._refuse(method, target, f"could not be judged ({type(error).__name__})")

    def _answer(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        named = {name.lower(): value for name, value in headers}
        target, body = with_ids(method, target, named, body)
        sent = decide(method, target, named, body, self._scope)
        if isinstance(sent, Refused):
            return self._refuse(method, target, sent.why)
        with self._turn(sent):
            try:
                problem = self._admit(sent)
            except StackError as error:
                # Nothing was sent; and nothing may be, as nobody can say whose the rows are.
                return self._lack(503, str(error))
            if problem is not None:
                return self._refuse(method, target, problem)
            return self._pass(method, target, headers, body)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._ended:
            self._under_way += 1
        try:
            yield
        finally:
            with self._ended:
                self._under_way -= 1
                self._ended.notify_all()

    @contextmanager
    def _turn(self, sent: Sent) -> Iterator[None]:
        with ExitStack() as turn:
            if sent.removes:
                turn.enter_context(self._turns.alone())
            elif sent.adds:
                turn.enter_context(self._turns.shared())
            yield

    def _admit(self, sent: Sent) -> str | None:
        """Note what a request makes. Returns why it may not be sent, if so: a row is not of this run."""
        with self._admission:
            strange = self._unknown(sent)
            if strange and (there := self._of_others(self._door.present(strange))):
                table = min(there)
                return f"meets the row {there[table][0]} of {table}, which this run did not make"
            self._journal.add(sent.creates)
            if sent.removes:
                self._journal.add(self._door.children(sent.names))
        return None

    def _unknown(self, sent: Sent) -> dict[str, set[str]]:
        """The rows that a request meets and that were not noted; they must not be there."""
        # Where nobody else had rows, an id that is new to this run is new to the project.
        met = [sent.names] if self._scope is Scope.ALL else [sent.names, sent.creates]
        unknown: dict[str, set[str]] = {}
        for table, ids in (one for some in met for one in some.items()):
            if new := {id_ for id_ in ids if not self._journal.has(table, id_)}:
                unknown.setdefault(table, set()).update(new)
        return unknown

    def _of_others(self, there: Ids) -> dict[str, list[str]]:
        """Those of some rows that do not hang on this run's, either: a job that a function has added does."""
        if not there:
            return {}
        self._journal.add(self._door.children(self._journal.rows))
        others = {
            table: [one for one in ids if not self._journal.has(table, one)] for table, ids in there.items()
        }
        return {table: ids for table, ids in others.items() if ids}

    def _refuse(self, method: str, target: str, why: str) -> Answer:
        # The query may hold what somebody wrote into a row.
        sentence = f"{method} {target.partition('?')[0]} was not sent: it {why}."
        self._refused = self._refused or sentence
        return Answer.own(400, sentence)

    def _pass(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        # The path as it came: encoded anew, it might mean something else.
        url = self._project.copy_with(raw_path=target.encode("latin-1"))
        request = self._upstream.build_request(method, url, content=body or None)
        request.headers = httpx.Headers([("Host", request.url.netloc.decode("ascii")), *forwarded(headers)])
        if body or method in {"POST", "PATCH", "PUT"}:
            request.headers["Content-Length"] = str(len(body))
        try:
            answer = self._upstream.send(request, stream=True)
            try:
                # Raw: compressed as it came.
                content = b"".join(answer.iter_raw())
            finally:
                answer.close()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return self._lack(503, f"{self._project} cannot be reached: {type(error).__name__}.")
        except httpx.HTTPError as error:
            return self._lack(502, f"{self._project} did not answer: {type(error).__name__}.")
        if is_of_no_database(answer.status_code, answer.headers, content):
            said = f"{self._project} answered {answer.status_code} in place of its database."
            self._unanswered = self._unanswered or said
        return Answer(answer.status_code, forwarded(answer.headers.multi_items()), content)

    def _lack(self, status: int, sentence: str) -> Answer:
        self._unanswered = self._unanswered or sentence
        return Answer.own(status, sentence)


class _Server(ThreadingMixIn, TCPServer):
    """Not HTTPServer, which asks the name service who 127.0.0.1 is."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is its own matter."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in two writes, and each would wait for the other's acknowledgement.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PATCH = do_DELETE = do_PUT = do_OPTIONS = do_GET  # noqa: N815  # their names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the base class
        """Say nothing: the adapter is told."""

    def _answer(self) -> None:
        answer = self.server.guard.answer(self.command, self.path, self.headers.items(), self._body())
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.command == "HEAD" or answer.status in {204, 304}:
            self.end_headers()
            return
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks: list[bytes] = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)
