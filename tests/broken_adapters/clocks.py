"""Mistakes with created_at and updated_at: who sets them, and when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import StoreError

from ._helpers import Call, around, mutable, queues, repositories, rewrite, rows_of, wire


@broken(
    killer="timestamps.update_advances[bookings]",
    source="drizzle-team/drizzle-orm#956: Prisma's updatedAt behavior. onUpdate API suggestion",
)
def update_does_not_touch(store: Any) -> None:
    """An update leaves updated_at as it was, as there is no trigger."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        before = repository.get(id)
        row = original(id, patch)
        rewrite(store, repository._table, row.id, updated_at=wire(before.updated_at))
        return repository.get(id)

    around(mutable(store), "update", update)


@broken(
    killer="timestamps.update_that_changes_no_value_advances[bookings]",
    source="facts: a no-op UPDATE bumps updated_at",
)
def update_touches_what_changed(store: Any) -> None:
    """An update that changes no value leaves updated_at as it was."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        before = repository.get(id)
        row = original(id, patch)
        if replace(row, updated_at=before.updated_at) != before:
            return row
        rewrite(store, repository._table, row.id, updated_at=wire(before.updated_at))
        return before

    around(mutable(store), "update", update)


@broken(killer="timestamps.update_advances[bookings]", source="plan: `const now = new Date()` in a module")
def clock_is_read_once(store: Any) -> None:
    """The store's clock is read when the process starts."""
    started = store._now()
    store._now = lambda: started


@broken(
    killer="ownership.updated_at_grows_whoever_updates[bookings]",
    source="facts: updated_at may go backwards across transactions",
)
def clients_set_updated_at(store: Any) -> None:
    """Each client writes updated_at by its own clock, and all but the first are slow."""
    clients = vars(store.database).setdefault("clients", [])
    late = timedelta(milliseconds=50 if clients else 0)
    clients.append(store)

    def update(original: Call, id: Any, patch: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        row = original(id, patch)
        rewrite(store, repository._table, row.id, updated_at=wire(row.updated_at - late))
        return replace(row, updated_at=row.updated_at - late)

    around(mutable(store), "update", update)


@broken(killer="crud.partial_update_leaves_the_rest[bookings]", source="plan: every write sets it")
def update_overwrites_the_creation_time(store: Any) -> None:
    """An update writes created_at anew."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        row = original(id, patch)
        created = repository._entity.created
        rewrite(store, repository._table, row.id, **{created: wire(row.updated_at)})
        return repository.get(id)

    around(mutable(store), "update", update)


@broken(killer="timestamps.equal_on_create", source="plan: new Date() is called for each column")
def creation_reads_the_clock_twice(store: Any) -> None:
    """created_at and updated_at of a new row are two readings of the clock."""

    def create(original: Call, new: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        row = original(new)
        later = row.updated_at + timedelta(microseconds=7)
        rewrite(store, repository._table, row.id, updated_at=wire(later))
        return repository.get(row.id)

    around(mutable(store), "create", create)


@broken(
    killer="timestamps.claim_complete_and_fail_advance[sync_jobs]",
    source="plan: claims are no changes of a row",
)
def claim_does_not_touch(store: Any) -> None:
    """Claim leaves updated_at as it was."""

    def claim(original: Call, **options: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        before = rows_of(store, repository._table)
        claimed = original(**options)
        for row in claimed:
            rewrite(store, repository._table, row.id, updated_at=before[str(row.id)]["updated_at"])
        return tuple(repository.get(row.id) for row in claimed)

    around(queues(store), "claim", claim)


@broken(killer="timestamps.failed_update_does_not_advance", source="plan: touch first, then write")
def failed_update_touches(store: Any) -> None:
    """An update that is refused has advanced updated_at already."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        try:
            return original(id, patch)
        except StoreError:
            row = repository.get(id)
            if row is not None:
                rewrite(store, repository._table, row.id, updated_at=wire(store._now()))
            raise

    around(mutable(store), "update", update)


@broken(killer="timestamps.update_advances_only_its_row", source="plan: a trigger FOR EACH STATEMENT")
def update_touches_the_whole_table(store: Any) -> None:
    """An update of a row advances updated_at of all rows of its table."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        row = original(id, patch)
        for other in rows_of(store, repository._table):
            rewrite(store, repository._table, other, updated_at=wire(row.updated_at))
        return row

    around(mutable(store), "update", update)


@broken(killer="flows.reschedule_moves_the_booking", source="plan: booked_at is when the slot was chosen")
def reschedule_sets_booked_at(store: Any) -> None:
    """Reschedule sets booked_at, which is the time of creation."""

    def reschedule(original: Call, booking_id: Any, **options: Any) -> Any:
        row = original(booking_id, **options)
        rewrite(store, "bookings", row.id, booked_at=wire(row.updated_at))
        return store.bookings.get(row.id)

    around(store, "reschedule", reschedule)


@broken(
    killer="timestamps.deleting_a_request_keeps_the_creation_times_of_its_history",
    source="plan: links are cleared by hand",
)
def unlinked_history_is_new(store: Any) -> None:
    """The audit entries that a delete unlinks get a new created_at."""

    def delete(original: Call, id: Any) -> Any:
        linked = [row["id"] for row in rows_of(store, "audit_logs").values() if row["request_id"] == str(id)]
        deleted = original(id)
        for entry in linked:
            rewrite(store, "audit_logs", entry, created_at=wire(store._now()))
        return deleted

    around(repositories(store)[0], "delete", delete)
