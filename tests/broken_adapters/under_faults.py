"""Stores that are right as long as nothing goes wrong between them and the server."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from contracts.subjects import SupabaseSubject
from harness.adapters.supabase import SupabaseStore
from harness.errors import OutcomeUnknown, StoreError, Unauthorized, Unavailable

Execute = Callable[[], Any]
Send = Callable[..., Any]


class Tampered(SupabaseSubject):
    """The reference adapter with another way to send."""

    def _store_at(self, url: str, key: str, timeout_s: float) -> SupabaseStore:
        store = super()._store_at(url, key, timeout_s)
        rest: Any = store._rest
        original = rest._send
        rest._send = lambda execute, *, reading: self.send(original, execute, rest, reading=reading)
        return store

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        """Send one request."""
        raise NotImplementedError


class RepeatsWrites(Tampered):
    """Sends again when the answer to a write was lost, as some HTTP clients do for their callers."""

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        del rest
        try:
            return send(execute, reading=reading)
        except OutcomeUnknown:
            return send(execute, reading=reading)


class SaysUndone(Tampered):
    """Calls a write undone whose answer was lost."""

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        del rest
        try:
            return send(execute, reading=reading)
        except OutcomeUnknown as error:
            raise Unavailable("try again") from error


class SaysUnknown(Tampered):
    """Calls everything unknown, so that nobody may repeat anything."""

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        del rest
        try:
            return send(execute, reading=reading)
        except Unavailable as error:
            raise OutcomeUnknown("who knows") from error


class SwallowsReads(Tampered):
    """Shows what it could not read as empty."""

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        del rest
        try:
            return send(execute, reading=reading)
        except (Unavailable, Unauthorized):
            if not reading:
                raise
            return SimpleNamespace(data=[], count=0)


class BelievesEmptyAnswers(Tampered):
    """Takes an empty answer for no rows."""

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        try:
            return send(execute, reading=reading)
        except (Unavailable, OutcomeUnknown):
            if not rest._seen.is_empty:
                raise
            return SimpleNamespace(data=[], count=0)


class NeverRecovers(Tampered):
    """Gives up for good when a connection was lost once."""

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        try:
            return send(execute, reading=reading)
        except (OutcomeUnknown, Unavailable):
            rest._http.close()
            raise


class LeaksDriverErrors(Tampered):
    """Lets the errors of its HTTP client through."""

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        del rest
        try:
            return send(execute, reading=reading)
        except StoreError as error:
            raise error.__cause__ or error from None


class RefusalsAreOutages(Tampered):
    """Calls a missing right an outage: whoever waits for its end waits for ever."""

    def send(self, send: Send, execute: Execute, rest: Any, *, reading: bool) -> Any:
        del rest
        try:
            return send(execute, reading=reading)
        except Unauthorized as error:
            raise Unavailable("try again") from error
