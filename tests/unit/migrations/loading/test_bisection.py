"""Rows that fail are found among many, and the first of two that exclude each other stays."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations.loading.bisection import offenders


class Refusal(psycopg.errors.UniqueViolation):
    """As the server raises it, with its SQLSTATE."""

    sqlstate = "23505"


class Table:
    """Keys in a table: what a statement writes, it writes whole or not at all."""

    def __init__(self, keys: list[int]) -> None:
        self.keys = keys
        self.written: list[int] = []
        self.attempts = 0

    def attempt(self, low: int, high: int) -> None:
        self.attempts += 1
        wanted = [*self.written, *range(low, high)]
        keys = [self.keys[index] for index in wanted]
        if len(set(keys)) < len(keys) or any(key < 0 for key in keys):
            raise Refusal
        self.written = wanted


def one_by_one(keys: list[int]) -> list[int]:
    """The offenders when each row is tried by itself, in order."""
    seen: set[int] = set()
    found = []
    for index, key in enumerate(keys):
        if key < 0 or key in seen:
            found.append(index)
        seen.add(key)
    return found


@given(st.lists(st.integers(min_value=-1, max_value=20), max_size=60))
def test_it_finds_what_trying_one_by_one_finds(keys: list[int]) -> None:
    table = Table(keys)
    assert [one.index for one in offenders(len(keys), table.attempt)] == one_by_one(keys)


def test_one_offender_among_many_takes_few_attempts() -> None:
    table = Table([*range(1000), -1, *range(1000, 2000)])
    assert [one.index for one in offenders(2001, table.attempt)] == [1000]
    assert table.attempts < 30


def test_an_error_that_concerns_no_row_is_raised() -> None:
    def attempt(_low: int, _high: int) -> None:
        raise psycopg.errors.DiskFull

    with pytest.raises(psycopg.errors.DiskFull):
        offenders(10, attempt)


def test_no_rows_need_no_attempt() -> None:
    table = Table([])
    assert offenders(0, table.attempt) == []
    assert table.attempts == 0
