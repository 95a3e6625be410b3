"""Makes, before anything is measured, what the planned calls will work on.

Each kind of subject is made in one batch, whose requests do not wait for each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from harness.settings.api import Subjects as Given
from loadtests.errors import LoadError
from loadtests.scenarios.asks import Asks
from loadtests.scenarios.call import SendMany
from loadtests.scenarios.implementation import Implementation
from loadtests.scenarios.journeys import CLAIMED, LEASE_S, PAGE, QUEUE
from loadtests.scenarios.ledger import Ledger
from loadtests.scenarios.meaning import Got
from loadtests.scenarios.pools import Booking, Job, Request, Subjects
from loadtests.scenarios.sending import must_succeed

__all__ = ["FEW", "Preparation"]

FEW = 20
"""Rows of a short list."""
_REUSED = 50
"""So many subjects of a kind are enough for calls that change nothing."""
_SPARE = 50
"""Due jobs more than will be claimed: rows that another claim holds are passed over, not waited for."""
_MOST_CLAIMED = 200
S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """What it works with."""

    asks: Asks
    implementation: Implementation
    ledger: Ledger
    subjects: Subjects
    number: Callable[[], int]
    """Gives a number that was never given before."""

    def write(self, needs: Mapping[str, int], *, rows: int, send: SendMany) -> None:
        """Create subjects for so many calls of each endpoint, and pending requests until there are `rows`.

        Raises LoadError.
        """
        standing: list[Request] = []
        booking = sum(needs.get(name, 0) for name in ("reschedule", "cancel")) + _few(needs, "get_booking")
        bookable = needs.get("book", 0) + booking
        reused = max(_few(needs, name) for name in ("get_request", "open_link", "update_request"))
        ready = min(len(self.subjects.read), len(self.subjects.updated))
        missing = max(0, rows - self.ledger.standing, 0 if ready else 2 * reused)
        if self.implementation.lacks("create_request") is None:
            self._make(missing, standing, send)
        pending: list[Request] = []
        self._make(bookable + needs.get("delete_request", 0), pending, send)
        self._share_out(standing, send)
        self.subjects.deletable.add(pending[bookable:])
        self.subjects.bookable.add(pending[booking:bookable])
        self._book(pending[:booking], needs, send)
        self._fill_queue(needs, send)
        if needs.get("list_requests", 0):
            self._look_for_a_second_page(send)

    def read(self, needs: Mapping[str, int], *, given: Given, share: tuple[int, int], send: SendMany) -> None:
        """Find subjects that are there already: those that are named, or what the list shows.

        Raises LoadError if there is nothing to read.
        """
        found: list[Request] = []
        if needs.get("list_requests", 0) or not given.requests:
            self._discover(found, send)
        requests = [Request(id=one, token=None, expected={"id": one}) for one in given.requests] or found
        tokens = [Request(id="", token=one, expected={}) for one in given.tokens] or [
            one for one in found if one.token is not None
        ]
        bookings = [Booking(id=one, expected={"id": one}) for one in given.bookings]
        for name, kind, pool, subjects in (
            ("get_request", "requests", self.subjects.read, requests),
            ("open_link", "tokens", self.subjects.opened, tokens),
        ):
            if needs.get(name, 0) and not subjects:
                raise LoadError(
                    f"{name} has nothing to read: the list shows no request for it."
                    f" Create some there, name some in [api.subjects] {kind} of parity.toml, or let the"
                    " run create its own: --profile write."
                )
            pool.add(_part(subjects, share))
        self.subjects.booked.add(_part(bookings, share))

    def _make(self, number: int, into: list[Request], send: SendMany) -> None:
        made = [self.asks.create("prepared", self.number(), into.append) for _ in range(number)]
        must_succeed(made, self.implementation, send)

    def _share_out(self, standing: list[Request], send: SendMany) -> None:
        """Requests that stay pending: half of them are read, half are updated."""
        self.ledger.standing += len(standing)
        read, updated = standing[::2], standing[1::2]
        self.subjects.read.add(read)
        self.subjects.opened.add(read)
        self.subjects.updated.add(updated)
        if self.implementation.lacks("update_request") is None:
            flagged = updated[: max(0, FEW - self.ledger.flagged)]
            must_succeed([self.asks.update(one, self.number()) for one in flagged], self.implementation, send)
            self.ledger.flagged += len(flagged)

    def _book(self, pending: list[Request], needs: Mapping[str, int], send: SendMany) -> None:
        made: list[Booking] = []
        must_succeed(
            [self.asks.book(one, "prepared", self.number(), made.append) for one in pending],
            self.implementation,
            send,
        )
        rest = iter(made)
        self.subjects.movable.add(islice(rest, needs.get("reschedule", 0)))
        self.subjects.cancellable.add(islice(rest, needs.get("cancel", 0)))
        self.subjects.booked.add(rest)

    def _fill_queue(self, needs: Mapping[str, int], send: SendMany) -> None:
        claims, done, failed = (needs.get(name, 0) for name in ("claim_jobs", "complete_job", "fail_job"))
        due = claims * CLAIMED + done + failed
        events = _few(needs, "redeliver_webhook")
        must_succeed(
            [
                self.asks.receive(
                    "prepared", self.number(), lambda event: self.subjects.delivered.add([event])
                )
                for _ in range(max(events, due + _SPARE if due else 0))
            ],
            self.implementation,
            send,
        )
        jobs: list[Job] = []
        while len(jobs) < done + failed:
            limit = min(_MOST_CLAIMED, done + failed - len(jobs))
            ask = self.asks.claim(QUEUE, limit=limit, lease_s=LEASE_S, at_least=1, keep=jobs.append)
            must_succeed([ask], self.implementation, send)
        self.subjects.done.add(jobs[:done])
        self.subjects.failed.add(jobs[done:])
        self.subjects.claims.add([CLAIMED] * claims)

    def _look_for_a_second_page(self, send: SendMany) -> None:
        def keep(got: Got) -> None:
            self.ledger.second_page = got.get("nextCursor")

        ask = self.asks.page(limit=PAGE, status="pending", at_least=self.ledger.standing, then=keep)
        must_succeed([ask], self.implementation, send)

    def _discover(self, found: list[Request], send: SendMany) -> None:
        ask = self.asks.page(limit=PAGE, status="pending", at_least=0, keep=found.append)
        must_succeed([ask], self.implementation, send)
        # Other people work there: that there is one row is all that can be expected to last.
        self.ledger.standing = min(1, len(found))


def _few(needs: Mapping[str, int], name: str) -> int:
    return min(needs.get(name, 0), _REUSED)


def _part(subjects: list[S], share: tuple[int, int]) -> list[S]:
    """The worker's own subjects; all of them where there are too few for each to have its own."""
    worker, workers = share
    return subjects[worker::workers] or subjects
