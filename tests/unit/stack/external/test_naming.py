"""Rows that an adapter gives no id get one, and nothing else of a request changes."""

import json
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stack.external.naming import with_ids

ID = UUID("0000a1b2-0000-4000-8000-000000000001")
POST = "/rest/v1/bookings"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ROWS = st.dictionaries(st.text().filter(lambda key: key != "id"), JSON)


def named(body: str, target: str = POST, method: str = "POST", prefer: str = "") -> tuple[str, str]:
    found, content = with_ids(method, target, {"prefer": prefer}, body.encode(), lambda: ID)
    return found, content.decode()


@given(row=ROWS, indent=st.sampled_from([None, 1]))
def test_a_row_gets_an_id_and_keeps_the_rest(row: dict[str, Any], indent: int | None) -> None:
    target, body = named(f" {json.dumps(row, indent=indent)}\n")
    assert (target, json.loads(body)) == (POST, {"id": str(ID), **row})


@given(rows=st.lists(ROWS, min_size=1), indent=st.sampled_from([None, 1]))
def test_rows_get_ids_of_their_own(rows: list[dict[str, Any]], indent: int | None) -> None:
    ids = iter(UUID(int=n) for n in range(len(rows)))
    _, body = with_ids("POST", POST, {}, json.dumps(rows, indent=indent).encode(), lambda: next(ids))
    found = json.loads(body)
    assert [{key: value for key, value in row.items() if key != "id"} for row in found] == rows
    assert {row["id"] for row in found} == {str(UUID(int=n)) for n in range(len(rows))}


def test_what_is_written_stays_as_it_is_written() -> None:
    row = '{"payload" : {"n":1e400, "m":0.10000000000000000001,"id":7}}'
    assert named(row)[1] == f'{{"id":"{ID}",' + row[1:]


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("columns=status%2Cbooked_by", "id,status,booked_by"),
        ('columns="status"&select=*', 'id,"status"'),
        ("select=*&columns=status", "id,status"),
    ],
)
def test_the_id_is_among_the_columns_that_are_taken(query: str, columns: str) -> None:
    target, body = named('[{"status":"confirmed"}]', f"{POST}?{query}")
    assert dict(parse_qsl(target.partition("?")[2]))["columns"] == columns
    assert json.loads(body)[0]["id"] == str(ID)


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "[]", "[{}", "[{},]", "[{} {}]", "{}{}", "{}]", "[1]", "null", "id,status\n1,x"),
        *('{"id":null}', f'[{{"status":"x"}},{{"id":"{ID}"}}]', '[{"status":"x"},1]'),
    ],
)
def test_what_has_ids_or_is_no_rows_stays(body: str) -> None:
    assert named(body) == (POST, body)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        *(("PATCH", POST), ("DELETE", POST), ("PUT", POST), ("POST", "/rest/v1/rpc/book")),
        *(("POST", "/rest/v1/users"), ("POST", "/auth/v1/bookings"), ("POST", f"{POST}?columns=id,status")),
    ],
)
def test_other_requests_stay(method: str, target: str) -> None:
    assert named('{"status":"x"}', target, method) == (target, '{"status":"x"}')


def test_a_row_that_may_take_the_place_of_another_gets_no_id() -> None:
    body, prefer = '{"status":"x"}', "return=representation, resolution="
    assert named(body, prefer=f"{prefer}merge-duplicates")[1] == body
    assert named(body, prefer=f"{prefer}ignore-duplicates")[1] != body
