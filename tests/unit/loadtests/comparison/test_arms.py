"""Which servers are compared."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings.api import Api, reference_api
from loadtests.comparison.arms import Arms, arms_of

HERE = Path("/app")
STAGING = Api(
    name="staging", start="npm start", health="/api/health", mode_field="db.mode", ready_timeout_s=9
)


def _arms(api: Api, *, base: str | None = None) -> Arms:
    return arms_of(api, HERE, within="supabase", base=base, environ={"SECRET": "s"})


def test_across_modes_memory_is_what_supabase_is_compared_with() -> None:
    arms = arms_of(STAGING, HERE, within=None, base=None, environ={})
    assert arms.comparison == "across"
    assert {arm: (one.mode, one.command) for arm, one in arms.launches.items()} == {
        "a": ("memory", "npm start"),
        "b": ("supabase", "npm start"),
    }
    assert arms.names == {"a": "memory", "b": "supabase"}


def test_within_a_mode_the_base_is_what_the_candidate_is_compared_with() -> None:
    arms = _arms(STAGING, base="git stash; npm start")
    assert arms.names == {"a": "base", "b": "candidate"}
    assert [one.command for _, one in sorted(arms.launches.items())] == ["git stash; npm start", "npm start"]
    assert {one.mode for one in arms.launches.values()} == {"supabase"}


def test_without_a_base_both_arms_are_the_same() -> None:
    for api in (STAGING, reference_api({})):
        arms = _arms(api)
        assert arms.launches["a"] == arms.launches["b"]


def test_what_parity_toml_says_of_the_health_holds_for_both_arms() -> None:
    for launch in _arms(STAGING, base="old").launches.values():
        assert (launch.health, launch.mode_field, launch.instance_field) == ("/api/health", "db.mode", None)
        assert (launch.ready_timeout_s, launch.directory) == (9, HERE)
        assert launch.environ == {"SECRET": "s"}


def test_an_application_that_cannot_be_started_is_refused_with_the_way_out() -> None:
    with pytest.raises(ConfigurationError, match=r"how staging is started.*harness load run --host"):
        _arms(Api(name="staging"))


def test_a_base_across_modes_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="add --within"):
        arms_of(STAGING, HERE, within=None, base="old", environ={})


def test_one_command_in_one_mode_is_one_version() -> None:
    assert _arms(STAGING).is_one_version
    assert _arms(STAGING, base="npm start").is_one_version
    assert not _arms(STAGING, base="npm --prefix ../main start").is_one_version
    assert not arms_of(STAGING, HERE, within=None, base=None, environ={}).is_one_version
