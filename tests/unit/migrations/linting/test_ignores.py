"""Exceptions: they need a rule that exists, a reason, and something to ignore."""

import pytest

from tests.unit.migrations.linting.judged import about, judged

DELETE = "DELETE FROM notes;"


@pytest.mark.parametrize(
    "sql",
    [
        f"-- parity:ignore PH040 because the table is only a cache\n{DELETE}",
        f"/* parity:ignore PH040 because the table\n is only a cache */\n{DELETE}",
        f"{DELETE[:-1]} -- parity:ignore PH040 because the table is only a cache\n;",
        "DELETE FROM\n-- parity:ignore PH040 because the table is only a cache\n notes;",
        f"-- parity:ignore PH040 because the table is only a cache\n-- and more\n\n{DELETE}",
    ],
)
def test_a_reason_excuses_the_statement_below_or_around(sql: str) -> None:
    result = judged(f"SELECT 1;\n{sql}")
    assert result.hits == ()
    (ignored,) = result.ignored
    assert (ignored.hit.rule, ignored.hit.about) == ("PH040", "public.notes")
    assert ignored.ignore.reason.startswith("the table")


def test_the_next_statement_is_not_excused() -> None:
    result = judged(f"-- parity:ignore PH040 because it is a cache\n{DELETE}\nDELETE FROM bookings;")
    assert about(result) == {("PH040", "public.bookings")}


def test_several_rules_share_a_reason() -> None:
    sql = "-- parity:ignore PH042, PH045 because nobody reads it since March\nDROP TABLE notes CASCADE;"
    result = judged(sql)
    assert result.hits == ()
    assert {one.hit.rule for one in result.ignored} == {"PH042", "PH045"}


@pytest.mark.parametrize(
    "directive",
    [
        "PH040",
        "PH040 because",
        "PH040 because …",
        "PH040 it is a cache",
        "because it is a cache",
        "",
        "PH999 because it is a cache",
        "ph040 because it is a cache",
        "PH051 because it is a cache",
        "PH006 because it is a cache",
    ],
)
def test_what_is_no_exception_is_a_finding_and_excuses_nothing(directive: str) -> None:
    result = judged(f"-- parity:ignore {directive}\n{DELETE}")
    assert {rule for rule, _ in about(result)} == {"PH005", "PH040"}
    assert result.ignored == ()


def test_an_ignore_that_ignores_nothing_is_a_finding() -> None:
    result = judged("-- parity:ignore PH040 because it is a cache\nDELETE FROM notes WHERE id = 1;")
    (hit,) = result.hits
    assert (hit.rule, str(hit.where)) == ("PH006", "002_next.sql, line 1")


def test_an_ignore_after_the_last_statement_is_a_finding() -> None:
    assert {rule for rule, _ in about(judged(f"{DELETE}\n\n-- parity:ignore PH040 because why"))} == {
        "PH005",
        "PH040",
    }


def test_an_ignore_of_what_was_not_examined_is_not_called_useless() -> None:
    result = judged("-- parity:ignore PH040 because it is a cache\nDELETE FORM notes;")
    assert {rule for rule, _ in about(result)} == {"PH051"}


def test_a_text_that_looks_like_an_ignore_is_none() -> None:
    result = judged("SELECT '-- parity:ignore PH040 because it is a cache';\nDELETE FROM notes;")
    assert about(result) == {("PH040", "public.notes")}


def test_an_applied_file_has_its_exceptions_beside_it() -> None:
    result = judged(DELETE, ignore_text="# why\n\n002_next.sql PH040 because it is a cache\n")
    assert result.hits == ()
    assert [str(one.ignore.source) for one in result.ignored] == ["lint.ignore, line 3"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("003_none.sql PH040 because it is a cache", "PH005"),
        ("002_next.sql PH040", "PH005"),
        ("002_next.sql PH041 because it is a cache", "PH006"),
    ],
)
def test_a_line_beside_the_files_is_judged_like_a_comment(line: str, rule: str) -> None:
    result = judged(DELETE, ignore_text=line)
    assert {rule for rule, _ in about(result)} == {"PH040", rule}


def test_comments_for_squawk_are_findings() -> None:
    assert about(judged("-- squawk-ignore ban-drop-column\nSELECT 1;")) == {("PH004", "002_next.sql")}
