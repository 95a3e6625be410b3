"""The door of a stack: ``<url>/rest/v1`` with an API key, as hosted projects have it, in front of PostgREST.

What PostgREST answers passes unchanged. What the gateway says itself:

- 401 without a valid ``apikey`` header; 404 outside of ``/rest/v1``;
- 400 with code 21000 for a PATCH or DELETE without a filter: hosted projects load ``safeupdate`` for the
  API's login role, which refuses UPDATE and DELETE without WHERE; the embedded Postgres lacks it;
- 503 when PostgREST cannot be reached: the request was not sent;
- 502 when PostgREST went away while it answered: the request may have happened.

``GET /_harness/round-trips`` answers ``{"total": 3, "requests": {"GET /bookings": 2, "POST /rpc/book": 1}}``,
counted since the start, without query strings, refused keys included: a reader takes the difference of two.
Only so many names are kept; what comes to others is counted under ``…``.
``GET /_harness/ready`` answers ``{"postgrest": true}``, or false with status 503.
"""

import asyncio
import hmac
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, MultiMapping
from yarl import URL

from harness.stack.sockets import answers

__all__ = ["Door", "Gateway", "serve"]

PREFIX = "/rest/v1"
_HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
_GUARDED = {"PATCH": "UPDATE", "DELETE": "DELETE"}
# A limit counts as a filter: PostgREST 12 turns it into a WHERE.
_NO_FILTER = frozenset({"select", "columns", "order", "on_conflict"})
_LONGEST_LINE = 1 << 20  # PostgREST decides which request is too long
_SMALL_BODY = 1 << 16
# PostgREST closes idle connections after 30 s; a request must not be sent into a closing one.
_IDLE_S = 10.0
_READY_S = 3.0
_MOST_NAMES = 1_000  # tables and functions have fewer; a client that makes up paths must not fill the memory
_OTHER_NAMES = "…"


class Tell(Protocol):
    """Says to the owner what it must know."""

    def __call__(self, **words: object) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Door:
    """What one gateway guards, and where it listens."""

    socket: Path
    """The Unix socket of PostgREST."""
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    """0: any free one."""


class Gateway:
    """Checks keys, strips the prefix, counts, and passes everything else through."""

    def __init__(self, door: Door) -> None:
        self._socket = door.socket
        self._keys = (door.anon_key.encode(), door.service_role_key.encode())
        self._counts: Counter[str] = Counter()
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Create the connections to PostgREST; inside of the event loop."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(str(self._socket), limit=0, keepalive_timeout=_IDLE_S),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )
        # Else aiohttp sends a DELETE again whose connection broke, and its effect may be told as another's.
        self._session._retry_connection = False  # noqa: SLF001  # there is no option for it

    async def close(self) -> None:
        """Close them."""
        if self._session is not None:
            await self._session.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        target = request.raw_path
        path, _, query = target.partition("?")
        if path != PREFIX and not path.startswith(PREFIX + "/"):
            return await self._own(request, path)
        inner = path[len(PREFIX) :] or "/"
        self._count(f"{request.method} {inner}")
        headers = _forwarded(request.headers)
        if not _is_preflight(request):
            key = request.headers.get("apikey")
            if key is None:
                return _message(
                    401, "No API key found in request", hint="No `apikey` request header was found."
                )
            if not any(hmac.compare_digest(key.encode(), known) for known in self._keys):
                return _message(401, "Invalid API key", hint="Double check your API key.")
            headers.setdefault("Authorization", f"Bearer {key}")
        if request.method in _GUARDED and not any(name not in _NO_FILTER for name in request.query):
            verb = _GUARDED[request.method]
            refusal = {
                "code": "21000",
                "details": None,
                "hint": None,
                "message": f"{verb} requires a WHERE clause",
            }
            return web.json_response(refusal, status=400)
        return await self._pass(request, f"{inner}?{query}" if query else inner, headers)

    async def _pass(
        self, request: web.BaseRequest, target: str, headers: CIMultiDict[str]
    ) -> web.StreamResponse:
        assert self._session is not None  # noqa: S101  # opened before the first request is accepted
        body = await _body(request)
        url = URL(f"http://postgrest{target}", encoded=True)
        response: web.StreamResponse | None = None
        try:
            async with self._session.request(
                request.method, url, headers=headers, data=body, allow_redirects=False
            ) as answer:
                received = _forwarded(answer.headers)
                response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=received)
                await response.prepare(request)
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
                await response.write_eof()
        except aiohttp.ClientConnectorError:
            return _message(
                503, "PostgREST cannot be reached", hint="It has stopped; the stack does not restart it."
            )
        except (aiohttp.ClientError, ConnectionError):
            if response is not None and response.prepared:
                _cut(request)
                return response
            return _message(
                502, "PostgREST went away before it answered", hint="The request may have happened."
            )
        return response

    def _count(self, name: str) -> None:
        is_kept = name in self._counts or len(self._counts) < _MOST_NAMES
        self._counts[name if is_kept else _OTHER_NAMES] += 1

    async def _own(self, request: web.BaseRequest, path: str) -> web.Response:
        if request.method == "GET" and path == "/_harness/round-trips":
            return web.json_response({"total": self._counts.total(), "requests": dict(self._counts)})
        if request.method == "GET" and path == "/_harness/ready":
            ready = await asyncio.to_thread(answers, self._socket, timeout_s=_READY_S)
            return web.json_response({"postgrest": ready}, status=200 if ready else 503)
        return _message(404, "no Route matched with those values", hint=f"This stack serves {PREFIX} only.")


def serve(door: Door, *, wait_ready: Callable[[], None], tell: Tell, wait_end: Callable[[], bool]) -> bool:
    """Serve on a port, told once `wait_ready` has returned, until `wait_end` answers; return that."""

    async def run() -> bool:
        gateway = Gateway(door)
        gateway.open()
        server = web.Server(
            gateway.handle, max_line_size=_LONGEST_LINE, max_field_size=_LONGEST_LINE, access_log=None
        )
        listener = await asyncio.get_running_loop().create_server(server, door.host, door.port, backlog=1024)
        try:
            await asyncio.to_thread(wait_ready)
            tell(port=listener.sockets[0].getsockname()[1])
            return await asyncio.to_thread(wait_end)
        finally:
            listener.close()
            await server.shutdown(timeout=0.05)
            await gateway.close()

    return asyncio.run(run())


def _forwarded(headers: MultiMapping[str]) -> CIMultiDict[str]:
    named = {name.strip().lower() for value in headers.getall("Connection", []) for name in value.split(",")}
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP | named
    )


def _is_preflight(request: web.BaseRequest) -> bool:
    # Browsers send it without keys, and PostgREST answers it without looking at data.
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


async def _body(request: web.BaseRequest) -> bytes | aiohttp.StreamReader | None:
    if not request.body_exists:
        return None
    length = request.content_length
    if length is not None and length <= _SMALL_BODY:
        return await request.content.read(-1)
    return request.content


def _cut(request: web.BaseRequest) -> None:
    # The status is out already: only a cut connection tells the client that the body is incomplete.
    if request.transport is not None:
        request.transport.abort()


def _message(status: int, message: str, *, hint: str) -> web.Response:
    return web.json_response({"message": message, "hint": hint}, status=status)
