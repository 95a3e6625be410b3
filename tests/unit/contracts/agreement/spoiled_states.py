"""Stores with one mistake each that shows in few states only, in which a sequence must arrive first."""

from typing import Any

from harness.models import BookingPatch, SchedulingRequestPatch, SyncJobPatch
from tests.broken_adapters._helpers import rewrite

__all__ = ["IN_FEW_STATES"]


def exhausted_work_with_an_empty_error_gets_another(store: Any) -> None:
    """An empty text counts as no error."""
    queue = store.sync_jobs
    claim = queue.claim

    def claimed(**asked: Any) -> Any:
        before = {row.id: row for row in queue.iterate()}
        found = claim(**asked)
        for row in queue.iterate():
            if row.status == "failed" != before[row.id].status and row.last_error == "":
                queue.update(row.id, SyncJobPatch(last_error="attempts exhausted"))
        return found

    queue.claim = claimed


def request_that_is_cancelled_cancels_its_bookings(store: Any) -> None:
    update = store.scheduling_requests.update

    def updated(id: Any, patch: SchedulingRequestPatch) -> Any:
        after = update(id, patch)
        if patch.values.get("status") == "cancelled":
            for booking in store.bookings.iterate():
                if booking.request_id == after.id:
                    store.bookings.update(booking.id, BookingPatch(status="cancelled"))
        return after

    store.scheduling_requests.update = updated


def reschedule_to_the_same_slot_owes_no_note(store: Any) -> None:
    reschedule = store.reschedule

    def rescheduled(id: Any, **asked: Any) -> Any:
        before = store.bookings.get(id)
        known = {job.id for job in store.sync_jobs.iterate()}
        after = reschedule(id, **asked)
        if (before.scheduled_start, before.scheduled_end) == (after.scheduled_start, after.scheduled_end):
            for job in [*store.sync_jobs.iterate()]:
                if job.id not in known:
                    store.sync_jobs.delete(job.id)
        return after

    store.reschedule = rescheduled


def second_reschedule_leaves_the_request(store: Any) -> None:
    """The time at which the request was updated stays that of the first one."""
    reschedule = store.reschedule

    def rescheduled(id: Any, **asked: Any) -> Any:
        before = store.bookings.get(id)
        request = before and store.scheduling_requests.get(before.request_id)
        after = reschedule(id, **asked)
        if before.status == "rescheduled":
            time = request.updated_at.isoformat(timespec="microseconds")
            rewrite(store, "scheduling_requests", request.id, updated_at=time)
        return after

    store.reschedule = rescheduled


IN_FEW_STATES = (
    exhausted_work_with_an_empty_error_gets_another,
    request_that_is_cancelled_cancels_its_bookings,
    reschedule_to_the_same_slot_owes_no_note,
    second_reschedule_leaves_the_request,
)
