"""Connections to one server, kept open between requests."""

import errno
import select
import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import gevent.socket  # type: ignore[import-untyped]  # it ships no types
import gevent.ssl  # type: ignore[import-untyped]  # it ships no types
from gevent import monkey

from loadtests.errors import LoadError

__all__ = ["Connections", "origin"]

# Servers close idle connections after a while: uvicorn and Node.js after 5 s, others later. One that is
# closed in the moment of its use would be an error of the measurement, so it is given up before that.
_IDLE_S = 4.0
_poll: Any = monkey.get_original("select", "poll")


def origin(host: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path prefix of an URL like ``https://staging.example.com``. Raises LoadError."""
    try:
        parts = urlsplit(host)
        port = parts.port
    except ValueError as error:
        raise LoadError(f"{host!r} is no URL of a server: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise LoadError(f"{host!r} is no URL of a server: it looks like http://127.0.0.1:8080")
    return (
        parts.scheme,
        parts.hostname,
        port or {"http": 80, "https": 443}[parts.scheme],
        parts.path.rstrip("/"),
    )


class Connections:
    """Gives connections out, newest first, and takes them back.

    It has the two methods by which `geventhttpclient.response.HTTPSocketPoolResponse` hands a connection
    back. That library's own pool is not used: it asks ``select`` about every connection, which knows none
    beyond the 1,024th, and resolves the server's name for each new one.
    """

    def __init__(self, host: str) -> None:
        scheme, self._name, self._port, _ = origin(host)
        self._tls = gevent.ssl.create_default_context() if scheme == "https" else None
        self._address: tuple[Any, ...] | None = None
        self._idle: list[tuple[Any, float]] = []

    def take(self) -> Any:
        """A connection that is alive. Raises OSError if there is none."""
        while self._idle:
            sock, since = self._idle.pop()
            if time.perf_counter() - since > _IDLE_S:
                self.release_socket(sock)
                self.close()  # the others have been idle for longer
            elif _quiet(sock):
                return sock
            else:
                self.release_socket(sock)
        return self._connect()

    def return_socket(self, sock: Any) -> None:
        """Take back one whose answer was read to its end."""
        self._idle.append((sock, time.perf_counter()))

    def release_socket(self, sock: Any) -> None:
        """Take back one that cannot be used again."""
        sock.close()

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self.release_socket(self._idle.pop()[0])

    def _connect(self) -> Any:
        if self._address is not None:
            return self._connect_to(self._address)
        # localhost may mean ::1 before 127.0.0.1: what answers first is kept.
        failed: OSError | None = None
        for address in gevent.socket.getaddrinfo(self._name, self._port, type=socket.SOCK_STREAM):
            try:
                sock = self._connect_to(address)
            except OSError as error:
                failed = failed or error
            else:
                self._address = address
                return sock
        raise failed or OSError(errno.EADDRNOTAVAIL, "the name of the server has no address")

    def _connect_to(self, found: tuple[Any, ...]) -> Any:
        family, kind, protocol, _, address = found
        sock = gevent.socket.socket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(address)
            return self._tls.wrap_socket(sock, server_hostname=self._name) if self._tls else sock
        except BaseException:
            sock.close()
            raise


def _quiet(sock: Any) -> bool:
    """False if the server has closed it, or said something that nobody asked."""
    poll = _poll()
    poll.register(sock.fileno(), select.POLLIN)
    return not poll.poll(0)


def in_words(error: BaseException) -> str:
    """What happened to a connection, so that many errors share the words."""
    if isinstance(error, ssl.SSLError):
        return f"connection: TLS, {error.reason or error}"
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return f"connection: {errno.errorcode[error.errno]}"
    return f"connection: {error}" if str(error) else f"connection: {type(error).__name__}"
