"""The scheduler's journeys: requests that depend on each other, how often each happens, and their mix.

The weights are an assumption, stated here once: of 100 journeys most are candidates' and the ATS's; workers
poll all the time; operations looks in now and then. The mix of the open loop is the expected number of
requests per journey, so that closed and open loop put nearly the same work on a server: only the rarest
endpoints are called more often there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from loadtests.scenarios.asks import Asks
from loadtests.scenarios.implementation import Ask
from loadtests.scenarios.pools import Booking, Event, Job, Kept, Request

__all__ = ["CLAIMED", "JOURNEYS", "LEASE_S", "RETRY_S", "Happens", "Journey", "mix"]

Happens = Callable[[float], bool]
"""Whether something of this probability happens now."""
Steps = Iterator[Ask]

MOVED = 0.25
"""Share of the bookings that are rescheduled."""
CANCELLED = 0.15
"""Share of the bookings that are cancelled."""
REDELIVERED = 0.30
"""Share of the events that are delivered twice."""
FAILED = 0.10
"""Share of the claimed jobs that fail."""
NOTED = 0.5
"""Share of the coordinator's looks at a request after which something is noted on it."""
CLAIMED = 2
"""Jobs that a worker takes at once."""
LEASE_S = 3600
RETRY_S = 3600
"""Longer than any run: no job becomes due again in it."""
QUEUE = "webhook-events"
"""The queue of which workers claim: the one that can be filled through the API."""
PAGE = 50
"""Rows of a list."""
LEAST_SHARE = 0.04
"""Of the requests, for each endpoint in the open loop's mix: called more rarely, a run of three minutes could
say nothing about it."""


@dataclass(frozen=True, kw_only=True)
class Journey:
    """One way through the scheduler."""

    name: str
    weight: float
    steps: Callable[[Asks, int, Happens], Steps]
    """What is asked, one after the other: each answer is right, or the journey ends. The number is new."""
    requests: Mapping[str, float]
    """Expected number of requests per journey."""
    think_s: tuple[float, float]
    """Shortest and longest pause between two steps, of people and programs as they are."""


def scheduling(asks: Asks, number: int, happens: Happens) -> Steps:
    """A coordinator creates a request, the candidate books; some bookings are moved, some cancelled."""
    made = Kept[Request]()
    yield asks.create("journey", number, made)
    request = made.last
    yield asks.get(request)
    yield asks.open(request)
    yield asks.open(request)
    booked = Kept[Booking]()
    yield asks.book(request, "journey", number, booked)
    yield asks.get_booking(booked.last)
    if happens(MOVED):
        yield asks.reschedule(booked.last, number, booked)
    if happens(CANCELLED):
        yield asks.cancel(booked.last, number, booked)


def coordinating(asks: Asks, number: int, happens: Happens) -> Steps:
    """A coordinator looks through what is pending, looks at one request, and may note something on it."""
    found = Kept[Request]()
    yield asks.page(limit=PAGE, status="pending", at_least=0, keep=found)
    yield asks.page(limit=PAGE, needs_attention=True, at_least=0)
    own = [one for one in found.all if asks.made(one)]
    seen = own or found.all
    if seen:
        yield asks.get(seen[number % len(seen)])
    # Nothing is noted on what other people made.
    if own and happens(NOTED):
        yield asks.update(own[number % len(own)], number)


def delivering(asks: Asks, number: int, happens: Happens) -> Steps:
    """The ATS delivers an event, and sometimes delivers it again."""
    stored = Kept[Event]()
    yield asks.receive("journey", number, stored)
    if happens(REDELIVERED):
        yield asks.redeliver(stored.last)


def working(asks: Asks, number: int, happens: Happens) -> Steps:  # noqa: ARG001  # as all journeys
    """A worker takes jobs and does them; some fail."""
    jobs = Kept[Job]()
    yield asks.claim(QUEUE, limit=CLAIMED, lease_s=LEASE_S, at_least=0, keep=jobs)
    for job in jobs.all:
        yield asks.fail(job, retry_in_s=RETRY_S) if happens(FAILED) else asks.complete(job)


def operating(asks: Asks, number: int, happens: Happens) -> Steps:  # noqa: ARG001  # as all journeys
    """Operations looks at the numbers and at the dashboard."""
    yield asks.summary()
    yield asks.dashboard()


def monitoring(asks: Asks, number: int, happens: Happens) -> Steps:  # noqa: ARG001  # as all journeys
    """A monitor asks whether the server is there."""
    yield asks.health()


JOURNEYS = (
    Journey(
        name="scheduling",
        weight=20,
        steps=scheduling,
        requests={
            "create_request": 1,
            "get_request": 1,
            "open_link": 2,
            "book": 1,
            "get_booking": 1,
            "reschedule": MOVED,
            "cancel": CANCELLED,
        },
        think_s=(2, 20),
    ),
    Journey(
        name="coordinating",
        weight=15,
        steps=coordinating,
        requests={"list_requests": 2, "get_request": 1, "update_request": NOTED},
        think_s=(1, 10),
    ),
    Journey(
        name="delivering",
        weight=25,
        steps=delivering,
        requests={"receive_webhook": 1, "redeliver_webhook": REDELIVERED},
        think_s=(0.1, 2),
    ),
    Journey(
        name="working",
        weight=20,
        steps=working,
        requests={"claim_jobs": 1, "complete_job": CLAIMED * (1 - FAILED), "fail_job": CLAIMED * FAILED},
        think_s=(0.1, 1),
    ),
    Journey(
        name="operating",
        weight=10,
        steps=operating,
        requests={"ops_summary": 1, "ops_dashboard": 1},
        think_s=(5, 30),
    ),
    Journey(name="monitoring", weight=10, steps=monitoring, requests={"health": 1}, think_s=(1, 5)),
)


def mix(endpoints: Iterable[str]) -> dict[str, float]:
    """The share of each endpoint in the requests, if only these are called; the sum is 1.

    None is below `LEAST_SHARE`, or an even share if there are too many for that.
    """
    expected = {
        name: sum(journey.weight * journey.requests.get(name, 0) for journey in JOURNEYS)
        for name in endpoints
    }
    shares = {name: number for name, number in expected.items() if number}
    if not shares:
        return {}
    least = min(LEAST_SHARE, 1 / len(shares))
    raised: set[str] = set()
    while True:
        rest = sum(number for name, number in shares.items() if name not in raised)
        unit = (1 - least * len(raised)) / rest if rest else 0.0
        rare = {name for name, number in shares.items() if name not in raised and number * unit < least}
        if not rare:
            return {name: least if name in raised else number * unit for name, number in shares.items()}
        raised |= rare
