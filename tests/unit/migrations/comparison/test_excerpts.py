"""A difference is shown where it is, and what cannot be seen is written out."""

import pytest

from migrations.comparison.excerpts import excerpt, visible

CASES = [
    ("abc", "abd", '"abc"', "c", "d"),
    ("a", "a ", '"a"', "", " "),
    ("", None, '""', "", "NULL"),
    ("null", None, '"null"', "null", "NULL"),
    ("x\u200by", "xy", '"x\\u200by"', "\\u200b", ""),
    ("a\r\nb", "a\nb", '"a\\r\\nb"', "\\r", ""),
    ("a\\n", "a\n", '"a\\\\n"', "\\\\n", "\\n"),
    ("Zo\u00eb", "Zoe\u0308", '"Zo\u00eb"', "\u00eb", "e\\u0308"),
    ("1" * 500 + "2" + "3" * 500, "1" * 500 + "4" + "3" * 500, None, "2", "4"),
]


@pytest.mark.parametrize(("source", "target", "whole", "one", "other"), CASES)
def test_the_differing_part_is_found(
    source: str | None, target: str | None, whole: str | None, one: str, other: str
) -> None:
    left, right = excerpt(source, target, 60)
    if source is not None and target is not None:
        assert (left.differing, right.differing) == (one, other)
    if whole is not None:
        assert str(left) == whole
    assert len(str(left)) < 100
    assert str(left) != str(right)


def test_a_change_in_a_long_value_is_inside_of_what_is_shown() -> None:
    left, right = excerpt("a" * 10_000 + "b", "a" * 10_000 + "c", 40)
    assert (str(left), str(right)) == ("…" + "a" * 16 + 'b"', "…" + "a" * 16 + 'c"')


def test_look_alikes_of_spaces_are_written_out() -> None:
    assert visible("a\u00a0b\u2028c\ufeffd\u202ee") == "a\\u00a0b\\u2028c\\ufeffd\\u202ee"
