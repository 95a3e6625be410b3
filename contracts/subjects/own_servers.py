"""Servers that belong to one worker alone, so that a case may stop them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from contracts.subject import Server, Subject
from harness.errors import HarnessError, StackError
from harness.settings import Settings
from harness.stack.launch import Order
from harness.stack.opening import start
from harness.stack.protocol import Database, Stack

__all__ = ["OwnStack"]

_BACK_S = 60.0
"""How long servers may take to come back: PostgREST waits longer each time before it connects again."""
_POLL_S = 0.01


class OwnStack:
    """A stack of its own with one database, and a subject on it."""

    def __init__(self, stack: Stack, database: Database, subject: Subject) -> None:
        self.subject = subject
        self._stack = stack
        self._database = database

    @classmethod
    def start(cls, like: Stack, subject: Callable[[Stack, Database], Subject]) -> "OwnStack":
        """Start one of the same kind, with the migrations that the adapter is judged on.

        Raises HarnessError.
        """
        stack = start(Settings.from_environ(), like.kind)
        try:
            _check(stack.migrations_hash, like.migrations_hash)
            database = stack.clone()
            return cls(stack, database, subject(stack, database))
        except BaseException:
            stack.close()
            raise

    @contextmanager
    def without(self, server: Server, *, abruptly: bool = False) -> Iterator[None]:
        """Stop a server, or kill it, and start it again at the end; it is ready then.

        Raises HarnessError if it does not come back.
        """
        self._order(server, "kill" if abruptly else "stop")
        try:
            yield
        finally:
            try:
                self._order(server, "start")
            except StackError as error:
                raise HarnessError(f"{server.value} did not come back: {error}") from error
            self._await()

    def renew(self) -> None:
        """Start PostgREST anew: ended sessions may be left in its pool. Raises HarnessError."""
        with self.without(Server.API):
            pass

    def close(self) -> None:
        """End the servers."""
        self.subject.close()

    def _order(self, server: Server, order: Order) -> None:
        if server is Server.DATABASE:
            self._stack.order_postgres(order)
        else:
            self._database.order_api(order)

    def _await(self) -> None:
        deadline = time.monotonic() + _BACK_S
        while (down := self.subject.probe()) is not None:
            if time.monotonic() > deadline:
                raise HarnessError(f"Not within {_BACK_S:.0f} s after the restart: {down}")
            time.sleep(_POLL_S)


def _check(found: str, expected: str) -> None:
    if found != expected:
        raise HarnessError(
            f"Servers that may be stopped are made with the installed migrations ({found[:12]}), but the "
            f"stack of this run holds others ({expected[:12]}). Start it with the installed ones."
        )
