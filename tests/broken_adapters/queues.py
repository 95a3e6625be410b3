"""Mistakes in picking up work."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import where

from ._helpers import Call, around, queues, rewrite, round_trip, rows_of
from ._work import due, patch_of, taken

TWICE = "facts: select-then-update made 864 claims of 200 jobs"


@broken(killer="queues_claim.each_of_200_jobs_is_claimed_once[sync_jobs]", source=TWICE)
def claim_selects_then_updates(store: Any) -> None:
    """A claim looks for due rows, and takes them in further requests, whoever took them meanwhile."""

    def claim(original: Call, *, limit: int = 10, lease_s: float = 60.0) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        rows = due(repository, limit)
        round_trip()
        return tuple(taken(repository, row, lease_s, row.attempts + 1) for row in rows)

    around(queues(store), "claim", claim)


@broken(
    killer="queues_claim.each_of_200_jobs_is_claimed_once[webhook_events]",
    source="facts: a lock in a process guards nothing from another process",
)
def claim_locks_its_own_client(store: Any) -> None:
    """A claim is guarded by a lock that each client has for itself."""
    lock = threading.Lock()

    def claim(original: Call, *, limit: int = 10, lease_s: float = 60.0) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        with lock:
            rows = due(repository, limit)
            round_trip()
            return tuple(taken(repository, row, lease_s, row.attempts + 1) for row in rows)

    around(queues(store), "claim", claim)


@broken(
    killer="queues_fencing.attempts_are_exact_under_contention[sync_jobs]",
    source="facts: 320 `attempts + 1` updates left 46",
)
def attempts_are_read_then_written(store: Any) -> None:
    """A claim is atomic, but the attempts that it writes were read before it."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        before = {id_: row["attempts"] for id_, row in rows_of(store, repository._table).items()}
        round_trip()
        claimed = original(**options)
        for row in claimed:
            rewrite(store, repository._table, row.id, attempts=before[str(row.id)] + 1)
        return tuple(replace(row, attempts=before[str(row.id)] + 1) for row in claimed)

    around(queues(store), "claim", claim)


@broken(
    killer="queues_claim.expired_lease_is_claimed_again[sync_jobs]",
    source="timgit/pg-boss#250: Job not expiring",
)
def leases_never_expire(store: Any) -> None:
    """A claim takes waiting rows only, and never those whose worker vanished."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        held = [
            row["id"] for row in rows_of(store, repository._table).values() if row["status"] == "processing"
        ]
        times = {id_: rows_of(store, repository._table)[id_]["run_after"] for id_ in held}
        for id_ in held:
            rewrite(store, repository._table, id_, run_after="9999-01-01T00:00:00.000000+00:00")
        claimed = original(**options)
        for id_, time in times.items():
            rewrite(store, repository._table, id_, run_after=time)
        return claimed

    around(queues(store), "claim", claim)


@broken(killer="queues_claim.future_job_is_not_claimed[sync_jobs]", source="plan: claim looks at the status")
def run_after_is_ignored(store: Any) -> None:
    """A claim takes waiting rows that are not due yet."""

    def claim(original: Call, *, limit: int = 10, lease_s: float = 60.0) -> Any:
        claimed = original(limit=limit, lease_s=lease_s)
        repository = original.__self__  # type: ignore[attr-defined]
        early = repository.list(where=[where("status", "eq", repository._queue.waiting)], limit=limit).rows
        return claimed or tuple(taken(repository, row, lease_s, row.attempts + 1) for row in early)

    around(queues(store), "claim", claim)


@broken(
    killer="queues_claim.limit_of_a_claim[sync_jobs]",
    source="knex/knex#2466: limit is not applied when used with patch",
)
def limit_is_ignored(store: Any) -> None:
    """A claim is an UPDATE, which has no limit, and takes all due rows."""

    def claim(original: Call, **options: Any) -> Any:
        first = original(**options)
        return (*first, *original(**{**options, "limit": 1000})) if first else first

    around(queues(store), "claim", claim)


@broken(killer="queues_claim.oldest_is_claimed_first[sync_jobs]", source="plan: first created, first served")
def oldest_is_the_first_created(store: Any) -> None:
    """A claim takes rows in order of creation, and not of run_after."""

    def claim(original: Call, *, limit: int = 10, lease_s: float = 60.0) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        claimed = original(limit=1000, lease_s=lease_s)
        claimed = sorted(claimed, key=lambda row: (row.created_at, str(row.id)))
        for row in claimed[limit:]:
            changes = {"attempts": row.attempts - 1, "run_after": datetime(2020, 1, 15, tzinfo=UTC)}
            waiting = repository._queue.waiting
            repository.update(row.id, patch_of(repository, status=waiting, **changes))
        return tuple(claimed[:limit])

    around(queues(store), "claim", claim)


@broken(
    killer="queues_claim.lease_lasts_as_long_as_asked[sync_jobs]",
    source="facts: a timeout of 0.5 becomes 0",
)
def leases_are_whole_seconds(store: Any) -> None:
    """A lease loses its fraction of a second."""

    def claim(original: Call, *, limit: int = 10, lease_s: float = 60.0) -> Any:
        return original(limit=limit, lease_s=int(lease_s) or lease_s)

    around(queues(store), "claim", claim)


@broken(
    killer="queues_claim.lease_lasts_as_long_as_asked[webhook_events]",
    source="plan: setTimeout takes milliseconds",
)
def leases_are_milliseconds(store: Any) -> None:
    """A lease is taken for milliseconds."""

    def claim(original: Call, *, limit: int = 10, lease_s: float = 60.0) -> Any:
        return original(limit=limit, lease_s=lease_s / 1000)

    around(queues(store), "claim", claim)


@broken(
    killer="queues_claim.lease_lasts_as_long_as_asked[reconciliation_jobs]",
    source="timgit/pg-boss#529: Schedule expireInHours doesn't work",
)
def leases_are_the_default(store: Any) -> None:
    """A lease is a minute, whatever the worker asks for."""

    def claim(original: Call, *, limit: int = 10, lease_s: float = 60.0) -> Any:
        return original(limit=limit, lease_s=60.0 if lease_s > 1 else lease_s)

    around(queues(store), "claim", claim)


@broken(killer="queues_claim.claim_takes_the_job[sync_jobs]", source="plan: claim returns what it selected")
def claim_returns_the_rows_before(store: Any) -> None:
    """A claim returns the rows as they were before it took them."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        before = {row.id: row for row in repository.iterate()}
        return tuple(before.get(row.id, row) for row in original(**options))

    around(queues(store), "claim", claim)


@broken(
    killer="queues_claim.exhausted_job_fails_at_the_next_claim[sync_jobs]",
    source="taskforcesh/bullmq#1094: Jobs are processing more than the max attempts",
)
def exhausted_jobs_are_claimed_again(store: Any) -> None:
    """A row whose attempts are used up is claimed again, its attempts staying at the maximum."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        conditions = [where("status", "eq", "processing"), where("run_after", "lte", datetime.now(UTC))]
        for row in repository.iterate(where=conditions):
            if row.attempts == row.max_attempts:
                repository.update(row.id, patch_of(repository, attempts=row.attempts - 1))
        return original(**options)

    around(queues(store), "claim", claim)


@broken(
    killer="rows.last_attempt_is_made[sync_jobs]",
    source="graphile/worker#620: clarify that `attempts` is 1-indexed during a run",
)
def last_attempt_is_never_made(store: Any) -> None:
    """A row with one attempt left counts as exhausted."""

    def claim(original: Call, **options: Any) -> Any:
        claimed = original(**options)
        kept = tuple(row for row in claimed if row.attempts < row.max_attempts or row.max_attempts == 1)
        repository = original.__self__  # type: ignore[attr-defined]
        for row in claimed:
            if row not in kept:
                changes = {"status": "failed", "attempts": row.attempts - 1}
                repository.update(row.id, patch_of(repository, **changes))
        return kept

    around(queues(store), "claim", claim)


@broken(
    killer="queues_completion.error_of_an_exhausted_job_is_kept[sync_jobs]",
    source="plan: the reason of the state is written into last_error",
)
def error_of_exhausted_jobs_is_replaced(store: Any) -> None:
    """A row whose attempts are used up says so in last_error, in place of its last error."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        before = {row.id: row.status for row in repository.iterate()}
        claimed = original(**options)
        for row in repository.iterate(where=[where("status", "eq", "failed")]):
            if before.get(row.id) != "failed":
                repository.update(row.id, patch_of(repository, last_error="attempts exhausted"))
        return claimed

    around(queues(store), "claim", claim)


@broken(killer="queues_claim.claim_takes_the_job[webhook_events]", source="plan: attempts count failures")
def attempts_are_counted_by_fail(store: Any) -> None:
    """A claim leaves the attempts as they are: failures are counted, not attempts."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        return tuple(
            repository.update(row.id, patch_of(repository, attempts=row.attempts - 1))
            for row in original(**options)
        )

    around(queues(store), "claim", claim)


@broken(killer="queues_completion.last_error_is_kept[sync_jobs]", source="plan: a claim starts from scratch")
def claim_clears_the_error(store: Any) -> None:
    """A claim sets last_error to NULL."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        return tuple(
            repository.update(row.id, patch_of(repository, last_error=None)) for row in original(**options)
        )

    around(queues(store), "claim", claim)


@broken(
    killer="queues_claim.only_waiting_and_processing_jobs_are_due[reconciliation_jobs]",
    source="plan: everything that is not done is work",
)
def failed_jobs_are_claimed(store: Any) -> None:
    """A claim takes rows that failed for good."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        for row in repository.iterate(where=[where("status", "eq", "failed")]):
            if row.attempts < row.max_attempts:
                repository.update(row.id, patch_of(repository, status=repository._queue.waiting))
        return original(**options)

    around(queues(store), "claim", claim)
