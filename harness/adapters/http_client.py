"""The HTTP client under the adapter: its own, or one that the caller gives, and never one over HTTP/2.

Over HTTP/2, one synchronous client that threads share loses calls: 7 of 18,000, where HTTP/1.1 lost none. A
store is shared between threads, so what speaks HTTP/2 is refused before anything is sent over it.
"""

import ssl
from functools import cache
from typing import Any

import httpx

from harness.errors import ConfigurationError

__all__ = ["check_answer", "check_client", "own_client"]

_CONNECT_TIMEOUT_S = 5.0
_MAX_CONNECTIONS = 64
_ADVICE = (
    "A synchronous client that threads share fails over HTTP/2; give one that is made with "
    "httpx.Client(http2=False)."
)


def own_client(timeout_s: float) -> httpx.Client:
    """Make a client that the adapter owns. `timeout_s` bounds each wait for the server, in seconds."""
    return httpx.Client(
        http2=False,
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S)),
        limits=httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=_MAX_CONNECTIONS),
        verify=_tls(),
        trust_env=False,
    )


def check_client(client: httpx.Client) -> None:
    """Refuse a client that may choose HTTP/2 on any of its ways. Raises ConfigurationError."""
    # httpx does not say it in public. What hides its pool here is found by `check_answer`.
    if any(_may_choose_http2(transport) for transport in (client._transport, *client._mounts.values())):  # noqa: SLF001  # see above
        raise ConfigurationError(f"The HTTP client of the store may speak HTTP/2. {_ADVICE}")


def check_answer(response: httpx.Response) -> None:
    """Refuse to go on over HTTP/2, whatever transport chose it. Raises ConfigurationError."""
    if response.http_version == "HTTP/2":
        raise ConfigurationError(
            f"The server answered over HTTP/2, and what was asked of it may have happened. {_ADVICE}"
        )


def _may_choose_http2(transport: Any) -> bool:
    return bool(getattr(getattr(transport, "_pool", None), "_http2", False))


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificate store once per process: it takes about 20 ms."""
    return ssl.create_default_context()
