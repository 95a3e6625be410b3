"""Two texts are called the same only where Postgres certainly has one value for both."""

import pytest

from harness.models import ENTITIES, ColumnType
from migrations.rest.same import differing_columns

_COLUMNS = {
    ColumnType.UUID: ("webhook_events", "id"),
    ColumnType.TEXT: ("webhook_events", "tenant_id"),
    ColumnType.INTEGER: ("webhook_events", "attempts"),
    ColumnType.BOOLEAN: ("webhook_events", "verified"),
    ColumnType.TIMESTAMPTZ: ("webhook_events", "run_after"),
    ColumnType.JSONB: ("webhook_events", "payload"),
    ColumnType.TEXT_ARRAY: ("scheduling_requests", "interviewer_emails"),
}


def _same(kind: ColumnType, one: str | None, other: str | None) -> bool:
    table, name = _COLUMNS[kind]
    entity = ENTITIES[table]
    row: dict[str, str | None] = dict.fromkeys(entity.by_name)
    return differing_columns(entity, {**row, name: one}, {**row, name: other}) == ()


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (ColumnType.UUID, "ABCDEF00-0000-4000-8000-000000000001", "abcdef00-0000-4000-8000-000000000001"),
        (ColumnType.INTEGER, "+007", "7"),
        (ColumnType.BOOLEAN, "t", "true"),
        (ColumnType.TIMESTAMPTZ, "2026-01-15T12:00:00.1+02:00", "2026-01-15 10:00:00.100000+00"),
        (ColumnType.TIMESTAMPTZ, "2026-01-15T10:00:00Z", "2026-01-15 10:00:00+00"),
        (ColumnType.JSONB, '{"a":1.0,"b":[1e2,null]}', '{"b": [100, null], "a": 1}'),
        (ColumnType.JSONB, '{"a":1,"a":2}', '{"a": 2}'),
        (ColumnType.JSONB, '"\\u00e9"', '"é"'),
        (ColumnType.TEXT_ARRAY, '{"a","b c","NULL",""}', '{a,"b c","NULL",""}'),
        (ColumnType.TEXT_ARRAY, "{}", "{}"),
        (ColumnType.TEXT, None, None),
    ],
)
def test_another_spelling_is_the_same_value(kind: ColumnType, one: str | None, other: str | None) -> None:
    assert _same(kind, one, other)
    assert _same(kind, other, one)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (ColumnType.TEXT, "", None),
        (ColumnType.TEXT, "e\u0301", "\u00e9"),
        (ColumnType.TEXT, "a", "A"),
        (ColumnType.INTEGER, "1", "2"),
        (ColumnType.INTEGER, "1.0", "1"),
        (ColumnType.BOOLEAN, "true", "false"),
        (ColumnType.BOOLEAN, "yes", "true"),
        (ColumnType.TIMESTAMPTZ, "2026-01-15 10:00:00.100001+00", "2026-01-15 10:00:00.1+00"),
        (ColumnType.TIMESTAMPTZ, "2026-01-15 10:00:00", "2026-01-15 10:00:00+00"),
        (ColumnType.TIMESTAMPTZ, "2026-01-15 10:00:00.0000001+00", "2026-01-15 10:00:00+00"),
        (ColumnType.TIMESTAMPTZ, "infinity", "-infinity"),
        (ColumnType.JSONB, "9007199254740993", "9007199254740992"),
        (ColumnType.JSONB, "true", "1"),
        (ColumnType.JSONB, '"1"', "1"),
        (ColumnType.JSONB, "[1,2]", "[2,1]"),
        (ColumnType.JSONB, '{"a":null}', "{}"),
        (ColumnType.JSONB, "1.00000000000000000001", "1"),
        (ColumnType.JSONB, '"e\\u0301"', '"\u00e9"'),
        (ColumnType.TEXT_ARRAY, "{NULL}", '{"NULL"}'),
        (ColumnType.TEXT_ARRAY, "{a,b}", "{b,a}"),
        (ColumnType.TEXT_ARRAY, '{"a,b"}', "{a,b}"),
        (ColumnType.TEXT_ARRAY, "{a}", "{{a}}"),
    ],
)
def test_another_value_is_never_the_same(kind: ColumnType, one: str | None, other: str | None) -> None:
    assert not _same(kind, one, other)
    assert not _same(kind, other, one)


def test_a_document_that_is_nested_too_deeply_is_left_to_the_server() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert not _same(ColumnType.JSONB, deep, f" {deep}")
