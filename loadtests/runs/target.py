"""The one server of a run: what it says of itself, asked again at the end."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, get_args

import httpx

from harness.settings import DbMode
from harness.settings.api import Api
from loadtests.errors import LoadError
from loadtests.scenarios.implementation import Ask, Implementation
from loadtests.scenarios.reading import at_or_none

__all__ = ["Identity", "Target"]

_HEALTH_S = 10.0


@dataclass(frozen=True)
class Identity:
    """What tells one running server from another."""

    mode: DbMode
    instance: str | None
    """Other after a restart; None if the application does not say it."""
    version: str | None
    """Of the application; a run may well judge another one than its baselines had."""


class Target:
    """A server that somebody else started; a context manager. Without a `transport`, over the network."""

    def __init__(self, url: str, api: Api, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url
        self._api = api
        self._call = Implementation(api).call(Ask(endpoint="health", values={}))
        self._client = httpx.Client(trust_env=False, timeout=_HEALTH_S, transport=transport)

    def identify(self, expected: DbMode | None = None) -> Identity:
        """Ask for its mode and instance. Raises LoadError if it does not answer, or runs in another mode."""
        place = f"{self._call.method} {self.url}{self._call.path}"
        try:
            answer = self._client.request(
                self._call.method, f"{self.url}{self._call.path}", headers=dict(self._call.headers)
            )
        except httpx.HTTPError as error:
            raise LoadError(
                f"{place} got no answer: {str(error) or type(error).__name__}. Start the server, or correct "
                "--host."
            ) from error
        if answer.status_code != 200:
            raise LoadError(
                f"{place} answered {answer.status_code}: the server is not well, and is not measured. "
                "Repair it, or correct `health` in [api] of parity.toml."
            )
        try:
            said = answer.json()
        except ValueError:
            said = None
        mode = at_or_none(said, self._api.mode_field)
        if mode not in get_args(DbMode):
            raise LoadError(
                f"{place} does not say its mode: {self._api.mode_field} is {mode!r}, not memory or supabase. "
                "A number is worth nothing if nobody knows of what; let it say DB_MODE, or correct "
                "`mode_field` in [api] of parity.toml."
            )
        if expected is not None and mode != expected:
            raise LoadError(f"{place} says that it runs in mode {mode}, and {expected} was to be measured.")
        instance = (
            at_or_none(said, self._api.instance_field) if self._api.instance_field is not None else None
        )
        return Identity(mode, _text(instance), _text(at_or_none(said, "version")))

    def changed(self, before: Identity) -> str | None:
        """Ask again: what is no longer as it was, in a sentence; None if nothing changed."""
        try:
            now = self.identify()
        except LoadError as error:
            return str(error)
        if now.mode != before.mode:
            return f"The server changed its mode from {before.mode} to {now.mode} while it was measured."
        if now.instance != before.instance:
            return (
                f"The server restarted while it was measured, or several take turns: instance "
                f"{before.instance} has become {now.instance}. Measure one of them while nobody deploys."
            )
        if now.version != before.version:
            return (
                f"The application changed from version {before.version} to {now.version} while it was "
                "measured."
            )
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
