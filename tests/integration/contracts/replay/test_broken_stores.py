"""Stores that are wrong in one way each: the replay of an ordinary day says in which call, and how."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.adapters.queries import Page
from harness.errors import Conflict, NotFound
from tests.broken_adapters._helpers import around, repositories
from tests.integration.contracts.replay.conftest import Replay
from tests.recorder import Recorder, a_day

OLD = datetime(2020, 1, 1, tzinfo=UTC)


def lost_update(store: Any) -> None:
    """The answer shows the change, and nothing was stored."""

    def update(original: Callable[..., Any], id: Any, patch: Any) -> Any:
        row = store.scheduling_requests.get(id)
        return (
            original(id, patch) if row is None else replace(row, **patch.values, updated_at=datetime.now(UTC))
        )

    around(store.scheduling_requests, "update", update)


def wrong_error(store: Any) -> None:
    def book(original: Callable[..., Any], new: Any, *, actor: Any) -> Any:
        try:
            return original(new, actor=actor)
        except Conflict:
            raise NotFound("scheduling_requests") from None

    around(store, "book", book)


def wrong_constraint(store: Any) -> None:
    def create(original: Callable[..., Any], new: Any) -> Any:
        try:
            return original(new)
        except Conflict:
            raise Conflict("some_key") from None

    around(store.scheduling_requests, "create", create)


def count_off_by_one(store: Any) -> None:
    around(store.scheduling_requests, "count", lambda original, **asked: original(**asked) + 1)


def swapped_order(store: Any) -> None:
    def listed(original: Callable[..., Any], **asked: Any) -> Any:
        page = original(**asked)
        return Page(page.rows[1::-1] + page.rows[2:], page.next_cursor)

    around(repositories(store), "list", listed)


def lost_row(store: Any) -> None:
    def listed(original: Callable[..., Any], **asked: Any) -> Any:
        page = original(**asked)
        return Page(page.rows[1:], page.next_cursor)

    around(store.bookings, "list", listed)


def endless_pages(store: Any) -> None:
    def listed(original: Callable[..., Any], **asked: Any) -> Any:
        page = original(**asked)
        return Page(page.rows, page.next_cursor or "more")

    around(store.audit_logs, "list", listed)


def changed_text(store: Any) -> None:
    def get(original: Callable[..., Any], id: Any) -> Any:
        row = original(id)
        return None if row is None else replace(row, candidate_name=row.candidate_name.upper())

    around(store.scheduling_requests, "get", get)


def stale_time(store: Any) -> None:
    """Times of creation come from a clock that stands still."""
    around(store.scheduling_requests, "create", lambda original, new: replace(original(new), created_at=OLD))


def updated_stays(store: Any) -> None:
    def update(original: Callable[..., Any], id: Any, patch: Any) -> Any:
        before = store.scheduling_requests.get(id)
        after = original(id, patch)
        return after if before is None else replace(after, updated_at=before.updated_at)

    around(store.scheduling_requests, "update", update)


def long_lease(store: Any) -> None:
    around(
        store.sync_jobs,
        "claim",
        lambda original, *, limit, lease_s: original(limit=limit, lease_s=lease_s * 2),
    )


def claims_twice(store: Any) -> None:
    taken: list[Any] = []

    def claim(original: Callable[..., Any], **asked: Any) -> Any:
        taken.extend(original(**asked))
        return tuple(taken)

    around(store.sync_jobs, "claim", claim)


def always_new(store: Any) -> None:
    around(store.webhook_events, "receive", lambda original, new: replace(original(new), is_new=True))


def moved_slot(store: Any) -> None:
    hour = timedelta(hours=1)
    around(
        store,
        "reschedule",
        lambda original, id, *, scheduled_start, **given: original(
            id, scheduled_start=scheduled_start - hour, **given
        ),
    )


def one_id_for_all(store: Any) -> None:
    first: list[Any] = []

    def create(original: Callable[..., Any], new: Any) -> Any:
        row = original(new)
        first.append(row.id)
        return replace(row, id=first[0])

    around(store.scheduling_requests, "create", create)


def crashes(store: Any) -> None:
    def summary(_: Callable[..., Any]) -> Any:
        raise ZeroDivisionError

    around(store, "ops_summary", summary)


BROKEN: dict[Callable[[Any], None], tuple[str, str, str]] = {
    lost_update: ("replay.18.listSchedulingRequests", "needsAttention", "False"),
    wrong_error: (
        "replay.11.bookSchedulingRequest",
        "kind conflict on request_not_bookable",
        "kind not_found",
    ),
    wrong_constraint: (
        "replay.5.createSchedulingRequest",
        "scheduling_requests_public_token_hash_key",
        "some_key",
    ),
    count_off_by_one: ("replay.23.countSchedulingRequests", "2", "3"),
    swapped_order: ("replay.18.listSchedulingRequests", "in place 1", "these rows stand in place 2, 1"),
    lost_row: (
        "replay.20.listBookings",
        "2 rows of bookings; among them",
        "1 rows of bookings without those",
    ),
    endless_pages: ("replay.21.listAuditLogs", "nextCursor: null", "nextCursor: a text"),
    changed_text: ("replay.7.getSchedulingRequest", "candidateName: 'Ada'", "candidateName: 'ADA'"),
    stale_time: ("replay.1.createSchedulingRequest", "createdAt: 'a time between", "2020-01-01"),
    updated_stays: ("replay.16.updateSchedulingRequest", "updatedAt: 'a time after", "updatedAt: '2"),
    long_lease: ("replay.31.claimSyncJobs", "60.000 s after the call", "runAfter: '"),
    claims_twice: ("replay.34.claimSyncJobs", "0 rows of sync_jobs", "4 rows of sync_jobs; besides"),
    always_new: ("replay.26.receiveWebhookEvent", "isNew: False", "isNew: True"),
    moved_slot: (
        "replay.12.rescheduleBooking",
        "scheduledStart: '2026-02-04T10",
        "scheduledStart: '2026-02-04T09",
    ),
    one_id_for_all: ("replay.2.createSchedulingRequest", "id: 'that of a row of its own'", "id: '"),
    crashes: (
        "replay.24.getOpsSummary",
        "an answer with counts, due, needsAttention",
        "unexpected: 'ZeroDivisionError",
    ),
}


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("milliseconds", [False, True])
def test_first_difference_names_the_call_and_the_values(
    replay: Replay,
    spoil: Callable[[Any], None],
    milliseconds: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    record = Recorder(milliseconds=milliseconds)
    a_day(record)
    done = replay(record, spoil)
    found = done.findings[0]
    id_, expected, actual = BROKEN[spoil]
    assert found.id == id_
    assert expected in found.expected
    assert actual in found.actual


def test_right_store_answers_as_recorded(replay: Replay) -> None:
    for milliseconds in (False, True):
        record = Recorder(milliseconds=milliseconds)
        a_day(record)
        done = replay(record)
        assert (done.passed, done.findings, done.doubtful, done.reasons) == (len(record.calls), [], [], [])


def test_names_of_constraints_are_strict(replay: Replay) -> None:
    record = Recorder()
    a_day(record)
    assert [found.level for found in replay(record, wrong_constraint).findings] == ["strict"]
    assert replay(record, wrong_constraint, level="core").findings == []
