"""What the adapter offers a server that could speak HTTP/2, as the server sees it: the first bytes of TLS."""

import socket
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from harness.adapters.supabase import SupabaseStore
from harness.errors import Unavailable

HTTP1_ALONE = b"\x00\x10\x00\x0b\x00\x09\x08http/1.1"
"""The extension of a ClientHello that lists one protocol (RFC 7301): its number, lengths and the name."""
_DEADLINE_S = 30.0


def hello_to(listener: socket.socket) -> bytes:
    """Accept a connection, read its ClientHello, and hang up."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as stream:
        connection.settimeout(_DEADLINE_S)
        head = stream.read(5)
        return stream.read(int.from_bytes(head[3:5], "big"))


def test_the_adapter_never_offers_http2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as server:
        listener.settimeout(_DEADLINE_S)
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        offered: Future[bytes] = server.submit(hello_to, listener)
        with SupabaseStore(url, "key") as store, pytest.raises(Unavailable):
            store.bookings.count()
        assert HTTP1_ALONE in offered.result()
        # A client that does offer HTTP/2 shows that the bytes above mean what they should.
        offered = server.submit(hello_to, listener)
        with httpx.Client(http2=True, trust_env=False) as client, pytest.raises(httpx.ConnectError):
            client.get(url)
        assert HTTP1_ALONE not in offered.result()
