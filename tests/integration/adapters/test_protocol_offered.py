"""What the adapter offers a server that could speak HTTP/2, as the server sees it: the first bytes of TLS."""

import socket
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from harness.adapters.supabase import SupabaseStore
from harness.errors import Unavailable

HTTP1, HTTP2 = b"\x08http/1.1", b"\x02h2"
"""As the list of protocols in a ClientHello spells them (RFC 7301): a length and a name."""
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
        assert HTTP1 in offered.result()
        assert HTTP2 not in offered.result()
        # Else the bytes above might be none of a list of protocols.
        offered = server.submit(hello_to, listener)
        with httpx.Client(http2=True, trust_env=False) as client, pytest.raises(httpx.ConnectError):
            client.get(url)
        assert HTTP2 in offered.result()
