"""The one installation: at once, again, offline, and where it cannot be."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.install import install
from tests.integration.stack.conftest import run_python

INSTALL = """
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.install import install
print(install(Settings.from_environ(), Account.current()).postgres_version)
"""


@pytest.fixture
def new_home() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="parity-home-"))
    yield place
    rmtree(place)


def test_two_processes_install_at_once_over_what_a_killed_one_left(new_home: Path) -> None:
    servers = new_home / "servers"
    (servers / "partial-killed" / "node_modules").mkdir(parents=True)
    both = [run_python(INSTALL, {"HARNESS_HOME": str(new_home)}) for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in both]
    assert [output for output, _ in outputs] == [b"17.10\n", b"17.10\n"], outputs
    (installed,) = [entry for entry in servers.iterdir() if entry.is_dir()]
    assert not installed.name.startswith("partial-")
    changed = installed.stat().st_mtime_ns
    settings = Settings.from_environ({"HARNESS_HOME": str(new_home), "PATH": "/nowhere"})
    again = install(settings, Account.current())
    assert (again.postgres / "lib" / "libpq.so.5").resolve().is_file()
    assert installed.stat().st_mtime_ns == changed


def test_without_a_network_the_error_says_what_to_do(new_home: Path) -> None:
    offline = {
        "HARNESS_HOME": str(new_home),
        "npm_config_cache": str(new_home / "cache"),
        "npm_config_registry": "http://127.0.0.1:9",
        "npm_config_fetch_retries": "0",
    }
    process = run_python(INSTALL, offline)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    last = errors.decode().strip().splitlines()[-1]
    assert "Connect to the network" in last
    assert "127.0.0.1" not in last
    assert [entry.name for entry in (new_home / "servers").iterdir()] == [".lock"]


def test_a_home_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings.from_environ({"HARNESS_HOME": str(tmp_path / "file" / "home")})
    with pytest.raises(StackError, match="HARNESS_HOME"):
        install(settings, Account.current())


def test_a_named_postgrest_must_be_executable(tmp_path: Path) -> None:
    (tmp_path / "postgrest").touch()
    settings = Settings.from_environ({"HARNESS_POSTGREST": str(tmp_path / "postgrest")})
    with pytest.raises(StackError, match="HARNESS_POSTGREST"):
        install(settings, Account.current())


def test_a_named_postgrest_tells_its_own_version(tmp_path: Path) -> None:
    newer = tmp_path / "postgrest"
    newer.write_text("#!/bin/sh\necho 'PostgREST 14.1'\n")
    newer.chmod(0o755)
    servers = install(Settings.from_environ({"HARNESS_POSTGREST": str(newer)}), Account.current())
    assert (servers.postgrest, servers.postgrest_version) == (newer, "14.1")
