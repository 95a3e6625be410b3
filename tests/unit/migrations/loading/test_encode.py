"""The text that COPY reads says exactly what the rows say."""

import polars as pl

from migrations.loading.encode import copy_text


def encoded(*values: str | None) -> bytes:
    return copy_text(pl.DataFrame({"a": pl.Series(values, dtype=pl.String)}), ["a"])


def test_a_null_and_the_text_that_stands_for_it_differ() -> None:
    assert encoded(None, r"\N", "") == b"\\N\n\\\\N\n\n"


def test_what_would_end_a_value_or_a_line_is_escaped() -> None:
    assert encoded("a\tb\nc\rd\\e") == b"a\\tb\\nc\\rd\\\\e\n"


def test_the_end_of_data_marker_is_a_text_like_any_other() -> None:
    assert encoded("\\.") == b"\\\\.\n"


def test_quotes_and_other_languages_stay_as_they_are() -> None:
    assert encoded('"é, 漢"') == '"é, 漢"\n'.encode()


def test_columns_come_in_the_order_in_which_they_are_named() -> None:
    rows = pl.DataFrame({"b": ["2"], "a": ["1"], "_position": [7]})
    assert copy_text(rows, ["a", "b", "_position"]) == b"1\t2\t7\n"


def test_no_rows_are_no_text() -> None:
    assert encoded() == b""
