"""Mistakes in giving work back, and in who may do so."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import Conflict, NotFound

from ._helpers import Call, around, queues, rewrite, round_trip
from ._work import patch_of


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
    source="plan: a lease that ran out is lost",
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
    source="graphile/worker#254: Can named queues become permanently locked when a job reaches max_attempts?",
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
    source="seatgeek/djjob#14: configurable retry delay (retries beyond max_attempts were scheduled)",
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
