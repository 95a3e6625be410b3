"""What containers have said: kept without secrets, and of Postgres only what is about one database."""

from pathlib import Path
from typing import Any, cast

import pytest

from harness.stack.docker.labels import DATABASE, ROLE
from harness.stack.docker.logs import _about, _end, keep

MINE, OTHER = "parity_1", "parity_2"


class FakeContainer:
    """As much of a container as its log needs."""

    name = "parity-1-postgres"

    def __init__(self, log: str, **labels: str) -> None:
        self.labels = labels
        self._log = log

    def logs(self, **_: Any) -> bytes:
        return self._log.encode()


def container(log: str, **labels: str) -> Any:
    return cast("Any", FakeContainer(log, **labels))


def test_postgres_is_quoted_on_one_database() -> None:
    log = (
        f"t [1] {MINE} ERROR:  mine\nt [1] {MINE} STATEMENT:  WITH pgrst_source AS …\n"
        f"t [2] {OTHER} ERROR:  theirs\nt [3]  LOG:  nobody's\n"
    )
    assert _about(container(log, **{ROLE: "postgres"}), MINE, 0.0) == [f"t [1] {MINE} ERROR:  mine"]


def test_the_servers_of_a_database_are_quoted_whole() -> None:
    log = '{"port": 1}\nTraceback: broken\n\n'
    assert _about(container(log, **{ROLE: "gateway", DATABASE: MINE}), MINE, 0.0) == ["Traceback: broken"]


def test_a_long_line_is_not_quoted_whole() -> None:
    (line,) = _about(container("x" * 5_000, **{ROLE: "postgrest", DATABASE: MINE}), MINE, 0.0)
    assert line == f"{'x' * 300}…"


def test_the_end_of_a_long_log_is_kept_in_whole_lines() -> None:
    kept = _end(b"first line\n" + b"x" * 1_999_990 + b"\nlast line\n")
    assert kept == b"... 2000002 of 2000012 bytes are left out ...\nlast line\n"


def test_a_log_is_kept_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "not-to-be-seen-anywhere")
    keep(container("at postgresql://a:secret@h/d not-to-be-seen-anywhere\n"), tmp_path / "servers")
    kept = (tmp_path / "servers" / "parity-1-postgres.log").read_text()
    assert kept == "at postgresql://a:***@h/d ***\n"


def test_without_a_directory_nothing_is_kept() -> None:
    keep(cast("Any", None), None)


def test_a_log_that_cannot_be_written_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    keep(container("text"), tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
