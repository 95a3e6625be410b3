"""What the gateway remembers of requests is bounded, whatever paths a client makes up."""

import asyncio
import json
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from harness.stack.gateway import Door, Gateway

REQUESTS = 3_000


async def counted() -> dict[str, int]:
    gateway = Gateway(Door(socket=Path("nowhere"), anon_key="a", service_role_key="b"))
    for number in range(REQUESTS):
        for path in ("notes", f"made-up-{number}"):
            answer = await gateway.handle(make_mocked_request("GET", f"/rest/v1/{path}"))
            assert answer.status == 401
    told = await gateway.handle(make_mocked_request("GET", "/_harness/round-trips"))
    assert isinstance(told, web.Response)
    assert told.text is not None
    document = json.loads(told.text)
    assert document["total"] == 2 * REQUESTS
    requests: dict[str, int] = document["requests"]
    return requests


def test_names_are_kept_up_to_a_number_and_every_request_is_counted() -> None:
    requests = asyncio.run(counted())
    assert len(requests) <= 1_001
    assert requests["GET /notes"] == REQUESTS
    assert sum(requests.values()) == 2 * REQUESTS
    assert requests["…"] > 0
