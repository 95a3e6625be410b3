"""Options that contradict each other, or need leave, are refused before the server is asked anything."""

from pathlib import Path
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.settings.api import reference_api
from loadtests.runs.request import RunOptions, setting_of
from loadtests.runs.setting import RunSetting, plan_of

_WEIGHTS = {"get_request": 0.75, "health": 0.25}


def _setting(**options: Any) -> RunSetting:
    return setting_of(RunOptions(**{"host": "http://127.0.0.1:1", **options}), reference_api({}))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"users": 3}, "belong to a closed loop: add --loop closed"),
        ({"think_s": 1.0}, "belong to a closed loop"),
        ({"loop": "closed"}, "a closed loop needs --users"),
        ({"journal": Path("j")}, "--profile read-only creates nothing"),
        ({"record_only": True}, "--record-only needs --out"),
        ({"record_only": True, "out": Path("r"), "json_path": "-"}, "there is no outcome for --json"),
        ({"record_only": True, "out": Path("r"), "report": Path("d")}, "there is no outcome for --json"),
        ({"bind": "5557"}, "--bind 5557 is not HOST:PORT"),
        ({"bind": "0.0.0.0:99999"}, "is not HOST:PORT"),
        ({"name": "two words"}, "is not one word"),
        ({"host": "http://staging", "profile": "write"}, "--allow-writes"),
        ({"host": "http://staging", "rate": 51.0}, "--allow-rate"),
        ({"rate": 0.0}, "--rate 0 is not between"),
        ({"seconds": 0.5}, "--seconds 0.5 is not between"),
    ],
)
def test_what_makes_no_sense_or_needs_leave_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        _setting(**options)
    assert said in str(refused.value)


def test_a_run_only_reads_unless_it_is_told_to_write() -> None:
    setting = _setting()
    assert (setting.profile, setting.journal) == ("read-only", None)
    writing = _setting(profile="write")
    assert writing.journal is not None
    assert writing.run_id in writing.journal.name


def test_every_run_has_an_id_of_its_own_that_begins_with_its_name() -> None:
    ids = {_setting(name="nightly").run_id for _ in range(20)}
    assert len(ids) == 20
    assert all(one.startswith("nightly-") for one in ids)


def test_the_place_is_the_host_unless_it_is_named() -> None:
    assert _setting().region == "loopback"
    assert _setting(host="https://staging.example.org").region == "staging.example.org"
    assert _setting(region="eu").region == "eu"


def test_a_closed_loop_is_given_work_for_as_much_as_its_users_can_ask() -> None:
    # Ten users who pause for 2 s ask 5 times a second together, and each of them 0 to 12 times in one.
    assert 50.0 < _setting(loop="closed", users=10, think_s=2.0).rate_per_s < 200.0
    assert _setting(loop="closed", users=4, think_s=0.05).rate_per_s > 4 * 20 * 2
    assert _setting(loop="closed", users=10, think_s=2.0, rate=7.0).rate_per_s == 7.0


def test_leave_for_a_closed_loop_depends_on_what_its_users_will_ask() -> None:
    _setting(host="http://staging", loop="closed", users=10, think_s=2.0)
    with pytest.raises(ConfigurationError, match="--allow-rate"):
        _setting(host="http://staging", loop="closed", users=200, think_s=2.0)


def test_two_runs_with_the_same_options_send_the_same_at_the_same_time() -> None:
    one, other = plan_of(_setting(), _WEIGHTS), plan_of(_setting(), _WEIGHTS)
    assert one.sha256() == other.sha256()
    assert plan_of(_setting(seed=2), _WEIGHTS).sha256() != one.sha256()
    assert plan_of(_setting(), _WEIGHTS, warm_up=True).round != one.round


@pytest.mark.parametrize(("seconds", "windows"), [(2.0, 8), (8.0, 8), (60.0, 60), (90.4, 90)])
def test_a_run_has_windows_of_about_a_second_and_at_least_eight(seconds: float, windows: int) -> None:
    plan = plan_of(_setting(seconds=seconds), _WEIGHTS)
    assert len(plan.windows) == windows
    assert sum(window.duration_s for window in plan.windows) == pytest.approx(seconds)
