"""A small connection pooler that speaks Postgres' protocol, message by message, as PgBouncer does.

It lends servers for a session or for a transaction, and gives its clients a
number of its own to cancel by. Not there: passwords towards the client,
encryption, cancelling, the reset of a session that ended (its server is
closed). `tests/benchmarks/pooler.py` runs the same tests on a real PgBouncer.
"""

import asyncio
import os
import secrets
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from psycopg import pq
from psycopg.conninfo import make_conninfo
from psycopg.pq.abc import PGconn

__all__ = ["Mode", "pooled"]

Mode = Literal["session", "transaction", "statement"]
_NO_ENCRYPTION = (80877103, 80877104)  # SSLRequest and GSSENCRequest
_CANCEL = 80877102
# What a client may send before it expects one ReadyForQuery.
_EXPECTS_READY = frozenset(b"QSF")


@dataclass(eq=False)
class _Server:
    """One session with Postgres."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    libpq: PGconn
    """Has logged in; says goodbye when it is finished."""

    def close(self) -> None:
        self.writer.close()
        self.libpq.finish()


@dataclass
class _Pool:
    dsn: str
    mode: Mode
    size: int
    in_turn: bool
    resets: bool
    made: int = 0
    idle: deque[_Server] = field(default_factory=deque)
    free: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self) -> _Server:
        async with self.free:
            await self.free.wait_for(lambda: self.idle or self.made < self.size)
            # In turn only once all servers are there, as with server_round_robin and a pool that is in use.
            if self.idle and not (self.in_turn and self.made < self.size):
                return self.idle.popleft() if self.in_turn else self.idle.pop()
            self.made += 1
        return await _log_in(self.dsn)

    async def give_back(self, server: _Server) -> None:
        async with self.free:
            self.idle.append(server)
            self.free.notify()

    async def drop(self, server: _Server) -> None:
        server.close()
        async with self.free:
            self.made -= 1
            self.free.notify()


class _Client:
    """One session of a client: passes messages on, and lends it servers."""

    def __init__(self, pool: _Pool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer
        self._server: _Server | None = None
        self._answers: asyncio.Task[None] | None = None
        self._awaited = 0

    async def serve(self) -> None:
        try:
            if not await self._greet():
                return
            while True:
                kind, message = await _message(self._reader)
                if kind == ord("X"):
                    return
                if self._pool.mode == "statement" and b"BEGIN" in message.upper():
                    self._writer.write(_refusal("transaction blocks not allowed in statement pooling mode"))
                    return
                if self._server is None:
                    self._server = await self._pool.take()
                    self._answers = asyncio.create_task(self._pass_back(self._server))
                self._awaited += kind in _EXPECTS_READY
                self._server.writer.write(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            if self._answers is not None:
                self._answers.cancel()
            if self._server is not None:
                await self._pool.drop(self._server)
            self._writer.close()

    async def _greet(self) -> bool:
        while True:
            (size,) = struct.unpack("!I", await self._reader.readexactly(4))
            request = await self._reader.readexactly(size - 4)
            (code,) = struct.unpack("!I", request[:4])
            if code == _CANCEL:
                return False
            if code not in _NO_ENCRYPTION:
                break
            self._writer.write(b"N")
        words = [_framed(b"R", struct.pack("!I", 0))]
        for name, value in _STATUS.items():
            words.append(_framed(b"S", f"{name}\0{value}\0".encode()))
        words.append(_framed(b"K", secrets.token_bytes(8)))
        words.append(_framed(b"Z", b"I"))
        self._writer.write(b"".join(words))
        return True

    async def _pass_back(self, server: _Server) -> None:
        """Pass a server's answers on, until its transaction is over and nothing more is awaited."""
        while True:
            try:
                kind, message = await _message(server.reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                self._writer.close()
                return
            if kind == ord("Z"):
                self._awaited -= 1
                if self._pool.resets and message[-1:] == b"I":
                    await _reset(server)
                if message[-1:] == b"I" and not self._awaited and self._pool.mode != "session":
                    self._server = None
                    self._writer.write(message)
                    await self._pool.give_back(server)
                    return
            self._writer.write(message)


_STATUS = {
    "server_version": "17.0",
    "server_encoding": "UTF8",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "integer_datetimes": "on",
    "DateStyle": "ISO, MDY",
    "TimeZone": "UTC",
}


@contextmanager
def pooled(
    dsn: str, mode: Mode, *, size: int = 4, in_turn: bool = False, resets: bool = False
) -> Iterator[str]:
    """Put a pooler in front of a database; yields the URL to use instead.

    `size`: the servers that it may open. `in_turn`: lend the one that rested longest, not shortest.
    `resets`: forget what a session has set after each transaction, as with ``server_reset_query_always``.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="pooler")
    thread.start()
    pool = _Pool(make_conninfo(dsn, sslmode="disable", gssencmode="disable"), mode, size, in_turn, resets)

    async def listen() -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Cancelled at the end; asyncio would print what a session of its server leaves by.
            with suppress(asyncio.CancelledError):
                await _Client(pool, reader, writer).serve()

        return await asyncio.start_server(serve, "127.0.0.1", 0)

    async def end(listener: asyncio.Server) -> None:
        listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for server in pool.idle:
            server.close()

    try:
        listener = asyncio.run_coroutine_threadsafe(listen(), loop).result()
        port = listener.sockets[0].getsockname()[1]
        yield make_conninfo(dsn, host="127.0.0.1", port=port, sslmode="disable", gssencmode="disable")
        asyncio.run_coroutine_threadsafe(end(listener), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _log_in(dsn: str) -> _Server:
    """Let libpq log in, and take its socket over."""
    connection = await asyncio.to_thread(pq.PGconn.connect, dsn.encode())
    assert connection.status == pq.ConnStatus.OK, connection.get_error_message()
    stream = socket.socket(fileno=os.dup(connection.socket))
    reader, writer = await asyncio.open_connection(sock=stream)
    return _Server(reader, writer, connection)


async def _reset(server: _Server) -> None:
    server.writer.write(_framed(b"Q", b"DISCARD ALL\0"))
    while (await _message(server.reader))[0] != ord("Z"):
        pass


async def _message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readexactly(5)
    (size,) = struct.unpack("!I", head[1:])
    return head[0], head + await reader.readexactly(size - 4)


def _framed(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _refusal(message: str) -> bytes:
    return _framed(b"E", f"SFATAL\0C08P01\0M{message}\0\0".encode())
