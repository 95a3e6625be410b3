"""Mistakes of eager deletes, which take along what only names the row, or what is left of others."""

from typing import Any

from contracts.selfcheck.wrapping import broken

from ._beside import after_delete, removed
from ._helpers import Call, around, rewrite, rows_of

DELETED = "crud_states.delete_takes_nothing_along"
JOBS = "design: the entity of a job is a text and no reference, so that a delete leaves it"
STAY = "protocol: the audit entries of a deleted request or booking stay, with a link of None"


def sweep(store: Any, table: str, **only: str) -> None:
    """Remove, with each delete, the audit entries that link nowhere."""

    def change(_row: Any) -> None:
        unlinked = {"request_id": None, "booking_id": None, **only}
        entries = rows_of(store, "audit_logs").values()
        swept = [row["id"] for row in entries if all(row[name] == value for name, value in unlinked.items())]
        removed(store, "audit_logs", swept)

    after_delete(store, table, change)


@broken(killer="foreign_keys_many.history_outlives_what_it_is_about[scheduling_requests]", source=STAY)
def delete_sweeps_the_history_of_the_system(store: Any) -> None:
    """A delete of a request removes the entries of bookings by the system that link nowhere."""
    sweep(store, "scheduling_requests", action="booked", actor_type="system")


@broken(killer="foreign_keys_many.history_outlives_what_it_is_about[bookings]", source=STAY)
def delete_sweeps_the_history_of_candidates(store: Any) -> None:
    """A delete of a booking removes the entries of cancellations by candidates that link nowhere."""
    sweep(store, "bookings", action="cancelled", actor_type="candidate")


@broken(
    killer="crud_states.request_and_booking_are_separate",
    source="protocol: a delete removes one row, and the bookings of a request",
)
def deleted_booking_frees_its_request(store: Any) -> None:
    """A delete of a booking makes its request pending."""
    after_delete(
        store,
        "bookings",
        lambda booking: rewrite(store, "scheduling_requests", booking.request_id, status="pending"),
    )


@broken(killer=DELETED, source=JOBS)
def deleted_request_takes_the_notes_of_its_bookings(store: Any) -> None:
    """A delete of a request removes the sync jobs on its bookings."""

    def delete(original: Call, id: Any) -> bool:
        found = store.scheduling_requests.get(id)
        mine = {str(row.id) for row in store.bookings.iterate() if found and row.request_id == found.id}
        done = bool(original(id))
        removed(store, "sync_jobs", [job.id for job in store.sync_jobs.iterate() if job.entity_id in mine])
        return done

    around(store.scheduling_requests, "delete", delete)


@broken(killer=DELETED, source=JOBS)
def deleted_booking_takes_its_jobs(store: Any) -> None:
    """A delete of a booking removes the reconciliation jobs that name it."""

    def change(booking: Any) -> None:
        jobs = rows_of(store, "reconciliation_jobs").values()
        removed(
            store, "reconciliation_jobs", [job["id"] for job in jobs if job["entity_id"] == str(booking.id)]
        )

    after_delete(store, "bookings", change)
