"""Stores with one mistake each, which a search must find without any case that knows them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from contracts.selfcheck.wrapping import BrokenSubject
from contracts.subject import Subject
from contracts.subjects import MemorySubject
from harness.adapters.protocol import Received
from harness.adapters.queries import Page
from harness.errors import Conflict, InvalidValue, NotFound, StoreError
from harness.models import (
    ReconciliationJobPatch,
    SchedulingRequestPatch,
    SyncJobPatch,
    WebhookEventPatch,
)
from tests.unit.contracts.agreement.spoiled_states import IN_FEW_STATES

__all__ = ["SPOILED", "opened"]


def correct(store: Any) -> None:
    del store


def update_ignores_none(store: Any) -> None:
    update = store.scheduling_requests.update

    def updated(id: Any, patch: SchedulingRequestPatch) -> Any:
        kept = {name: value for name, value in patch.values.items() if value is not None}
        return update(id, SchedulingRequestPatch(**kept) if kept else patch)

    store.scheduling_requests.update = updated


def list_drops_ties(store: Any) -> None:
    """Pages go on behind the time of the last row, and not behind the row."""
    rows = store.sync_jobs.list

    def listed(**asked: Any) -> Any:
        page = rows(**asked)
        order = asked.get("order")
        field = "created_at" if order is None else order.field
        seen: dict[Any, Any] = {getattr(row, field): row for row in reversed(page.rows)}
        return Page(tuple(row for row in page.rows if row in seen.values()), page.next_cursor)

    store.sync_jobs.list = listed


def claim_ignores_max_attempts(store: Any) -> None:
    """Work whose attempts are used up is left waiting."""
    queue = store.reconciliation_jobs
    claim = queue.claim

    def claimed(**asked: Any) -> Any:
        before = {row.id: row for row in queue.iterate()}
        found = claim(**asked)
        for row in queue.iterate():
            if row.status == "failed" and before[row.id].status != "failed":
                queue.update(row.id, ReconciliationJobPatch(status=before[row.id].status))
        return found

    queue.claim = claimed


def receive_overwrites(store: Any) -> None:
    receive = store.webhook_events.receive

    def received(new: Any) -> Received:
        found = receive(new)
        if not found.is_new:
            patch = WebhookEventPatch(payload=new.values.get("payload"))
            found = replace(found, event=store.webhook_events.update(found.event.id, patch))
        return Received(found.event, found.is_new)

    store.webhook_events.receive = received


def delete_does_not_cascade(store: Any) -> None:
    """A request that has bookings is not deleted."""
    delete = store.scheduling_requests.delete

    def deleted(id: Any) -> bool:
        found = store.scheduling_requests.get(id)
        if found is not None and any(row.request_id == found.id for row in store.bookings.iterate()):
            return False
        return bool(delete(id))

    store.scheduling_requests.delete = deleted


def cancel_forgets_the_request(store: Any) -> None:
    cancel = store.cancel

    def cancelled(id: Any, **asked: Any) -> Any:
        booking = cancel(id, **asked)
        store.scheduling_requests.update(booking.request_id, SchedulingRequestPatch(status="booked"))
        return booking

    store.cancel = cancelled


def token_hash_in_any_case(store: Any) -> None:
    def found(token_hash: str) -> Any:
        rows = store.scheduling_requests.iterate()
        return next((row for row in rows if row.public_token_hash.lower() == token_hash.lower()), None)

    store.scheduling_requests.get_by_token_hash = found


def book_on_a_cancelled_request(store: Any) -> None:
    book = store.book

    def booked(new: Any, *, actor: Any) -> Any:
        request = store.scheduling_requests.get(new.values.get("request_id", ""))
        if request is not None and request.status == "cancelled":
            store.scheduling_requests.update(request.id, SchedulingRequestPatch(status="pending"))
        return book(new, actor=actor)

    store.book = booked


def failed_write_advances_updated_at(store: Any) -> None:
    """A call that raises leaves a trace: the time."""
    update = store.sync_jobs.update

    def updated(id: Any, patch: Any) -> Any:
        try:
            return update(id, patch)
        except StoreError:
            found = store.sync_jobs.get(id)
            if found is not None:
                update(id, SyncJobPatch(status=found.status))
            raise

    store.sync_jobs.update = updated


def redelivery_advances_updated_at(store: Any) -> None:
    receive = store.webhook_events.receive

    def received(new: Any) -> Received:
        found = receive(new)
        if not found.is_new:
            event = found.event
            store.webhook_events.update(event.id, WebhookEventPatch(verified=event.verified))
        return Received(found.event, found.is_new)

    store.webhook_events.receive = received


def client_caches_reads(store: Any) -> None:
    """What one client has read, it never reads again, whatever the others write."""
    get = store.scheduling_requests.get
    update = store.scheduling_requests.update
    known: dict[Any, Any] = {}

    def cached(id: Any) -> Any:
        if str(id).lower() not in known:
            known[str(id).lower()] = get(id)
        return known[str(id).lower()]

    def updated(id: Any, patch: Any) -> Any:
        known.pop(str(id).lower(), None)
        return update(id, patch)

    store.scheduling_requests.get = cached
    store.scheduling_requests.update = updated


def stale_claim_completes(store: Any) -> None:
    complete = store.sync_jobs.complete

    def completed(id: Any, attempts: int) -> Any:
        try:
            return complete(id, attempts)
        except Conflict:
            found = store.sync_jobs.get(id)
            if found is None or found.status != "processing":
                raise
            return complete(id, found.attempts)

    store.sync_jobs.complete = completed


def missing_row_is_made(store: Any) -> None:
    """An update of a row that does not exist says that it was done."""
    update = store.reconciliation_jobs.update

    def updated(id: Any, patch: Any) -> Any:
        try:
            return update(id, patch)
        except NotFound:
            return None

    store.reconciliation_jobs.update = updated


def wrong_constraint(store: Any) -> None:
    create = store.bookings.create

    def created(new: Any) -> Any:
        try:
            return create(new)
        except Conflict:
            raise Conflict("bookings_pkey") from None

    store.bookings.create = created


def driver_error_leaks(store: Any) -> None:
    create = store.webhook_events.create

    def created(new: Any) -> Any:
        try:
            return create(new)
        except InvalidValue as error:
            raise ValueError(str(error)) from error

    store.webhook_events.create = created


def reschedule_makes_a_new_booking(store: Any) -> None:
    reschedule = store.reschedule

    def rescheduled(id: Any, **asked: Any) -> Any:
        return replace(reschedule(id, **asked), id=uuid4())

    store.reschedule = rescheduled


def json_numbers_become_floats(store: Any) -> None:
    get = store.audit_logs.get

    def read(id: Any) -> Any:
        found = get(id)
        if found is not None and type(found.payload) is int:
            return replace(found, payload=float(found.payload))
        return found

    store.audit_logs.get = read


def lease_never_expires(store: Any) -> None:
    """Work that is being processed is never claimed again."""
    claim = store.sync_jobs.claim

    def claimed(**asked: Any) -> Any:
        held = {row.id for row in store.sync_jobs.iterate() if row.status == "processing"}
        return tuple(row for row in claim(**asked) if row.id not in held)

    store.sync_jobs.claim = claimed


def descending_pages_begin_anew(store: Any) -> None:
    """A cursor of a descending list is ignored."""
    rows = store.webhook_events.list

    def listed(**asked: Any) -> Any:
        order = asked.get("order")
        if asked.get("cursor") is not None and order is not None and order.direction == "desc":
            return rows(**{**asked, "cursor": None})
        return rows(**asked)

    store.webhook_events.list = listed


def summary_forgets_a_status(store: Any) -> None:
    summary = store.ops_summary

    def summed() -> Any:
        found = summary()
        counts = {table: {**counts} for table, counts in found.counts.items()}
        counts["bookings"]["rescheduled"] = 0
        return replace(found, counts=counts)

    store.ops_summary = summed


SPOILED: dict[str, Callable[[Any], None]] = {
    spoil.__name__: spoil
    for spoil in (
        update_ignores_none,
        list_drops_ties,
        claim_ignores_max_attempts,
        receive_overwrites,
        delete_does_not_cascade,
        cancel_forgets_the_request,
        token_hash_in_any_case,
        book_on_a_cancelled_request,
        failed_write_advances_updated_at,
        redelivery_advances_updated_at,
        client_caches_reads,
        stale_claim_completes,
        missing_row_is_made,
        wrong_constraint,
        driver_error_leaks,
        reschedule_makes_a_new_booking,
        json_numbers_become_floats,
        lease_never_expires,
        descending_pages_begin_anew,
        summary_forgets_a_status,
        *IN_FEW_STATES,
    )
}


def opened(stack: Path | None, name: str) -> Subject:
    """Open memory with the mistake of this name."""
    spoil = {**SPOILED, "correct": correct}[name]
    subject: Any = BrokenSubject(MemorySubject.open(stack), spoil)
    return subject  # type: ignore[no-any-return]  # what it lacks, __getattr__ finds in the correct one
