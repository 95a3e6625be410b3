"""The whole lives of a request, an event and the jobs of each queue, refusals included.

What the open loop never asks is asked here once: what must be refused, and what must not be there any more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from loadtests.scenarios.endpoints import QUEUES
from loadtests.scenarios.implementation import Ask
from loadtests.scenarios.journeys import LEASE_S, RETRY_S
from loadtests.scenarios.meaning import Got, grown
from loadtests.scenarios.pools import Booking, Event, Job, Kept, Request
from loadtests.scenarios.workload import ScenarioWorkload

__all__ = ["LIFECYCLES", "Lifecycle"]

_NOBODY = "00000000-0000-4000-8000-000000000000"
_NO_TOKEN = "there-is-no-such-link"  # noqa: S105  # of nobody
_ANY_REFUSAL = tuple(range(400, 500))


@dataclass(frozen=True)
class Lifecycle:
    """Steps that must happen in this order."""

    name: str
    steps: Callable[[ScenarioWorkload, int], Iterator[Ask]]


def _refused(workload: ScenarioWorkload, ask: Ask, status: int) -> Ask:
    """The same, to be refused: with this status, or for another implementation with any of its choice."""
    is_reference = workload.implementation.api.is_reference
    return replace(ask, status=(status,) if is_reference else _ANY_REFUSAL, then=None, usual=False)


def _request(workload: ScenarioWorkload, number: int) -> Iterator[Ask]:
    asks = workload.asks
    made = Kept[Request]()
    yield asks.create("life", number, made)
    request = made.last
    yield asks.get(request)
    yield asks.open(request)
    yield asks.update(request, number)
    booked = Kept[Booking]()
    yield asks.book(request, "life", number, booked)
    yield _refused(workload, asks.book(request, "twice", number), 409)
    # What was noted has changed, and so is not compared with what was asked for at first.
    later = replace(
        request, expected={"id": request.id, "candidateEmail": request.expected["candidateEmail"]}
    )
    yield asks.get(later, status="booked")
    yield asks.open(replace(request, expected={}), status="booked")
    yield asks.get_booking(booked.last)
    yield asks.reschedule(booked.last, number, booked)
    yield asks.get_booking(booked.last)
    yield asks.get(later, status="rescheduled")
    yield asks.cancel(booked.last, number, booked)
    yield asks.get_booking(booked.last)
    yield asks.get(later, status="cancelled")
    yield _refused(workload, asks.reschedule(booked.last, number + 1), 409)
    yield _refused(workload, asks.cancel(booked.last, number), 409)
    yield asks.delete(request.id)
    yield _refused(workload, asks.get(later), 404)
    yield _refused(workload, asks.get_booking(booked.last), 404)
    yield _refused(workload, asks.open(request), 404)
    yield _refused(workload, asks.delete(request.id), 404)


def _nothing(workload: ScenarioWorkload, number: int) -> Iterator[Ask]:
    asks = workload.asks
    nobody = Request(id=_NOBODY, token=_NO_TOKEN, expected={})
    yield _refused(workload, asks.get(nobody), 404)
    yield _refused(workload, asks.update(nobody, number), 404)
    yield _refused(workload, asks.open(nobody), 404)
    yield _refused(workload, asks.book(nobody, "nobody", number), 404)
    yield _refused(workload, asks.get_booking(Booking(id=_NOBODY, expected={})), 404)


def _event(workload: ScenarioWorkload, number: int) -> Iterator[Ask]:
    asks = workload.asks
    stored = Kept[Event]()
    yield asks.receive("life", number, stored)
    yield asks.redeliver(stored.last)
    # The same event with other content: the sender is told that it is stored, and nothing changes.
    changed = {**stored.last.values, "candidateName": "Somebody Else"}
    yield replace(asks.redeliver(replace(stored.last, values=changed)), usual=False)
    yield replace(_refused(workload, asks.receive("forged", number), 401), forged=True)


def _queue(queue: str) -> Callable[[ScenarioWorkload, int], Iterator[Ask]]:
    def steps(workload: ScenarioWorkload, number: int) -> Iterator[Ask]:
        asks = workload.asks
        due = 0
        if queue == "sync-jobs":
            made = Kept[Request]()
            booked = Kept[Booking]()
            yield asks.create(queue, number, made)
            yield asks.book(made.last, queue, number, booked)
            yield asks.reschedule(booked.last, number)
            due = 2
        elif queue == "webhook-events":
            yield asks.receive(queue, number)
            yield asks.receive(f"{queue}-more", number)
            due = 2
        jobs = Kept[Job]()
        yield asks.claim(queue, limit=1, lease_s=LEASE_S, at_least=min(due, 1), keep=jobs)
        yield asks.claim(queue, limit=10, lease_s=LEASE_S, at_least=due // 2, keep=jobs)
        if len(jobs.all) > 1:
            done, failed = jobs.all[:2]
            yield asks.complete(done)
            yield _refused(workload, asks.complete(done), 409)
            stale = replace(failed, attempts=failed.attempts + 1)
            yield _refused(workload, asks.complete(stale), 409)
            yield asks.fail(failed, retry_in_s=RETRY_S)
            yield _refused(workload, asks.fail(failed, retry_in_s=RETRY_S), 409)

    return steps


def _numbers(workload: ScenarioWorkload, number: int) -> Iterator[Ask]:
    """The numbers of operations grow by exactly what happened."""
    asks = workload.asks
    seen = Kept[Got]()
    yield replace(asks.summary(), then=seen)
    made = Kept[Request]()
    booked = Kept[Booking]()
    yield asks.create("counted", number, made)
    first = made.last
    yield asks.create("counted-too", number, made)
    yield asks.book(first, "counted", number, booked)
    yield asks.update(made.last, number)
    yield asks.receive("counted", number)
    growth: dict[str, Any] = {
        "needsAttention": 1,
        "counts": {
            "schedulingRequests": {"pending": 1, "booked": 1},
            "bookings": {"confirmed": 1},
            "syncJobs": {"pending": 1},
            "webhookEvents": {"received": 1},
        },
        "due": {"syncJobs": 1, "webhookEvents": 1},
    }
    if workload.owns_data:
        yield replace(asks.summary(), means=grown(seen.last, growth))


LIFECYCLES = (
    Lifecycle("life of a request", _request),
    Lifecycle("what is not there", _nothing),
    Lifecycle("life of an event", _event),
    *(Lifecycle(f"jobs of {queue}", _queue(queue)) for queue in QUEUES),
    Lifecycle("numbers of operations", _numbers),
)
