"""Where things go, and whose fault it is if they cannot."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.home import Home

ROOT_AS_NOBODY = Account(65534, 65534, switch=True)
SAME = Account(1000, 1000, switch=False)


def settings(environ: Mapping[str, str]) -> Settings:
    return Settings.from_environ(environ)


def test_an_explicit_home_is_never_replaced(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    home = Home.of(settings({"HARNESS_HOME": str(tmp_path / "h")}), ROOT_AS_NOBODY)
    assert home.path == tmp_path / "h"


def test_a_default_home_that_the_servers_cannot_enter_is_replaced(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    given = settings({"XDG_CACHE_HOME": str(tmp_path)})
    assert Home.of(given, SAME).path == tmp_path / "parity-harness"
    stranger = Account(tmp_path.stat().st_uid + 1, tmp_path.stat().st_gid + 1, switch=True)
    assert Home.of(given, stranger).path == Path("/var/cache/parity-harness")


def test_a_home_below_a_file_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = Home(tmp_path / "file" / "home")
    with pytest.raises(StackError, match="HARNESS_HOME"):
        home.make(home.servers)
