"""Mistakes in flows that show only after other flows: the second move of a booking, or the third."""

from datetime import datetime
from typing import Any

from contracts.selfcheck.wrapping import broken

from ._beside import after_flow, removed
from ._flows import afterwards, slot
from ._helpers import Call, around, history, rewrite, wire

MOVED = "flows_effects.effects_of_each_flow_in_turn[reason-moved-filled]"
BOOKED = "flows_effects.effects_of_each_flow_in_turn[reason-booked-filled]"


def entries(store: Any, booking: Any) -> list[Any]:
    """Return the audit entries of the moves of a booking, oldest first."""
    return [
        entry
        for entry in store.audit_logs.iterate()
        if entry.booking_id == booking.id and entry.action == "rescheduled"
    ]


def notes(store: Any, booking: Any) -> list[Any]:
    """Return the notes on a booking, oldest first."""
    return [job for job in store.sync_jobs.iterate() if job.entity_id == str(booking.id)]


@broken(killer=MOVED, source="protocol: a reschedule writes its audit entry and its note, to any slot")
def move_to_the_same_slot_is_nothing(store: Any) -> None:
    """A reschedule to the slot that the booking has writes neither an entry nor a note."""

    def change(before: Any, _request: Any, after: Any) -> None:
        if slot(before) == slot(after):
            removed(store, "audit_logs", [entries(store, after)[-1].id])
            removed(store, "sync_jobs", [notes(store, after)[-1].id])

    after_flow(store, "reschedule", change)


@broken(killer=MOVED, source="protocol: `from` of the audit entry is the slot before this move")
def history_goes_on_from_the_first_slot(store: Any) -> None:
    """The entry of each move says that it went from the slot that was booked first."""

    def change(_before: Any, _request: Any, after: Any) -> None:
        found = entries(store, after)
        payload = {"from": found[0].payload["from"], "to": found[-1].payload["to"]}
        rewrite(store, "audit_logs", found[-1].id, payload=payload)

    after_flow(store, "reschedule", change)


@broken(killer=MOVED, source="PostgreSQL manual: an UPDATE with a WHERE on the old status skips the row")
def second_move_does_not_touch_the_request(store: Any) -> None:
    """A reschedule updates the request only if its status is not rescheduled already."""

    def change(before: Any, request: Any, _after: Any) -> None:
        if before.status == "rescheduled":
            rewrite(store, "scheduling_requests", request.id, updated_at=wire(request.updated_at))

    after_flow(store, "reschedule", change)


@broken(killer=MOVED, source="protocol: reschedule changes slot and status, the row stays the same")
def second_move_takes_the_confirmation_back(store: Any) -> None:
    """A booking that is moved for the second time loses confirmed_at."""

    def change(before: Any, _request: Any, after: Any) -> None:
        if before.status == "rescheduled":
            rewrite(store, "bookings", after.id, confirmed_at=None)

    after_flow(store, "reschedule", change)


@broken(killer=MOVED, source="protocol: a reschedule comes with a sync job, each time")
def second_move_owes_no_note(store: Any) -> None:
    """Only the first reschedule of a booking creates a note."""

    def change(before: Any, _request: Any, after: Any) -> None:
        if before.status == "rescheduled":
            removed(store, "sync_jobs", [notes(store, after)[-1].id])

    after_flow(store, "reschedule", change)


@broken(killer=MOVED, source="protocol: a reschedule comes with an audit entry, each time")
def third_move_is_not_in_the_history(store: Any) -> None:
    """The history keeps no more than two moves of a booking."""

    def change(_before: Any, _request: Any, after: Any) -> None:
        removed(store, "audit_logs", [entry.id for entry in entries(store, after)[2:]])

    after_flow(store, "reschedule", change)


@broken(killer=MOVED, source="protocol: the note of a flow is work that waits, due at once")
def note_of_a_move_is_due_at_its_slot(store: Any) -> None:
    """The note of a reschedule is due when the appointment begins."""

    def change(_before: Any, _request: Any, after: Any) -> None:
        rewrite(store, "sync_jobs", notes(store, after)[-1].id, run_after=slot(after)["scheduled_start"])

    after_flow(store, "reschedule", change)


@broken(killer=MOVED, source="protocol: the audit entry of a flow names the actor, whoever it is")
def candidates_are_recorded_as_coordinators(store: Any) -> None:
    """The entry of a reschedule by the candidate names a coordinator."""

    def change(_before: Any, _request: Any, after: Any) -> None:
        last = entries(store, after)[-1]
        if last.actor_type == "candidate":
            rewrite(store, "audit_logs", last.id, actor_type="coordinator")

    after_flow(store, "reschedule", change)


@broken(killer=MOVED, source="protocol: reschedule takes both times of the slot as they are given")
def same_start_keeps_the_end(store: Any) -> None:
    """A reschedule that keeps the start keeps the end, too."""

    def reschedule(original: Call, id: Any, **options: Any) -> Any:
        booking, start = store.bookings.get(id), options["scheduled_start"]
        if booking is not None and isinstance(start, datetime) and start == booking.scheduled_start:
            options["scheduled_end"] = booking.scheduled_end
        return original(id, **options)

    around(store, "reschedule", reschedule)


@broken(killer=BOOKED, source="protocol: the note of a flow is a sync job with the defaults of the table")
def note_of_an_end_is_tried_less(store: Any) -> None:
    """The note of a cancellation has three attempts instead of five."""
    afterwards(
        store,
        "cancel",
        lambda booking: rewrite(store, "sync_jobs", notes(store, booking)[-1].id, max_attempts=3),
    )


@broken(killer=BOOKED, source="protocol: cancel adds its own sync job, and changes no other")
def cancel_clears_failed_notes_away(store: Any) -> None:
    """Cancel removes the notes on the booking that had failed."""
    afterwards(
        store,
        "cancel",
        lambda booking: removed(
            store, "sync_jobs", [job.id for job in notes(store, booking) if job.status == "failed"]
        ),
    )


@broken(killer=BOOKED, source="protocol: the audit entry of a flow is linked to booking and request")
def history_of_an_end_lacks_the_request(store: Any) -> None:
    """The audit entry of cancel is linked to the booking alone."""
    afterwards(store, "cancel", lambda booking: history(store, booking, request_id=None))


@broken(
    killer="flows_book_effects.effects_of_each_booking[as_it_is]",
    source="protocol: the audit entry of book is linked to the booking that it made",
)
def second_booking_is_in_the_history_of_the_first(store: Any) -> None:
    """The entry of a second booking of a request is linked to the first one."""

    def change(booking: Any) -> None:
        mine = (row for row in store.bookings.iterate() if row.request_id == booking.request_id)
        history(store, booking, booking_id=str(next(mine).id))

    afterwards(store, "book", change)


@broken(
    killer="flows_book_effects.effects_of_each_booking[in_capitals]",
    source="facts: UUIDs are case-normalised, text ids are not",
)
def note_spells_the_request_as_the_caller_did(store: Any) -> None:
    """The note of book holds request_id in the letters of the argument."""

    def book(original: Call, new: Any, *, actor: Any) -> Any:
        booking = original(new, actor=actor)
        payload = {"action": "booked", "request_id": str(new.values["request_id"])}
        rewrite(store, "sync_jobs", notes(store, booking)[-1].id, payload=payload)
        return booking

    around(store, "book", book)
