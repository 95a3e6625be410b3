"""What the doctor makes of what it finds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.doctor.command import outcome_of
from harness.doctor.environment import external, pytest_options
from harness.doctor.items import Item, State, ok, optional, problem
from harness.doctor.machine import python, writable
from harness.models.outcome import Outcome, Status
from harness.settings import Settings

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def judged(*items: Item) -> Outcome:
    return outcome_of(list(items), started_at=NOW, ended_at=NOW, run_id="run")


def test_what_is_optional_may_be_missing() -> None:
    assert judged(ok("a", "here"), optional("b", "absent", "Get it.")).status is Status.PASSED


def test_a_problem_is_unchecked_and_says_what_to_do() -> None:
    outcome = judged(ok("a", "here"), problem("b", "absent", "Get it."))
    assert outcome.status is Status.UNCHECKED
    assert outcome.findings[0].message == "absent. Get it."


def test_an_old_python_is_a_problem() -> None:
    assert python((3, 10, 2)).state is State.PROBLEM


def test_a_place_needs_room(tmp_path: Path) -> None:
    assert writable("cache", tmp_path / "new", need_mb=0, remedy="").state is State.OK
    item = writable("cache", tmp_path, need_mb=10**12, remedy="Free some.")
    assert (item.state, item.remedy) == (State.PROBLEM, "Free some.")


def test_no_project_is_needed_for_the_embedded_stack() -> None:
    half = {"SUPABASE_URL": "http://x", "HARNESS_STACK": "embedded"}
    assert external(Settings.from_environ(half)).state is State.OK


@pytest.mark.parametrize("key", ["sb_secret_abc", "eyJa.eyJb.c"])
def test_both_forms_of_keys_are_known(key: str) -> None:
    project = {
        "SUPABASE_URL": "https://x.supabase.co",
        "SUPABASE_ANON_KEY": key,
        "SUPABASE_SERVICE_ROLE_KEY": key,
    }
    assert external(Settings.from_environ(project)).state is State.OK


def test_pytest_options_are_pointed_out() -> None:
    assert pytest_options("-k nothing").state is State.OPTIONAL
