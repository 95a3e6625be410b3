"""Sends requests to a project's REST interface, as whoever is asked for."""

import ssl
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
import msgspec

from harness.errors import ConfigurationError
from migrations.security.actors import Actor
from migrations.security.answers import Answer, Silence, read_answer
from migrations.security.probe import Request

__all__ = ["Door"]

_PREFIX = "/rest/v1/"
_NO_CONDITION = frozenset({"select", "columns", "order", "limit", "offset", "on_conflict"})


class Door:
    """The REST interface of one project. Safe to share between threads; no request is ever repeated."""

    def __init__(self, url: str, *, timeout_s: float) -> None:
        """Prepare a client; nothing is sent. `timeout_s` bounds each wait for the server, in seconds."""
        self.url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._context = ssl.create_default_context()
        self._of_thread = threading.local()
        self._clients: list[httpx.Client] = []
        try:
            self._http.build_request("GET", "")
        except (httpx.InvalidURL, UnicodeError) as error:
            raise ConfigurationError(
                f"SUPABASE_URL={url!r} cannot be used: {type(error).__name__}."
            ) from error

    @property
    def _http(self) -> httpx.Client:
        """The client of this thread.

        A pool that threads share closes a connection that has been idle for 5 s also when another thread was
        just given it, and a request that gets no answer leaves something unchecked.
        """
        client: httpx.Client | None = getattr(self._of_thread, "client", None)
        if client is None:
            client = httpx.Client(
                base_url=self.url + _PREFIX,
                http2=False,
                timeout=self._timeout_s,
                verify=self._context,
                trust_env=False,
            )
            self._of_thread.client = client
            self._clients.append(client)
        return client

    def send(self, request: Request, actor: Actor) -> Answer | Silence:
        """Send one request, once. Raises AssertionError for a change of rows without a condition."""
        if request.method in {"PATCH", "DELETE"} and all(name in _NO_CONDITION for name, _ in request.query):
            raise AssertionError(f"{request.method} {request.path} would have changed every row")
        try:
            response = self._http.request(
                request.method,
                quote(request.path, safe="/"),
                params=list(request.query),
                content=request.body,
                headers={**request.headers, **actor.headers},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Silence(str(error) or type(error).__name__)
        return read_answer(response.status_code, response.headers, response.content)

    def description(self, actor: Actor, schema: str) -> Mapping[str, Any] | Answer | Silence:
        """How PostgREST describes a schema to this actor, in OpenAPI 2; else what it answered."""
        headers = {"Accept": "application/openapi+json", "Accept-Profile": schema, **actor.headers}
        try:
            response = self._http.get("", headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Silence(str(error) or type(error).__name__)
        try:
            document = msgspec.json.decode(response.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            document = None
        if response.is_success and isinstance(document, dict):
            return document
        return read_answer(response.status_code, response.headers, response.content)

    def rows(self, actor: Actor, table: str, columns: str, limit: int) -> list[dict[str, Any]]:
        """Read some rows; none where they are refused, which the positive control then says."""
        request = {"select": columns, "limit": str(limit)}
        try:
            response = self._http.get(quote(table), params=request, headers=dict(actor.headers))
            return msgspec.json.decode(response.content, type=list[dict[str, Any]])
        except (httpx.HTTPError, msgspec.DecodeError, UnicodeDecodeError):
            return []

    def close(self) -> None:
        """Close the connections. Calling it twice is harmless."""
        for client in self._clients:
            client.close()

    def __enter__(self) -> Self:
        """Return the door itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
