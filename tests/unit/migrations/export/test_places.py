"""A snapshot is under its name whole, or nothing is."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from migrations.export.places import fresh_directory, fresh_file


class Cut(Exception):
    """What ends a writing half-way."""


def cut(draft: Path) -> None:
    """Write a part, and end."""
    draft.write_text("hal")
    raise Cut


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    with fresh_file(tmp_path / "a.json") as draft:
        draft.write_text("whole")
        assert not (tmp_path / "a.json").exists()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.json", "whole")]


def test_a_file_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Cut), fresh_file(tmp_path / "a.json") as draft:
        cut(draft)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_stays_unless_it_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("mine")
    with pytest.raises(ConfigurationError, match="never written over"), fresh_file(tmp_path / "a.json"):
        pytest.fail("the draft was made")
    with pytest.raises(Cut), fresh_file(tmp_path / "a.json", replace=True) as draft:
        cut(draft)
    assert (tmp_path / "a.json").read_text() == "mine"
    with fresh_file(tmp_path / "a.json", replace=True) as draft:
        draft.write_text("new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.json", "new")]


def test_what_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="appeared while"),
        fresh_file(tmp_path / "a.json") as draft,
    ):
        _ = draft.write_text("ours"), (tmp_path / "a.json").write_text("theirs")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.json", "theirs")]


def test_a_directory_appears_when_it_is_whole(tmp_path: Path) -> None:
    with fresh_directory(tmp_path / "rows") as draft:
        (draft / "snapshot.json").write_text("{}")
        assert not (tmp_path / "rows").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]
    with pytest.raises(Cut), fresh_directory(tmp_path / "rows", replace=True) as draft:
        cut(draft / "snapshot.json")
    assert (tmp_path / "rows" / "snapshot.json").read_text() == "{}"
    with fresh_directory(tmp_path / "rows", replace=True) as draft:
        (draft / "snapshot.json").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]
    assert (tmp_path / "rows" / "snapshot.json").read_text() == "new"


def test_a_directory_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "thesis.txt").write_text("mine")
    with (
        pytest.raises(ConfigurationError, match=r"no snapshot\.json"),
        fresh_directory(tmp_path / "rows", replace=True),
    ):
        pytest.fail("the draft was made")
    assert (tmp_path / "rows" / "thesis.txt").read_text() == "mine"


def test_a_place_without_a_directory_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="there is no directory"),
        fresh_file(tmp_path / "no" / "a.json"),
    ):
        pytest.fail("the draft was made")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError), fresh_file(tmp_path / "a.json", replace=True):
        pytest.fail("the draft was made")
