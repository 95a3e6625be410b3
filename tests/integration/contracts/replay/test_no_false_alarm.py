"""Whatever an application did, and however time went on: a store that is right is never called wrong."""

import random
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.contracts.replay.conftest import Replay
from tests.recorder import ACTOR, Recorder, booking, event, job, request

SEEDS = 25
CALLS = 60


class Session:
    """Calls a scheduler at random; few rows, so that they meet."""

    def __init__(self, seed: int, *, jumps: bool, milliseconds: bool) -> None:
        self._random = random.Random(seed)  # noqa: S311  # the same calls for the same seed
        self._jumps = jumps
        self.record = Recorder(milliseconds=milliseconds)
        self._requests: list[Any] = []
        self._bookings: list[Any] = []
        self._jobs: list[Any] = []
        self._claimed: list[Any] = []
        self._times: list[str] = []

    def run(self) -> Recorder:
        for _ in range(CALLS):
            if self._jumps and self._random.random() < 0.15:
                self.record.clock.go_on(seconds=self._random.choice([0.0001, 0.5, 31, 61, 4000]))
            if self._random.random() < 0.1:
                with self.record.together():
                    for _ in range(self._random.randint(2, 4)):
                        self._one()
            else:
                self._one()
        return self.record

    def _one(self) -> None:
        self._random.choice(
            [self._make, self._make, self._flow, self._queue, self._queue, self._read, self._change]
        )()

    def _some(self, kept: list[Any]) -> Any:
        return self._random.choice(kept) if kept else "00000000-0000-4000-8000-000000000000"

    def _keep(self, row: Any, kept: list[Any]) -> None:
        if row is not None:
            kept.append(row["id"])
            self._times += [row[name] for name in ("createdAt", "updatedAt", "runAfter") if name in row]

    def _make(self) -> None:
        soon = (self.record.clock.time + timedelta(seconds=self._random.choice([-5, 30, 3600]))).isoformat(
            timespec="milliseconds"
        )
        number = self._random.randint(1, 12)
        match self._random.randint(0, 2):
            case 0:
                row = self.record("createSchedulingRequest", request(number, expiresAt=soon))
                self._keep(row, self._requests)
            case 1:
                given = {} if self._random.random() < 0.5 else {"runAfter": soon}
                attempts = {"maxAttempts": self._random.randint(1, 3)}
                self._keep(self.record("createSyncJob", job(**given, **attempts)), self._jobs)
            case _:
                self.record("receiveWebhookEvent", event(number % 4))

    def _flow(self) -> None:
        match self._random.randint(0, 2):
            case 0:
                row = self.record("bookSchedulingRequest", booking(self._some(self._requests)), ACTOR)
                self._keep(row, self._bookings)
            case 1:
                self.record("cancelBooking", self._some(self._bookings), {"reason": None}, ACTOR)
            case _:
                slot = {"scheduledStart": "2026-03-01T10:00:00Z", "scheduledEnd": "2026-03-01T11:00:00Z"}
                self.record("rescheduleBooking", self._some(self._bookings), slot, ACTOR)

    def _queue(self) -> None:
        if not self._claimed or self._random.random() < 0.5:
            asked = {"limit": self._random.choice([1, 2, 50]), "leaseS": self._random.choice([0.5, 30, 60])}
            self._claimed += self.record("claimSyncJobs", asked) or []
            return
        row = self._claimed.pop(self._random.randrange(len(self._claimed)))
        if self._random.random() < 0.5:
            self.record("completeSyncJob", row["id"], row["attempts"])
        else:
            retry = {"error": "no answer", "retryInS": self._random.choice([0, 30])}
            self.record("failSyncJob", row["id"], row["attempts"], retry)

    def _change(self) -> None:
        match self._random.randint(0, 3):
            case 0:
                self.record("deleteSchedulingRequest", self._some(self._requests))
            case 1:
                self.record("updateSyncJob", self._some(self._jobs), {"runAfter": self._some(self._times)})
            case _:
                patch = {"reqTitle": self._random.choice("abc")}
                self.record("updateSchedulingRequest", self._some(self._requests), patch)

    def _read(self) -> None:
        limit = self._random.choice([1, 3, 50])
        entity = self._random.choice(["SchedulingRequests", "SyncJobs", "AuditLogs", "WebhookEvents"])
        time = "createdAt" if entity == "AuditLogs" else self._random.choice(["createdAt", "updatedAt"])
        where = (
            []
            if self._random.random() < 0.5
            else [[time, self._random.choice(["lt", "gte"]), self._some(self._times)]]
        )
        match self._random.randint(0, 3):
            case 0:
                self.record(f"count{entity}", {"where": where})
            case 1:
                self.record("getOpsSummary")
            case 2:
                self.record("getSyncJob", self._some(self._jobs))
            case _:
                asked = {
                    "where": where,
                    "limit": limit,
                    "order": [[time, self._random.choice(["asc", "desc"])]],
                }
                page = self.record(f"list{entity}", asked)
                if page and page["nextCursor"]:
                    self.record(f"list{entity}", {**asked, "cursor": page["nextCursor"]})


@pytest.mark.parametrize("milliseconds", [False, True])
@pytest.mark.parametrize("jumps", [False, True])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_right_store_is_never_called_wrong(
    replay: Replay,
    seed: int,
    jumps: bool,  # noqa: FBT001  # a parameter of the test
    milliseconds: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    done = replay(Session(seed, jumps=jumps, milliseconds=milliseconds).run())
    assert done.findings == []
    assert done.reasons == []
    assert done.passed > CALLS / 4
