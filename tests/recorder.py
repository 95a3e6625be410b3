"""Makes recordings as an application would: the calls of a store, written down in the form of the kit."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from harness.adapters.bridge.dispatch import Dispatch
from harness.adapters.bridge.faults import encode_error
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Store
from harness.models.operations import OPERATIONS

LAST_MONTH = datetime(2026, 1, 15, 10, tzinfo=UTC)
ACTOR = {"type": "candidate", "id": None}


class Ticking:
    """A clock that goes on by as much as a test says, and a little with each reading."""

    def __init__(self, start: datetime = LAST_MONTH) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(microseconds=300)
        return self.time

    def go_on(self, **by: float) -> None:
        self.time += timedelta(**by)


class Recorder:
    """Calls a store and remembers what it said. Rows None: nobody knows what was there at the start."""

    def __init__(
        self,
        *,
        store: Callable[[MemoryStore], Store] | None = None,
        rows: Any = "none",
        milliseconds: bool = False,
    ) -> None:
        self.clock = Ticking()
        self.database = MemoryDatabase()
        memory = MemoryStore(database=self.database, now=self.clock)
        self._dispatch = Dispatch(memory if store is None else store(memory), rows=self.database)
        self._milliseconds = milliseconds
        self.head: dict[str, Any] = {
            "recording": "parity-recording/1",
            "name": "scheduler",
            "mode": "memory",
            "startedAt": LAST_MONTH.isoformat(timespec="milliseconds"),
            "rows": {} if rows == "none" else rows,
        }
        self.calls: list[dict[str, Any]] = []
        self.end: dict[str, Any] | None = {"calls": 0, "running": 0, "complete": True}

    def __call__(self, operation: str, *args: Any) -> Any:
        """Call an operation in wire form; errors are answers, too."""
        start = self.clock()
        said: dict[str, Any]
        try:
            said = {"result": self._dispatch(OPERATIONS[operation], json.loads(json.dumps(args)))}
        except Exception as error:  # noqa: BLE001  # whatever it is, it is recorded
            said = {"error": encode_error(error)}
        if self._milliseconds:
            said = _cut(said)
        self.note(operation, args, said, start=start, end=self.clock())
        return json.loads(json.dumps(said.get("result")))

    def note(
        self, operation: str, args: Any, said: Mapping[str, Any], *, start: datetime, end: datetime
    ) -> None:
        """Remember a call as if it had been made."""
        entry = {
            "n": len(self.calls) + 1,
            "op": operation,
            "args": list(args),
            "startedNs": (start - LAST_MONTH) // timedelta(microseconds=1) * 1000,
            "endedNs": (end - LAST_MONTH) // timedelta(microseconds=1) * 1000,
            **said,
        }
        self.calls.append(entry)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all calls that are made meanwhile overlap each other."""
        first = len(self.calls)
        yield
        for call in self.calls[first:]:
            call["startedNs"] = self.calls[first]["startedNs"] + call["n"]
            call["endedNs"] = self.calls[-1]["endedNs"]

    def lines(self) -> list[str]:
        """Return the lines of the file."""
        if self.end is not None:
            self.end = {**self.end, "calls": len(self.calls) + self.end["running"]}
        entries = [self.head, *self.calls, *([] if self.end is None else [{"end": self.end}])]
        return [json.dumps(entry) for entry in entries]

    def write(self, path: Path) -> Path:
        """Write the file."""
        path.write_text("".join(f"{line}\n" for line in self.lines()), encoding="utf-8")
        return path


def request(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a new scheduling request in wire form; it can be booked for an hour."""
    values = {
        "candidateName": "Ada",
        "candidateEmail": "ada@example.org",
        "reqTitle": "Engineer",
        "interviewType": "phone_screen",
        "durationMinutes": 60,
        "interviewerEmails": ["bob@example.org"],
        "organizerEmail": "carol@example.org",
        "windowStart": "2026-02-01T09:00:00+00:00",
        "windowEnd": "2026-02-08T17:00:00+00:00",
        "candidateTimezone": "Europe/Berlin",
        "publicToken": f"token-{number}",
        "publicTokenHash": f"sha256:{number}",
        "expiresAt": (LAST_MONTH + timedelta(hours=1)).isoformat(),
    }
    return {**values, **changes}


def booking(request_id: str, **changes: Any) -> dict[str, Any]:
    """Return a new booking in wire form."""
    slot = {"scheduledStart": "2026-02-03T10:00:00+00:00", "scheduledEnd": "2026-02-03T11:00:00+00:00"}
    return {"requestId": request_id, **slot, "bookedBy": "ada@example.org", **changes}


def job(**changes: Any) -> dict[str, Any]:
    """Return a new sync job in wire form."""
    entity = str(UUID(int=7))
    return {"type": "icims_note", "entityType": "booking", "entityId": entity, "payload": {}, **changes}


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a delivery in wire form."""
    values = {
        "provider": "icims",
        "eventId": f"event-{number}",
        "payloadHash": f"sha256:{number}",
        "eventType": "updated",
        "payload": {"n": number},
        "signature": "signed",
    }
    return {**values, **changes}


def a_day(record: Recorder) -> None:
    """Use the scheduler as its users do: every kind of operation, most of them more than once."""
    ids = [record("createSchedulingRequest", request(number))["id"] for number in range(4)]
    record("createSchedulingRequest", request(0))
    record("createSchedulingRequest", request(9, durationMinutes=0))
    record("getSchedulingRequest", ids[0])
    record("getSchedulingRequest", str(UUID(int=1)))
    record("getSchedulingRequestByTokenHash", "sha256:2")
    booked = record("bookSchedulingRequest", booking(ids[0]), ACTOR)["id"]
    record("bookSchedulingRequest", booking(ids[0]), ACTOR)
    moved = {"scheduledStart": "2026-02-04T10:00:00+00:00", "scheduledEnd": "2026-02-04T11:00:00+00:00"}
    record("rescheduleBooking", booked, moved, {"type": "coordinator", "id": "bob"})
    other = record("bookSchedulingRequest", booking(ids[1]), ACTOR)["id"]
    record("cancelBooking", other, {"reason": "ill"}, ACTOR)
    record("getBooking", booked)
    record("updateSchedulingRequest", ids[2], {"needsAttention": True, "reqId": None})
    record("updateSchedulingRequest", str(UUID(int=1)), {"needsAttention": True})
    page = record("listSchedulingRequests", {"where": [], "limit": 3})
    record("listSchedulingRequests", {"where": [], "limit": 3, "cursor": page["nextCursor"]})
    record(
        "listBookings", {"where": [["requestId", "in", ids]], "limit": 10, "order": [["bookedAt", "desc"]]}
    )
    record("listAuditLogs", {"where": [["requestId", "eq", ids[0]]], "limit": 10})
    record("listSyncJobs", {"where": [["status", "eq", "pending"]], "limit": 10})
    record("countSchedulingRequests", {"where": [["status", "eq", "pending"]]})
    record("getOpsSummary")
    first = record("receiveWebhookEvent", event(1))["event"]["id"]
    record("receiveWebhookEvent", event(1))
    record("receiveWebhookEvent", event(1, payloadHash="sha256:other"))
    (claimed,) = record("claimWebhookEvents", {"limit": 1, "leaseS": 60})
    record("completeWebhookEvent", first, claimed["attempts"])
    record("completeWebhookEvent", first, claimed["attempts"])
    taken = record("claimSyncJobs", {"limit": 10, "leaseS": 60})
    record("failSyncJob", taken[0]["id"], taken[0]["attempts"], {"error": "no answer", "retryInS": 30})
    record("completeSyncJob", taken[1]["id"], taken[1]["attempts"])
    record("claimSyncJobs", {"limit": 10, "leaseS": 60})
    record("deleteSchedulingRequest", ids[1])
    record("deleteSchedulingRequest", ids[1])
    record("listAuditLogs", {"where": [], "limit": 10})
    record("getOpsSummary")


def _cut(value: Any) -> Any:
    """Give times the three digits that JavaScript has; what is inside of JSON is text there, too."""
    if isinstance(value, dict):
        return {key: item if key == "payload" else _cut(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if isinstance(value, str) and len(value) == 32 and value.endswith("+00:00") and value[19] == ".":
        return f"{value[:23]}Z"
    return value
