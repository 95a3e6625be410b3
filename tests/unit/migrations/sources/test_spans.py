"""A segment holds as many rows as fit into memory, however long they are."""

from pathlib import Path

import pytest

from migrations.sources.spans import STEP, Span


def span(rows: int, *marks: int) -> Span:
    return Span(path=Path("rows.jsonl"), form="jsonl", rows=rows, stamp=(0, 0), marks=marks)


def test_short_rows_are_no_limit() -> None:
    assert span(2 * STEP, 0, 100 * STEP, 200 * STEP).rows_within(64_000_000) == 640_000


def test_the_longest_rows_of_a_table_decide() -> None:
    assert span(2 * STEP, 0, 100 * STEP, 100 * STEP + STEP * 1_000_000).rows_within(64_000_000) == 64


@pytest.mark.parametrize("size", [1, 1_000])
def test_a_row_that_is_too_long_is_a_segment_of_its_own(size: int) -> None:
    assert span(1, 0, 5_000_000).rows_within(size) == 1


def test_few_long_rows_are_not_taken_for_short_ones() -> None:
    assert span(4, 0, 40_000_000).rows_within(20_000_000) == 2


def test_a_file_without_marks_is_no_limit() -> None:
    assert span(7).rows_within(1) == 7


def test_no_rows_are_cut_into_nothing() -> None:
    assert span(0, 17, 17).rows_within(64_000_000) == 1
