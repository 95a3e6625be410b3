"""Requests to the REST interface of a project, whose bodies are never read into Python's own numbers.

Every column is asked for as ``column::text``: what comes back are texts that
Postgres' input functions take for exactly the same value, whatever its type,
and null. Reads are repeated when the answer was lost; a write never is.
"""

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec
from postgrest.exceptions import APIError

from harness.adapters.translate import translate_answer, translate_transport, unreadable
from harness.errors import ConfigurationError, StackError, StoreError, Unauthorized, Unavailable
from harness.models import Entity
from harness.stack.external.keys import headers_of
from migrations.rest.schema import Schema, schema_of
from migrations.sources.location import RestAt

__all__ = ["Answer", "RestClient", "Texts", "texts_of"]

Texts = Mapping[str, str | None]
"""One row: the text of each column, None for NULL."""

_PREFIX = "/rest/v1/"
_CONNECT_TIMEOUT_S = 5.0
_TIMEOUT_S = 60.0
_PAUSES_S = (0.1, 0.3, 1.0, 3.0)
"""How long to wait before a read is sent again."""
_ROWS = msgspec.json.Decoder(list[dict[str, str | None]])

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What the server made of a write."""

    rows: list[dict[str, str | None]]
    """The rows that it stored, or removed, as texts."""
    failure: StoreError | None = None
    """Why it did nothing, or why nobody knows."""
    status: int | None = None
    """The HTTP status."""
    code: str | None = None
    """The SQLSTATE, or PostgREST's own code."""
    message: str = ""
    """What Postgres said, which may quote the value it refused."""


def texts_of(entity: Entity[Any]) -> str:
    """The ``select`` that asks for every column as text."""
    return ",".join(f"{column.name}::text" for column in entity.columns)


class RestClient:
    """The REST interface of one project, with one key. Safe to share between threads."""

    def __init__(
        self, location: RestAt, *, timeout_s: float = _TIMEOUT_S, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Prepare a client; nothing is sent. `timeout_s` bounds each wait for the server, in seconds."""
        self._at = location
        self._sleep = sleep
        try:
            self._http = httpx.Client(
                base_url=location.url + _PREFIX,
                http2=False,
                headers=headers_of(location.key),
                timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S)),
                verify=_tls(),
                trust_env=False,
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise ConfigurationError(
                f"{location} or its key cannot be used: {type(error).__name__}."
            ) from None

    def rows(self, table: str, parameters: Parameters) -> list[dict[str, str | None]]:
        """Read rows whose columns are all texts. Raises StackError or ConfigurationError."""
        response = self._read(table, parameters)
        try:
            return _ROWS.decode(response.content)
        except msgspec.DecodeError as error:
            raise self._said(table, f"the answer is not a list of rows of texts ({error})") from None

    def raw_rows(self, table: str, parameters: Parameters) -> list[msgspec.Raw]:
        """Read rows, each as the JSON that the server wrote. Raises StackError or ConfigurationError."""
        response = self._read(table, parameters)
        try:
            return msgspec.json.decode(response.content, type=list[msgspec.Raw])
        except msgspec.DecodeError as error:
            raise self._said(table, f"the answer is not a list of rows ({error})") from None

    def count(self, table: str, parameters: Parameters = ()) -> int:
        """Count rows exactly."""
        # Not HEAD: what went wrong stands in the body.
        asked = [("select", "id"), ("limit", "1"), *parameters]
        response = self._read(table, asked, {"Prefer": "count=exact"})
        total = response.headers.get("content-range", "").rpartition("/")[2]
        if not total.isdecimal():
            raise self._said(table, "the rows were not counted")
        return int(total)

    def columns(self, table: str) -> frozenset[str] | None:
        """The names of the columns of a table's rows; None if it has no row that could show them."""
        response = self._read(table, [("limit", "1")])
        try:
            rows = msgspec.json.decode(response.content, type=list[dict[str, msgspec.Raw]])
        except msgspec.DecodeError as error:
            raise self._said(table, f"the answer is not a list of rows ({error})") from None
        return frozenset(rows[0]) if rows else None

    def schema(self) -> Schema:
        """Read how PostgREST describes the tables."""
        response = self._read("", [])
        try:
            return schema_of(msgspec.json.decode(response.content))
        except (msgspec.DecodeError, LookupError, TypeError, AttributeError) as error:
            raise self._said("its tables", f"the answer is no description of them ({error!r})") from None

    def write(self, method: str, table: str, parameters: Parameters, body: bytes | None = None) -> Answer:
        """Send one write, once; the rows that it touched come back as `parameters` select them.

        Nothing is raised for what the server says: the caller must know whether it may have happened.
        """
        headers = {"Prefer": "return=representation"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = self._http.request(
                method, table, params=list(parameters), content=body, headers=headers
            )
        except httpx.TransportError as error:
            return Answer([], translate_transport(error, reading=False))
        except httpx.HTTPError as error:
            return Answer([], unreadable(type(error).__name__, reading=False))
        if response.is_success:
            try:
                return Answer(_ROWS.decode(response.content))
            except msgspec.DecodeError:
                return Answer([], unreadable("it is no list of rows", reading=False))
        code, message = _error(response)
        failure, _ = translate_answer(
            APIError({"code": code, "message": message}), response.status_code, reading=False
        )
        return Answer([], failure, response.status_code, code or None, message)

    def close(self) -> None:
        """Close the connections. Calling it twice is harmless."""
        self._http.close()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the client."""
        self.close()

    def _read(
        self, table: str, parameters: Parameters, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        for pause in (*_PAUSES_S, None):
            lost = True
            try:
                response = self._http.get(table, params=list(parameters), headers=headers)
            except httpx.TransportError as error:
                failure = translate_transport(error, reading=True)
            except httpx.HTTPError as error:
                failure = unreadable(type(error).__name__, reading=True)
            else:
                if response.is_success:
                    return response
                code, message = _error(response)
                failure, _ = translate_answer(
                    APIError({"code": code, "message": message}), response.status_code, reading=True
                )
                lost = response.status_code >= 500 or response.status_code in {408, 429} or code == ""
            if not (lost and isinstance(failure, Unavailable)) or pause is None:
                raise self._raised(table, failure)
            self._sleep(pause)
        raise AssertionError  # the last turn returns or raises

    def _raised(self, table: str, failure: StoreError) -> ConfigurationError | StackError:
        if isinstance(failure, Unauthorized):
            return ConfigurationError(
                f"{self._at} does not let this key read {table}: {failure}. Use the key of the service role "
                "of this project (SUPABASE_SERVICE_ROLE_KEY), and grant it the table."
            )
        return self._said(table, str(failure))

    def _said(self, table: str, what: str) -> StackError:
        return StackError(f"{self._at} could not be asked for {table}: {what}.")


def _error(response: httpx.Response) -> tuple[str, str]:
    """The code and message of PostgREST's answer; an answer of somebody in front of it has no code."""
    try:
        said = response.json()
    except ValueError:
        return str(response.status_code), ""
    if not isinstance(said, dict):
        return str(response.status_code), ""
    code = said.get("code")
    return ("" if code is None else str(code)) if "code" in said else str(response.status_code), str(
        said.get("message") or ""
    )


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificate store once per process: it takes about 20 ms."""
    return ssl.create_default_context()
