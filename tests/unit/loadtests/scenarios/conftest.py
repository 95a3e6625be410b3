"""The reference API in this process, on memory, and workloads that call it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from harness.adapters.memory import MemoryStore
from harness.api.app import create_app
from harness.settings.api import Api, reference_api
from loadtests.scenarios.call import Answer, Call, Send
from loadtests.scenarios.workload import ScenarioSpec, ScenarioWorkload, open_workload

KEYS = {"SCHEDULER_API_KEY": "key {1}", "ICIMS_WEBHOOK_SECRET": "secret {2}"}

DAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
"""From which the dates of interviews count: links are open for at least two weeks."""

Open = Callable[..., ScenarioWorkload]


@contextlib.contextmanager
def sender(app: Any) -> Iterator[Send]:
    """Send calls to an ASGI application in this process, without a client in between."""
    with asyncio.Runner() as runner:

        def send(call: Call) -> Answer:
            path, _, query = call.path.partition("?")
            scope = {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": call.method,
                "scheme": "http",
                "path": unquote(path),
                "raw_path": path.encode(),
                "query_string": query.encode(),
                "headers": [(name.lower().encode(), value.encode()) for name, value in call.headers.items()],
            }
            return runner.run(_answer(app, scope, call.body or b""))

        yield send


async def _answer(app: Any, scope: dict[str, Any], body: bytes) -> Answer:
    told: dict[str, Any] = {}
    parts: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.update(message)
        parts.append(message.get("body", b""))

    await app(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in told["headers"]}
    return Answer(told["status"], headers, b"".join(parts))


@pytest.fixture
def api() -> Api:
    return reference_api(KEYS)


@contextlib.contextmanager
def reference() -> Iterator[Send]:
    """The reference API on an empty store."""
    with MemoryStore() as store:
        app = create_app(
            store,
            mode="memory",
            api_key=KEYS["SCHEDULER_API_KEY"],
            webhook_secret=KEYS["ICIMS_WEBHOOK_SECRET"],
        )
        with sender(app) as send:
            yield send


def opening(api: Api) -> Open:
    """Open workloads of an API."""

    def open_one(*, arm: str = "a", worker: int = 0, workers: int = 1, **settings: Any) -> ScenarioWorkload:
        given = {"api": api, "seed": 1, "rows": 8, "owns_data": True, "run": "r1", "day": DAY}
        return open_workload(ScenarioSpec(**{**given, **settings}), arm=arm, worker=worker, workers=workers)

    return open_one


@pytest.fixture
def send() -> Iterator[Send]:
    with reference() as send:
        yield send


@pytest.fixture
def opened(api: Api) -> Open:
    return opening(api)
