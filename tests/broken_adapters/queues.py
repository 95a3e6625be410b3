"""Mistakes in picking up work, and in giving it back."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Order, where
from harness.errors import Conflict, NotFound
from harness.models import Patch

from ._helpers import Call, around, queues, rewrite, round_trip, rows_of

TWICE = "facts: select-then-update made 864 claims of 200 jobs"


def patch_of(repository: Any, **changes: Any) -> Any:
    """Build a patch of the rows of a repository."""
    patches = {kind.entity.table: kind for kind in Patch.__subclasses__()}
    return patches[repository._table](**changes)


def due(repository: Any, limit: int, *, order: str = "run_after", states: Any = None) -> Any:
    """Look which rows wait and are due, as a client does that claims by itself."""
    waiting = states or [repository._queue.waiting, "processing"]
    conditions = [where("status", "in", waiting), where("run_after", "lte", datetime.now(UTC))]
    rows = repository.iterate(where=conditions, order=Order(order))
    return [row for row in rows if row.attempts < row.max_attempts][:limit]


def taken(repository: Any, row: Any, lease_s: float, attempts: int) -> Any:
    """Write that a row is being processed."""
    until = datetime.now(UTC) + timedelta(seconds=lease_s)
    changes = {"status": "processing", "attempts": attempts, "run_after": until}
    return repository.update(row.id, patch_of(repository, **changes))


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
    source="procrastinate-org/procrastinate#1375: Job `failed` despite no `max_attempts`",
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


def finishing(store: Any, change: Any) -> None:
    """Replace complete and fail: `change` gets the original, the repository, id and attempts, the options."""

    def finish(original: Call, id: Any, attempts: int, **options: Any) -> Any:
        return change(original, original.__self__, id, attempts, options)  # type: ignore[attr-defined]

    for name in ("complete", "fail"):
        around(queues(store), name, finish)


@broken(
    killer="queues_fencing.stale_worker_is_refused[sync_jobs]",
    source="timgit/pg-boss#555: Expired jobs are not stopped",
)
def no_fencing(store: Any) -> None:
    """Whoever completes or fails a row that is being processed may do so, with any token."""

    def change(original: Call, repository: Any, id: Any, attempts: int, options: Any) -> Any:
        row = repository.get(id)
        current = attempts if row is None or row.status != "processing" else row.attempts
        return original(id, current, **options)

    finishing(store, change)


@broken(
    killer="queues_fencing.waiting_job_cannot_finish[sync_jobs]",
    source="plan: completeX updates by id alone",
)
def state_is_not_checked(store: Any) -> None:
    """A row that waits can be completed and failed."""

    def change(original: Call, repository: Any, id: Any, attempts: int, options: Any) -> Any:
        row = repository.get(id)
        if row is not None and row.status == repository._queue.waiting and row.attempts == attempts:
            repository.update(id, patch_of(repository, status="processing"))
        return original(id, attempts, **options)

    finishing(store, change)


@broken(
    killer="queues_fencing.expired_lease_that_nobody_took_may_finish[sync_jobs]",
    source="timgit/pg-boss#389: Job expiration time limit",
)
def late_workers_are_refused(store: Any) -> None:
    """A worker whose lease ran out is refused, even if nobody else took the row."""

    def change(original: Call, repository: Any, id: Any, attempts: int, options: Any) -> Any:
        row = repository.get(id)
        if row is not None and row.status == "processing" and row.run_after <= datetime.now(UTC):
            raise Conflict("stale_claim")
        return original(id, attempts, **options)

    finishing(store, change)


@broken(
    killer="queues_fencing.job_finishes_once[complete-sync_jobs]",
    source="plan: a repeated complete is harmless",
)
def complete_is_repeatable(store: Any) -> None:
    """Completing a row that is done returns it."""

    def complete(original: Call, id: Any, attempts: int) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        row = repository.get(id)
        done = row is not None and row.status == repository._queue.done and row.attempts == attempts
        return row if done else original(id, attempts)

    around(queues(store), "complete", complete)


@broken(
    killer="queues_fencing.one_of_many_completions_succeeds[sync_jobs]",
    source="langchain-ai/langgraph#8810: can overwrite a newer checkpoint after cancellation",
)
def complete_checks_then_writes(store: Any) -> None:
    """Complete looks at the row, and writes in a second request without a guard."""

    def complete(original: Call, id: Any, attempts: int) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        row = repository.get(id)
        if row is None or row.status != "processing" or row.attempts != attempts:
            return original(id, attempts)
        round_trip()
        queue = repository._queue
        changes = {} if queue.done_at is None else {queue.done_at: datetime.now(UTC)}
        return repository.update(id, patch_of(repository, status=queue.done, **changes))

    around(queues(store), "complete", complete)


@broken(
    killer="queues_fencing.missing_job_is_not_found[sync_jobs]",
    source="facts: an update of nothing is 200",
)
def missing_job_is_none(store: Any) -> None:
    """Completing or failing a row that does not exist does nothing."""

    def change(original: Call, repository: Any, id: Any, attempts: int, options: Any) -> Any:
        del repository
        try:
            return original(id, attempts, **options)
        except NotFound:
            return None

    finishing(store, change)


def failing(store: Any, change: Any) -> None:
    """Change the row that fail left: `change` gets it and the retry in seconds, and returns columns."""

    def fail(original: Call, id: Any, attempts: int, *, error: str, retry_in_s: float = 60.0) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        row = original(id, attempts, error=error, retry_in_s=retry_in_s)
        changes = change(row, repository)
        return repository.update(row.id, patch_of(repository, **changes)) if changes else row

    around(queues(store), "fail", fail)


@broken(killer="queues_completion.last_error_is_kept[webhook_events]", source="plan: errors go to the log")
def error_is_not_written(store: Any) -> None:
    """Fail does not keep the error."""
    failing(store, lambda row, repository: {"last_error": None})  # noqa: ARG005 - the other mistakes look at them


@broken(
    killer="queues_completion.retry_comes_as_late_as_asked[sync_jobs]",
    source="graphile/worker#254: `run_at` was not bumped when the job was tried again",
)
def retry_is_at_once(store: Any) -> None:
    """A row that failed is due at once, whatever retry_in_s says."""
    failing(
        store,
        lambda row, repository: (
            {"run_after": row.updated_at} if row.status == repository._queue.waiting else {}
        ),
    )


@broken(
    killer="queues_completion.last_attempt_fails_for_good[sync_jobs]",
    source="seatgeek/djjob#14: jobs can be scheduled for retry even if it would exceed max_attempts",
)
def last_attempt_waits_again(store: Any) -> None:
    """A row that failed for the last time waits, and becomes failed at the next claim only."""

    def change(row: Any, repository: Any) -> Any:
        return {"status": repository._queue.waiting} if row.status == "failed" else {}

    failing(store, change)


@broken(
    killer="queues_completion.failed_job_is_tried_again[webhook_events]",
    source="garrytan/gbrain#2974: retry resets started_at/attempts/stalled_counter",
)
def fail_resets_the_attempts(store: Any) -> None:
    """A row that failed starts with no attempts again."""

    def change(row: Any, repository: Any) -> Any:
        return {"attempts": 0} if row.status == repository._queue.waiting else {}

    failing(store, change)


@broken(killer="queues_completion.complete_sets_processed_at", source="plan: the API sets processed_at")
def processed_at_is_not_set(store: Any) -> None:
    """Complete leaves processed_at empty."""

    def complete(original: Call, id: Any, attempts: int) -> Any:
        row = original(id, attempts)
        rewrite(store, "webhook_events", row.id, processed_at=None)
        return replace(row, processed_at=None)

    around(store.webhook_events, "complete", complete)


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
