"""Mistakes in what a queue leaves in a row beside what it should change."""

from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.protocol import Received
from harness.adapters.queries import where
from harness.errors import Conflict

from ._beside import after_update
from ._helpers import Call, around, queues, replaced_values, rewrite, rows_of, wire

STEPS = "queues_effects.effects_of_each_step_in_turn[none-sync_jobs]"
EXHAUSTED = "queues_effects.effects_on_exhausted_rows[none-sync_jobs]"
TRACE = "protocol: a call that raises leaves no trace"
ONLY = "protocol: an update changes what the patch names, and updated_at"
CLAIMED = (
    "protocol: a claimed row becomes processing, attempts + 1, run_after = now + lease, and is else as it was"
)


def claims(store: Any, change: Any) -> None:
    """Spoil claims of all queues: `change` gets the table, its rows before, and each claimed row."""
    for queue in queues(store):

        def claim(original: Call, queue: Any = queue, **options: Any) -> Any:
            before = rows_of(store, queue._table)
            found = original(**options)
            for row in found:
                if more := change(before[str(row.id)], row):
                    rewrite(store, queue._table, row.id, **more)
            return tuple(queue.get(row.id) for row in found)

        around(queue, "claim", claim)


def exhausts(store: Any, undo: Any) -> None:
    """Spoil what a claim does to exhausted rows: `undo` gets them as they were, and says what to restore."""
    for queue in queues(store):

        def claim(original: Call, queue: Any = queue, **options: Any) -> Any:
            before = rows_of(store, queue._table)
            found = original(**options)
            now = rows_of(store, queue._table)
            failed = [row for id_, row in before.items() if row["status"] != now[id_]["status"] == "failed"]
            for id_, more in undo(failed).items():
                rewrite(store, queue._table, id_, **more)
            return found

        around(queue, "claim", claim)


@broken(killer=STEPS, source=CLAIMED)
def work_that_is_taken_over_keeps_its_time(store: Any) -> None:
    """A claim of work whose lease expired does not advance updated_at."""
    claims(
        store, lambda old, _row: {"updated_at": old["updated_at"]} if old["status"] == "processing" else None
    )


@broken(killer=STEPS, source=CLAIMED)
def lost_lease_is_an_error(store: Any) -> None:
    """A claim of work whose lease expired notes that as its last_error."""
    claims(
        store,
        lambda old, row: (
            {"last_error": "lease expired"}
            if old["status"] == "processing" and row.last_error is None
            else None
        ),
    )


@broken(
    killer="queues_effects.effects_of_each_step_in_turn[none-reconciliation_jobs]",
    source="protocol: complete marks a claimed row as done",
)
def done_work_is_due_now(store: Any) -> None:
    """Complete sets run_after to the time at which the work was done."""

    def complete(original: Call, id: Any, attempts: Any) -> Any:
        done = original(id, attempts)
        rewrite(store, "reconciliation_jobs", done.id, run_after=wire(done.updated_at))
        return store.reconciliation_jobs.get(done.id)

    around(store.reconciliation_jobs, "complete", complete)


@broken(killer=STEPS, source=TRACE)
def stale_completion_advances(store: Any) -> None:
    """A completion that is refused advances updated_at."""
    for queue in queues(store):

        def complete(original: Call, id: Any, attempts: Any, queue: Any = queue) -> Any:
            try:
                return original(id, attempts)
            except Conflict:
                rewrite(store, queue._table, queue.get(id).id, updated_at=wire(store._now()))
                raise

        around(queue, "complete", complete)


@broken(killer=STEPS, source=TRACE)
def stale_failure_leaves_its_error(store: Any) -> None:
    """A failure that is refused leaves its error in the row."""
    for queue in queues(store):

        def fail(original: Call, id: Any, attempts: Any, queue: Any = queue, **options: Any) -> Any:
            try:
                return original(id, attempts, **options)
            except Conflict:
                rewrite(store, queue._table, queue.get(id).id, last_error=options["error"])
                raise

        around(queue, "fail", fail)


@broken(
    killer="queues_effects.effects_on_exhausted_rows[empty-sync_jobs]",
    source='protocol: last_error stays, or says "attempts exhausted" if none was ever reported',
)
def empty_error_is_no_error(store: Any) -> None:
    """An exhausted row whose error is an empty text gets "attempts exhausted" in its place."""
    exhausts(
        store,
        lambda failed: {
            row["id"]: {"last_error": "attempts exhausted"} for row in failed if row["last_error"] == ""
        },
    )


@broken(
    killer=EXHAUSTED, source="protocol: a due row whose attempts are used up becomes failed, each of them"
)
def few_exhausted_rows_fail(store: Any) -> None:
    """A claim fails ten exhausted rows at most."""
    exhausts(store, lambda failed: {row["id"]: {"status": row["status"]} for row in failed[10:]})


@broken(killer=EXHAUSTED, source="facts: updated_at is set by a trigger, which memory has to copy")
def exhausted_rows_keep_their_time(store: Any) -> None:
    """An exhausted row that waited fails without an advance of updated_at."""
    exhausts(
        store,
        lambda failed: {
            row["id"]: {"updated_at": row["updated_at"]} for row in failed if row["status"] != "processing"
        },
    )


@broken(
    killer="queues_effects.claim_returns_the_oldest_first[sync_jobs]",
    source="PostgreSQL manual: the order of UPDATE … RETURNING is not that of the subquery",
)
def large_claims_come_in_reverse(store: Any) -> None:
    """A claim of more than ten rows returns the youngest first."""

    def claim(original: Call, **options: Any) -> Any:
        found = original(**options)
        return found[::-1] if len(found) > 10 else found

    around(queues(store), "claim", claim)


@broken(
    killer="queues_effects.attempts_are_not_cut_to_fit[sync_jobs]",
    source="plan: attempts between 0 and max_attempts is a CHECK, and not a rule that mends rows",
)
def attempts_are_cut_to_fit(store: Any) -> None:
    """A patch that lowers max_attempts lowers the attempts with it."""
    for queue in queues(store):

        def update(original: Call, id: Any, patch: Any, queue: Any = queue) -> Any:
            most, row = patch.values.get("max_attempts"), queue.get(id)
            if type(most) is int and row is not None and 0 < most < row.attempts:
                patch = replaced_values(patch, attempts=most)
            return original(id, patch)

        around(queue, "update", update)


@broken(killer="crud_states.update_takes_nothing_along[filled-sync_jobs]", source=ONLY)
def requeued_work_begins_anew(store: Any) -> None:
    """An update back to pending sets the attempts of failed work to 0."""
    after_update(
        store,
        "sync_jobs",
        lambda values, old, _row: (
            {"attempts": 0} if values.get("status") == "pending" and old.status == "failed" else None
        ),
    )


@broken(killer="crud_states.update_takes_nothing_along[filled-sync_jobs]", source=ONLY)
def requeued_work_has_no_error(store: Any) -> None:
    """An update back to pending clears last_error."""
    after_update(
        store,
        "sync_jobs",
        lambda values, _old, _row: {"last_error": None} if values.get("status") == "pending" else None,
    )


@broken(killer="crud_states.update_takes_nothing_along[filled-webhook_events]", source=ONLY)
def update_to_processed_sets_the_time(store: Any) -> None:
    """An update to processed sets processed_at, as complete does."""
    after_update(
        store,
        "webhook_events",
        lambda values, _old, row: (
            {"processed_at": wire(row.updated_at)} if values.get("status") == "processed" else None
        ),
    )


@broken(
    killer="queues_effects.redelivery_in_each_state[processing-empty]",
    source="protocol: a stored event is never changed by a delivery",
)
def redelivery_clears_the_error_of_running_work(store: Any) -> None:
    """A redelivery of an event that is being processed clears its last_error."""

    def receive(original: Call, new: Any) -> Any:
        answer = original(new)
        if answer.is_new or answer.event.status != "processing":
            return answer
        rewrite(store, "webhook_events", answer.event.id, last_error=None)
        return Received(store.webhook_events.get(answer.event.id), is_new=False)

    around(store.webhook_events, "receive", receive)


@broken(
    killer="queues_effects.redelivery_in_each_state[failed-none]",
    source="protocol: the same key with another payload_hash is Conflict, in whatever state the event is",
)
def failed_event_takes_any_contents(store: Any) -> None:
    """A delivery with other contents is a redelivery if the stored event has failed."""

    def receive(original: Call, new: Any) -> Any:
        try:
            return original(new)
        except Conflict:
            named = [where("event_id", "eq", new.values["event_id"]), where("status", "eq", "failed")]
            for event in store.webhook_events.list(where=named).rows:
                return Received(event, is_new=False)
            raise

    around(store.webhook_events, "receive", receive)
