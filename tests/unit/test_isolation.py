"""A user's folder with a name of ours never comes before ours."""

import os
from pathlib import Path

import pytest

from harness.isolation import ours_first, without_impostors


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    (tmp_path / "site" / "harness").mkdir(parents=True)
    return tmp_path / "site"


def test_a_directory_with_a_package_of_our_name_comes_last(tmp_path: Path, ours: Path) -> None:
    (tmp_path / "user" / "contracts").mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    user, lib = str(tmp_path / "user"), str(tmp_path / "lib")
    assert ours_first([user, lib, str(ours)], root=ours) == [lib, str(ours), user]


def test_a_module_of_our_name_counts_too(tmp_path: Path, ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "migrations.py").touch()
    monkeypatch.chdir(tmp_path / "user")
    assert ours_first(["", str(ours)], root=ours) == [str(ours), ""]


def test_our_own_place_may_come_by_pythonpath(tmp_path: Path, ours: Path) -> None:
    (tmp_path / "other" / "harness").mkdir(parents=True)
    given = os.pathsep.join([str(tmp_path / "other"), str(ours)])
    assert without_impostors(given, root=ours) == str(ours)


@pytest.mark.parametrize("given", [None, "", os.pathsep])
def test_an_empty_pythonpath_is_none(given: str | None, ours: Path) -> None:
    assert without_impostors(given, root=ours) is None
