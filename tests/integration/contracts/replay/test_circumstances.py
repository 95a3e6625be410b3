"""A difference that something else than the adapter explains is unchecked, with the reason; no other is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.replay.found import Replayed
from harness.errors import Conflict, NotFound
from harness.models.operations import OPERATIONS
from tests.broken_adapters._helpers import around
from tests.integration.contracts.replay.conftest import Replay
from tests.recorder import ACTOR, Recorder, booking, event, job, request

ALL = {"where": [], "limit": 10}
CLAIM = {"limit": 10, "leaseS": 60}


def unchecked(done: Replayed) -> dict[str, str]:
    """Return the reasons by call, after making sure that nothing is called a difference."""
    assert done.findings == []
    return {found.id: str(found.reason) for found in done.doubtful}


def test_rows_at_the_start_are_there(replay: Replay) -> None:
    before = Recorder()
    # Else the job falls due within the recording, and the replay may be faster than that.
    before.clock.go_on(minutes=-10)
    id_ = before("createSchedulingRequest", request())["id"]
    before("createSyncJob", job())
    rows = {alias: before("__export", alias) for alias in ("syncJobs", "schedulingRequests")}
    record = Recorder(rows=rows)
    for alias, listed in rows.items():
        record._dispatch(*_import(alias, listed))
    record("getSchedulingRequest", id_)
    record("bookSchedulingRequest", booking(id_), ACTOR)
    record("claimSyncJobs", CLAIM)
    record("listSchedulingRequests", ALL)
    assert replay(record).passed == 4


def _import(alias: str, rows: list[Any]) -> tuple[Any, list[Any]]:
    return OPERATIONS["__import"], [alias, rows]


def test_rows_that_are_not_known_excuse_what_they_explain(replay: Replay) -> None:
    old = Recorder()
    id_ = old("createSchedulingRequest", request())["id"]
    old("receiveWebhookEvent", event())
    record = Recorder(rows=None)
    record.head["rowsMissing"] = "not asked for"
    record.database, record._dispatch = old.database, old._dispatch
    record("getSchedulingRequest", id_)
    record("updateSchedulingRequest", id_, {"reqTitle": "other"})
    record("bookSchedulingRequest", booking(id_), ACTOR)
    record("createSchedulingRequest", request())
    record("countSchedulingRequests", {"where": []})
    record("receiveWebhookEvent", event())
    new = record("createSchedulingRequest", request(2))["id"]
    record("getSchedulingRequest", new)
    done = replay(record)
    reasons = unchecked(done)
    assert reasons["replay.1.getSchedulingRequest"].endswith("those are not known (not asked for)")
    assert (
        reasons["replay.4.createSchedulingRequest"] == "call 2 differs for a reason that is not the adapter's"
    )
    # The row that the replay made in call 4 stands in for the old one in call 5.
    assert (done.unchecked, done.passed) == (5, 3)


def test_rows_that_are_not_known_excuse_nothing_else(replay: Replay) -> None:
    def refuse(store: Any) -> None:
        def create(original: Callable[..., Any], new: Any) -> Any:
            original(new)
            raise Conflict("scheduling_requests_pkey")

        around(store.scheduling_requests, "create", create)

    record = Recorder(rows=None)
    record("createSchedulingRequest", request())
    record("getSchedulingRequest", str(UUID(int=1)))
    assert [found.id for found in replay(record, refuse).findings] == ["replay.1.createSchedulingRequest"]


def test_fault_of_that_day_says_nothing_about_the_adapter(replay: Replay) -> None:
    record = Recorder()
    now = record.clock.time
    said = {"error": {"kind": "unavailable", "message": "nothing was done"}}
    record.note("createSchedulingRequest", [request()], said, start=now, end=now)
    record.clock.go_on(seconds=1)
    record("listSchedulingRequests", ALL)
    done = replay(record)
    assert "recorded as unavailable" in unchecked(done)["replay.1.createSchedulingRequest"]
    assert done.passed == 1


def test_call_that_may_have_happened_leaves_its_table_doubtful(replay: Replay) -> None:
    record = Recorder()
    record("createSchedulingRequest", request())
    record.calls[0] = {key: value for key, value in record.calls[0].items() if key != "result"}
    record.calls[0]["error"] = {"kind": "outcome_unknown", "message": "the answer was lost"}
    record("countSchedulingRequests", {"where": []})
    assert set(unchecked(replay(record))) == {
        "replay.1.createSchedulingRequest",
        "replay.2.countSchedulingRequests",
    }


def test_exception_of_the_recorded_adapter_is_its_own_defect(replay: Replay) -> None:
    record = Recorder()
    now = record.clock.time
    said = {"error": {"kind": "unexpected", "message": "threw TypeError: x is undefined"}}
    record.note("getOpsSummary", [], said, start=now, end=now)
    reason = unchecked(replay(record))["replay.1.getOpsSummary"]
    assert "x is undefined" in reason
    assert reason.endswith("a defect of the recorded adapter")


def test_arguments_without_the_form_of_the_protocol(replay: Replay) -> None:
    record = Recorder()
    now = record.clock.time
    record.note("listBookings", [], {"result": {"rows": [], "nextCursor": None}}, start=now, end=now)
    reason = unchecked(replay(record))["replay.1.listBookings"]
    assert reason == "its arguments have not the form of the protocol: 0 given, 1 needed"


def test_what_follows_from_a_difference_says_so(replay: Replay) -> None:
    def forget(store: Any) -> None:
        def update(*_: Any) -> Any:
            raise NotFound("scheduling_requests")

        around(store.scheduling_requests, "update", update)

    record = Recorder()
    id_ = record("createSchedulingRequest", request())["id"]
    record("updateSchedulingRequest", id_, {"reqTitle": "other"})
    record("getSchedulingRequest", id_)
    first, second = replay(record, forget).findings
    assert (first.follows, second.follows) == (None, 2)


def test_ids_in_texts_and_documents_are_those_of_the_replay(replay: Replay) -> None:
    record = Recorder()
    id_ = record("createSchedulingRequest", request())["id"]
    entry = {
        "action": "noted",
        "actorType": "system",
        "payload": {"about": [f"request {id_}"]},
        "requestId": id_,
    }
    record("createAuditLog", entry)
    record("createSyncJob", job(entityType="scheduling_request", entityId=id_, payload={id_: 1}))
    record("listSyncJobs", {"where": [["entityId", "eq", id_]], "limit": 10})
    record("getSchedulingRequest", id_.upper())
    assert replay(record).passed == 5


def test_ids_that_the_application_chose_stay(replay: Replay) -> None:
    chosen = str(UUID(int=5))
    record = Recorder()
    record("createSchedulingRequest", request(id=chosen))
    record("createSchedulingRequest", request(2, id=chosen))
    record("getSchedulingRequest", chosen)
    assert replay(record).passed == 3


def test_numbers_are_compared_by_value(replay: Replay) -> None:
    record = Recorder()
    record("createSyncJob", job(payload={"n": 1.5, "big": 10**22, "exact": 2**53 + 1}))
    assert replay(record).passed == 1
    record.calls[0]["result"]["payload"]["exact"] = 2**53
    assert [found.id for found in replay(record).findings] == ["replay.1.createSyncJob"]
    record.head["capabilities"] = {"time": "ms", "numbers": "double"}
    assert replay(record).passed == 1


def test_reset_and_import_in_the_middle(replay: Replay) -> None:
    record = Recorder()
    id_ = record("createSchedulingRequest", request())["id"]
    rows = record("__export", "schedulingRequests")
    record("__reset")
    record("countSchedulingRequests", {"where": []})
    record("__import", "schedulingRequests", rows)
    record("getSchedulingRequest", id_)
    assert replay(record).passed == len(record.calls)


def test_job_that_is_not_due_at_once_is_found(replay: Replay) -> None:
    def wait(store: Any) -> None:
        later = timedelta(hours=1)
        around(
            store.sync_jobs,
            "create",
            lambda original, new: replace(row := original(new), run_after=row.run_after + later),
        )

    record = Recorder()
    record("createSyncJob", job())
    (found,) = replay(record, wait).findings
    assert "0.000 s after the call" in found.expected


def test_secrets_and_arguments_are_not_shown(replay: Replay) -> None:
    record = Recorder()
    record("createSchedulingRequest", request())
    record.calls[0]["result"] |= {"publicToken": "a secret", "publicTokenHash": "another"}
    (found,) = replay(record).findings
    assert "publicToken=(hidden: 8 characters, sha256 " in found.expected.replace("'", "")
    shown = found.call + found.expected + found.actual
    for text in ("a secret", "another", "token-1", "sha256:1", "Ada", "ada@example.org"):
        assert text not in shown


def test_old_time_that_was_recorded_is_expected_to_be_old(replay: Replay) -> None:
    record = Recorder()
    record("createSchedulingRequest", request())
    record.calls[0]["result"]["updatedAt"] = "2020-01-01T00:00:00Z"
    (found,) = replay(record).findings
    assert "a time before the replay began" in found.expected


def test_thousand_differences_are_enough(replay: Replay) -> None:
    record = Recorder()
    for _ in range(1005):
        record("countBookings", {"where": []})
        record.calls[-1]["result"] = 1
    done = replay(record)
    assert (done.failed, done.counts.unchecked) == (1000, 5)
    assert done.reasons == ["On memory the replay ended early: 1,000 calls differ, which is enough."]


def test_odd_values_are_differences_and_no_crash(replay: Replay) -> None:
    record = Recorder()
    record("listBookings", {"where": [], "limit": 1})
    record("claimSyncJobs", CLAIM)
    record("receiveWebhookEvent", event())
    record("getOpsSummary")
    record("getBooking", "x")
    for odd in (7, [1], {"rows": 1}, {"event": [], "isNew": 1}, "text"):
        for call in record.calls:
            call["result"] = odd
        assert replay(record).failed == len(record.calls)
