"""A proxy on loopback in front of a server, which breaks the requests that it is told to break.

It speaks plain HTTP/1.1 and keeps connections open, so that any client in any
language can be given its URL in place of the server's. A fault that nothing
met is a Divergence: no case passes because its fault never happened.
"""

import atexit
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from contracts.expect import Divergence
from contracts.faults.exchange import Exchange
from contracts.faults.kinds import Fault
from contracts.subject import Subject
from harness.adapters.protocol import Store

__all__ = ["WRITES", "FaultProxy", "Planned", "behind_faults"]

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""The methods of requests that may change something; the call of a function is one, whatever it does."""

_MET_S = 30.0
"""How long a fault may take to be met: far above what a busy machine needs."""


class Planned:
    """A fault that waits for its request."""

    def __init__(self, fault: Fault, methods: frozenset[str], path: str, times: int | None) -> None:
        self.fault = fault
        self.over = threading.Event()
        """Set when the fault is over: hanging requests end."""
        self.met = 0
        """How many requests met it. Those that reach the server count once its whole answer was received."""
        self._methods = methods
        self._path = path
        self._times = times
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def what(self) -> str:
        """The requests that it waits for."""
        return f"{'/'.join(sorted(self._methods)) or 'request'} {self._path}".strip()

    def takes(self, method: str, path: str) -> bool:
        """Say whether a request meets it, and count it."""
        with self._changed:
            taken = (
                not self.over.is_set()
                and (self._times is None or self._taken < self._times)
                and (not self._methods or method in self._methods)
                and path.startswith(self._path)
            )
            self._taken += taken
            return taken

    def count(self) -> None:
        """Note that the server's part of a broken exchange is done."""
        with self._changed:
            self.met += 1
            self._changed.notify_all()

    def rest(self) -> None:
        """Wait until the fault is over."""
        self.over.wait()

    def wait(self, requests: int = 1) -> None:
        """Return once so many requests met it: a client may give up earlier. Divergence after 30 s."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.met >= requests, _MET_S):
                raise Divergence(f"{requests} of {self.what} to meet {self.fault.name}", f"{self.met}")


class FaultProxy:
    """Passes everything to the server at `upstream`, except what a planned fault says."""

    def __init__(self, upstream: str) -> None:
        """Listen on a free port. `upstream` is the URL of the server, without a path."""
        self.upstream = urlsplit(upstream)
        self._lock = threading.Lock()
        self._planned: list[Planned] = []
        self._connections: set[socket.socket] = set()
        self.passed = 0
        """Requests that went through as if nothing were in between."""
        # Bound and never listening: it keeps the port while nobody listens.
        self._reserve = _reserved()
        self._port: int = self._reserve.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        """The URL to give to the client."""
        self._listener: _Listener | None = _Listener(self._port, self._accept)

    @contextmanager
    def plan(
        self,
        fault: Fault,
        *,
        methods: frozenset[str] = frozenset(),
        path: str = "",
        times: int | None = 1,
    ) -> Iterator[Planned]:
        """Break the next requests of these methods whose path begins so: so many, None for all meanwhile.

        Raises Divergence if no request met the fault.
        """
        planned = Planned(fault, methods, path, times)
        with self._lock:
            self._planned.append(planned)
        try:
            yield planned
        except Exception as error:
            if not planned.met:
                error.add_note(f"No {planned.what} met the fault {fault.name}.")
            raise
        finally:
            with self._lock:
                self._planned.remove(planned)
            planned.over.set()
        if not planned.met:
            raise Divergence(f"a {planned.what} that meets the fault {fault.name}", "none")

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse connections, as if no server ran, and end those that are open."""
        self._hang_up()
        try:
            yield
        finally:
            self._listener = _Listener(self._port, self._accept)

    @property
    def connections(self) -> int:
        """How many connections of clients are open, or still wait for the server."""
        with self._lock:
            return len(self._connections)

    def close(self) -> None:
        """End the proxy and every connection through it."""
        for planned in self._planned:
            planned.over.set()
        self._hang_up()
        _ports.append(self._reserve)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hang_up(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):  # it ended by itself
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with suppress(OSError):  # the client went away, or was sent away
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Exchange(connection, self)
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def take(self, method: str, path: str) -> Planned | None:
        """Return the fault that a request meets."""
        with self._lock:
            for planned in self._planned:
                if planned.takes(method, path):
                    return planned
            self.passed += 1
            return None


@contextmanager
def behind_faults(subject: Subject) -> Iterator[tuple[FaultProxy, Store]]:
    """Open a proxy in front of the subject's server, and a client that knows nothing but its URL."""
    with FaultProxy(subject.coordinates.supabase_url) as proxy, subject.client_of(url=proxy.url) as faulty:
        yield proxy, faulty


_ports: list[socket.socket] = []
"""Ports of closed proxies, for the next ones: a client that is given its URL again need not start anew."""


def _reserved() -> socket.socket:
    try:
        return _ports.pop()
    except IndexError:
        return _bound(0)


@atexit.register
def _release() -> None:
    while _ports:
        _ports.pop().close()


class _Listener:
    """Accepts connections in a thread until it is closed; then the port refuses."""

    def __init__(self, port: int, accept: Callable[[socket.socket], None]) -> None:
        self._socket = _bound(port)
        self._socket.listen(128)
        self._wake, self._woken = socket.socketpair()
        self._accept = accept
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._wake.close()
        self._thread.join()

    def _run(self) -> None:
        with self._socket, self._woken, selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    return
                self._accept(self._socket.accept()[0])


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound
