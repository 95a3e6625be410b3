"""Times as Postgres keeps them: an integer of microseconds since 2000-01-01 UTC, exact, or not at all."""

import re
from datetime import UTC, datetime, timedelta

import polars as pl

__all__ = ["INFINITY", "MINUS_INFINITY", "UNIX_TO_POSTGRES_US", "moment", "moment_text", "moments"]

INFINITY = 2**63 - 1
MINUS_INFINITY = -(2**63)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
UNIX_TO_POSTGRES_US = 946_684_800_000_000
"""Microseconds from 1970 to 2000."""
_DAY_US = 86_400_000_000

_PLAIN = (
    r"^(?:[1-9]\d{3}|0[1-9]\d\d|00[1-9]\d|000[1-9])-\d\d-\d\d[T ]\d\d:\d\d:[0-5]\d(?:\.\d{1,6})?"
    r"(?:Z|[+-](?:0\d|1[0-5])(?::[0-5]\d)?)$"
)
"""What Polars parses exactly. Its parser is laxer than this: it cuts a seventh digit and takes second 60."""

_SHORT_ZONE = r"(:[0-9.]*[+-]\d\d)$"
"""An offset in whole hours, as Postgres writes it."""

_ANY = re.compile(
    r"(?P<year>\d{4,6})-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)"
    r"(?:\.(?P<fraction>\d+))?)?\s?(?P<zone>Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)(?P<bc>\s?BC)?",
    re.IGNORECASE | re.ASCII,
)
_INFINITE = {"infinity": INFINITY, "+infinity": INFINITY, "-infinity": MINUS_INFINITY}


def moments(texts: pl.Series) -> pl.Series:
    """Parse a String series into Int64; null where a text is no time that Postgres could keep exactly."""
    plain = texts.set(~texts.str.contains(_PLAIN).fill_null(value=False), None)
    fast = _parsed(plain)
    if fast.null_count() == texts.null_count():
        return fast
    # As Postgres writes it: a space, and an offset in whole hours.
    uniform = plain.str.replace(" ", "T", literal=True).str.replace(_SHORT_ZONE, "$1:00")
    fast = fast.zip_with(fast.is_not_null(), _parsed(uniform))
    slow = (texts.is_not_null() & fast.is_null()).arg_true()
    if slow.is_empty():
        return fast
    return fast.scatter(slow, [moment(texts[place]) for place in slow])


def _parsed(texts: pl.Series) -> pl.Series:
    times = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", strict=False)
    return times.cast(pl.Int64) - UNIX_TO_POSTGRES_US


def moment(text: str) -> int | None:
    """Parse one text, any year and both infinities included; None for what is no exact, aware time."""
    infinite = _INFINITE.get(text.strip().lower())
    if infinite is not None:
        return infinite
    match = _ANY.fullmatch(text.strip())
    if match is None:
        return None
    days = _days(match)
    clock = _clock_us(match)
    offset = _offset_us(match["zone"])
    if days is None or clock is None or offset is None:
        return None
    value = days * _DAY_US + clock - offset
    return value if MINUS_INFINITY < value < INFINITY else None


def moment_text(value: int) -> str:
    """Write a time as ISO 8601 with six digits, beyond the years of `datetime` as Postgres does."""
    if value == INFINITY:
        return "infinity"
    if value == MINUS_INFINITY:
        return "-infinity"
    # The calendar repeats after 400 years.
    cycles, rest = divmod(value, 146_097 * _DAY_US)
    shifted = _EPOCH + timedelta(microseconds=rest)
    year = shifted.year + 400 * cycles
    era = ""
    if year <= 0:
        year, era = 1 - year, " BC"
    return f"{year:04}-{shifted:%m-%dT%H:%M:%S.%f}Z{era}"


def _days(match: re.Match[str]) -> int | None:
    year = int(match["year"])
    if year == 0:
        return None  # Postgres has no year zero
    # The calendar repeats after 400 years, and `datetime` has but 9999 of them.
    cycles, year_of_cycle = divmod((1 - year if match["bc"] else year) - 2000, 400)
    try:
        day = datetime(2000 + year_of_cycle, int(match["month"]), int(match["day"]), tzinfo=UTC)
    except ValueError:
        return None
    return (day - _EPOCH).days + cycles * 146_097


def _clock_us(match: re.Match[str]) -> int | None:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    fraction = match["fraction"] or ""
    if fraction[6:].strip("0"):
        return None  # Postgres would round it
    microseconds = int(fraction[:6].ljust(6, "0"))
    is_midnight = (hour, minute, second, microseconds) == (24, 0, 0, 0)
    if not is_midnight and (hour > 23 or minute > 59 or second > 59):
        return None
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + microseconds


def _offset_us(zone: str) -> int | None:
    if zone in {"Z", "z"}:
        return 0
    digits = zone[1:].replace(":", "").ljust(6, "0")
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if hours > 15 or minutes > 59 or seconds > 59:
        return None
    offset = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000
    return -offset if zone[0] == "-" else offset
