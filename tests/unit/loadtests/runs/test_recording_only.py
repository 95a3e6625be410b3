"""What was only recorded never looks like a pass, and what is unfit is not recorded."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.settings.api import reference_api
from loadtests.errors import LoadError
from loadtests.result import Result
from loadtests.runs import recording_file
from loadtests.runs.command import record
from loadtests.runs.request import RunOptions, setting_of
from tests.unit.loadtests.runs.recordings import recording

_SETTING = setting_of(RunOptions(host="http://127.0.0.1:1"), reference_api({}))


def _result(**changes: Any) -> Result:
    return Result(
        step="load run",
        run_id="run-1",
        started_at=datetime(2027, 1, 15, tzinfo=UTC),
        duration_s=10.0,
        recording=recording(**changes),
        judgements=(),
    )


def test_a_recording_is_written_and_said_not_to_be_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert record(_result(), tmp_path / "run.json", _SETTING) == 0
    said = capsys.readouterr().out
    assert said.startswith("recorded, not judged: 1600 requests to http://127.0.0.1:1 (supabase), 0 wrong")
    assert "PASS" not in said
    assert recording_file.read(tmp_path / "run.json").recording == recording()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"complete": False}, "nothing is recorded: The run was interrupted"),
        ({"remarks": ("The server restarted.",)}, "nothing is recorded: The server restarted."),
        ({"windows": ()}, "nothing is recorded: Arm a has no window"),
        ({"lag_us": 50_000}, "the generator was late"),
    ],
)
def test_an_unfit_run_is_not_recorded(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(LoadError) as refused:
        record(_result(**changes), tmp_path / "run.json", _SETTING)
    assert said in str(refused.value)
    assert not (tmp_path / "run.json").exists()


def test_what_an_unfit_run_has_left_behind_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted = replace(_result(complete=False), notes=("Try again: harness load clean journal.a0",))
    with pytest.raises(LoadError):
        record(interrupted, tmp_path / "run.json", _SETTING)
    assert "harness load clean journal.a0" in capsys.readouterr().err


def test_a_password_in_an_answer_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGING_API_KEY", "hunter2-hunter2")
    run = recording()
    window = run.windows[0]
    told = msgspec.structs.replace(window.endpoints["health"], errors={"says hunter2-hunter2": 1})
    told_window = msgspec.structs.replace(window, endpoints={**window.endpoints, "health": told})
    record(_result(windows=(told_window,)), tmp_path / "run.json", _SETTING)
    written = (tmp_path / "run.json").read_text("utf-8")
    assert "says " in written
    assert "hunter2-hunter2" not in written
