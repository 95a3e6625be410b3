"""Names and order of files: each is a finding, and the other files are examined all the same."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from migrations.files import PACKAGED
from migrations.linting.directory import read_for_lint


def written(place: Path, **files: str) -> Path:
    for name, text in files.items():
        (place / f"{name.removeprefix('f')}.sql").write_text(text)
    return place


def test_a_bad_name_is_a_finding_and_hides_nothing(tmp_path: Path) -> None:
    written(tmp_path, f001_a="SELECT 1;", f003_c="SELECT 3;")
    (tmp_path / "2-b.sql").write_text("SELECT 2;")
    found = read_for_lint(tmp_path)
    assert [one.file for one in found.migrations] == ["001_a.sql", "003_c.sql"]
    ((rule, about, is_unchecked),) = [(one.rule, one.about, one.is_unchecked) for one in found.hits]
    assert (rule, about, is_unchecked) == ("PH001", "2-b.sql", False)


def test_one_version_twice_is_a_finding(tmp_path: Path) -> None:
    found = read_for_lint(written(tmp_path, f001_a="SELECT 1;", f001_b="SELECT 2;", f2_c="SELECT 3;"))
    assert [(one.rule, one.about) for one in found.hits] == [("PH002", "001_b.sql")]
    assert len(found.migrations) == 3


def test_an_order_by_name_that_is_not_the_one_by_number_is_a_finding(tmp_path: Path) -> None:
    found = read_for_lint(written(tmp_path, f10_a="SELECT 1;", f9_b="SELECT 2;"))
    assert [(one.rule, one.about) for one in found.hits] == [("PH002", "9_b.sql")]
    assert [one.file for one in found.migrations] == ["9_b.sql", "10_a.sql"]


def test_every_statement_that_cannot_be_applied_is_a_finding(tmp_path: Path) -> None:
    text = "BEGIN;\nSELECT 1;\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT;"
    found = read_for_lint(written(tmp_path, f001_a=text, f002_b="-- nothing"))
    assert [(one.rule, str(one.where), one.where.statement) for one in found.hits] == [
        ("PH003", "001_a.sql, line 1", 0),
        ("PH003", "001_a.sql, line 3", 2),
        ("PH003", "001_a.sql, line 4", 3),
        ("PH003", "002_b.sql", -1),
    ]


def test_an_unfinished_quote_was_not_examined(tmp_path: Path) -> None:
    found = read_for_lint(written(tmp_path, f001_a="SELECT 1;\nSELECT 'x;", f002_b="SELECT 2;"))
    ((rule, where, is_unchecked),) = [(one.rule, str(one.where), one.is_unchecked) for one in found.hits]
    assert (rule, where, is_unchecked) == ("PH051", "001_a.sql, line 2", True)
    assert [one.file for one in found.migrations] == ["002_b.sql"]


def test_what_is_no_text_was_not_examined(tmp_path: Path) -> None:
    (tmp_path / "001_a.sql").write_bytes(b"SELECT '\xff';")
    (hit,) = read_for_lint(tmp_path).hits
    assert (hit.rule, hit.is_unchecked) == ("PH003", True)


def test_no_file_is_no_answer(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(ConfigurationError):
            read_for_lint(place)


def test_our_own_files_are_named_and_ordered_well() -> None:
    assert read_for_lint(PACKAGED).hits == ()
