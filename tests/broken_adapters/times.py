"""Mistakes with times: what a client makes of an instant."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.selfcheck.wrapping import broken

from ._helpers import given, returned


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
