"""Both modes give the same answers, and the answers of the table."""

from tests.documented import Description
from tests.integration.api import refusals, right_answers
from tests.integration.api.conversation import Conversation, Step
from tests.serving import Server


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
