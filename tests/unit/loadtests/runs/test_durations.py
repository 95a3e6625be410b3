"""Lengths of time are read and said in the units that people use."""

import click
import pytest

from loadtests.runs.durations import Duration, in_words


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("0", 0), ("90", 90), ("90s", 90), ("1.5 min", 90), ("15m", 900), ("2h", 7200), ("1d", 86400)],
)
def test_a_length_of_time_is_read_with_its_unit(written: str, seconds: float) -> None:
    assert Duration().convert(written, None, None) == seconds


@pytest.mark.parametrize("written", ["", "soon", "-1h", "1 week", "1h30", "nan", "inf"])
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(click.BadParameter, match="is no length of time; write 90s"):
        Duration().convert(written, None, None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (60, "1 min"),
        (90, "90 s"),
        (120, "2 min"),
        (3600, "1 h"),
        (9000, "2.5 h"),
        (172_800, "2 d"),
    ],
)
def test_a_length_of_time_is_said_in_a_fitting_unit(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
