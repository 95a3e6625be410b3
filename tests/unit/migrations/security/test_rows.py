"""The rows are valid, differ, and name the signed-in user now and then."""

from uuid import UUID

import pytest

from harness.models import ENTITIES
from migrations.security.rows import SENSITIVE, Rows
from migrations.security.tokens import USER_EMAIL, USER_ID

ROWS = Rows(namespace=UUID(int=7), number=11)


@pytest.mark.parametrize("table", list(ENTITIES))
def test_each_row_has_every_column_and_a_choice_that_exists(table: str) -> None:
    entity = ENTITIES[table]
    for row in ROWS.all(table):
        assert set(row) == {column.name for column in entity.columns} - entity.assigned
        for column in entity.columns:
            if column.name in row and row[column.name] is None:
                assert column.nullable
            elif column.name in row and column.choices is not None:
                assert row[column.name] in column.choices


@pytest.mark.parametrize("table", list(ENTITIES))
def test_every_choice_occurs(table: str) -> None:
    for column in ENTITIES[table].columns:
        if column.choices is not None:
            assert {row[column.name] for row in ROWS.all(table)} == set(column.choices)


def test_what_is_searched_for_is_never_null_and_never_twice() -> None:
    for table, columns in SENSITIVE.items():
        for name in columns:
            values = [row[name] for row in ROWS.all(table) if row[name] != USER_EMAIL]
            assert len(values) == len(set(values)) > 1
            assert all(len(value) > 12 for value in values)


def test_some_rows_belong_to_the_signed_in_user() -> None:
    requests = ROWS.all("scheduling_requests")
    assert any(row["candidate_email"] == USER_EMAIL for row in requests)
    assert any(row["created_by"] == USER_ID for row in requests)
    assert any(row["candidate_email"] != USER_EMAIL for row in requests)


def test_another_row_is_not_stored_and_keeps_its_links() -> None:
    stored = {row["id"] for row in ROWS.all("bookings")}
    other = ROWS.other("bookings", 3)
    assert other["id"] not in stored
    assert other["request_id"] == ROWS.row("bookings", 3)["request_id"]


def test_requests_that_are_referred_to_are_not_those_that_may_go() -> None:
    referred = {row["request_id"] for row in (*ROWS.all("bookings"), *ROWS.all("audit_logs"))}
    assert referred.isdisjoint(ROWS.id("scheduling_requests", place) for place in range(ROWS.number))
    assert referred <= {row["id"] for row in ROWS.all("scheduling_requests")}
