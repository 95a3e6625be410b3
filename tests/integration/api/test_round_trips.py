"""How often each endpoint asks the gateway: exactly, and however many rows there are."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from harness.api.catalogue import ENDPOINTS, ROUND_TRIPS
from harness.stack.coordinates import Coordinates
from tests.integration.api import right_answers
from tests.integration.api.conftest import RoundTrips, emptied
from tests.integration.api.conversation import NEW, Conversation
from tests.serving import Server, serving

EXPECTED = {
    "health": 0,
    "create_request": 1,
    "get_request": 1,
    "list_requests": 1,
    "update_request": 1,
    "delete_request": 1,
    "open_link": 1,
    "book": 2,
    "reschedule": 1,
    "cancel": 1,
    "get_booking": 1,
    "receive_webhook": 1,
    "redeliver_webhook": 1,
    "claim_jobs": 1,
    "complete_job": 1,
    "fail_job": 1,
    "ops_summary": 1,
    "ops_dashboard": 4,
}
_NOTING_A_CONFLICT = 3
"""The event, the stored one, the audit entry."""
_MANY = 205
"""More than any page holds."""

Cost = Callable[[str, str], int]


@pytest.fixture(scope="module")
def server(database: Coordinates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the project, with empty tables at first."""
    with serving("supabase", tmp_path_factory.mktemp("server"), emptied(database).environ()) as running:
        yield running


@pytest.fixture
def round_trips(database: Coordinates) -> RoundTrips:
    """The counter of the gateway that the server works on."""
    return RoundTrips(database)


def test_each_endpoint_declares_what_it_costs() -> None:
    assert ROUND_TRIPS == EXPECTED
    assert {endpoint.name for endpoint in ENDPOINTS} | {"redeliver_webhook"} == set(EXPECTED)


def test_a_right_answer_costs_what_is_declared(server: Server, round_trips: RoundTrips) -> None:
    conversation = Conversation(server.client)
    seen = set()
    for step in right_answers.STEPS:
        before = round_trips.total()
        response = conversation.send(step)
        cost = round_trips.total() - before
        assert response.status_code == step.status
        conversation.normalised(step, response)
        declared = EXPECTED.get(step.endpoint, _NOTING_A_CONFLICT)
        assert cost == declared, f"{step.endpoint} {step.path} asked the gateway {cost} times"
        seen.add(step.endpoint)
    assert seen - {"conflicting webhook"} == set(EXPECTED) - {"health", "ops_dashboard"}


def test_the_number_of_rows_changes_nothing(server: Server, round_trips: RoundTrips) -> None:
    paths = {
        "health": "/health",
        "list_requests": "/api/scheduling-requests?limit=200",
        "ops_summary": "/api/ops/summary",
        "ops_dashboard": "/ops",
    }

    def costs() -> dict[str, int]:
        found = {}
        for name, path in paths.items():
            before = round_trips.total()
            assert server.client.get(path).status_code == 200
            found[name] = round_trips.total() - before
        return found

    declared = {name: EXPECTED[name] for name in paths}
    assert costs() == declared  # of few rows
    for _ in range(_MANY):
        book(server.client)
    assert costs() == declared
    before = round_trips.total()
    claimed = server.client.post("/api/workers/sync-jobs/claim", json={"limit": 1000})
    assert len(claimed.json()["rows"]) >= _MANY
    assert round_trips.total() - before == EXPECTED["claim_jobs"]


def book(client: httpx.Client) -> None:
    """Make a request that needs attention, a booking, an audit entry and a job."""
    new = {**NEW, "needsAttention": True}
    token = client.post("/api/scheduling-requests", json=new).json()["publicToken"]
    slot = {"scheduledStart": "2030-03-02T10:00:00Z", "scheduledEnd": "2030-03-02T10:45:00Z"}
    assert client.post(f"/api/public/{token}/book", json=slot).status_code == 201
