"""Mistakes in what a flow leaves: rows, history and notes."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import where
from harness.models import (
    NewBooking,
    SyncJobPatch,
)

from ._flows import afterwards, slot
from ._helpers import history, rewrite

TORN = "facts: nothing spans two requests: a failed second step left a request 'booked' with no booking"


@broken(
    killer="flows.reschedule_moves_the_booking",
    source="plan: a rescheduled booking is a row of its own",
)
def reschedule_is_another_booking(store: Any) -> None:
    """Reschedule cancels the booking and creates another one."""

    def change(after: Any) -> Any:
        rewrite(store, "bookings", after.id, status="cancelled")
        values = {"request_id": after.request_id, "booked_by": after.booked_by, "status": "rescheduled"}
        times = {"scheduled_start": after.scheduled_start, "scheduled_end": after.scheduled_end}
        return store.bookings.create(NewBooking(id=uuid4(), **values, **times))

    afterwards(store, "reschedule", change)


@broken(killer="flows.cancel_ends_booking_and_request[text]", source=TORN)
def cancel_leaves_the_request(store: Any) -> None:
    """Cancel leaves the request as it was."""
    afterwards(
        store,
        "cancel",
        lambda booking: rewrite(store, "scheduling_requests", booking.request_id, status="booked"),
    )


@broken(killer="flows.reschedule_moves_the_booking", source=TORN)
def reschedule_leaves_the_request(store: Any) -> None:
    """Reschedule leaves the request booked."""
    afterwards(
        store,
        "reschedule",
        lambda booking: rewrite(store, "scheduling_requests", booking.request_id, status="booked"),
    )


@broken(killer="flows.book_writes_the_history", source="plan: nobody awaits the entry")
def book_writes_no_history(store: Any) -> None:
    """Book writes no audit entry."""

    def change(booking: Any) -> None:
        with store._begin() as transaction:
            for row in [*transaction.rows("audit_logs").values()]:
                if row["booking_id"] == str(booking.id):
                    transaction.delete("audit_logs", row["id"])

    afterwards(store, "book", change)


@broken(killer="flows.cancel_ends_booking_and_request[text]", source="plan: the note is written by the page")
def cancel_owes_no_note(store: Any) -> None:
    """Cancel creates no sync job."""

    def change(booking: Any) -> None:
        for job in store.sync_jobs.list(where=[where("entity_id", "eq", str(booking.id))]).rows:
            if job.payload["action"] == "cancelled":
                store.sync_jobs.delete(job.id)

    afterwards(store, "cancel", change)


@broken(killer="flows.reschedule_writes_the_history", source="plan: one helper writes all entries")
def every_action_is_booked(store: Any) -> None:
    """The audit entry of reschedule says `booked`."""
    afterwards(store, "reschedule", lambda booking: history(store, booking, action="booked"))


@broken(killer="flows.reschedule_writes_the_history", source="plan: the service writes it")
def the_actor_is_the_system(store: Any) -> None:
    """The audit entry of reschedule names the system as the actor."""
    afterwards(
        store, "reschedule", lambda booking: history(store, booking, actor_type="system", actor_id=None)
    )


@broken(killer="flows.cancel_ends_booking_and_request[text]", source="plan: entries have no details")
def history_has_no_details(store: Any) -> None:
    """The audit entry of cancel is empty."""
    afterwards(store, "cancel", lambda booking: history(store, booking, payload={}))


@broken(killer="flows.reschedule_writes_the_history", source="plan: reads the row after it was written")
def history_says_from_where_it_went(store: Any) -> None:
    """The audit entry of reschedule has the new slot on both sides."""
    afterwards(
        store,
        "reschedule",
        lambda booking: history(store, booking, payload={"from": slot(booking), "to": slot(booking)}),
    )


@broken(killer="flows.cancel_ends_booking_and_request[none]", source="plan: the page sets cancelled_at")
def cancelled_at_is_not_set(store: Any) -> None:
    """Cancel leaves cancelled_at empty."""

    def change(booking: Any) -> Any:
        rewrite(store, "bookings", booking.id, cancelled_at=None)
        return replace(booking, cancelled_at=None)

    afterwards(store, "cancel", change)


@broken(killer="flows.book_owes_a_note", source="plan: jobs wait for the commit")
def note_is_owed_later(store: Any) -> None:
    """The sync job of book is due in a minute, and not at once."""

    def change(booking: Any) -> None:
        (job,) = store.sync_jobs.list(where=[where("entity_id", "eq", str(booking.id))]).rows
        later = job.run_after.replace(year=job.run_after.year + 1)
        store.sync_jobs.update(job.id, SyncJobPatch(run_after=later))

    afterwards(store, "book", change)


@broken(killer="flows.flows_leave_other_rows", source="facts: an UPDATE without its id changes every row")
def cancel_ends_every_booking(store: Any) -> None:
    """Cancel marks all bookings with the same slot as cancelled."""

    def change(booking: Any) -> None:
        for other in store.bookings.iterate():
            if other.booked_by == booking.booked_by:
                rewrite(store, "bookings", other.id, status="cancelled")

    afterwards(store, "cancel", change)


@broken(
    killer="flows_effects.effects_of_each_flow_in_turn[reason-moved-filled]",
    source="a queue of notes that is thinned out: one pending note per booking",
)
def pending_notes_are_merged(store: Any) -> None:
    """A flow leaves the note out while another one of the booking waits."""

    def change(booking: Any) -> None:
        named = [where("entity_id", "eq", str(booking.id)), where("status", "eq", "pending")]
        _, *newer = store.sync_jobs.iterate(where=named)
        for note in newer:
            store.sync_jobs.delete(note.id)

    afterwards(store, "reschedule", change)


@broken(
    killer="flows_effects.effects_of_each_flow_in_turn[reason-booked-bare]",
    source="an eager dashboard: whoever cancels with a reason wants to be called",
)
def cancel_calls_for_attention(store: Any) -> None:
    """Cancel with a reason sets the flag of the request."""

    def change(booking: Any) -> None:
        if booking.cancellation_reason:
            rewrite(store, "scheduling_requests", booking.request_id, needs_attention=True)

    afterwards(store, "cancel", change)
