"""Which store an API is served on."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

import pytest

from harness.api.backing import chosen_mode, opened
from harness.api.ours import coordinates
from harness.errors import ConfigurationError, HarnessError
from harness.settings import DbMode, Settings
from harness.stack.account import Account
from harness.stack.home import Home
from harness.stack.kept import KeptStack
from harness.stack.processes import ProcessId


def settings(home: Path, **variables: str) -> Settings:
    return Settings.from_environ({"HARNESS_HOME": str(home), **variables})


@pytest.mark.parametrize("mode", get_args(DbMode))
def test_the_mode_is_that_of_the_option_or_of_db_mode(tmp_path: Path, mode: DbMode) -> None:
    assert chosen_mode(mode, settings(tmp_path)) == mode
    assert chosen_mode(None, settings(tmp_path, DB_MODE=mode)) == mode
    assert chosen_mode(mode, settings(tmp_path, DB_MODE=mode)) == mode


def test_no_mode_and_two_modes_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no mode is given"):
        chosen_mode(None, settings(tmp_path))
    with pytest.raises(ConfigurationError, match="--db-mode supabase contradicts DB_MODE=memory"):
        chosen_mode("supabase", settings(tmp_path, DB_MODE="memory"))


@pytest.mark.parametrize(
    ("mode", "stack", "variables", "reason"),
    [
        ("memory", "embedded", {}, "memory has no servers"),
        ("supabase", "external", {}, "SUPABASE_URL is not set"),
        ("supabase", None, {"SUPABASE_URL": "http://x"}, "SUPABASE_SERVICE_ROLE_KEY is not set"),
        ("supabase", None, {"HARNESS_STACK_FILE": "/nowhere.json"}, "it has ended"),
    ],
)
def test_what_cannot_be_opened_is_said(
    tmp_path: Path, mode: DbMode, stack: str | None, variables: dict[str, str], reason: str
) -> None:
    with (
        pytest.raises(HarnessError, match=reason),
        opened(mode, stack, settings(tmp_path, **variables), print),  # type: ignore[arg-type]  # one of its kinds
    ):
        pytest.fail("it was opened")


def test_the_kept_stack_comes_before_a_new_one(tmp_path: Path) -> None:
    where = settings(tmp_path)
    kept = KeptStack(
        pid=os.getpid(),
        started=ProcessId.of(os.getpid()).started,
        record="",
        postgres_version="",
        postgrest_version="",
        migrations_hash="",
        supabase_url="http://127.0.0.1:9",
        anon_key="a",
        service_role_key="b",
        database_url="postgresql://127.0.0.1:9",
    )
    kept.write(Home.of(where, Account.current()))
    said: list[str] = []
    with ExitStack() as owned:
        assert coordinates(where, "embedded", said.append, owned) == kept.coordinates
    assert said == ["The data is in the stack that `harness stack up` keeps, at http://127.0.0.1:9."]
