"""Mistakes in booking, rescheduling and cancelling, and in the numbers of the dashboard."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from contracts.selfcheck.wrapping import broken
from harness.adapters.protocol import OpsSummary
from harness.adapters.queries import where
from harness.errors import Conflict, NotFound, StoreError
from harness.models import (
    BookingPatch,
    NewAuditLog,
    NewBooking,
    NewSyncJob,
    SchedulingRequestPatch,
    SyncJobPatch,
)

from ._helpers import Call, around, history, rewrite, round_trip

TORN = "facts: nothing spans two requests: a failed second step left a request 'booked' with no booking"


def record(store: Any, booking: Any, action: str, payload: Any, actor: Any) -> None:
    """Write what each flow leaves behind, in two requests."""
    store.audit_logs.create(
        NewAuditLog(
            request_id=booking.request_id,
            booking_id=booking.id,
            action=action,
            actor_type=actor.type,
            actor_id=actor.id,
            payload=payload,
        )
    )
    store.sync_jobs.create(
        NewSyncJob(
            type="icims_note",
            entity_type="booking",
            entity_id=str(booking.id),
            payload={"action": action, "request_id": str(booking.request_id)},
        )
    )


def slot(booking: Any) -> Any:
    """Write a slot as the history holds it."""
    times = {"scheduled_start": booking.scheduled_start, "scheduled_end": booking.scheduled_end}
    return {name: time.isoformat(timespec="microseconds") for name, time in times.items()}


def bookable(store: Any, new: NewBooking) -> Any:
    """Look whether a request may be booked, in a request of its own."""
    request = store.scheduling_requests.get(new.values["request_id"])
    if request is None:
        raise NotFound("scheduling_requests")
    if request.status != "pending":
        raise Conflict("request_not_bookable")
    return request


def afterwards(store: Any, name: str, change: Callable[[Any], Any]) -> None:
    """Spoil what one flow left: `change` gets its booking, and may return another."""

    def flow(original: Call, *arguments: Any, **options: Any) -> Any:
        booking = original(*arguments, **options)
        return change(booking) or booking

    around(store, name, flow)


@broken(killer="flows_arguments.invalid_slot", source=TORN)
def status_is_written_first(store: Any) -> None:
    """Book marks the request as booked, and inserts the booking in a second request, which may fail."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        request = store.scheduling_requests.get(new.values.get("request_id"))
        try:
            return original(new, actor=actor)
        except StoreError:
            if request is not None and request.status == "pending":
                store.scheduling_requests.update(request.id, SchedulingRequestPatch(status="booked"))
            raise

    around(store, "book", book)


@broken(
    killer="flows_concurrent.one_of_many_bookings_wins[8]",
    source="calcom/cal.diy#13397: [CAL-3023] Race condition in /api/book/event endpoint",
)
def book_checks_then_writes(store: Any) -> None:
    """Book looks whether the request is free, and writes in further requests."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        request = bookable(store, new)
        round_trip()
        store.scheduling_requests.update(request.id, SchedulingRequestPatch(status="pending"))
        for booking in store.bookings.list(where=[where("request_id", "eq", request.id)]).rows:
            store.bookings.update(booking.id, BookingPatch(status="cancelled"))
        return original(new, actor=actor)

    around(store, "book", book)


@broken(
    killer="flows_concurrent.one_of_many_cancellations_wins",
    source="newtheatre/rooms#83: Availability check and the write are not atomic",
)
def cancel_checks_then_writes(store: Any) -> None:
    """Cancel looks at the booking, and writes in further requests."""

    def cancel(original: Call, booking_id: Any, *, reason: Any = None, actor: Any) -> Any:
        before = store.bookings.get(booking_id)
        if before is None or before.status == "cancelled":
            return original(booking_id, reason=reason, actor=actor)
        round_trip()
        changes = {"status": "cancelled", "cancelled_at": store._now(), "cancellation_reason": reason}
        after = store.bookings.update(before.id, BookingPatch(**changes))
        store.scheduling_requests.update(after.request_id, SchedulingRequestPatch(status="cancelled"))
        record(store, after, "cancelled", {"reason": reason}, actor)
        return after

    around(store, "cancel", cancel)


@broken(
    killer="flows_concurrent.all_of_many_reschedules_happen_one_by_one",
    source="LibreBooking/librebooking#147: Double bookings - Race condition",
)
def reschedule_reads_the_old_slot_first(store: Any) -> None:
    """Reschedule takes the slot for its audit entry from a row that it read before."""

    def reschedule(original: Call, booking_id: Any, **options: Any) -> Any:
        before = store.bookings.get(booking_id)
        round_trip()
        after = original(booking_id, **options)
        if before is not None:
            history(store, after, payload={"from": slot(before), "to": slot(after)})
        return after

    around(store, "reschedule", reschedule)


@broken(killer="flows_refused.book_after_the_link_expired", source="plan: the page checks expires_at")
def expiry_is_not_checked(store: Any) -> None:
    """Book takes a request whose link has expired."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        request = store.scheduling_requests.get(new.values.get("request_id"))
        if request is not None and request.status == "pending" and request.expires_at <= store._now():
            expires = request.expires_at.isoformat(timespec="microseconds")
            rewrite(store, "scheduling_requests", request.id, expires_at="9998-01-01T00:00:00.000000+00:00")
            try:
                return original(new, actor=actor)
            finally:
                rewrite(store, "scheduling_requests", request.id, expires_at=expires)
        return original(new, actor=actor)

    around(store, "book", book)


@broken(killer="flows_refused.book_of_a_request_that_is_not_pending", source="plan: the page checks it")
def state_is_not_checked(store: Any) -> None:
    """Book takes a request that was cancelled or has expired."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        request = store.scheduling_requests.get(new.values.get("request_id"))
        if request is not None and request.status in {"cancelled", "expired"}:
            store.scheduling_requests.update(request.id, SchedulingRequestPatch(status="pending"))
        return original(new, actor=actor)

    around(store, "book", book)


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


@broken(killer="flows.expiry_does_not_matter_to_coordinators", source="plan: one check for all flows")
def expired_links_cannot_be_rescheduled(store: Any) -> None:
    """Reschedule refuses a booking whose link has expired since."""

    def reschedule(original: Call, booking_id: Any, **options: Any) -> Any:
        booking = store.bookings.get(booking_id)
        if booking is not None:
            request = store.scheduling_requests.get(booking.request_id)
            if request.expires_at <= store._now():
                raise Conflict("request_not_bookable")
        return original(booking_id, **options)

    around(store, "reschedule", reschedule)


@broken(killer="flows.cancel_ends_booking_and_request[empty]", source="emcie-co/parlant#774: falsy values")
def empty_reason_is_none(store: Any) -> None:
    """An empty reason of a cancellation is stored as NULL."""

    def cancel(original: Call, booking_id: Any, *, reason: Any = None, actor: Any) -> Any:
        return original(booking_id, reason=reason or None, actor=actor)

    around(store, "cancel", cancel)


@broken(killer="flows.cancel_ends_booking_and_request[none]", source="plan: the page sets cancelled_at")
def cancelled_at_is_not_set(store: Any) -> None:
    """Cancel leaves cancelled_at empty."""

    def change(booking: Any) -> Any:
        rewrite(store, "bookings", booking.id, cancelled_at=None)
        return replace(booking, cancelled_at=None)

    afterwards(store, "cancel", change)


@broken(killer="flows_refused.flow_after_cancel[cancel]", source="plan: a repeated cancel is harmless")
def cancel_is_repeatable(store: Any) -> None:
    """Cancelling a cancelled booking returns it."""

    def cancel(original: Call, booking_id: Any, *, reason: Any = None, actor: Any) -> Any:
        booking = store.bookings.get(booking_id)
        if booking is not None and booking.status == "cancelled":
            return booking
        return original(booking_id, reason=reason, actor=actor)

    around(store, "cancel", cancel)


@broken(killer="flows_refused.book_twice", source="plan: a repeated book is harmless")
def book_is_repeatable(store: Any) -> None:
    """Booking a booked request returns its booking."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        try:
            return original(new, actor=actor)
        except Conflict as error:
            found = store.bookings.list(where=[where("request_id", "eq", new.values["request_id"])]).rows
            if error.constraint != "request_not_bookable" or not found:
                raise
            return found[0]

    around(store, "book", book)


@broken(killer="flows.book_keeps_the_given_id", source="plan: the id of a booking is the server's default")
def book_chooses_the_id(store: Any) -> None:
    """Book ignores the id that the client chose."""

    def book(original: Call, new: NewBooking, *, actor: Any) -> Any:
        values = {name: value for name, value in new.values.items() if name != "id"}
        return original(NewBooking(**values), actor=actor)

    around(store, "book", book)


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


def summary(store: Any, change: Callable[[OpsSummary], OpsSummary]) -> None:
    """Change the numbers of the dashboard."""
    around(store, "ops_summary", lambda original: change(original()))


@broken(killer="flows_summary.summary_of_nothing", source="PostgreSQL manual: GROUP BY makes no empty groups")
def empty_groups_are_missing(store: Any) -> None:
    """A status that no row has is left out of the counts."""
    summary(
        store,
        lambda numbers: replace(
            numbers,
            counts={
                table: {status: n for status, n in found.items() if n}
                for table, found in numbers.counts.items()
            },
        ),
    )


@broken(
    killer="flows_summary.summary_counts_what_a_claim_would_take[sync_jobs]",
    source="garrytan/gbrain#2974: retry left attempts past max_attempts",
)
def exhausted_jobs_are_due(store: Any) -> None:
    """Rows whose attempts are used up count as due."""

    def change(numbers: OpsSummary) -> OpsSummary:
        found = {}
        for table in numbers.due:
            repository = getattr(store, table)
            conditions = [
                where("status", "in", [repository._queue.waiting, "processing"]),
                where("run_after", "lte", store._now()),
            ]
            found[table] = repository.count(where=conditions)
        return replace(numbers, due=found)

    summary(store, change)


@broken(
    killer="rows.summary_counts_more_rows_than_the_cap",
    source="mem0ai/mem0#6695: Supabase 1000-row cap, RLS init probe, and col_info crash",
)
def counts_are_capped(store: Any) -> None:
    """The dashboard counts the rows that it fetched, which are 1,000 at most."""

    def change(numbers: OpsSummary) -> OpsSummary:
        counts = {
            table: {status: min(n, 1000) for status, n in found.items()}
            for table, found in numbers.counts.items()
        }
        return replace(numbers, counts=counts)

    summary(store, change)


@broken(
    killer="flows_summary.summary_counts_what_needs_attention",
    source="plan: who is done needs nothing",
)
def attention_ends_with_the_request(store: Any) -> None:
    """Requests that were cancelled do not count as needing attention."""

    def change(numbers: OpsSummary) -> OpsSummary:
        conditions = [where("needs_attention", "eq", value=True), where("status", "eq", "pending")]
        return replace(numbers, needs_attention=store.scheduling_requests.count(where=conditions))

    summary(store, change)
