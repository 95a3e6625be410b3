"""Reads a text as Postgres reads a timestamptz, where it means one moment to everybody.

Postgres takes more: ``now``, ``01/02/2026``, times without a zone. Those mean
another moment on another server or day, and are refused although Postgres
would take them.
"""

import re
from datetime import date

from migrations.inputs.reading import Objection, Reading

__all__ = ["read_time"]

_TIME = re.compile(
    r"(?P<year>\d{4,6})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d+))?)?)?"
    r"(?P<zone> ?(?:[Zz]|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?))?"
    r"(?P<era> [Bb][Cc])?",
    re.ASCII,
)
_ZONE = re.compile(r"([+-])(\d{2})(?::?(\d{2})(?::?(\d{2}))?)?", re.ASCII)
_US = 1_000_000
_INFINITY = 2**63
_DAY = 86_400
# Between these, in microseconds since 1970, lie the moments that Postgres keeps and the ones that Python has.
_FIRST_OF_POSTGRES = -2_440_588 * _DAY * _US
_END_OF_POSTGRES = 9_223_371_331_200_000_000 + 946_684_800 * _US
_FIRST_OF_PYTHON = -62_135_596_800 * _US
_END_OF_PYTHON = 253_402_300_800 * _US


def read_time(text: str) -> Reading:
    """Read a time. Raises Objection.

    Source of the limits: https://www.postgresql.org/docs/17/datatype-datetime.html
    """
    plain = text.strip(" \t\n\r\v\f")
    if plain.lower() in {"infinity", "-infinity", "+infinity"}:
        raise Objection(
            "infinity",
            f"{text[:60]!r} is no time for any adapter, though Postgres takes it.",
            value=-_INFINITY if plain.startswith("-") else _INFINITY,
        )
    match = _TIME.fullmatch(plain)
    if match is None:
        raise _unreadable(plain)
    return _read(text, match)


def _read(text: str, match: re.Match[str]) -> Reading:
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if match["era"]:
        year = 1 - year
    is_date = 1 <= month <= 12 and 1 <= day <= _days(year, month) and match["year"].strip("0") != ""
    is_time = hour <= 24 and minute <= 59 and second <= 60 and (hour < 24 or minute == second == 0)
    fraction = match["fraction"] or ""
    if hour == 24 and fraction.strip("0"):
        is_time = False
    # In this order: a zone that cannot be is found before a day that cannot be.
    offset = _offset(text, match["zone"]) if is_time else None
    if not is_date or not is_time:
        raise Objection("invalid_time", f"{text[:60]!r} is no day and time that exists.", "22008")
    if match["hour"] is None or offset is None:
        raise Objection(
            "naive_time",
            f"{text[:60]!r} has no time zone: which moment it is depends on the server that reads it.",
        )
    if hour == 24 or second == 60:
        raise Objection("unclear_time", f"{text[:60]!r} is another day or minute for Postgres than it says.")
    seconds = (_day_number(year, month, day) * _DAY) + hour * 3600 + minute * 60 + second - offset
    value = seconds * _US + int(fraction[:6].ljust(6, "0"))
    if not _FIRST_OF_POSTGRES <= value < _END_OF_POSTGRES:
        raise Objection("invalid_time", f"{text[:60]!r} is outside of what Postgres keeps.", "22008")
    if fraction[6:].strip("0"):
        rounded = value + (fraction[6:] > "5")  # to the next microsecond, as Postgres does
        raise Objection(
            "fraction_digits",
            f"{text[:60]!r} has more than six fraction digits; Postgres would round it.",
            value=rounded,
        )
    if not _FIRST_OF_PYTHON <= value < _END_OF_PYTHON:
        raise Objection(
            "out_of_range",
            f"{text[:60]!r} is outside of the years 1 to 9999 in UTC, and no adapter can read it.",
            value=value,
        )
    return Reading(text, value)


def _offset(text: str, zone: str | None) -> int | None:
    """Return the seconds east of UTC, None for no zone."""
    if zone is None:
        return None
    match = _ZONE.fullmatch(zone.strip())
    if match is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    if hours > 15 or minutes > 59 or seconds > 59:
        raise Objection(
            "invalid_time", f"{text[:60]!r} is further from UTC than a time zone can be.", "22009"
        )
    return (hours * 3600 + minutes * 60 + seconds) * (-1 if match[1] == "-" else 1)


def _unreadable(text: str) -> Objection:
    return Objection(
        "invalid_time" if _is_no_time(text) else "unclear_time",
        f"{text[:60]!r} is no ISO 8601 time with a zone, like 2026-01-15T10:00:00.123456Z.",
        "22007" if _is_no_time(text) else None,
    )


def _is_no_time(text: str) -> bool:
    """Say whether Postgres surely finds no time in a text; else it may find one."""
    words = re.findall(r"[A-Za-z]+", text)
    return not re.search(r"\d", text) and not any(word.lower() in _WORDS for word in words)


_WORDS = {"now", "today", "tomorrow", "yesterday", "epoch", "allballs", "infinity", "infinit"}


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def _day_number(year: int, month: int, day: int) -> int:
    """Count the days since 1970 in the proleptic Gregorian calendar, in which 400 years repeat."""
    cycles = (year - 1) // 400
    return date(year - cycles * 400, month, day).toordinal() + cycles * 146_097 - 719_163
