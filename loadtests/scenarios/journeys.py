"""How often each thing happens: the scheduler's journeys, and the mix of requests that they add up to.

The weights are an assumption, stated here once: of 100 journeys, most are candidates and the ATS; workers
poll all the time; operations looks in now and then. The mix of the open loop is the expected number of
requests per journey, so that closed and open loop put the same work on a server.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["JOURNEYS", "Journey", "mix"]


@dataclass(frozen=True)
class Journey:
    """One way through the scheduler, as expected numbers of requests."""

    name: str
    weight: float
    requests: Mapping[str, float]


MOVED = 0.25
"""Share of the bookings that are rescheduled."""
CANCELLED = 0.15
"""Share of the bookings that are cancelled."""
REDELIVERED = 0.30
"""Share of the events that are delivered twice."""
FAILED = 0.10
"""Share of the claimed jobs that fail."""
CLAIMED = 2
"""Jobs that a worker takes at once."""

JOURNEYS = (
    Journey(
        "scheduling",
        20,
        {
            "create_request": 1,
            "get_request": 1,
            "open_link": 2,
            "book": 1,
            "get_booking": 1,
            "reschedule": MOVED,
            "cancel": CANCELLED,
        },
    ),
    Journey("coordinator", 15, {"list_requests": 2, "get_request": 1, "update_request": 0.5}),
    Journey("webhook", 25, {"receive_webhook": 1, "redeliver_webhook": REDELIVERED}),
    Journey(
        "worker",
        20,
        {"claim_jobs": 1, "complete_job": CLAIMED * (1 - FAILED), "fail_job": CLAIMED * FAILED},
    ),
    Journey("operations", 10, {"ops_summary": 1, "ops_dashboard": 1}),
    Journey("monitoring", 10, {"health": 1}),
)


def mix(endpoints: Iterable[str]) -> dict[str, float]:
    """The share of each endpoint in the requests, if only these are called; the sum is 1."""
    expected = {
        name: sum(journey.weight * journey.requests.get(name, 0) for journey in JOURNEYS)
        for name in endpoints
    }
    total = sum(expected.values())
    return {name: number / total for name, number in expected.items() if number}
