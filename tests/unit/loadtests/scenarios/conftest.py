"""The reference API in this process, on memory, and workloads that call it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
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
    """Send calls to an ASGI application in this process."""
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")

        def send(call: Call) -> Answer:
            got = runner.run(client.request(call.method, call.path, headers=call.headers, content=call.body))
            headers = {name.lower(): value for name, value in got.headers.items()}
            return Answer(got.status_code, headers, got.content)

        yield send
        runner.run(client.aclose())


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
