"""One connection of a client to the fault proxy: reads requests, passes them on, ends them as planned."""

import http.client
import socket
import struct
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import BaseServer
from typing import Protocol, cast
from urllib.parse import SplitResult

from contracts.faults.kinds import Ending, Fault

__all__ = ["Exchange", "Owner", "Plan"]

_UPSTREAM_S = 60.0
_PIECES = 5
_PIECE_S = 0.003
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"})
_PAGE = b"<html><body><h1>We will be back soon</h1></body></html>"
_GREETING = b'{"status": "ok", "message": "This is the status page of a proxy."}'


class Plan(Protocol):
    """What an exchange needs to know of a planned fault."""

    fault: Fault

    def count(self) -> None:
        """Note that the server's part of the exchange is done."""
        ...

    def rest(self) -> None:
        """Wait until the fault is over."""
        ...


class Owner(Protocol):
    """The proxy that the connection belongs to."""

    @property
    def upstream(self) -> SplitResult:
        """The URL of the server."""
        ...

    def take(self, method: str, path: str) -> Plan | None:
        """Return the fault that a request meets."""
        ...


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    length: int
    """What Content-Length says: more than the body has, for HEAD and for a truncated body."""

    def head(self, *, length: bool = True) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, '')}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {self.length}"] if length else ["Connection: close"]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Exchange(BaseHTTPRequestHandler):
    """The requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"

    def __init__(self, connection: socket.socket, owner: Owner) -> None:
        """Serve the connection until it ends."""
        self._owner = owner
        self._upstream = http.client.HTTPConnection(
            owner.upstream.hostname or "", owner.upstream.port, timeout=_UPSTREAM_S
        )
        super().__init__(connection, connection.getpeername(), cast("BaseServer", owner))

    def finish(self) -> None:
        """Give up both connections."""
        self._upstream.close()
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
        """Print nothing: what the proxy sees is told by its counters."""

    def _handle(self) -> None:
        body = self._body()
        plan = self._owner.take(self.command, self.path)
        if plan is None:
            self._send(self._forward(body))
            return
        answer = self._forward(body) if plan.fault.reaches else None
        plan.count()
        self._end(plan, answer)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = _handle  # noqa: N815  # the base class calls them so

    def _end(self, plan: Plan, answer: _Answer | None) -> None:
        fault = plan.fault
        match fault.ending:
            case Ending.STATUS:
                self._send(self._page(fault.status))
            case Ending.GARBAGE:
                self._send(self._page(200))
            case Ending.FOREIGN:
                body = b"" if self.command == "HEAD" else _GREETING
                self._send(_Answer(200, (("Content-Type", "application/json"),), body, len(_GREETING)))
            case Ending.EMPTY:
                self._send(_Answer(200, (("Content-Type", "application/json"),), b"", 0))
            case Ending.SLOW if answer is not None:
                self._trickle(answer)
            case Ending.TRUNCATED if answer is not None:
                self._cut(answer.head(), answer.body)
            case Ending.CUT if answer is not None:
                self._cut(answer.head(length=False), answer.body)
            case Ending.HANG:
                plan.rest()
                self._close(b"")
            case Ending.RESET:
                # Without waiting for what is unsent, closing sends a reset.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
            case _:
                self._close(b"")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _forward(self, body: bytes) -> _Answer:
        """Pass the request on and receive the whole answer."""
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        try:
            self._upstream.request(self.command, self.path, body=body or None, headers=headers)
            response = self._upstream.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._upstream.close()
            raise ConnectionError from None  # the client is cut off, too
        announced = response.getheader("Content-Length") if self.command == "HEAD" else None
        kept = tuple(
            (name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP
        )
        return _Answer(response.status, kept, content, len(content) if announced is None else int(announced))

    def _page(self, status: int) -> _Answer:
        body = b"" if self.command == "HEAD" else _PAGE
        return _Answer(status, (("Content-Type", "text/html"),), body, len(_PAGE))

    def _send(self, answer: _Answer) -> None:
        self.wfile.write(answer.head() + answer.body)

    def _trickle(self, answer: _Answer) -> None:
        content = answer.head() + answer.body
        size = -(-len(content) // _PIECES)
        for start in range(0, len(content), size):
            self.wfile.write(content[start : start + size])
            time.sleep(_PIECE_S)

    def _cut(self, head: bytes, body: bytes) -> None:
        # An answer without a body, as to HEAD, can only be cut in its head.
        self._close(head + body[: len(body) // 2] if body else head[: len(head) // 2])

    def _close(self, content: bytes) -> None:
        self.wfile.write(content)
        self.close_connection = True
