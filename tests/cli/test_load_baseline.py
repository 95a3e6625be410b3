"""``harness load baseline``: what it keeps, and what it refuses, with status 2 and the file named."""

import json
from pathlib import Path
from typing import Any

import pytest

from loadtests.runs import recording_file
from loadtests.runs.store import Store
from tests.cli.conftest import Finished, Harness
from tests.unit.loadtests.runs.recordings import fingerprint, recording

_ADD = ("load", "baseline", "add")
_BLESS = ("load", "baseline", "bless")


def _runs(directory: Path, number: int, **changes: Any) -> list[str]:
    """Files of runs that begun 20 minutes apart."""
    names = [f"run-{index}" for index in range(number)]
    for index, name in enumerate(names):
        recording_file.write(directory / f"{name}.json", recording(name, after_s=1200.0 * index, **changes))
    return [f"{name}.json" for name in names]


def _keep(cwd: Path, *files: str) -> None:
    """As `add` does, without a process for each."""
    for file in files:
        Store(cwd / "load-baselines").add(recording_file.read(cwd / file).recording)


def test_runs_are_kept_blessed_once_there_are_enough_and_listed(harness: Harness, tmp_path: Path) -> None:
    files = _runs(tmp_path, 5)
    _keep(tmp_path, *files[:4])
    few = harness(*_BLESS, "nightly", cwd=tmp_path)
    assert few.is_unchecked("a set needs at least 5 runs, and 4 runs can be taken")
    added = harness(*_ADD, files[4], cwd=tmp_path)
    assert (added.status, added.err) == (0, "")
    assert added.out.startswith("added run-4 as load-baselines/runs/")
    blessed = harness(*_BLESS, "nightly", cwd=tmp_path)
    assert (blessed.status, blessed.err) == (0, "")
    assert "set nightly: 5 runs (at least 5), spread over 80 min (at least 1 h demanded)" in blessed.out
    again = harness(*_BLESS, "other", cwd=tmp_path)
    assert again.is_unchecked("a set needs at least 5 runs, and 0 runs can be taken")

    table = harness("load", "baseline", "list", cwd=tmp_path)
    assert table.status == 0
    assert [line.split()[-1] for line in table.out.splitlines()[1:6]] == ["nightly"] * 5
    listed = json.loads(harness("load", "baseline", "list", "--json", cwd=tmp_path).out)
    assert [run["run_id"] for run in listed["runs"]] == listed["sets"][0]["runs"]


def test_runs_that_lie_close_together_need_a_word_and_are_said_to(harness: Harness, tmp_path: Path) -> None:
    _keep(tmp_path, *_runs(tmp_path, 5))
    close = harness(*_BLESS, "nightly", "--min-span", "2h", cwd=tmp_path)
    assert close.is_unchecked("lie within 80 min, and a spread of 2 h is demanded")
    none = harness(*_BLESS, "nightly", "--min-span", "0", cwd=tmp_path)
    assert none.status == 0
    assert "(at least 0 s demanded); less than 1 h knows one hour only" in none.out


def test_runs_of_two_kinds_are_refused_with_the_field_and_both_values(
    harness: Harness, tmp_path: Path
) -> None:
    files = _runs(tmp_path, 6)
    other = recording("run-5", after_s=9000.0, fingerprints={"a": fingerprint(region="us-east-1")})
    recording_file.write(tmp_path / files[5], other)
    _keep(tmp_path, *files)
    mixed = harness(*_BLESS, "nightly", cwd=tmp_path)
    assert mixed.is_unchecked("region is 'eu-central-1' in run-0 and 'us-east-1' in run-5")
    named = harness(*_BLESS, "nightly", *[f"run-{index}" for index in range(5)], cwd=tmp_path)
    assert named.status == 0
    unknown = harness(*_BLESS, "another", "run-77", cwd=tmp_path)
    assert unknown.is_unchecked("has no run 'run-77'")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"complete": False}, "run-0.json was interrupted before its end"),
        ({"remarks": ("The server was restarted.",)}, "run-0.json is unfit: The server was restarted."),
    ],
)
def test_a_run_that_is_not_whole_is_never_kept(
    harness: Harness, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    _runs(tmp_path, 1, **changes)
    assert harness(*_ADD, "run-0.json", cwd=tmp_path).is_unchecked(reason)
    assert not (tmp_path / "load-baselines").exists()


def _refused(harness: Harness, cwd: Path, content: bytes) -> Finished:
    (cwd / "run.json").write_bytes(content)
    return harness(*_ADD, "run.json", cwd=cwd)


def test_a_file_that_was_edited_or_cut_off_is_refused_by_name(harness: Harness, tmp_path: Path) -> None:
    whole = recording_file.render(recording()).encode()
    cut = _refused(harness, tmp_path, whole[: len(whole) // 2])
    assert cut.is_unchecked("run.json is no whole JSON document")
    edited = _refused(harness, tmp_path, whole.replace(b'"achieved": 800', b'"achieved": 799', 1))
    assert edited.is_unchecked("run.json was edited or damaged after it was written")
    older = _refused(harness, tmp_path, whole.replace(b'"parity-load/1"', b'"parity-load/0"', 1))
    assert older.is_unchecked("run.json has the format 'parity-load/0' of another version of the harness")
    assert harness(*_ADD, "none.json", cwd=tmp_path).is_unchecked("none.json does not exist")


def test_one_damaged_file_in_the_store_is_never_passed_over(harness: Harness, tmp_path: Path) -> None:
    _keep(tmp_path, *_runs(tmp_path, 1))
    (kept,) = (tmp_path / "load-baselines" / "runs").iterdir()
    kept.write_bytes(kept.read_bytes()[:-20])
    for arguments in (("list",), ("bless", "nightly")):
        assert harness("load", "baseline", *arguments, cwd=tmp_path).is_unchecked(kept.name)


def test_a_run_is_compared_with_the_set_or_refused_by_the_field(harness: Harness, tmp_path: Path) -> None:
    _keep(tmp_path, *_runs(tmp_path, 5))
    assert harness(*_BLESS, "nightly", cwd=tmp_path).status == 0
    (tmp_path / "parity.toml").write_text("[budgets.endpoints.get_request.supabase]\np50_ratio = 1.2\n")
    slow = recording("slow", after_s=9000.0, latency_us=9_000)
    recording_file.write(tmp_path / "slow.json", slow)
    compared = harness(
        "load", "baseline", "compare", "slow.json", "--json", "-", "--report", "report", cwd=tmp_path
    )
    assert compared.status == 1
    outcome = json.loads(compared.out)
    assert (outcome["step"], outcome["status"]) == ("load baseline compare", "failed")
    assert [one["id"] for one in outcome["findings"] if one["level"] == "core"] == [
        "load.get_request.p50[now / baseline]"
    ]
    assert compared.err.splitlines()[-1].startswith("REGRESSED: get_request p50")
    # The recording in the report is one that can be kept.
    assert harness(*_ADD, "report/recording.json", cwd=tmp_path).status == 0

    other = recording("other", after_s=9000.0, fingerprints={"a": fingerprint(region="us", plan="8" * 64)})
    recording_file.write(tmp_path / "other.json", other)
    refused = harness("load", "baseline", "compare", "other.json", cwd=tmp_path)
    assert refused.is_unchecked("region is 'us' in the run and 'eu-central-1' in the set")
    assert refused.is_unchecked("plan is 888888888888… in the run and 999999999999… in the set")
    itself = harness("load", "baseline", "compare", "run-2", cwd=tmp_path)
    assert itself.is_unchecked("run-2 is one of the set 'nightly'")
