"""A row is sent as it is, or not at all."""

import json
from typing import Any

import pytest

from harness.models import ENTITIES
from migrations.rest.encode import Row, RowProblem, body_of, encoded, requests

EVENTS = ENTITIES["webhook_events"]
ID = "00000000-0000-4000-8000-000000000001"


def _texts(**changes: str | None) -> dict[str, str | None]:
    return {**dict.fromkeys(EVENTS.by_name), "id": ID, "payload": "{}", **changes}


def _row(**changes: str | None) -> Row:
    row = encoded(EVENTS, 0, _texts(**changes))
    assert isinstance(row, Row)
    return row


def test_a_document_is_sent_digit_by_digit_and_everything_else_as_text() -> None:
    payload = '{"b":1.10,"a":9007199254740993,"a":1e400}'
    row = _row(payload=payload, attempts="3", verified="true", event_id='"}, {"\\')
    assert payload.encode() in row.content
    values: dict[str, Any] = json.loads(row.content)
    assert values["attempts"] == "3"
    assert values["verified"] == "true"
    assert values["event_id"] == '"}, {"\\'
    assert values["tenant_id"] is None
    assert list(values) == list(EVENTS.by_name)


@pytest.mark.parametrize(
    ("payload", "rule", "sqlstate"),
    [
        ('{}},{"id":"x"', "invalid_json", "22P02"),
        ("", "invalid_json", "22P02"),
        ("NaN", "invalid_json", "22P02"),
        ("1 2", "invalid_json", "22P02"),
        ('"\n"', "invalid_json", "22P02"),
        ("[" * 100_000, "nesting", "54001"),
        ("null", "json_null", None),
        (" null ", "json_null", None),
    ],
)
def test_what_would_break_its_request_or_change_is_kept_back(
    payload: str, rule: str, sqlstate: str | None
) -> None:
    problem = encoded(EVENTS, 0, _texts(payload=payload))
    assert isinstance(problem, RowProblem)
    assert (problem.column, problem.rule, problem.sqlstate) == ("payload", rule, sqlstate)


@pytest.mark.parametrize("spelling", [ID.upper(), f"{{{ID}}}", ID.replace("-", "")])
def test_an_id_is_known_by_its_usual_spelling(spelling: str) -> None:
    assert _row(id=spelling).id == ID


def test_requests_hold_all_rows_in_order_and_keep_to_both_limits() -> None:
    rows = [_row(event_id="x" * size) for size in (10, 10, 10, 5_000, 10, 10)]
    cut = list(requests(iter(rows), max_rows=2, max_bytes=2_000))
    assert [len(request) for request in cut] == [2, 1, 1, 2]
    assert [row for request in cut for row in request] == rows
    assert json.loads(body_of(rows)) == [json.loads(row.content) for row in rows]
    assert list(requests([])) == []
