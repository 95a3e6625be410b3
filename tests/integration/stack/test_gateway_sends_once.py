"""What the gateway does when PostgREST takes a request and goes away: it sends nothing twice, and says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from harness.stack.gateway import Door, Gateway

_KEY = "key"


class Dying:
    """Answers its first request, and breaks off at each one after that."""

    def __init__(self) -> None:
        self.received: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while len(self.received) < 2:
                head = await reader.readuntil(b"\r\n\r\n")
                self.received.append(head.split()[0].decode())
                if len(self.received) == 1:
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        writer.close()


@asynccontextmanager
async def behind_a_gateway(socket: Path, server: Dying) -> AsyncIterator[httpx.AsyncClient]:
    gateway = Gateway(Door(socket=socket, anon_key=_KEY, service_role_key=_KEY))
    gateway.open()
    front = web.Server(gateway.handle)
    listener = await asyncio.get_running_loop().create_server(front, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with await asyncio.start_unix_server(server.serve, socket):
        try:
            async with httpx.AsyncClient(
                base_url=url, headers={"apikey": _KEY}, trust_env=False, timeout=30
            ) as client:
                yield client
        finally:
            listener.close()
            await front.shutdown()
            await gateway.close()


@pytest.mark.parametrize("method", ["DELETE", "GET", "PATCH", "POST"])
def test_a_request_whose_connection_breaks_is_sent_once(tmp_path: Path, method: str) -> None:
    server = Dying()

    async def asked() -> int:
        async with behind_a_gateway(tmp_path / "postgrest.sock", server) as client:
            first = await client.get("/rest/v1/notes")
            assert first.status_code == 200
            # On the connection that the first one left open.
            answer = await client.request(method, "/rest/v1/notes?id=eq.1")
            return answer.status_code

    assert asyncio.run(asked()) == 502
    assert server.received == ["GET", method]
