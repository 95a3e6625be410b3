"""The application: in memory whatever DB_MODE says, which is enough to be called and mapped."""

import base64
import hashlib
import hmac
import os
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

__all__ = ["app", "make"]

_PAGE = "<!doctype html><html><title>Admin</title><h1>Operations of the scheduler</h1></html>\n"


class Shop:
    """Its rows, and what is done with them."""

    def __init__(self, mode: str, key: str, secret: str) -> None:
        self.mode, self.key, self.secret = mode, key, secret
        self.requests: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.bookings: dict[str, dict[str, Any]] = {}
        self.events: dict[str, str] = {}

    async def status(self, _: Request) -> Response:
        return JSONResponse({"ok": True, "db": {"kind": self.mode}})

    async def requests_of(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != self.key:
            return JSONResponse({"error": "key"}, 401)
        if request.method == "POST":
            return self._create(await request.json())
        query = request.query_params
        rows = [one for one in self.requests.values() if query.get("state", one["state"]) == one["state"]]
        if "flagged" in query:
            rows = [one for one in rows if one["flagged"] == (query["flagged"] == "true")]
        begin = int(query.get("after", "0"))
        end = begin + int(query["size"])
        following = str(end) if end < len(rows) else None
        return JSONResponse({"data": {"items": rows[begin:end]}, "meta": {"next": following}})

    def _create(self, given: dict[str, Any]) -> Response:
        row = {**given, "requestId": uuid4().hex, "state": "pending", "flagged": False, "why": None}
        row["createdAt"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        token = uuid4().hex
        self.requests[row["requestId"]] = row
        self.tokens[token] = row["requestId"]
        return JSONResponse({"request": row, "link": {"token": token}})

    async def request(self, request: Request) -> Response:
        row = self.requests.get(request.path_params["id"])
        if row is None:
            return JSONResponse({"error": "unknown"}, 404)
        if request.method == "DELETE":
            del self.requests[row["requestId"]]
            self.bookings = {k: v for k, v in self.bookings.items() if v["request"] != row["requestId"]}
            return JSONResponse({"ok": True})
        return JSONResponse({"request": row})

    async def flag(self, request: Request) -> Response:
        row = self.requests.get(request.path_params["id"])
        if row is None:
            return JSONResponse({"error": "unknown"}, 404)
        row |= await request.json()
        return JSONResponse({"request": row})

    async def link(self, request: Request) -> Response:
        row = self.requests.get(self.tokens.get(request.path_params["token"], ""))
        if row is None:
            return JSONResponse({"error": "unknown"}, 404)
        if request.method == "GET":
            return JSONResponse({"candidate": {"name": row["candidate"]["name"]}, "state": row["state"]})
        if row["state"] != "pending":
            return JSONResponse({"error": "taken"}, 400)
        row["state"] = "booked"
        booking = {"id": uuid4().hex, "request": row["requestId"], "state": "confirmed"}
        booking |= await request.json()
        self.bookings[booking["id"]] = booking
        return JSONResponse({"booking": booking})

    async def booking(self, request: Request) -> Response:
        booking = self.bookings.get(request.path_params["id"])
        if booking is None:
            return JSONResponse({"error": "unknown"}, 404)
        if request.method != "GET":
            if booking["state"] == "cancelled":
                return JSONResponse({"error": "cancelled"}, 410)
            booking["state"] = "cancelled" if request.method == "DELETE" else "rescheduled"
            booking |= await request.json() if request.method == "PUT" else {}
            self.requests[booking["request"]]["state"] = booking["state"]
        return JSONResponse({"booking": booking})

    async def event(self, request: Request) -> Response:
        body = await request.body()
        digest = hmac.digest(self.secret.encode(), body, hashlib.sha256)
        if request.headers.get("x-icims-signature") != f"v1={base64.b64encode(digest).decode()}":
            return JSONResponse({"error": "signature"}, 403)
        name = (await request.json())["event"]["id"]
        fresh = name not in self.events
        self.events.setdefault(name, uuid4().hex)
        return JSONResponse({"stored": {"id": self.events[name], "fresh": fresh}}, 202)

    async def admin(self, _: Request) -> Response:
        return HTMLResponse(_PAGE)


def make(mode: str, key: str, secret: str) -> Starlette:
    """Make the application."""
    shop = Shop(mode, key, secret)
    routes = (
        Route("/api/status", shop.status),
        Route("/api/requests", shop.requests_of, methods=["GET", "POST"]),
        Route("/api/requests/{id}", shop.request, methods=["GET", "DELETE"]),
        Route("/api/requests/{id}/flag", shop.flag, methods=["PUT"]),
        Route("/book/{token}", shop.link, methods=["GET", "POST"]),
        Route("/api/bookings/{id}", shop.booking, methods=["GET", "PUT", "DELETE"]),
        Route("/hooks/ats", shop.event, methods=["POST"]),
        Route("/admin", shop.admin),
    )
    return Starlette(routes=routes)


app = make(*(os.environ.get(name, "") for name in ("DB_MODE", "STAGING_KEY", "STAGING_SECRET")))
