"""Both modes give the same answers, and the answers of the table."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.documented import Description
from tests.integration.api import refusals, right_answers
from tests.integration.api.conversation import NEW, Conversation, Step, signed
from tests.serving import Server

_CLIENTS = 8


def go_through(steps: tuple[Step, ...], server: Server) -> None:
    conversation = Conversation(server.client)
    description = Description(server.client.get("/openapi.json").json())
    for number, step in enumerate(steps):
        response = conversation.send(step)
        about = f"step {number}, {step.method} {step.path} {step.body!r:.200}: {response.text}"
        assert response.status_code == step.status, about
        assert conversation.normalised(step, response) == step.answer, about
        request = response.request
        assert description.complaint(request.method, request.url.raw_path.decode(), response) is None
    log = server.log.read_text()
    assert "Traceback" not in log
    assert "unexpected" not in log


def test_a_day_of_the_scheduler(server: Server) -> None:
    go_through(right_answers.STEPS, server)


def test_what_is_refused(server: Server) -> None:
    go_through(refusals.STEPS, server)


def test_of_many_at_once_one_wins(server: Server) -> None:
    client = server.client
    event = json.dumps({"eventId": "raced", "eventType": "x"}).encode()
    slot = {"scheduledStart": "2030-03-02T10:00:00Z", "scheduledEnd": "2030-03-02T10:45:00Z"}
    links = [client.post("/api/scheduling-requests", json=NEW).json()["publicToken"] for _ in range(4)]
    with ThreadPoolExecutor(_CLIENTS) as pool:

        def at_once(send: Callable[[int], httpx.Response]) -> list[httpx.Response]:
            return list(pool.map(send, range(_CLIENTS)))

        received = at_once(lambda _: client.post("/api/webhooks/icims", content=event, headers=signed(event)))
        assert {answer.status_code for answer in received} == {200}
        assert len({answer.json()["id"] for answer in received}) == 1
        assert [answer.json()["isNew"] for answer in received].count(True) == 1
        for link in links:
            booked = at_once(lambda _, link=link: client.post(f"/api/public/{link}/book", json=slot))  # type: ignore[misc]  # bound at once
            assert sorted(answer.status_code for answer in booked) == [201] + [409] * (_CLIENTS - 1)
        claimed = at_once(lambda _: client.post("/api/workers/sync-jobs/claim", json={"limit": 2}))
        ids = [row["id"] for answer in claimed for row in answer.json()["rows"]]
        assert len(ids) == len(set(ids)) == len(links)
