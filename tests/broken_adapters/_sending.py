"""Where a mistake is put between the adapter for Supabase and its server: around each request."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

from harness.errors import StoreError

__all__ = ["EMPTY", "Request", "answered", "instead", "raised", "sent"]

EMPTY = SimpleNamespace(data=[], count=0)
"""What an adapter that sees nothing makes of an answer."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, ready to be sent."""

    rest: Any
    execute: Callable[[], Any]
    reading: bool
    correctly: Callable[..., Any]
    """Sends as the correct adapter does."""

    def send(self) -> Any:
        """Send it, once more each time; raises what the correct adapter raises."""
        return self.correctly(self.execute, reading=self.reading)

    @property
    def method(self) -> str:
        """Its HTTP method."""
        method: str = self.execute.__self__.request.http_method  # type: ignore[attr-defined]  # a bound method
        return method

    @property
    def path(self) -> str:
        """What it is for: a table, or ``rpc/`` and a function."""
        return str(self.execute.__self__.request.path).strip("/")  # type: ignore[attr-defined]  # a bound method

    @property
    def status(self) -> int | None:
        """The status of its answer; None if there was none."""
        status: int | None = self.rest._seen.status
        return status


def sent(store: Any, advice: Callable[[Request], Any]) -> None:
    """Send every request of a store in another way."""
    rest = store._rest
    correctly = rest._send

    def send(execute: Callable[[], Any], *, reading: bool) -> Any:
        return advice(Request(rest=rest, execute=execute, reading=reading, correctly=correctly))

    rest._send = send


def instead(store: Any, answer: Callable[[Request, StoreError], Any], *kinds: type[StoreError]) -> None:
    """Answer something else where the correct adapter raises one of these errors, or any if none is named."""
    caught = kinds or (StoreError,)

    def advice(request: Request) -> Any:
        try:
            return request.send()
        except caught as error:
            return answer(request, error)

    sent(store, advice)


def raised(store: Any, change: Callable[[Request, StoreError], Exception | None]) -> None:
    """Raise another error in place of the one that the correct adapter raises; None keeps it."""

    def answer(request: Request, error: StoreError) -> Any:
        changed = change(request, error)
        if changed is None:
            raise error
        raise changed from error.__cause__

    instead(store, answer)


def answered(targets: Any, name: str, kind: type[StoreError], answer: Callable[..., Any]) -> None:
    """Let a method of one object or of several answer where it should raise an error of this kind.

    `answer` gets the original method, and then its arguments.
    """

    def call(original: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return original(*arguments, **options)
        except kind:
            return answer(original, *arguments, **options)

    for target in targets if isinstance(targets, list) else [targets]:
        if hasattr(target, name):
            setattr(target, name, partial(call, getattr(target, name)))
