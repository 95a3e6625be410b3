"""A connection that sends too little, too much, or what is no request."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from harness.api.connection import Connection
from tests.unit.api.asking import app

_DEADLINE_S = 30
_HEALTH = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
_CREATE = b"POST /api/scheduling-requests HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


class Hasty(Connection):
    patience_s = 0.05


class Patient(Connection):
    patience_s = _DEADLINE_S * 2


def talk(kind: type[Connection], conversation: Talk) -> bytes:
    """Have a conversation with the application, and return what it got."""
    config = Config(app(), log_config=None, ws="none", lifespan="off")
    config.load()

    async def served() -> bytes:
        state = ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: kind(config, state, {}), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        async with asyncio.timeout(_DEADLINE_S):
            try:
                return await conversation(reader, writer)
            finally:
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()
                while state.connections or state.tasks:  # noqa: ASYNC110  # the server has no event for it
                    await asyncio.sleep(0.001)
                server.close()

    return asyncio.run(served())


def saying(sent: bytes) -> Talk:
    """Send something, and read until the server closes the connection."""

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(sent)
        return await reader.read()

    return conversation


def refused(answer: bytes) -> tuple[int, str]:
    """The status and the kind of an error that came as JSON on a connection that ends."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert {"content-type: application/json", "connection: close", "cache-control: no-store"} <= set(lines)
    return int(lines[0].split()[1]), json.loads(body)["error"]["kind"]


def test_a_head_that_does_not_end_is_not_waited_for() -> None:
    assert refused(talk(Hasty, saying(_HEALTH[:-2]))) == (408, "too_slow")


def test_nor_is_one_that_comes_letter_by_letter() -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        async def send() -> None:
            writer.write(_HEALTH[:-2])
            while True:
                writer.write(b"x")
                await asyncio.sleep(0.01)

        sending = asyncio.create_task(send())
        try:
            return await reader.readuntil(b"}}")
        finally:
            sending.cancel()

    assert refused(talk(Hasty, slowly)) == (408, "too_slow")


def test_a_connection_that_says_nothing_is_closed_without_a_word() -> None:
    assert talk(Hasty, saying(b"")) == b""


def test_a_second_head_has_as_much_time_as_the_first() -> None:
    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(_HEALTH)
        await reader.readuntil(b"}")
        writer.write(_HEALTH[:-2])
        return await reader.read()

    assert refused(talk(Hasty, twice)) == (408, "too_slow")


def test_a_whole_request_is_no_longer_hurried() -> None:
    async def waiting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(_CREATE.replace(b"3000000", b"2"))
        # The head is there; four times its patience later the body is still read.
        await asyncio.sleep(Hasty.patience_s * 4)
        writer.write(b"{}")
        return await reader.readuntil(b"\r\n")

    assert talk(Hasty, waiting).startswith(b"HTTP/1.1 422 ")


def test_who_sends_too_much_learns_it() -> None:
    async def all_of_it(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(_CREATE)
        for _ in range(30):
            writer.write(b" " * 100_000)
            await writer.drain()  # raises if the connection is reset
        return await reader.readuntil(b"}}")

    assert talk(Patient, all_of_it).startswith(b"HTTP/1.1 413 ")


def test_the_next_request_on_that_connection_is_answered() -> None:
    async def then_another(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(_CREATE + b" " * 3_000_000 + _HEALTH)
        await reader.readuntil(b"}}")
        return await reader.readuntil(b"\r\n")

    assert talk(Patient, then_another) == b"HTTP/1.1 200 OK\r\n"


def test_what_follows_an_answer_without_end_is_cut_off() -> None:
    async def endlessly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        async def send() -> None:
            writer.write(_CREATE.replace(b"Content-Length: 3000000", b"Transfer-Encoding: chunked"))
            while True:
                writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                await writer.drain()

        sending = asyncio.create_task(send())
        answer = await reader.readuntil(b"}}")
        with pytest.raises(ConnectionError):
            await sending
        return answer

    assert talk(Hasty, endlessly).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, "malformed"),
        (b"GET /health\r\n\r\n", 400, "malformed"),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed"),
        (
            b"POST /api/scheduling-requests HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            400,
            "malformed",
        ),
        (
            b"POST /api/scheduling-requests HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            400,
            "malformed",
        ),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000, 431, "headers_too_large"),
        (b"GET /" + b"x" * 70_000, 431, "headers_too_large"),
    ],
    ids=["tls", "no version", "two hosts", "negative length", "no chunk", "long header", "long url"],
)
def test_what_is_no_request_is_refused_like_everything_else(sent: bytes, status: int, kind: str) -> None:
    assert refused(talk(Patient, saying(sent))) == (status, kind)
