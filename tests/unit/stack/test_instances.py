"""Where the sockets go."""

import tempfile
from pathlib import Path

import pytest

from harness.stack.account import Account
from harness.stack.instances import _run_dir


@pytest.mark.parametrize("name", ["Ünïcode", "long" * 20])
def test_a_temporary_directory_that_no_socket_can_be_in_is_passed_over(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / name))
    run_dir = _run_dir(Account(1000, 1000, switch=False))
    try:
        assert run_dir.parent in {Path("/tmp"), Path("/var/tmp")}  # noqa: S108  # they are what is expected
    finally:
        run_dir.rmdir()


def test_a_short_temporary_directory_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        run_dir = _run_dir(Account(1000, 1000, switch=False))
        assert run_dir.parent == Path(place)
