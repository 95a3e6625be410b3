"""One shared supabase-py client, and how requests are sent through it.

Measured traps that this module avoids: fractions of a second in the client's
own timeout option become 0, so the timeout belongs to the HTTP client;
supabase-py sleeps 1, 2 and 4 s before it repeats a GET, so its retries are
off and the caller decides; a 2xx answer that is no JSON becomes a text
without an error, and an empty one an empty list, as if no row matched: both
are answers that were lost on the way.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import httpx
from postgrest import CountMethod, SyncPostgrestClient
from postgrest.exceptions import APIError
from supabase import Client, ClientOptions

from harness.adapters.codec import Wire
from harness.adapters.http_client import check_answer, check_client, own_client
from harness.adapters.translate import translate_answer, translate_transport, unreadable
from harness.errors import ConfigurationError, StoreError, UnexpectedResponse

__all__ = ["Rest"]


class _Answer(Protocol):
    data: Any
    count: int | None


_A = TypeVar("_A", bound=_Answer)


class Rest:
    """The REST interface of one Supabase project. Safe to share between threads."""

    def __init__(self, url: str, key: str, *, timeout_s: float, http: httpx.Client | None = None) -> None:
        """Prepare a client; nothing is sent.

        `timeout_s` bounds each wait for the server, in seconds. A given `http` client keeps its own timeouts
        and stays its owner's. Raises ConfigurationError if it may speak HTTP/2.
        """
        self._seen = threading.local()
        if http is not None:
            check_client(http)
        self._owns_http = http is None
        self._http = own_client(timeout_s) if http is None else http
        self._http.event_hooks["request"].append(_show_key_once)
        self._http.event_hooks["response"].append(self._note)
        options = ClientOptions(
            httpx_client=self._http,
            auto_refresh_token=False,
            persist_session=False,
            postgrest_client_retry=False,
        )
        try:
            supabase = Client.create(url, key, options)
        except Exception as error:
            self.close()
            raise ConfigurationError(f"SUPABASE_URL={url!r} or the key cannot be used: {error}") from error
        # The property builds a client at its first use, in whichever threads ask first: once, here, is safe.
        self._postgrest: SyncPostgrestClient = supabase.postgrest

    def table(self, name: str) -> Any:
        """Return a fresh query builder; builders change when they are used and are never shared."""
        return self._postgrest.from_(name)

    def rows(self, query: Any, *, reading: bool) -> list[Wire]:
        """Send a query and return its rows."""
        return self._checked_rows(self._send(query.execute, reading=reading).data)

    def counted_rows(self, query: Any) -> tuple[list[Wire], int | None]:
        """Send a reading query; return its rows and, if it asked to count, the number without limit."""
        answer = self._send(query.execute, reading=True)
        return self._checked_rows(answer.data), answer.count

    def count(self, query: Any) -> int:
        """Send a counting query (HEAD) and return the number of rows."""
        count = self._send(query.execute, reading=True).count
        if count is None:
            raise unreadable("the rows were not counted", reading=True)
        return int(count)

    def call(self, function: str, arguments: Mapping[str, Any], *, reading: bool = False) -> Any:
        """Call an SQL function and return its result as parsed JSON, which is never a text of its own."""
        return self._send(self._postgrest.rpc(function, dict(arguments)).execute, reading=reading).data

    def close(self) -> None:
        """Close the connections, but leave a given client to its owner. Calling it twice is harmless."""
        if self._owns_http:
            self._http.close()
        else:
            with suppress(ValueError):  # it was closed before
                self._http.event_hooks["response"].remove(self._note)
                self._http.event_hooks["request"].remove(_show_key_once)

    def _send(self, execute: Callable[[], _A], *, reading: bool) -> _A:
        self._seen.status = None
        try:
            answer = execute()
        except APIError as error:
            failure: tuple[StoreError, BaseException] = translate_answer(
                error, self._seen.status, reading=reading
            )
        except httpx.TransportError as error:
            failure = translate_transport(error, reading=reading), error
        except httpx.InvalidURL as error:
            failure = UnexpectedResponse("nothing was sent: the URL is too long or malformed"), error
        except httpx.HTTPError as error:
            failure = unreadable(type(error).__name__, reading=reading), error
        else:
            if self._seen.is_empty or isinstance(answer.data, str):
                raise unreadable("it is empty or no JSON", reading=reading)
            return answer
        # Raised out here: inside, the driver's error would stay in __context__, contents and all.
        translated, cause = failure
        try:
            raise translated from cause
        finally:
            # An error knows this frame: one that the frame knew, too, would stay with all of its request
            # until the garbage collector comes by.
            del failure, translated, cause

    def _note(self, response: httpx.Response) -> None:
        check_answer(response)
        self._seen.status = response.status_code
        content = response.read()
        self._seen.is_empty = not content and response.request.method != "HEAD"
        # httpx binds an answer to its stream and that to the answer, which would stay as above.
        response.stream = httpx.ByteStream(content)

    @staticmethod
    def _checked_rows(data: Any) -> list[Wire]:
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise UnexpectedResponse("the server's answer is not a list of rows")
        return data


EXACT = CountMethod.exact


def _show_key_once(request: httpx.Request) -> None:
    """Leave a publishable or secret key in ``apikey`` alone; supabase-py sends every key as a bearer, too.

    It is no JSON Web Token, and some gateways refuse it as one (PGRST301).
    """
    if request.headers.get("Authorization", "").startswith("Bearer sb_"):
        del request.headers["Authorization"]
