"""What is asked of each endpoint about a given subject, and what a right answer to it means.

The one place where this is written down: the open loop, the journeys and the functional check all ask here.
"""

from collections.abc import Callable
from typing import Any

from harness.models import ENTITIES
from loadtests.scenarios import meaning
from loadtests.scenarios.endpoints import QUEUES
from loadtests.scenarios.implementation import Ask, Implementation
from loadtests.scenarios.ledger import Ledger
from loadtests.scenarios.meaning import Got
from loadtests.scenarios.pools import Booking, Event, Job, Request
from loadtests.scenarios.values import Seeded

__all__ = ["Asks", "deletion"]


_LASTING = ("id", "candidateEmail", "createdAt")


def _forget(_subject: Any) -> None:
    """Nobody asked for the subject."""


class Asks:
    """Asks for one worker: its seeded values, and what it knows."""

    def __init__(self, implementation: Implementation, seeded: Seeded, ledger: Ledger) -> None:
        self._implementation = implementation
        self._seeded = seeded
        self._ledger = ledger

    def made(self, request: Request) -> bool:
        """True if this worker created a request."""
        return request.id in self._ledger.created.requests

    def health(self) -> Ask:
        """Is the server there?"""
        return Ask(endpoint="health", values={}, expected={"status": "ok"}, means=meaning.in_a_mode)

    def create(self, label: str, number: int, keep: Callable[[Request], None] = _forget) -> Ask:
        """A coordinator asks for an interview."""
        values = self._seeded.request(label, number)

        def then(got: Got) -> None:
            self._ledger.request(got["id"])
            expected = {**values, "id": got["id"], "status": "pending"}
            keep(Request(id=got["id"], token=got["publicToken"], expected=expected))

        return Ask(
            endpoint="create_request",
            values=values,
            expected={**values, "status": "pending"},
            means=meaning.all_of(meaning.new_id(self._ledger.created.requests), meaning.created_now),
            then=then,
        )

    def get(self, request: Request, **changed: Any) -> Ask:
        """A coordinator looks at a request; `changed` is what is known to have changed since it was made."""
        expected = {"publicToken": request.token} if request.token is not None else {}
        return Ask(
            endpoint="get_request",
            values={"id": request.id},
            expected={**expected, **request.expected, **changed},
        )

    def page(
        self,
        *,
        limit: int,
        at_least: int,
        status: str | None = None,
        needs_attention: bool | None = None,
        cursor: str | None = None,
        keep: Callable[[Request], None] = _forget,
        then: Callable[[Got], None] = _forget,
    ) -> Ask:
        """A coordinator looks through requests; so many of the kind are there at least.

        Of those that are kept, only what nobody changes is known: others work with them, too.
        """
        asked = {"status": status, "needsAttention": needs_attention}

        def kept(got: Got) -> None:
            for row in got["rows"]:
                lasting = {name: row[name] for name in _LASTING if name in row}
                keep(Request(id=row["id"], token=row.get("publicToken"), expected=lasting))
            then(got)

        return Ask(
            endpoint="list_requests",
            values={**asked, "limit": limit, "cursor": cursor},
            means=meaning.listed(
                limit=limit,
                at_least=at_least,
                equal={name: value for name, value in asked.items() if value is not None},
                order=self._implementation.order("list_requests"),
                ties=self._implementation.api.is_reference,
            ),
            then=kept,
        )

    def update(self, request: Request, number: int) -> Ask:
        """A coordinator notes that somebody must look after a request."""
        changes = self._seeded.attention(number)
        return Ask(
            endpoint="update_request",
            values={"id": request.id, **changes},
            expected={**request.expected, **changes},
            means=meaning.set_in_time("createdAt", "updatedAt"),
        )

    def delete(self, request_id: str) -> Ask:
        """A coordinator removes a request."""
        return deletion(request_id, self._ledger)

    def open(self, request: Request, **changed: Any) -> Ask:
        """A candidate opens the link."""
        return Ask(
            endpoint="open_link", values={"token": request.token}, expected={**request.expected, **changed}
        )

    def book(
        self, request: Request, label: str, number: int, keep: Callable[[Booking], None] = _forget
    ) -> Ask:
        """A candidate takes a slot."""
        slot = self._seeded.slot(label, number)
        expected = {**slot, "requestId": request.id, "status": "confirmed", "cancelledAt": None}

        def then(got: Got) -> None:
            self._ledger.booking(got["id"], request.id)
            keep(Booking(id=got["id"], expected={**expected, "id": got["id"]}))

        return Ask(
            endpoint="book",
            values={"token": request.token, **slot},
            expected=expected,
            means=meaning.all_of(
                meaning.new_id(self._ledger.created.bookings), meaning.set_in_time("bookedAt", "confirmedAt")
            ),
            then=then,
        )

    def get_booking(self, booking: Booking) -> Ask:
        """Somebody looks at a booking."""
        return Ask(endpoint="get_booking", values={"id": booking.id}, expected=booking.expected)

    def reschedule(self, booking: Booking, number: int, keep: Callable[[Booking], None] = _forget) -> Ask:
        """A booking is moved."""
        slot = self._seeded.slot("moved", number)
        expected = {**booking.expected, **slot, "status": "rescheduled"}
        return Ask(
            endpoint="reschedule",
            values={"id": booking.id, **slot},
            expected=expected,
            means=meaning.set_in_time("bookedAt", "updatedAt"),
            then=lambda _: keep(Booking(id=booking.id, expected=expected)),
        )

    def cancel(self, booking: Booking, number: int, keep: Callable[[Booking], None] = _forget) -> Ask:
        """A booking is cancelled."""
        reason = f"candidate withdrew, no. {number}"
        expected = {**booking.expected, "status": "cancelled", "cancellationReason": reason}
        expected.pop("cancelledAt", None)
        return Ask(
            endpoint="cancel",
            values={"id": booking.id, "reason": reason},
            expected=expected,
            means=meaning.set_in_time("bookedAt", "cancelledAt"),
            then=lambda _: keep(Booking(id=booking.id, expected=expected)),
        )

    def receive(self, label: str, number: int, keep: Callable[[Event], None] = _forget) -> Ask:
        """The ATS delivers an event."""
        values = self._seeded.event(label, number)

        def then(got: Got) -> None:
            self._ledger.event(got["id"])
            keep(Event(id=got["id"], values=values))

        return Ask(
            endpoint="receive_webhook",
            values=values,
            expected={"isNew": True},
            means=meaning.new_id(self._ledger.created.events),
            then=then,
        )

    def redeliver(self, event: Event) -> Ask:
        """The ATS delivers an event that is stored."""
        return Ask(
            endpoint="redeliver_webhook", values=event.values, expected={"id": event.id, "isNew": False}
        )

    def claim(
        self,
        queue: str,
        *,
        limit: int,
        lease_s: int,
        at_least: int,
        keep: Callable[[Job], None] = _forget,
    ) -> Ask:
        """A worker takes jobs, of which so many are due at least."""

        def then(got: Got) -> None:
            for row in got["rows"]:
                self._ledger.claims.add((row["id"], row["attempts"]))
                keep(Job(id=row["id"], attempts=row["attempts"], queue=queue))

        return Ask(
            endpoint="claim_jobs",
            values={"queue": queue, "limit": limit, "leaseS": lease_s},
            means=meaning.claimed(
                limit=limit, at_least=at_least, seen=self._ledger.claims, processing="processing"
            ),
            then=then,
        )

    def complete(self, job: Job) -> Ask:
        """A worker has done a job."""
        return Ask(
            endpoint="complete_job",
            values={"queue": job.queue, "id": job.id, "attempts": job.attempts},
            expected={"id": job.id, "attempts": job.attempts, "status": _states(job.queue).done},
        )

    def fail(self, job: Job, *, retry_in_s: int) -> Ask:
        """A worker could not do a job that has attempts left."""
        error = "iCIMS answered 502"
        return Ask(
            endpoint="fail_job",
            values={
                "queue": job.queue,
                "id": job.id,
                "attempts": job.attempts,
                "error": error,
                "retryInS": retry_in_s,
            },
            expected={
                "id": job.id,
                "attempts": job.attempts,
                "status": _states(job.queue).waiting,
                "lastError": error,
            },
        )

    def summary(self) -> Ask:
        """Operations looks at the numbers, which are not below what this worker made."""
        means = meaning.summed(self._ledger.alive, whole=self._implementation.api.is_reference)
        return Ask(endpoint="ops_summary", values={}, means=means)

    def dashboard(self) -> Ask:
        """Operations looks at the dashboard."""
        return Ask(endpoint="ops_dashboard", values={})


def deletion(request_id: str, ledger: Ledger) -> Ask:
    """A request is removed, and the ledger told of it."""
    return Ask(
        endpoint="delete_request",
        values={"id": request_id},
        then=lambda _: ledger.removed({request_id}),
    )


def _states(queue: str) -> Any:
    return ENTITIES[QUEUES[queue]].queue
