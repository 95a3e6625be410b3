"""What an answer must mean, beyond its fields: rules over what was asked and what is known.

Each raises WrongAnswer in a few words.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from harness.models import ENTITIES
from harness.models.description import camel
from harness.settings import DbMode
from loadtests.scenarios.reading import WrongAnswer
from loadtests.scenarios.shapes import instant

__all__ = [
    "Got",
    "all_of",
    "claimed",
    "created_now",
    "grown",
    "in_a_mode",
    "listed",
    "new_id",
    "set_in_time",
    "summed",
]

Got = Mapping[str, Any]
_STATUSES = {
    camel(table): set(entity.by_name["status"].choices or ())
    for table, entity in ENTITIES.items()
    if "status" in entity.by_name
}
_QUEUES = {camel(table) for table, entity in ENTITIES.items() if entity.queue is not None}
Rule = Callable[[Got], None]


def all_of(*rules: Rule) -> Rule:
    """All of several rules."""

    def check(got: Got) -> None:
        for rule in rules:
            rule(got)

    return check


def in_a_mode(got: Got) -> None:
    """A server runs in one of the two modes, and says so exactly."""
    if got["mode"] not in get_args(DbMode):
        raise WrongAnswer("mode is not what it must be")


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


def summed(at_least: Mapping[str, int], *, whole: bool) -> Rule:
    """Counts that are not below what is known to be there, by table.

    With `whole`, every table with a status has all of its statuses, and every queue says what is due.
    """

    def check(got: Got) -> None:
        counts, due = got.get("counts", {}), got.get("due", {})
        _refuse_no_counts(counts, due, got.get("needsAttention", 0))
        if whole:
            if any(set(counts.get(table, ())) != statuses for table, statuses in _STATUSES.items()):
                raise WrongAnswer("counts are not those of every table and status")
            if due.keys() != _QUEUES:
                raise WrongAnswer("due is not told of every queue")
        for table, fewest in at_least.items():
            if "counts" in got and sum(counts.get(table, {}).values()) < fewest:
                raise WrongAnswer(f"counts of {table} are less than what is there")

    return check


def _refuse_no_counts(counts: Mapping[str, Any], due: Mapping[str, Any], attention: int) -> None:
    for table, by_status in counts.items():
        if not isinstance(by_status, Mapping) or not all(map(_is_count, by_status.values())):
            raise WrongAnswer(f"counts of {table[:40]} are no counts")
    if not all(map(_is_count, due.values())) or not _is_count(attention):
        raise WrongAnswer("what is due, or needs attention, is no count")


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


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
