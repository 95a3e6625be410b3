"""Mistakes with times: what a client makes of an instant, and who sets created_at and updated_at."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import StoreError

from ._helpers import Call, around, given, mutable, queues, repositories, returned, rewrite, rows_of


def instants(change: Any) -> Any:
    """Make a change of values of a change of aware times."""

    def changed(name: str, value: Any) -> Any:
        del name
        return change(value) if isinstance(value, datetime) and value.utcoffset() is not None else value

    return changed


def times_of(row: Any, change: Any) -> Any:
    """Return a row with its times changed."""
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return replace(row, **{name: change(v) for name, v in values.items() if isinstance(v, datetime)})


def wire(time: datetime) -> str:
    """Write a time as stores keep it."""
    return time.isoformat(timespec="microseconds")


def in_milliseconds(time: datetime) -> datetime:
    """Cut a time off as a Date does."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


@broken(
    killer="time_values.microseconds_are_kept",
    source="internxt/drive-server-wip#1167: fix/cursor sync microsecond precision",
)
def times_are_stored_in_milliseconds(store: Any) -> None:
    """Times pass through a Date on their way in, and lose what a Date cannot hold."""
    given(store, instants(in_milliseconds))


@broken(
    killer="time_values.microseconds_are_kept",
    source="stella/stella#1763: resolve keyset timestamp cursors at exact precision",
)
def times_are_read_in_milliseconds(store: Any) -> None:
    """Times pass through a Date on their way out; the stored ones are exact."""
    returned(store, lambda row: times_of(row, in_milliseconds))


@broken(
    killer="time_values.microseconds_are_kept",
    source="supabase/storage-py#10: datetime.fromisoformat Error",
)
def fraction_is_read_as_microseconds(store: Any) -> None:
    """The digits behind the point are read as a number of microseconds, whatever their number."""

    def change(time: datetime) -> datetime:
        digits = f"{time.microsecond:06d}".rstrip("0")
        return time.replace(microsecond=int(digits or 0))

    returned(store, lambda row: times_of(row, change))


@broken(killer="time_values.naive_time_is_refused", source="Python manual: a naive datetime is local time")
def naive_times_are_utc(store: Any) -> None:
    """A time without an offset is taken for UTC."""

    def change(name: str, value: Any) -> Any:
        del name
        naive = isinstance(value, datetime) and value.utcoffset() is None
        return value.replace(tzinfo=UTC) if naive else value

    given(store, change)


@broken(killer="time_values.times_are_utc", source="SQLAlchemy manual: DateTime without timezone=True")
def times_come_back_naive(store: Any) -> None:
    """Times are returned without an offset."""
    returned(store, lambda row: times_of(row, lambda time: time.replace(tzinfo=None)))


@broken(killer="time_values.times_are_utc", source="Python manual: astimezone() without an argument")
def times_come_back_local(store: Any) -> None:
    """Times are returned in the zone of the server's machine."""
    zone = datetime.now(UTC).astimezone().tzinfo
    shift = timedelta(hours=1) if zone is None or zone.utcoffset(None) == timedelta(0) else timedelta(0)
    returned(store, lambda row: times_of(row, lambda time: (time + shift).replace(tzinfo=None)))


@broken(killer="time_values.instant_is_kept", source="PostgreSQL manual: timestamp without time zone")
def offsets_are_dropped(store: Any) -> None:
    """The offset of a time is dropped, as `timestamp without time zone` does."""
    given(store, instants(lambda time: time.replace(tzinfo=UTC)))


@broken(killer="time_values.instant_is_kept", source="plan: the offset of the zone is looked up once")
def summer_time_is_forgotten(store: Any) -> None:
    """A time in a zone is converted with the offset that the zone has in winter."""

    def change(time: datetime) -> datetime:
        winter = time.replace(month=1, day=15).utcoffset() or timedelta(0)
        return (time.replace(tzinfo=UTC) - winter) if time.year > 1 else time

    given(store, instants(change))


@broken(killer="time_values.instant_is_kept", source="Python manual: arithmetic ignores fold")
def second_pass_of_an_hour_is_the_first(store: Any) -> None:
    """The hour that occurs twice when the clock goes back is always the first."""
    given(store, instants(lambda time: time.replace(fold=0)))


@broken(killer="columns.far_times_keep_their_microseconds", source="Python manual: timestamp() is a float")
def times_pass_through_floats(store: Any) -> None:
    """Times are stored as seconds since the epoch in a double, which is exact near 1970 only."""

    def change(time: datetime) -> datetime:
        seconds = (time - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)
        if time.year == 9999:
            return time
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    given(store, instants(change))


@broken(
    killer="time_values.what_is_no_time_is_refused", source="facts: 'epoch' and '01/02/2026' are accepted"
)
def texts_are_parsed_as_times(store: Any) -> None:
    """A time column takes a text in the format of another country."""

    def change(name: str, value: Any) -> Any:
        del name
        if isinstance(value, str) and value.count("/") == 2:
            return datetime(2026, 1, 2, tzinfo=UTC)
        return value

    given(store, change)


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
    source="graphile/worker#254: Can named queues become permanently locked when a job reaches max_attempts?",
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
