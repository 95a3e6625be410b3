"""The calls of one arm for one generating process.

Everything that a process needs to make them is a `ScenarioSpec`, which can be sent to it as JSON.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import msgspec

from harness.settings.api import Api
from loadtests.scenarios.asks import Asks
from loadtests.scenarios.call import Call, SendMany
from loadtests.scenarios.endpoints import DESCRIPTIONS
from loadtests.scenarios.implementation import Ask, Implementation
from loadtests.scenarios.journal import Created, Journal
from loadtests.scenarios.journeys import LEASE_S, PAGE, QUEUE, RETRY_S, mix
from loadtests.scenarios.ledger import Ledger
from loadtests.scenarios.pools import Subjects
from loadtests.scenarios.preparation import FEW, Preparation
from loadtests.scenarios.removal import remove
from loadtests.scenarios.rows import RowAccess
from loadtests.scenarios.selection import Profile, left_out
from loadtests.scenarios.values import Seeded

__all__ = ["Profile", "ScenarioSpec", "ScenarioWorkload", "open_workload"]


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _new_run() -> str:
    return uuid.uuid4().hex[:12]


class ScenarioSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a generating process is told.

    The arms of a comparison have the same seed, rows, run and day: then they make the same calls.
    """

    api: Api
    """With its variables looked up: it holds secrets."""
    seed: int
    profile: Profile = "write"
    rows: int = 200
    """Pending requests that are there for the lists, over all workers."""
    owns_data: bool = False
    """True if nobody else uses the database: only then are jobs claimed, which others may wait for."""
    run: str = msgspec.field(default_factory=_new_run)
    """Marks what is written; must be new for each run on a database."""
    day: str = msgspec.field(default_factory=_today)
    """``2026-01-31``: dates of interviews count from here."""
    journal: str | None = None
    """Where created ids are written; each arm and worker adds ``.a0`` and the like."""
    host: str = ""
    """For the journal: where what was created is to be removed."""
    rows_access: RowAccess | None = None
    """How rows can be removed that the API cannot delete."""

    def __repr__(self) -> str:
        """Name it without secrets: this ends up in logs."""
        return (
            f"ScenarioSpec({self.api.name!r}, seed={self.seed}, profile={self.profile!r}, run={self.run!r})"
        )


class ScenarioWorkload:
    """A `Workload` of the scheduler's endpoints."""

    def __init__(self, spec: ScenarioSpec, *, arm: str, worker: int, workers: int) -> None:
        self.implementation = Implementation(spec.api)
        self.seeded = Seeded(
            seed=spec.seed, run=spec.run, day=date.fromisoformat(spec.day), arm=arm, worker=worker
        )
        self.left_out: Mapping[str, str] = left_out(
            self.implementation, profile=spec.profile, owns_data=spec.owns_data
        )
        self.endpoints = tuple(name for name in mix(DESCRIPTIONS) if name not in self.left_out)
        self.subjects = Subjects()
        created = Created(mark=self.seeded.mark, host=spec.host, api=spec.api.name)
        self.ledger = Ledger(created, _journal(spec, created, f"{arm}{worker}"))
        self.asks = Asks(self.implementation, self.seeded, self.ledger)
        self._spec = spec
        self._worker, self._workers = worker, workers
        self._counts = {name: count() for name in DESCRIPTIONS}
        self._prepared = count()

    @property
    def writes(self) -> bool:
        """True unless it only reads."""
        return self._spec.profile == "write"

    @property
    def owns_data(self) -> bool:
        """True if nobody else uses the database."""
        return self._spec.owns_data

    @property
    def weights(self) -> Mapping[str, float]:
        """The share of each endpoint in the mix; the sum is 1."""
        return mix(self.endpoints)

    def prepare(self, needs: Mapping[str, int], send: SendMany) -> None:
        """Create what so many calls of each endpoint need. Raises LoadError."""
        wanted = {name: needed for name, needed in needs.items() if name in self.endpoints and needed > 0}
        preparation = Preparation(
            asks=self.asks,
            implementation=self.implementation,
            ledger=self.ledger,
            subjects=self.subjects,
            number=lambda: next(self._prepared),
        )
        if self._spec.profile == "read-only":
            share = (self._worker, self._workers)
            preparation.read(wanted, given=self._spec.api.subjects, share=share, send=send)
        else:
            preparation.write(wanted, rows=-(-self._spec.rows // self._workers), send=send)
        self.ledger.sync()

    def next(self, endpoint: str) -> Call:
        """The next call of an endpoint. Raises OutOfSubjects."""
        return self.implementation.call(_NEXT[endpoint](self, next(self._counts[endpoint])))

    def clean(self, send: SendMany) -> tuple[str, ...]:
        """Remove what was created; returns what could not be removed, in words."""
        left = remove(self.ledger, self.implementation, send, self._spec.rows_access)
        self.ledger.sync()
        return left


def open_workload(spec: ScenarioSpec, *, arm: str, worker: int, workers: int) -> ScenarioWorkload:
    """The workload of one of `workers` processes, counted from 0, for one arm.

    Raises ConfigurationError if the mapping cannot be used, or the journal cannot be written.
    """
    return ScenarioWorkload(spec, arm=arm, worker=worker, workers=workers)


def _journal(spec: ScenarioSpec, created: Created, suffix: str) -> Journal | None:
    if spec.journal is None:
        return None
    path = Path(f"{spec.journal}.{suffix}")
    return Journal.create(path, mark=created.mark, host=created.host, api=created.api)


def _page(workload: ScenarioWorkload, number: int) -> Ask:
    """Mostly the first page of what is pending; now and then the next one, or what needs attention."""
    ledger = workload.ledger
    turn = number % 8
    if turn == 5 and ledger.second_page is not None:
        return workload.asks.page(
            limit=PAGE,
            status="pending",
            cursor=ledger.second_page,
            at_least=max(0, ledger.standing - PAGE),
        )
    if turn >= 6:
        return workload.asks.page(limit=FEW, needs_attention=True, at_least=ledger.flagged)
    return workload.asks.page(limit=PAGE, status="pending", at_least=ledger.standing)


def _claim(workload: ScenarioWorkload, _number: int) -> Ask:
    limit = workload.subjects.claims.take()
    # Rows that other claims hold at this moment are passed over: the last few due ones may be such.
    return workload.asks.claim(QUEUE, limit=limit, lease_s=LEASE_S, at_least=1)


_NEXT: Mapping[str, Callable[[ScenarioWorkload, int], Ask]] = {
    "health": lambda workload, _: workload.asks.health(),
    "create_request": lambda workload, number: workload.asks.create("created", number),
    "get_request": lambda workload, _: workload.asks.get(workload.subjects.read.turn()),
    "list_requests": _page,
    "update_request": lambda workload, n: workload.asks.update(workload.subjects.updated.turn(), n),
    "open_link": lambda workload, _: workload.asks.open(workload.subjects.opened.turn()),
    "book": lambda workload, n: workload.asks.book(workload.subjects.bookable.take(), "slot", n),
    "reschedule": lambda workload, n: workload.asks.reschedule(workload.subjects.movable.take(), n),
    "cancel": lambda workload, n: workload.asks.cancel(workload.subjects.cancellable.take(), n),
    "get_booking": lambda workload, _: workload.asks.get_booking(workload.subjects.booked.turn()),
    "receive_webhook": lambda workload, n: workload.asks.receive("event", n),
    "redeliver_webhook": lambda workload, _: workload.asks.redeliver(workload.subjects.delivered.turn()),
    "claim_jobs": _claim,
    "complete_job": lambda workload, _: workload.asks.complete(workload.subjects.done.take()),
    "fail_job": lambda workload, _: workload.asks.fail(workload.subjects.failed.take(), retry_in_s=RETRY_S),
    "ops_summary": lambda workload, _: workload.asks.summary(),
    "ops_dashboard": lambda workload, _: workload.asks.dashboard(),
}
