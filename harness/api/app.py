"""The API as an ASGI application: who may call, how much may be sent, and what every answer looks like."""

import asyncio
import base64
import binascii
import contextlib
import hmac
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from harness.adapters.protocol import Store
from harness.api.catalogue import ENDPOINTS
from harness.api.exchange import ALWAYS, Inquiry, Reply, json_of
from harness.api.limits import BODY_PATIENCE_S, body_of, check_head
from harness.api.openapi import description
from harness.api.refusals import Refusal, invalid, refusal_of
from harness.api.service import Access, Endpoint, Service
from harness.errors import StoreError
from harness.redact import redact
from harness.settings import DbMode
from harness.settings import secrets as known_secrets
from harness.version import version

__all__ = ["create_app"]

_THREADS = 32
"""Requests that may wait for the store at once; PostgREST has about ten connections to work with."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def create_app(
    store: Store,
    *,
    mode: DbMode,
    api_key: str | None = None,
    webhook_secret: str | None = None,
    now: Callable[[], datetime] = _utc_now,
    new_token: Callable[[], str] = _new_token,
    body_patience_s: float = BODY_PATIENCE_S,
) -> Starlette:
    """Return the API on a store, which stays its owner's: it is not closed here.

    Operations of a store that waits for a server run on threads; memory's take less time than the way to a
    thread and back, and run where the request is read.
    """
    service = Service(
        store=store,
        mode=mode,
        instance=secrets.token_hex(8),
        version=version(),
        api_key=api_key,
        webhook_secret=webhook_secret,
        now=now,
        new_token=new_token,
        body_patience_s=body_patience_s,
    )
    pool = None if mode == "memory" else ThreadPoolExecutor(_THREADS, thread_name_prefix="store")

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            if pool is not None:
                pool.shutdown(wait=True)

    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    document = json_of(description(ENDPOINTS, version=service.version, asks_for_key=api_key is not None))
    routes = [
        Route("/openapi.json", _Resource(service, {}, pool, fixed=document)),
        *(Route(path, _Resource(service, methods, pool)) for path, methods in by_path.items()),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: _no_route},
    )
    app.router.redirect_slashes = False
    return app


class _Resource:
    """What stands at one path: an ASGI application that answers each method with an endpoint."""

    def __init__(
        self,
        service: Service,
        methods: Mapping[str, Endpoint],
        pool: ThreadPoolExecutor | None,
        *,
        fixed: Reply | None = None,
    ) -> None:
        self._service = service
        self._methods = methods
        self._pool = pool
        self._fixed = fixed
        self._allow = ", ".join(methods) or "GET"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        endpoint = self._methods.get(request.method)
        try:
            reply = await self._answer(request, endpoint)
        except Refusal as refusal:
            reply = _refused(refusal)
        except StoreError as error:
            reply = _refused(refusal_of(error))
            if reply.status >= 500:
                _log(f"{endpoint.name if endpoint else '?'}: {error.kind}: {error}")
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  # the last frame: whatever it is, the client gets an answer
            # The text of an exception that nobody foresaw may quote a row.
            _log(
                f"{endpoint.name if endpoint else '?'}: unexpected {type(error).__name__} at {_place(error)}"
            )
            reply = _refused(Refusal("internal", "this server made a mistake"))
        await _response(reply)(scope, receive, send)

    async def _answer(self, request: Request, endpoint: Endpoint | None) -> Reply:
        if endpoint is None:
            if self._fixed is not None and request.method == "GET":
                return self._fixed
            raise Refusal(
                "method_not_allowed", f"this path answers to {self._allow}", headers={"Allow": self._allow}
            )
        check_head(request.scope)
        _authorize(self._service, endpoint, request)
        inquiry = Inquiry(
            path=request.path_params,
            query=_single(request) if endpoint.query and request.scope["query_string"] else {},
            headers=request.headers,
            body=await self._body(request, endpoint),
        )
        if self._pool is None or not endpoint.asks_store(inquiry):
            return endpoint.handle(self._service, inquiry)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, endpoint.handle, self._service, inquiry)

    async def _body(self, request: Request, endpoint: Endpoint) -> bytes:
        if endpoint.body is None:
            return b""
        return await body_of(request, patience_s=self._service.body_patience_s)


def _authorize(service: Service, endpoint: Endpoint, request: Request) -> None:
    if service.api_key is None or endpoint.access in {Access.EVERYBODY, Access.SIGNED}:
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic" and endpoint.access is Access.BROWSER:
        given = _password(given)
    elif scheme.lower() != "bearer":
        given = ""
    if not hmac.compare_digest(given.strip().encode(), service.api_key.encode()):
        # A browser sends a password also with the forms of other sites: it is asked only where it may look.
        challenge = 'Basic realm="scheduler"' if endpoint.access is Access.BROWSER else "Bearer"
        raise Refusal(
            "unauthorized",
            "the API key is missing or wrong: send `Authorization: Bearer` with SCHEDULER_API_KEY",
            headers={"WWW-Authenticate": challenge},
        )


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _single(request: Request) -> dict[str, str]:
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in query:
            raise invalid(name, "is given twice")
        query[name] = value
    return query


def _refused(refusal: Refusal) -> Reply:
    return json_of(refusal.document(), refusal.status, refusal.headers)


def _response(reply: Reply) -> Response:
    headers = {**ALWAYS, **(reply.headers or {})}
    media_type = None if reply.status == 204 else reply.media_type
    return Response(reply.body, reply.status, headers, media_type)


def _no_route(_request: Request, _error: Exception) -> Response:
    return _response(_refused(Refusal("not_found", "there is nothing at this path; see /openapi.json")))


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def _log(line: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(redact(line, known_secrets()), file=sys.stderr, flush=True)  # noqa: T201  # the server's log
