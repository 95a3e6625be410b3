"""Time: an instant is kept to the microsecond, and what is no instant is refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from contracts.builders import a_booking, a_request, a_wire
from contracts.case import needs, strict
from contracts.expect import every, refused
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import InvalidValue
from harness.models import SchedulingRequest, SchedulingRequestPatch

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
FRACTIONS = (1, 10, 999, 1000, 100_000, 123_456, 500_000, 999_999)
INSTANTS: dict[str, tuple[datetime, str]] = {
    "utc": (datetime(2026, 1, 15, 10, tzinfo=UTC), "2026-01-15T10:00:00.000000+00:00"),
    "milliseconds": (
        datetime(2026, 1, 15, 10, 0, 0, 100_000, tzinfo=UTC),
        "2026-01-15T10:00:00.100000+00:00",
    ),
    "east": (
        datetime(2026, 1, 15, 10, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        "2026-01-15T04:15:00.000000+00:00",
    ),
    "west": (
        datetime(2026, 1, 15, 20, tzinfo=timezone(timedelta(hours=-8))),
        "2026-01-16T04:00:00.000000+00:00",
    ),
    "widest_offset": (
        datetime(2026, 1, 15, 23, 59, tzinfo=timezone(timedelta(hours=14))),
        "2026-01-15T09:59:00.000000+00:00",
    ),
    "winter_time": (datetime(2026, 1, 15, 10, tzinfo=BERLIN), "2026-01-15T09:00:00.000000+00:00"),
    "summer_time": (datetime(2026, 7, 15, 10, tzinfo=BERLIN), "2026-07-15T08:00:00.000000+00:00"),
    "before_the_clock_goes_back": (
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=0),
        "2026-10-25T00:30:00.000000+00:00",
    ),
    "after_the_clock_went_back": (
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
        "2026-10-25T01:30:00.000000+00:00",
    ),
    "skipped_hour": (datetime(2026, 3, 8, 2, 30, tzinfo=NEW_YORK), "2026-03-08T07:30:00.000000+00:00"),
    "leap_day": (datetime(2028, 2, 29, 12, tzinfo=UTC), "2028-02-29T12:00:00.000000+00:00"),
    "before_the_epoch": (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), "1969-12-31T23:59:59.000000+00:00"),
    "epoch": (datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01T00:00:00.000000+00:00"),
    "before_the_common_calendar": (datetime(1500, 2, 28, tzinfo=UTC), "1500-02-28T00:00:00.000000+00:00"),
    "year_1": (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000+00:00"),
    "year_999": (datetime(999, 6, 1, tzinfo=UTC), "0999-06-01T00:00:00.000000+00:00"),
    "year_9999": (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "9999-12-31T23:59:59.000000+00:00"),
    "beyond_32_bits": (datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC), "2038-01-19T03:14:08.000000+00:00"),
}
NO_TIMES: dict[str, Any] = {
    "now": "now",
    "today": "today",
    "epoch": "epoch",
    "infinity": "infinity",
    "minus_infinity": "-infinity",
    "midnight_as_24": "2026-01-15T24:00:00+00:00",
    "second_60": "2026-01-15T10:00:60+00:00",
    "american": "01/02/2026",
    "year_10000": "10000-01-01T00:00:00+00:00",
    "before_christ": "2026-01-15 10:00:00+00 BC",
    "no_offset": "2026-01-15T10:00:00",
    "empty": "",
    "number": 1_768_471_200,
    "boolean": True,
}


def test_instant_is_kept(subject: Subject, store: Store) -> None:
    """A time with any offset is stored as the same instant in UTC."""
    made = {}
    with every() as about:
        for name, (given, kept) in INSTANTS.items():
            with about(name):
                made[name] = store.scheduling_requests.create(a_request(expires_at=given))
                assert made[name].expires_at.isoformat(timespec="microseconds") == kept
        read = {row.id: row for row in store.scheduling_requests.list().rows}
        stored = {wire["id"]: wire["expires_at"] for wire in subject.stored_rows(SchedulingRequest)}
        for name, request in made.items():
            with about(name):
                assert read.get(request.id) == request
                assert stored.get(str(request.id)) == INSTANTS[name][1]


def test_instant_in_a_filter(subject: Subject, store: Store) -> None:
    """A filter by a time finds the instant, whatever offset either was written with."""
    wires = {
        name: a_wire(SchedulingRequest, expires_at=datetime.fromisoformat(kept))
        for name, (_, kept) in INSTANTS.items()
    }
    subject.load(SchedulingRequest, wires.values())
    with every() as about:
        for name, (given, _) in INSTANTS.items():
            with about(name):
                found = store.scheduling_requests.list(where=[where("expires_at", "eq", given)])
                assert [str(row.id) for row in found.rows] == [wires[name]["id"]]


@needs(Capability.MICROSECONDS)
def test_microseconds_are_kept(store: Store) -> None:
    """All six digits of a second are kept, trailing zeros or not, on create and on update."""
    updated = store.scheduling_requests.create(a_request())
    with every() as about:
        for microsecond in FRACTIONS:
            with about(microsecond):
                moment = datetime(2026, 1, 15, 10, 0, 0, microsecond, tzinfo=UTC)
                request = store.scheduling_requests.create(a_request(expires_at=moment))
                assert request.expires_at == moment
                assert store.scheduling_requests.get(request.id) == request
                later = moment + timedelta(hours=1)
                after = store.scheduling_requests.update(updated.id, SchedulingRequestPatch(expires_at=later))
                assert after.expires_at == later
                assert store.scheduling_requests.get(updated.id) == after


@needs(Capability.MICROSECONDS)
def test_time_read_back_finds_its_row(subject: Subject, store: Store) -> None:
    """A time that was read can be used as a filter, and finds its row and not its neighbours."""
    tick = timedelta(microseconds=1)
    with every() as about:
        for day, microsecond in enumerate(FRACTIONS, start=1):
            with about(microsecond):
                moment = datetime(2026, 1, day, 10, 0, 0, microsecond, tzinfo=UTC)
                made = [a_wire(SchedulingRequest, expires_at=moment + n * tick) for n in (-1, 0, 1)]
                subject.load(SchedulingRequest, made)
                again = store.scheduling_requests.get(made[1]["id"])
                assert again is not None
                found = store.scheduling_requests.list(where=[where("expires_at", "eq", again.expires_at)])
                assert found.rows == (again,)


def test_creation_time_read_back_finds_its_row(store: Store) -> None:
    """A time that the store assigned can be used as a filter at the adapter's own resolution."""
    request = store.scheduling_requests.create(a_request())
    found = store.scheduling_requests.list(where=[where("created_at", "eq", request.created_at)])
    assert found.rows == (request,)


def test_times_are_utc(store: Store) -> None:
    """Every time of a returned row is in UTC, however it was given."""
    request = store.scheduling_requests.create(a_request(expires_at=datetime(2099, 7, 1, 12, tzinfo=BERLIN)))
    booking = store.bookings.create(a_booking(request))
    values = [*vars(request).values(), *vars(booking).values()]
    times = [value for value in values if isinstance(value, datetime)]
    assert len(times) == 9
    assert {time.utcoffset() for time in times} == {timedelta(0)}


@needs(Capability.PYTHON_VALUES)
@strict
def test_naive_time_is_refused(store: Store) -> None:
    """A time without a zone is nobody's instant: refused on create, on update and in filters."""
    naive = datetime(2026, 1, 15, 10)  # noqa: DTZ001 - the case is about it
    request = store.scheduling_requests.create(a_request())
    with refused(InvalidValue, "expires_at"):
        store.scheduling_requests.create(a_request(expires_at=naive))
    with refused(InvalidValue, "expires_at"):
        store.scheduling_requests.update(request.id, SchedulingRequestPatch(expires_at=naive))
    with refused(InvalidValue, "expires_at"):
        store.scheduling_requests.list(where=[where("expires_at", "lt", naive)])
    assert store.scheduling_requests.list().rows == (request,)


@needs(Capability.PYTHON_VALUES)
@strict
def test_date_is_refused(store: Store) -> None:
    """A date is no time."""
    with refused(InvalidValue, "expires_at"):
        store.scheduling_requests.create(a_request(expires_at=date(2026, 1, 15)))


@strict
def test_what_is_no_time_is_refused(store: Store) -> None:
    """Words and numbers that a server would take for a time are refused, in filters, too."""
    with every() as about:
        for name, value in NO_TIMES.items():
            with about(name), refused(InvalidValue, "expires_at"):
                store.scheduling_requests.create(a_request(expires_at=value))
            with about(f"{name} in a filter"), refused(InvalidValue, "expires_at"):
                store.scheduling_requests.list(where=[where("expires_at", "gte", value)])
    assert store.scheduling_requests.count() == 0


@needs(Capability.PYTHON_VALUES)
@strict
def test_time_that_leaves_the_calendar_is_refused(store: Store) -> None:
    """An instant outside of the years 1 to 9999 in UTC is refused."""
    before = datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))
    after = datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))
    with every() as about:
        for name, value in {"before_year_1": before, "after_year_9999": after}.items():
            with about(name), refused(InvalidValue, "expires_at"):
                store.scheduling_requests.create(a_request(expires_at=value))
    assert store.scheduling_requests.count() == 0
