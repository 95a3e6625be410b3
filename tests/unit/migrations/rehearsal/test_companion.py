"""The illegal rows stand between the legal ones, and each is one line of JSON."""

import json
from collections import Counter
from typing import Any

import pytest

from harness.models import ENTITIES
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import FEWEST, Generated

LEGAL = Generated(seed=3, counts=dict.fromkeys(ENTITIES, FEWEST))
COMPANION = Companion(LEGAL)
ROWS = [row for rows in COMPANION.illegal.values() for row in rows.values()]


def test_every_table_has_some_and_every_name_is_said_once_in_it() -> None:
    assert all(COMPANION.illegal[table] for table in ENTITIES)
    assert max(Counter((row.table, row.name) for row in ROWS).values()) == 1


@pytest.mark.parametrize("table", ENTITIES)
def test_the_legal_rows_are_all_there_in_order(table: str) -> None:
    lines = list(COMPANION.lines(table))
    assert len(lines) == COMPANION.counts[table] == FEWEST + len(COMPANION.illegal[table])
    legal = [line for place, line in enumerate(lines) if place not in COMPANION.illegal[table]]
    assert legal == list(LEGAL.lines(table))
    assert [lines[place] for place in COMPANION.illegal[table]] == [
        row.text for row in COMPANION.illegal[table].values()
    ]


def test_no_illegal_row_comes_before_the_rows_whose_keys_it_repeats() -> None:
    assert all(place > 1 for rows in COMPANION.illegal.values() for place in rows)


def test_every_unique_key_and_every_check_over_columns_is_broken_by_some_row() -> None:
    named = {row.rule for row in ROWS}
    assert {unique.name for entity in ENTITIES.values() for unique in entity.uniques} <= named
    assert {
        check.name for check in (*ENTITIES["scheduling_requests"].checks, *ENTITIES["bookings"].checks)
    } <= named


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.table}: {row.name}")
def test_each_is_json_with_the_id_that_it_says(row: Any) -> None:
    assert "\n" not in row.text
    assert json.loads(row.text).get("id", row.key) == row.key
