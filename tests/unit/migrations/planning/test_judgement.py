"""A row is judged the same, alone or among thousands; and each fault has its own word."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.models import ENTITIES
from migrations.planning.judgement import Judged, judge
from migrations.planning.patterns import surely_good
from migrations.planning.row import RowJudged, judge_row
from migrations.rehearsal.generate import Generated, spread
from migrations.sources.columns import batch_of_rows
from migrations.sources.json_rows import batch_of_json
from migrations.sources.segment import POSITION, Batch, Segment

LEGAL = Generated(counts=spread(900), seed=3)


def batch(table: str) -> Batch:
    texts = [line.encode() for line in LEGAL.lines(table)]
    return batch_of_json(Segment(table=table, number=0, first=0, rows=len(texts)), texts)


@pytest.mark.parametrize("table", list(ENTITIES))
def test_what_is_surely_good_is_good_exactly(table: str) -> None:
    rows = batch(table).rows
    good = surely_good(table, rows)
    assert 0 < good.sum() <= rows.height
    for row in rows.filter(good).drop(POSITION).to_dicts():
        assert judge_row(ENTITIES[table], row) == RowJudged(row, ())


@pytest.mark.parametrize("table", list(ENTITIES))
def test_no_legal_row_is_refused_and_none_is_lost(table: str) -> None:
    given = batch(table)
    judged = judge(given)
    assert judged.refused == ()
    assert judged.good[POSITION].to_list() == list(range(given.segment.rows))
    changed = judged.good.filter(judged.good.drop(POSITION).is_duplicated()).height
    assert changed == 0


JOB: Mapping[str, str | None] = {
    "id": "6f9619ff-8b86-4011-b42d-00c04fc964ff",
    "type": "icims_note",
    "entity_id": "request",
    "entity_type": "booking",
    "attempts": "0",
    "max_attempts": "5",
    "status": "pending",
    "last_error": None,
    "payload": "{}",
    "run_after": "2026-01-15T10:00:00Z",
    "created_at": "2026-01-15T10:00:00Z",
    "updated_at": "2026-01-15T10:00:00Z",
}


def job(**changes: str | None) -> Judged:
    segment = Segment(table="sync_jobs", number=0, first=41, rows=3)
    rows = [(41, JOB), (42, {**JOB, **changes}), (43, JOB)]
    return judge(batch_of_rows(segment, rows, ()))


@pytest.mark.parametrize(
    ("changes", "rule", "sqlstate"),
    [
        ({"id": None}, "not_null", "23502"),
        ({"status": None}, "not_null", "23502"),
        ({"status": "received"}, "sync_jobs_status_check", "23514"),
        ({"type": ""}, "sync_jobs_type_check", "23514"),
        ({"attempts": "6"}, "sync_jobs_attempts_bounds", "23514"),
        ({"attempts": "-1"}, "sync_jobs_attempts_bounds", "23514"),
        ({"max_attempts": "0"}, "sync_jobs_max_attempts_positive", "23514"),
        ({"entity_id": "é" * 512 + "x"}, "sync_jobs_entity_id_size", "23514"),
        ({"attempts": "2147483648"}, "integer_range", "22003"),
        ({"attempts": "1.0"}, "invalid_integer", "22P02"),
        ({"attempts": "1e2"}, "invalid_integer", "22P02"),
        ({"id": "6f9619ff"}, "invalid_uuid", "22P02"),
        ({"entity_id": "a\x00"}, "nul", "22021"),
        ({"run_after": "2026-02-30T10:00:00Z"}, "invalid_time", "22008"),
        ({"run_after": "2026-01-15T10:00:00+16:00"}, "invalid_time", "22009"),
        ({"run_after": ""}, "invalid_time", "22007"),
        ({"run_after": "2026-01-15T10:00:00"}, "naive_time", None),
        ({"run_after": "2026-01-15"}, "naive_time", None),
        ({"run_after": "now"}, "unclear_time", None),
        ({"run_after": "01/02/2026 10:00:00Z"}, "unclear_time", None),
        ({"run_after": "2026-01-15 10:00:00 UTC"}, "unclear_time", None),
        ({"run_after": "2026-01-15T10:00:00+5"}, "unclear_time", None),
        ({"run_after": "2026-01-15T24:00:00Z"}, "unclear_time", None),
        ({"run_after": "infinity"}, "infinity", None),
        ({"run_after": "10000-01-01T00:00:00Z"}, "out_of_range", None),
        ({"run_after": "9999-12-31T23:59:59-01:00"}, "out_of_range", None),
        ({"run_after": "2026-01-15T10:00:00.1234567Z"}, "fraction_digits", None),
        ({"payload": "{"}, "invalid_json", "22P02"),
        ({"payload": ""}, "invalid_json", "22P02"),
        ({"payload": "[NaN]"}, "invalid_json", "22P02"),
        ({"payload": '{"a":1,"\\u0061":2}'}, "colliding_keys", None),
        ({"payload": '[[{"a":{"b":1,"b":1}}]]'}, "colliding_keys", None),
        ({"payload": '"\\u0000"'}, "nul", "22P05"),
        ({"payload": '{"\\udc00":1}'}, "lone_surrogate", "22P02"),
        ({"payload": "1e131072"}, "number_range", "22003"),
        ({"payload": "[" * 501 + "]" * 501}, "nesting", None),
    ],
)
def test_each_fault_is_named_and_the_rows_beside_it_are_good(
    changes: dict[str, str | None], rule: str, sqlstate: str | None
) -> None:
    judged = job(**changes)
    assert judged.good[POSITION].to_list() == [41, 43]
    (refused,) = judged.refused
    assert (refused.position, refused.rule, refused.sqlstate) == (42, rule, sqlstate)
    assert json.loads(refused.raw) == {**JOB, **changes}


@pytest.mark.parametrize(
    ("column", "given", "sent", "rule"),
    [
        ("id", "6F9619FF-8B86-4011-B42D-00C04FC964FF", JOB["id"], "normalised"),
        ("id", "{6f9619ff8b864011b42d00c04fc964ff}", JOB["id"], "normalised"),
        ("attempts", " +3", "3", "normalised"),
        ("payload", '{"a":9007199254740993}', '{"a":9007199254740993}', "javascript_number"),
        ("payload", "[0.1000000000000000055]", "[0.1000000000000000055]", "javascript_number"),
        ("payload", "1e400", "1e400", "javascript_number"),
        ("payload", "1180591620717411303424", "1180591620717411303424", "javascript_number"),
    ],
)
def test_a_row_that_somebody_reads_differently_is_moved_and_noted(
    column: str, given: str, sent: str, rule: str
) -> None:
    judged = job(**{column: given})
    assert judged.good[column].to_list() == [JOB[column], sent, JOB[column]]
    assert [(note.position, note.column, note.rule) for note in judged.notes] == [(42, column, rule)]


@pytest.mark.parametrize(
    "payload",
    [
        '{"a": 1, "b": [1.5, -0.0, 1e5]}',
        '"9007199254740993 and \\\\u0000"',
        "1.10",
        "9007199254740992",
        "0.30000000000000004",
        "-0",
        '{"a":{"a":{"a":1}}}',
        "null",
    ],
)
def test_json_that_everybody_reads_alike_is_not_noted(payload: str) -> None:
    judged = job(payload=payload)
    assert (judged.refused, judged.notes) == ((), ())
    assert judged.good["payload"].to_list()[1] == payload


@pytest.mark.parametrize(
    ("literal", "rule", "sqlstate"),
    [
        ("{a,}", "invalid_array", "22P02"),
        ("", "invalid_array", "22P02"),
        ("{{a},{b,c}}", "invalid_array", "22P02"),
        ("{{a},{b}}", "array_dimensions", None),
        ("[2:3]={a,b}", "array_dimensions", None),
        ("[2:1]={}", "invalid_array", "2202E"),
    ],
)
def test_an_array_that_no_adapter_reads_is_refused(literal: str, rule: str, sqlstate: str | None) -> None:
    request = dict(batch("scheduling_requests").rows.row(100, named=True))
    position = request.pop(POSITION)
    segment = Segment(table="scheduling_requests", number=0, first=position, rows=1)
    row: Any = {**request, "interviewer_emails": literal}
    (refused,) = judge(batch_of_rows(segment, [(position, row)], ())).refused
    assert (refused.rule, refused.sqlstate) == (rule, sqlstate)


@pytest.mark.parametrize("payloads", [("[1", "2]", "3 4"), ("", "1 2"), ("1,2",), ("[1],[2",), ("1\n2", "")])
def test_json_in_pieces_is_no_json(payloads: tuple[str, ...]) -> None:
    segment = Segment(table="sync_jobs", number=0, first=0, rows=len(payloads))
    rows = [(place, {**JOB, "payload": payload}) for place, payload in enumerate(payloads)]
    judged = judge(batch_of_rows(segment, rows, ()))
    assert [row.rule for row in judged.refused] == ["invalid_json"] * len(payloads)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("-9007199254740993", "-9007199254740992"),
        ("12345678901234567890.5", "12345678901234567000"),
        ("1000000000000000000001", "1e+21"),
        ("0.1234567890123456789", "0.12345678901234568"),
        ("0.00001234567890123456789", "0.000012345678901234568"),
        ("3.3333333333333333333e-8", "3.3333333333333334e-8"),
        ("-1e400", "-Infinity"),
    ],
)
def test_a_number_is_shown_as_javascript_shows_it(number: str, shown: str) -> None:
    """The expected texts are what node prints."""
    (note,) = job(payload=number).notes
    assert note.reason == f"{number} is {shown} for JavaScript."
