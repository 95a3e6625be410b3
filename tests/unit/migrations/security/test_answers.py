"""Answers are read for what they say, and nothing is made of what they do not say."""

import pytest

from migrations.security.answers import read_answer


@pytest.mark.parametrize(
    ("content_range", "total"), [("0-0/3", 3), ("*/0", 0), ("0-0/*", None), ("", None), ("nonsense", None)]
)
def test_the_total_is_what_stands_behind_the_slash(content_range: str, total: int | None) -> None:
    assert read_answer(200, {"content-range": content_range}, b"").total == total


def test_rows_are_counted_only_in_a_list() -> None:
    assert read_answer(200, {}, b'[{"id":1}]').rows == 1
    assert read_answer(200, {}, b'{"id":1}').rows is None
    assert read_answer(200, {}, b"<html>").rows is None


@pytest.mark.parametrize(
    ("status", "body", "from_postgres"),
    [
        (200, b"[]", True),
        (401, b'{"code":"42501","message":"permission denied"}', True),
        (409, b'{"code":"23505","message":"duplicate key"}', True),
        (409, b'{"code":"PT409","message":"stale_claim"}', True),
        (401, b'{"code":"PGRST301","message":"JWT expired"}', False),
        (401, b'{"message":"Invalid API key"}', False),
        (404, b'{"code":"PGRST202","message":"no such function"}', False),
        (503, b"", False),
    ],
)
def test_who_got_as_far_as_postgres_is_told_from_who_was_stopped_before(
    *, status: int, body: bytes, from_postgres: bool
) -> None:
    assert read_answer(status, {}, body).from_postgres is from_postgres


@pytest.mark.parametrize(
    ("body", "at_once"),
    [
        (b'{"code":"PGRST301","message":"JWT expired"}', True),
        (b'{"message":"Invalid API key"}', True),
        (b'{"code":"42501","message":"permission denied to set role \\"postgres\\""}', True),
        (b'{"code":"42501","message":"permission denied for table bookings"}', False),
    ],
)
def test_who_is_turned_away_as_whom_they_come_is_told_from_what_is_closed(
    *, body: bytes, at_once: bool
) -> None:
    assert read_answer(401, {}, body).is_turned_away_at_once is at_once
    assert not read_answer(500, {}, body).is_turned_away_at_once


def test_headers_are_searched_too() -> None:
    assert "ada@example.org" in read_answer(400, {"x-hint": "ada@example.org"}, b"").text


def test_the_contents_are_not_in_what_is_logged() -> None:
    assert "ada" not in repr(read_answer(400, {}, b"ada@example.org"))
