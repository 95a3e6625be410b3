"""What an answer must mean, beyond its fields: rules over what was asked and what is known.

Each raises WrongAnswer in a few words.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from loadtests.scenarios.reading import WrongAnswer
from loadtests.scenarios.shapes import instant

__all__ = ["Got", "all_of", "claimed", "created_now", "grown", "listed", "new_id", "set_in_time", "summed"]

Got = Mapping[str, Any]
Rule = Callable[[Got], None]


def all_of(*rules: Rule) -> Rule:
    """All of several rules."""

    def check(got: Got) -> None:
        for rule in rules:
            rule(got)

    return check


def new_id(seen: Collection[str]) -> Rule:
    """An id that was never given before."""

    def check(got: Got) -> None:
        if got["id"] in seen:
            raise WrongAnswer("the id was given before")

    return check


def created_now(got: Got) -> None:
    """A row that was just made has never been updated."""
    if {"createdAt", "updatedAt"} <= got.keys() and instant(got["createdAt"]) != instant(got["updatedAt"]):
        raise WrongAnswer("createdAt and updatedAt differ")


def set_in_time(created: str, *fields: str) -> Rule:
    """Times that were set, and not before the row was made."""

    def check(got: Got) -> None:
        for name in fields:
            if name not in got:
                continue
            if got[name] is None:
                raise WrongAnswer(f"{name} is null")
            if created in got and _time(got[name]) < _time(got[created]):
                raise WrongAnswer(f"{name} is before {created}")

    return check


def listed(
    *, limit: int, at_least: int, equal: Mapping[str, Any], order: tuple[str, bool] | None, ties: bool
) -> Rule:
    """Rows of the asked kind only, no more than asked for, no fewer than there are, each once, in order.

    `at_least` is how many such rows are known to exist; `order` the field and whether it falls; with `ties`,
    equal times are ordered by id.
    """

    def check(got: Got) -> None:
        rows: Sequence[Got] = got["rows"]
        if len(rows) > limit:
            raise WrongAnswer("has more rows than asked for")
        if len(rows) < min(limit, at_least):
            raise WrongAnswer("has fewer rows than there are")
        for name, value in equal.items():
            if any(name in row and row[name] != value for row in rows):
                raise WrongAnswer(f"has a row with another {name}")
        if len({row["id"] for row in rows}) < len(rows):
            raise WrongAnswer("has a row twice")
        if order is not None and not _ordered(rows, order[0], falling=order[1], ties=ties):
            raise WrongAnswer("is not in order")
        if got.get("nextCursor") is not None and len(rows) < limit:
            raise WrongAnswer("names a next page after the last row")

    return check


def claimed(*, limit: int, at_least: int, seen: Collection[tuple[str, int]], processing: str) -> Rule:
    """Jobs in processing, none that was claimed before, as many as asked for where so many are due.

    `seen` holds (id, attempts): a job may come again after its lease, but as another attempt.
    """

    def check(got: Got) -> None:
        rows: Sequence[Got] = got["rows"]
        if len(rows) > limit:
            raise WrongAnswer("has more jobs than asked for")
        if len(rows) < min(limit, at_least):
            raise WrongAnswer("has fewer jobs than are due")
        if len({row["id"] for row in rows}) < len(rows):
            raise WrongAnswer("has a job twice")
        if any((row["id"], row["attempts"]) in seen for row in rows):
            raise WrongAnswer("has a job that was claimed already")
        if any(row["attempts"] < 1 for row in rows):
            raise WrongAnswer("has a job that nobody tried")
        if any(row.get("status", processing) != processing for row in rows):
            raise WrongAnswer(f"has a job that is not {processing}")

    return check


def summed(at_least: Mapping[str, int]) -> Rule:
    """Counts of every table, whole and not below what is known to be there."""

    def check(got: Got) -> None:
        if got.get("needsAttention", 0) < 0:
            raise WrongAnswer("counts fewer than none")
        for name in ("counts", "due"):
            for table, counted in got.get(name, {}).items():
                numbers = counted.values() if isinstance(counted, Mapping) else (counted,)
                if any(type(number) is not int or number < 0 for number in numbers):
                    raise WrongAnswer(f"{name} of {table} are no counts")
        if "counts" in got:
            for table, fewest in at_least.items():
                counted = got["counts"].get(table)
                if not isinstance(counted, Mapping):
                    raise WrongAnswer(f"counts of {table} are missing")
                if sum(counted.values()) < fewest:
                    raise WrongAnswer(f"counts of {table} are less than what is there")

    return check


def grown(before: Got, growth: Mapping[str, Any]) -> Rule:
    """Every number is larger than before by what stands at the same place in `growth`, or the same."""

    def compare(then: Any, now: Any, by: Any, where: str) -> None:
        if isinstance(then, Mapping):
            for name, inner in then.items():
                if not isinstance(now, Mapping) or name not in now:
                    raise WrongAnswer(f"{where}{name} is missing")
                compare(inner, now[name], by.get(name, {}) if by else {}, f"{where}{name}.")
        elif now - then != (by or 0):
            raise WrongAnswer(f"{where.rstrip('.')} grew by {now - then}, not by {by or 0}")

    return lambda got: compare(before, got, growth, "")


def _ordered(rows: Sequence[Got], field: str, *, falling: bool, ties: bool) -> bool:
    if any(field not in row for row in rows):
        return True  # the application does not tell it
    keys = [(_time(row[field]), row["id"] if ties else "") for row in rows]
    return keys == sorted(keys, reverse=falling)


def _time(value: Any) -> datetime:
    time = instant(value)
    if time is None:
        raise WrongAnswer("a time that orders is none")
    return time
