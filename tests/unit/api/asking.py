"""Requests to an application in this process, without a socket."""

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette

from harness.adapters.memory import MemoryStore
from harness.adapters.protocol import Store
from harness.api.app import create_app

__all__ = ["SECRET", "app", "ask"]

SECRET = "signs-what-icims-sends"


def app(store: Store | None = None, **options: Any) -> Starlette:
    """Return an application, by default on an empty memory."""
    return create_app(store or MemoryStore(), mode="memory", webhook_secret=SECRET, **options)


def ask(application: Starlette, method: str, path: str, **request: Any) -> httpx.Response:
    """Send one request. An exception that leaves the application is raised."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://api", trust_env=False) as client:
            return await client.request(method, path, **request)

    return asyncio.run(send())
