"""One connection: how long it may keep quiet, and what is said to bytes that are no request."""

import asyncio
import sys
from typing import Any

import h11
import orjson
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from harness.api.exchange import ALWAYS
from harness.api.refusals import KINDS, Refusal

__all__ = ["HEAD_PATIENCE_S", "Connection"]

HEAD_PATIENCE_S = 10.0
"""From the first byte of a request to the end of its head, and from an early answer to the end of a body."""


class Connection(H11Protocol):
    """Uvicorn's connection with an end to its patience, and with errors in the form of all others."""

    patience_s = HEAD_PATIENCE_S
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for a request only so long."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for the rest, or, once the head is there, leave the time to the application."""
        super().data_received(data)
        self._watch()

    def _watch(self) -> None:
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        if cycle is not None and not cycle.response_complete:
            self._forget()
        elif self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(self.patience_s, self._give_up)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            self._refuse(Refusal("too_slow", f"the head did not end within {self.patience_s:g} seconds"))
        else:
            # It said nothing, or an answer was given before its body had ended.
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's word, which is the same for all
        """Say what is wrong with bytes that are no request, as every other error is said."""
        error = sys.exception()
        too_large = isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == 431
        self._refuse(
            Refusal("headers_too_large", "the head of the request is too large")
            if too_large
            else Refusal("malformed", "this is no HTTP request that can be read")
        )

    def _refuse(self, refusal: Refusal) -> None:
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            # An answer has begun: another one would be read as a part of it.
            self.transport.close()
            return
        body = orjson.dumps(refusal.document())
        headers = {
            **ALWAYS,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        status = KINDS[refusal.kind]
        for event in (
            h11.Response(status_code=status, headers=[*headers.items()], reason=STATUS_PHRASES[status]),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
