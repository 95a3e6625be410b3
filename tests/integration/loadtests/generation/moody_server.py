"""An HTTP server with moods: what it does with a request stands in the path."""

import asyncio
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

__all__ = ["MoodyServer"]

_PONG = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong"
_ANSWERS = {
    "/ping": _PONG,
    "/made": _PONG,
    "/wrong": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong",
    "/undecodable": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\xff\xff\xff",
    "/broken": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}",
    "/moved": b"HTTP/1.1 302 Found\r\nLocation: /ping\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
    "/garbage": b"pong\r\n\r\n",
    "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\npong",
    "/until_closed": b"HTTP/1.1 200 OK\r\n\r\npong",
    "/last": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\npong",
}
_CLOSED_AFTER = {"/garbage", "/cut", "/last", "/until_closed", "/drop"}


class MoodyServer:
    """Serves in a thread of its own, on a free port; a context manager."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        """Requests by method and path, as they came."""
        self.connections = 0
        self.transports: list[asyncio.Transport] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stalled = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=1024)
        )
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for transport in self.transports:
            transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))  # they close in the next turn
        self._loop.close()

    def answer(self, method: str, path: str) -> bytes | None:
        """What is said to a request: None for nothing at all."""
        self.asked[f"{method} {path}"] += 1
        if path == "/stall":
            if not self._stalled:
                self._stalled = True
                time.sleep(1)  # everybody waits, as for a garbage collection or a lock
            return _PONG
        if path in _CLOSED_AFTER | {"/hang"}:
            return _ANSWERS.get(path)
        return _ANSWERS.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def close_connections(self) -> None:
        """Close all, and return when that is done."""
        done = threading.Event()

        def close() -> None:
            for transport in self.transports:
                transport.close()
            self._loop.call_later(0, self._loop.call_soon, done.set)

        self._loop.call_soon_threadsafe(close)
        assert done.wait(10)


class _Connection(asyncio.Protocol):
    def __init__(self, server: MoodyServer) -> None:
        self._server = server
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections += 1
        self._server.transports.append(transport)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while b"\r\n\r\n" in self._rest:
            head, _, rest = self._rest.partition(b"\r\n\r\n")
            line, *headers = head.decode().split("\r\n")
            length = sum(int(one.split(":")[1]) for one in headers if one.startswith("Content-Length"))
            if len(rest) < length:
                return
            self._rest = rest[length:]
            method, path, _version = line.split(" ")
            said = self._server.answer(method, path)
            if said is not None:
                self._transport.write(said)
            if path in _CLOSED_AFTER:
                self._transport.close()
