"""One server process: from the port that it holds to the last answer that it gives."""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from harness.api.connection import Connection
from harness.errors import ConfigurationError

__all__ = ["hold_port", "serve"]

_PATIENCE_S = 20
"""How long requests that run may take to end: longer than a store waits for its server."""
_CLOSE_S = 0.1
_BACKLOG = 1024


def hold_port(host: str, port: int) -> socket.socket:
    """Take a port, any free one for 0, before anything slow begins. Raises ConfigurationError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f"--host {host!r} is no address of this machine: {error}.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ConfigurationError(
                f"port {port} of {host} is taken. Stop the process that holds it, or use another --port; "
                "--port 0 takes a free one."
            ) from error
        raise ConfigurationError(f"port {port} of {host} cannot be used: {error.strerror}.") from error
    return listener


def serve(app: ASGIApp, listener: socket.socket, *, ready: Callable[[str], None], parent: int | None) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what runs. `ready` is told the URL once it accepts.

    With `parent`, the number of this process's parent, it also ends when that one does, at once: nobody is
    left to read answers.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        # Never the one in C, where that is installed: it answers what is no request, two hosts, no version.
        http=Connection,
        lifespan="on",
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_PATIENCE_S,
    )
    # Its warnings are about requests: anybody could fill the log with them.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    server = _Server(config, listener, ready, parent)
    with server.ended_by_signals():
        asyncio.run(server.run_until_ended())


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        ready: Callable[[str], None],
        parent: int | None,
    ) -> None:
        super().__init__(config)
        self._listener = listener
        self._ready = ready
        self._parent = parent

    async def run_until_ended(self) -> None:
        # Not serve(): it would raise the signal anew once all is done, as if that had killed the server.
        await self._serve([self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self._listener.getsockname()[:2]
            self._ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the port, and each connection once what runs on it has ended."""
        closing = asyncio.create_task(self._close_late_ones())
        try:
            await super().shutdown(sockets)
        finally:
            closing.cancel()

    async def _close_late_ones(self) -> None:
        # A connection that came in while the port was closed is told nothing, and would be waited for.
        while True:
            await asyncio.sleep(_CLOSE_S)
            for connection in list(self.server_state.connections):
                connection.shutdown()

    @contextlib.contextmanager
    def ended_by_signals(self) -> Iterator[None]:
        def end(_number: int, _frame: FrameType | None) -> None:
            # Who asks twice does not want to wait.
            self.force_exit = self.should_exit
            self.should_exit = True

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, end) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def on_tick(self, counter: int) -> bool:
        """Say ten times a second whether to end."""
        if self._parent is not None and os.getppid() != self._parent:
            self.force_exit = True
            return True
        return await super().on_tick(counter)
