"""A difference that the clock or another call at the same time explains is unchecked; no other is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from contracts.replay.found import Replayed
from tests.broken_adapters._helpers import around
from tests.integration.contracts.replay.conftest import Replay
from tests.recorder import ACTOR, LAST_MONTH, Recorder, booking, job, request

ALL = {"where": [], "limit": 10}
CLAIM = {"limit": 10, "leaseS": 60}


def unchecked(done: Replayed) -> dict[str, str]:
    """Return the reasons by call, after making sure that nothing is called a difference."""
    assert done.findings == []
    return {found.id: str(found.reason) for found in done.doubtful}


def test_lease_that_expired_in_the_recording_only(replay: Replay) -> None:
    record = Recorder()
    id_ = record("createSyncJob", job())["id"]
    record("claimSyncJobs", CLAIM)
    record.clock.go_on(minutes=2)
    (again,) = record("claimSyncJobs", CLAIM)
    record("completeSyncJob", id_, again["attempts"])
    record("getSyncJob", id_)
    reasons = unchecked(replay(record))
    claim = reasons["replay.3.claimSyncJobs"]
    assert f"run_after of sync_jobs {id_} was over when the call was recorded, and lay ahead" in claim
    assert "--pace" in claim
    assert reasons["replay.4.completeSyncJob"] == "call 3 differs for a reason that is not the adapter's"
    assert set(reasons) == {"replay.3.claimSyncJobs", "replay.4.completeSyncJob", "replay.5.getSyncJob"}


def test_lease_that_did_not_expire_is_no_excuse(replay: Replay) -> None:
    taken: list[Any] = []

    def claim_again(store: Any) -> None:
        def claim(original: Callable[..., Any], **asked: Any) -> Any:
            taken.extend(original(**asked))
            return tuple(taken)

        around(store.sync_jobs, "claim", claim)

    record = Recorder()
    record("createSyncJob", job())
    record("claimSyncJobs", CLAIM)
    assert record("claimSyncJobs", CLAIM) == []
    done = replay(record, claim_again)
    assert [found.id for found in done.findings] == ["replay.3.claimSyncJobs"]
    assert done.doubtful == []


def test_link_that_expired_in_the_recording_only(replay: Replay) -> None:
    record = Recorder()
    id_ = record("createSchedulingRequest", request())["id"]
    record.clock.go_on(hours=2)
    assert record("bookSchedulingRequest", booking(id_), ACTOR) is None
    record("getSchedulingRequest", id_)
    assert "expires_at" in unchecked(replay(record))["replay.2.bookSchedulingRequest"]


def test_link_that_is_past_from_the_start_is_refused_again(replay: Replay) -> None:
    record = Recorder()
    past = (LAST_MONTH - timedelta(hours=1)).isoformat()
    id_ = record("createSchedulingRequest", request(expiresAt=past))["id"]
    record("bookSchedulingRequest", booking(id_), ACTOR)
    assert replay(record).passed == 2


def test_link_that_is_valid_is_booked_again_years_later(replay: Replay) -> None:
    record = Recorder()
    record.clock.go_on(minutes=30)
    soon = (record.clock.time + timedelta(seconds=20)).isoformat()
    id_ = record("createSchedulingRequest", request(expiresAt=soon))["id"]
    assert record("bookSchedulingRequest", booking(id_), ACTOR)["status"] == "confirmed"
    assert replay(record).passed == 2


def test_time_that_a_list_is_limited_by_moves_along(replay: Replay) -> None:
    record = Recorder()
    first = record("createSchedulingRequest", request(1))
    record("createSchedulingRequest", request(2))
    for operator in ("gt", "gte", "eq"):
        record("countSchedulingRequests", {"where": [["createdAt", operator, first["createdAt"]]]})
    record("countSchedulingRequests", {"where": [["expiresAt", "lt", record.clock.time.isoformat()]]})
    assert replay(record).passed == 6


def test_time_between_two_rows_that_nobody_waited_for(replay: Replay) -> None:
    record = Recorder()
    record("createSchedulingRequest", request(1))
    record.clock.go_on(hours=1)
    since = record.clock.time - timedelta(minutes=30)
    record("createSchedulingRequest", request(2))
    record("countSchedulingRequests", {"where": [["createdAt", "gt", since.isoformat()]]})
    assert (
        "created_at of scheduling_requests" in unchecked(replay(record))["replay.3.countSchedulingRequests"]
    )


def test_pace_waits_as_long_as_it_was_recorded(replay: Replay) -> None:
    record = Recorder()
    record("createSyncJob", job())
    record.clock.go_on(seconds=7)
    record("claimSyncJobs", CLAIM)
    assert replay(record, pace=True).passed == 2
    first, second = replay.clock.moments
    assert 7.0 < (second - first) / 1e6 < 7.1


def test_calls_at_the_same_time_may_have_run_in_any_order(replay: Replay) -> None:
    record = Recorder()
    id_ = record("createSchedulingRequest", request())["id"]
    with record.together():
        record("updateSchedulingRequest", id_, {"reqTitle": "first"})
        record("updateSchedulingRequest", id_, {"candidateName": "Eve"})
        record("getSchedulingRequest", id_)
    record.calls[1], record.calls[2] = (
        {**record.calls[2], "n": 2, "startedNs": record.calls[1]["startedNs"]},
        {**record.calls[1], "n": 3, "startedNs": record.calls[2]["startedNs"]},
    )
    reasons = unchecked(replay(record))
    assert reasons["replay.2.updateSchedulingRequest"] == (
        "it ran at the same time as call 3, and nobody knows in which order"
    )


def test_row_that_two_calls_changed_at_the_same_time_stays_doubtful(replay: Replay) -> None:
    record = Recorder()
    id_ = record("createSchedulingRequest", request())["id"]
    with record.together():
        record("updateSchedulingRequest", id_, {"reqTitle": "one"})
        record("updateSchedulingRequest", id_, {"reqTitle": "two"})
    record("getSchedulingRequest", id_)["reqTitle"]
    record.calls[-1]["result"]["reqTitle"] = "one"
    assert "changed it at the same time" in unchecked(replay(record))["replay.4.getSchedulingRequest"]


def test_rows_made_at_the_same_time_may_be_listed_in_any_order(replay: Replay) -> None:
    record = Recorder()
    with record.together():
        for number in range(3):
            record("createSchedulingRequest", request(number))
    record("listSchedulingRequests", ALL)["rows"]
    record.calls[-1]["result"]["rows"].reverse()
    assert "made at the same time" in unchecked(replay(record))["replay.4.listSchedulingRequests"]


def test_other_calls_at_the_same_time_excuse_nothing_later(replay: Replay) -> None:
    record = Recorder()
    ids = [record("createSchedulingRequest", request(number))["id"] for number in range(2)]
    with record.together():
        for id_ in ids:
            record("updateSchedulingRequest", id_, {"reqTitle": "other"})
    record("getSchedulingRequest", ids[0])
    record.calls[-1]["result"]["reqTitle"] = "changed"
    assert [found.id for found in replay(record).findings] == ["replay.5.getSchedulingRequest"]


def test_last_attempt_that_ended_in_the_recording_only(replay: Replay) -> None:
    record = Recorder()
    id_ = record("createSyncJob", job(maxAttempts=1))["id"]
    record("claimSyncJobs", CLAIM)
    record.clock.go_on(minutes=2)
    assert record("claimSyncJobs", CLAIM) == []
    assert record("getSyncJob", id_)["status"] == "failed"
    record("getOpsSummary")
    reasons = unchecked(replay(record))
    assert set(reasons) == {"replay.4.getSyncJob", "replay.5.getOpsSummary"}
    assert "lay ahead when it was replayed" in reasons["replay.4.getSyncJob"]
